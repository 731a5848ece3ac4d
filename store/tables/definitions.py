"""Published definitions."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table

from store.tables.base import Document, Moment, Text, metadata

definition = Table(
    "definition",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("plan", Document, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", Text, nullable=False),
    CheckConstraint("state IN ('published', 'deprecated', 'retired')", name="state"),
    Index("ix_definition_digest", "digest"),
)
