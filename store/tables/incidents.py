"""Incidents: positions that stand still until an operator acts."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, text

from store.tables.base import Document, Moment, Text, metadata
from store.tables.instances import instance

_OPEN = text("status = 'open'")

incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("instance", ForeignKey(instance.c.id), nullable=False),
    Column("number", Integer, nullable=False),
    Column("pathway", Text, nullable=False),
    Column("pathway_version", Text, nullable=False),
    Column("pathway_title", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("fingerprint", Text, nullable=False, comment="Equal for the same trouble in any instance."),
    Column("detail", Document),
    Column("input", Document),
    Column("status", Text, nullable=False),
    Column("occurrences", Integer, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("retried_at", Moment, comment="The last retry, while its result is not known."),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("closed_how", Text),
    CheckConstraint("status IN ('open', 'closed')", name="status"),
    Index("ix_incident_open", "fingerprint", "last_seen", "id", postgresql_where=_OPEN),
    Index("ix_incident_open_seen", "last_seen", "id", postgresql_where=_OPEN),
    Index("ix_incident_seen", "last_seen", "id"),
    Index("ix_incident_instance", "instance", "number"),
)
