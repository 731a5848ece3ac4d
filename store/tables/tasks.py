"""Tasks for people, and what people leave beside them."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, SmallInteger, Table, text

from store.tables.base import Document, Moment, Text, metadata
from store.tables.instances import instance

_OPEN = text("status = 'open'")

task = Table(
    "task",
    metadata,
    Column("id", Text, primary_key=True),
    Column("instance", ForeignKey(instance.c.id), nullable=False),
    Column("pathway", Text, nullable=False),
    Column("pathway_version", Text, nullable=False),
    Column("pathway_title", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("help", Text),
    Column("origin", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("role", Text),
    Column("skill", Text),
    Column("bulk", Boolean, nullable=False),
    Column("gate", Text, comment="The decision that is a person's alone, where the task is such a gate."),
    Column("priority", Text, nullable=False),
    Column("rank", SmallInteger, nullable=False, comment="The priority as a number; the most urgent is 0."),
    Column("stage", Text),
    Column("due_at", Moment),
    Column("due_order", Moment, nullable=False, comment="due_at, or a far day, so that undated tasks sort last."),
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", Text, comment="Who added it by hand."),
    Column("why", Text, comment="Why there is such a task, or its alert, at all."),
    Column("review_by", Text),
    Column("cause", Text, comment="Of its last alert, or its own: tasks of one cause in an instance are one item."),
    Column("reminded_at", Moment),
    Column("escalated_at", Moment),
    Column("escalated_from", Text, comment="The queue before it was escalated last."),
    Column("alert", Document, comment="The last reminder or escalation: kind, at, why, review_by, cause, late."),
    Column("form", Document, nullable=False),
    Column("outcomes", Document, nullable=False),
    Column("attributes", Document, nullable=False, comment="The instance's, for filters."),
    Column("status", Text, nullable=False),
    Column("assignee", Text),
    Column("claimed_at", Moment),
    Column("version", Integer, nullable=False, comment="Counts changes of who works on it."),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("outcome", Text),
    Column("values", Document, comment="What was typed when it was completed."),
    Column("reason", Text, comment="Why it was cancelled."),
    CheckConstraint("origin IN ('step', 'clock', 'added')", name="origin"),
    CheckConstraint("status IN ('open', 'completed', 'cancelled')", name="status"),
    Index(
        "ix_task_open_queue",
        "queue",
        "due_order",
        "rank",
        "id",
        postgresql_include=["role"],  # so that queues are counted from the index alone
        postgresql_where=_OPEN,
    ),
    Index("ix_task_open_due", "due_order", "rank", "id", postgresql_where=_OPEN),
    Index("ix_task_open_assignee", "assignee", "due_order", "rank", "id", postgresql_where=_OPEN),
    Index("ix_task_open_pathway", "pathway", "due_order", "rank", "id", postgresql_where=_OPEN),
    Index("ix_task_open_stage", "stage", "due_order", "rank", "id", postgresql_where=_OPEN),
    Index("ix_task_open_rank", "rank", "due_order", "id", postgresql_where=_OPEN),
    Index(
        "ix_task_open_attributes",
        "attributes",
        postgresql_using="gin",
        postgresql_ops={"attributes": "jsonb_path_ops"},
        postgresql_where=_OPEN,
    ),
    Index("ix_task_instance", "instance", "opened_at"),
    Index(
        "ix_task_open_cause",
        "instance",
        "cause",
        "due_order",
        "rank",
        "id",
        postgresql_include=["queue", "role"],
        postgresql_where=text("status = 'open' AND cause IS NOT NULL"),
    ),
    comment="Work for people. A row carries all that a list shows, so that a page is one query.",
)

task_draft = Table(
    "task_draft",
    metadata,
    Column("task", ForeignKey(task.c.id), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("values", Document, nullable=False),
    Column("saved_at", Moment, nullable=False),
    comment="What a person typed and did not send, valid or not.",
)

task_comment = Table(
    "task_comment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("task", ForeignKey(task.c.id), nullable=False),
    Column("person", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_task_comment_task", "task", "id"),
)
