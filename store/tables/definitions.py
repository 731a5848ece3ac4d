"""The registry of definitions."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Table

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
    Column("published_at", Moment),
    Column("published_by", Text),
    Column("drafted_at", Moment, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("effective_from", Moment),
    Column("paused", Boolean, nullable=False),
    Column("held_steps", Document, nullable=False),
    Column("pausing", Document, comment="Who paused it or let it go on last: by, reason, at, and an id of that."),
    CheckConstraint("state IN ('draft', 'published', 'deprecated', 'retired')", name="state"),
    CheckConstraint("state = 'draft' OR (published_at IS NOT NULL AND published_by IS NOT NULL)", name="published"),
    Index("ix_definition_digest", "digest"),
)
