"""Clocks: the deadlines that people are held to."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Index, Integer, Table, text

from store.tables.base import Moment, Text, metadata
from store.tables.instances import instance

clock = Table(
    "clock",
    metadata,
    Column("instance", ForeignKey(instance.c.id), primary_key=True),
    Column("clock", Text, primary_key=True),
    Column("pathway", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("number", Integer, nullable=False, comment="Counts its starts."),
    Column("started_at", Moment),
    Column("deadline", Moment),
    Column("warn_at", Moment),
    Column("budget", Float, comment="Working seconds in its calendar."),
    Column("left", Float, comment="What remains of the budget while it is paused."),
    Column("address", Text, comment="The step that moved it last."),
    Column("why", Text),
    Column("review_by", Text),
    Column("cause", Text, comment="Equal for alerts that are one item to a person."),
    Column("moved_at", Moment, nullable=False),
    Column("warned_at", Moment),
    Column("breached_at", Moment),
    CheckConstraint("status IN ('running', 'paused', 'met', 'late', 'breached', 'dropped')", name="status"),
    Index("ix_clock_due", "deadline", "instance", "clock", postgresql_where=text("status IN ('running', 'breached')")),
    Index(
        "ix_clock_due_pathway",
        "pathway",
        "deadline",
        "instance",
        "clock",
        postgresql_where=text("status IN ('running', 'breached')"),
    ),
    comment="Every clock that an instance ever started, as it stands.",
)
