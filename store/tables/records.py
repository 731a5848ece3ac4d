"""Records that are kept for their own sake: the timeline of each instance, and the audit."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Integer, SmallInteger, Table

from store.tables.base import Document, Moment, Text, metadata
from store.tables.instances import instance

timeline = Table(
    "timeline",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True, comment="The order in which it was recorded."),
    Column("instance", ForeignKey(instance.c.id), nullable=False),
    Column("rev", Integer, nullable=False),
    Column("place", Integer, nullable=False, comment="The fact's place within its revision."),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("address", Text),
    Column("actor", Text),
    Column("detail", Document, nullable=False),
    Index("ix_timeline_instance", "instance", "number"),
    comment="Every fact that an instance stated, in order.",
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False, comment="person:<id>, or rule:<pathway>@<version>/<address>"),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="<kind>/<id> of what was changed or seen"),
    Column("instance", Text),
    Column("detail", Document, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_instance", "instance", "number"),
    Index("ix_audit_actor", "actor", "number"),
    Index("ix_audit_subject", "subject", "number"),
    comment="Who changed or saw what. Each entry carries the hash of the one before it.",
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint('"id" = 1', name="single"),
    comment="The chain's last entry: locked by who appends, and the witness that nothing was cut off.",
)
