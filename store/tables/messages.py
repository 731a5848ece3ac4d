"""Events in and out."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, text

from store.tables.base import Document, Moment, Text, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text),
    Column("data", Document),
    Column("time", Moment),
    Column("received_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, comment="The end of its correlation window."),
    Column("status", Text, nullable=False),
    Column("may_start", Boolean, nullable=False, comment="Whether it is still to be seen which pathways it starts."),
    CheckConstraint("status IN ('waiting', 'consumed', 'dead')", name="status"),
    Index("ix_inbox_source_event_id", "source", "event_id", unique=True),
    Index("ix_inbox_match", "type", "key", "received_at"),
    Index("ix_inbox_received", "received_at", "id"),
    Index("ix_inbox_waiting", "expires_at", postgresql_where=text("status = 'waiting'")),
    Index("ix_inbox_may_start", "received_at", "id", postgresql_where=text("may_start")),
    comment="Domain events that arrived (CloudEvents), each source's id once.",
)

delivery = Table(
    "delivery",
    metadata,
    Column("event", ForeignKey(inbox.c.id), primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("arming", Integer, primary_key=True, comment="0, or the revision whose arming matched it again."),
    Column("verdict", Text),
    Column("taken_by", Document, comment="The addresses that consumed it."),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False, comment="Not to be tried before; a claim moves it on."),
    Column("problem", Text, comment="Why the last attempt gave no verdict."),
    Column("settled_at", Moment),
    CheckConstraint("verdict IN ('consumed', 'ignored', 'deferred', 'gone', 'superseded')", name="verdict"),
    Index("ix_delivery_pending", "next_at", postgresql_where=text("verdict IS NULL")),
    Index("ix_delivery_deferred", "instance", "event", postgresql_where=text("verdict = 'deferred'")),
    Index("ix_delivery_instance", "instance", "event"),
    comment="An event on its way to an instance, until it has a verdict.",
)

event_start = Table(
    "event_start",
    metadata,
    Column("event", ForeignKey(inbox.c.id), primary_key=True),
    Column("pathway", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("instance", Text, comment="Which it started, joined, or found running."),
    Column("reason", Text),
    Column("at", Moment, nullable=False),
    CheckConstraint("verdict IN ('started', 'joined', 'duplicate', 'refused')", name="verdict"),
    Index("ix_event_start_instance", "instance", postgresql_where=text("instance IS NOT NULL")),
    comment="What an event came to with a pathway that starts on its type: once for each, for good.",
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event", ForeignKey(inbox.c.id), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    CheckConstraint("status IN ('open', 'replayed', 'discarded')", name="status"),
    Index("ix_dead_letter_open", "id", postgresql_where=text("status = 'open'")),
    Index("ix_dead_letter_event", "event"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("instance", Text, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", Document),
    Column("at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    CheckConstraint("status IN ('waiting', 'sent', 'dead')", name="status"),
    Index("ix_outbox_waiting", "instance", "rev", "place", postgresql_where=text("status = 'waiting'")),
    comment="Domain events that instances emitted.",
)
