"""Instances and what of them can be rebuilt: where they stand and what they listen for; and results of requests."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, text

from store.tables.base import Document, Moment, Text, metadata

instance = Table(
    "instance",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pathway", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("outcome_title", Text),
    Column("outcome_kind", Text),
    Column("stage", Text),
    Column("attributes", Document, nullable=False),
    Column("inputs", Document, nullable=False),
    Column("data", Document, nullable=False),
    Column("pace", Document),
    Column("request", Text),
    Column("rev", Integer, nullable=False),
    Column("snapshot_digest", Text),
    Column("started_by", Text),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("recorded_at", Moment, nullable=False),
    CheckConstraint("status IN ('starting', 'running', 'cancelling', 'ended')", name="status"),
    Index("ix_instance_request", "request", unique=True, postgresql_where=text("request IS NOT NULL")),
    Index("ix_instance_open", "recorded_at", "id", postgresql_where=text("status <> 'ended'")),
    Index("ix_instance_started", "started_at", "id"),
    Index("ix_instance_pathway", "pathway", "started_at", "id"),
    comment="One run of a pathway. `starting`: wanted, and not yet heard of from its workflow.",
)

position = Table(
    "position",
    metadata,
    Column("instance", ForeignKey(instance.c.id), primary_key=True),
    Column("address", Text, primary_key=True),
    Column("step", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("waits", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("wake_at", Moment, comment="Until when it waits, where it waits for a point in time."),
    comment="Where open instances stand.",
)

listener = Table(
    "listener",
    metadata,
    Column("instance", ForeignKey(instance.c.id), primary_key=True),
    Column("address", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("armed_at", Moment, nullable=False),
    Column("arming", Integer, nullable=False, comment="The revision in which it was armed."),
    Index("ix_listener_match", "type", "key"),
    comment="What open instances listen for, by event type and correlation key.",
)

result = Table(
    "result",
    metadata,
    Column("instance", ForeignKey(instance.c.id), primary_key=True),
    Column("request", Text, primary_key=True),
    Column("rev", Integer, nullable=False),
    Column("result", Document),
    comment="What requests were answered, by their idempotency key.",
)
