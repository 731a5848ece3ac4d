"""Runs that move instances from one version of their pathway to another."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table

from store.tables.base import Document, Moment, Text, metadata
from store.tables.instances import instance

migration_run = Table(
    "migration_run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pathway", Text, nullable=False),
    Column("from_version", Text, nullable=False),
    Column("to_version", Text, nullable=False),
    Column("to_digest", Text, nullable=False),
    Column("mapping", Document, nullable=False),
    Column("with_children", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    CheckConstraint("status IN ('running', 'done', 'stopped')", name="status"),
    Index("ix_migration_run_pathway", "pathway", "id"),
)

migration_result = Table(
    "migration_result",
    metadata,
    Column("run", ForeignKey(migration_run.c.id), primary_key=True),
    Column("instance", ForeignKey(instance.c.id), primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("place", Text, nullable=False, comment="Where it stood, as the run groups instances."),
    Column("from_version", Text, nullable=False),
    Column("from_digest", Text, nullable=False),
    Column("rev", Integer, comment="The revision that the move made: unchanged, it can be taken back."),
    Column("detail", Document, nullable=False, comment="What happened to positions, tasks, clocks and children."),
    Column("message", Text),
    Column("at", Moment, nullable=False),
    CheckConstraint("verdict IN ('waiting', 'moved', 'refused', 'failed', 'taken-back')", name="verdict"),
    Index("ix_migration_result_instance", "instance", "run"),
    comment="What a run came to with each instance.",
)
