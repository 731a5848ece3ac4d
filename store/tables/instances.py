"""Instances and what of them can be rebuilt: where they stand and what they listen for; starts, children, results."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, text

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
    Column("site", Text, comment="Where it was started for; expressions see it."),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("outcome_title", Text),
    Column("outcome_kind", Text),
    Column("give", Document, comment="What its outcome gives to a parent."),
    Column("ending", Document, comment="Where it is on its way to while it is cancelling: outcome, by, reason, at."),
    Column("stage", Text),
    Column("attributes", Document, nullable=False),
    Column("inputs", Document, nullable=False),
    Column("data", Document, nullable=False),
    Column("pace", Document),
    Column("request", Text),
    Column("unique_key", Text, comment="What no second open instance of its pathway may have."),
    Column("parent_instance", Text),
    Column("parent_address", Text, comment="Where its parent waits for it."),
    Column("suspended", Boolean, nullable=False),
    Column("suspension", Document, comment="Who suspended it, why, and when."),
    Column(
        "hold", Document, comment="Steps that are not entered now: which, by whom, why, since when, by which pause."
    ),
    Column("own_hold", Document, comment="The same, of what operators hold of this instance alone."),
    Column("offers", Document, nullable=False, comment="Side flows that a person may start now."),
    Column("gone", Document, comment="Its workflow is not there any more: how that came, and when it was found."),
    Column("replaces", Text, comment="The instance, its workflow gone, in whose place it was started anew."),
    Column("rev", Integer, nullable=False),
    Column("snapshot_digest", Text),
    Column("started_by", Text),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("recorded_at", Moment, nullable=False),
    CheckConstraint("status IN ('starting', 'running', 'cancelling', 'ended')", name="status"),
    Index("ix_instance_request", "request", unique=True, postgresql_where=text("request IS NOT NULL")),
    Index(
        "ix_instance_unique",
        "pathway",
        "unique_key",
        unique=True,
        postgresql_where=text("unique_key IS NOT NULL AND status <> 'ended'"),
    ),
    Index("ix_instance_parent", "parent_instance", postgresql_where=text("parent_instance IS NOT NULL")),
    Index("ix_instance_held", "id", postgresql_where=text("hold IS NOT NULL AND status <> 'ended'")),
    Index("ix_instance_gone", "id", postgresql_where=text("gone IS NOT NULL AND status <> 'ended'")),
    Index("ix_instance_replaces", "replaces", postgresql_where=text("replaces IS NOT NULL")),
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
    Column("position", Text, nullable=False, comment="Where it stands; empty for the pathway's own handlers."),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("armed_at", Moment, nullable=False, comment="Events count since then; a wait's lookback is in it."),
    Column("arming", Integer, nullable=False, comment="The revision in which it was armed."),
    Index("ix_listener_match", "type", "key"),
    comment="What open instances listen for, by event type and correlation key.",
)

child = Table(
    "child",
    metadata,
    Column("instance", Text, primary_key=True, comment="The child; its own row comes with its first record."),
    Column("parent", ForeignKey(instance.c.id), nullable=False),
    Column("address", Text, nullable=False, comment="Where the parent stands with it."),
    Column("run", Integer, nullable=False, comment="Counts the starts from that position."),
    Column("pathway", Text, nullable=False),
    Column("range", Text, nullable=False),
    Column("detached", Boolean, nullable=False),
    Column("version", Text),
    Column("digest", Text),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("failed", Text, comment="Why it could not be started, or that it was ended from outside."),
    Column("late", Boolean, nullable=False, comment="Whether nobody waited any more when it reported."),
    Column("ordered_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("cancelled_at", Moment, comment="When it was told to cancel."),
    Column("ended_at", Moment),
    Column("told_at", Moment, comment="When its report was last sent again."),
    CheckConstraint("status IN ('ordered', 'running', 'ended', 'failed')", name="status"),
    Index("ix_child_parent", "parent", "ordered_at"),
    Index(
        "ix_child_awaited",
        "instance",
        postgresql_where=text("status IN ('ordered', 'running') AND NOT detached"),
    ),
    Index("ix_child_unheard", "parent", postgresql_where=text("status = 'ordered'")),
    comment="Pathways that instances started, as the parent tells it.",
)

joined = Table(
    "joined",
    metadata,
    Column("request", Text, primary_key=True),
    Column("instance", ForeignKey(instance.c.id), nullable=False),
    Column("at", Moment, nullable=False),
    comment="Requests for a start that were answered with an instance that ran already.",
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
