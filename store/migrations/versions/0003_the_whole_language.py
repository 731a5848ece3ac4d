"""What the whole language states: clocks, children, alerts, suspension, offers, unique starts, runs of migration."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_AWAITED = sa.text("status IN ('ordered', 'running') AND NOT detached")
_DUE = sa.text("status IN ('running', 'breached')")
_UNIQUE = sa.text("unique_key IS NOT NULL AND status <> 'ended'")
_COUNTS_SINCE = "Events count since then; a wait's lookback is in it."


def _of_instance() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("give", postgresql.JSONB(), nullable=True, comment="What its outcome gives to a parent."),
        sa.Column(
            "ending",
            postgresql.JSONB(),
            nullable=True,
            comment="Where it is on its way to while it is cancelling: outcome, by, reason, at.",
        ),
        sa.Column(
            "unique_key", sa.Text(), nullable=True, comment="What no second open instance of its pathway may have."
        ),
        sa.Column("parent_instance", sa.Text(), nullable=True),
        sa.Column("parent_address", sa.Text(), nullable=True, comment="Where its parent waits for it."),
        sa.Column("suspension", postgresql.JSONB(), nullable=True, comment="Who suspended it, why, and when."),
    )


def _of_task() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("skill", sa.Text(), nullable=True),
        sa.Column(
            "gate",
            sa.Text(),
            nullable=True,
            comment="The decision that is a person's alone, where the task is such a gate.",
        ),
        sa.Column("opened_by", sa.Text(), nullable=True, comment="Who added it by hand."),
        sa.Column("why", sa.Text(), nullable=True, comment="Why there is such a task, or its alert, at all."),
        sa.Column("review_by", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True, comment="Equal for alerts that are one item to a person."),
        sa.Column("reminded_at", _MOMENT, nullable=True),
        sa.Column("escalated_at", _MOMENT, nullable=True),
        sa.Column("escalated_from", sa.Text(), nullable=True, comment="The queue before it was escalated last."),
        sa.Column(
            "alert",
            postgresql.JSONB(),
            nullable=True,
            comment="The last reminder or escalation: kind, at, why, review_by, cause, late.",
        ),
    )


def upgrade() -> None:
    """Instances that run already are not suspended, offer nothing, and have tasks of steps alone."""
    _instances()
    _children()
    _tasks_and_clocks()
    _events()
    _migration_runs()


def downgrade() -> None:
    """What the first tables have no place for is lost."""
    for table in ("migration_result", "migration_run", "event_start", "clock", "joined", "child"):
        op.drop_table(table)
    op.execute("UPDATE delivery SET verdict = 'superseded' WHERE verdict = 'deferred'")
    op.drop_index("ix_delivery_deferred", table_name="delivery")
    _verdicts("'consumed', 'ignored', 'gone', 'superseded'")
    op.drop_column("inbox", "may_start")
    op.drop_constraint(op.f("ck_task_origin"), "task", type_="check")
    for name in ("origin", "bulk", *(one.name for one in _of_task())):
        op.drop_column("task", name)
    op.drop_column("listener", "position")
    op.alter_column("listener", "armed_at", existing_type=_MOMENT, comment=None, existing_comment=_COUNTS_SINCE)
    op.drop_index("ix_instance_unique", table_name="instance")
    op.drop_index("ix_instance_parent", table_name="instance")
    for name in ("suspended", "offers", *(one.name for one in _of_instance())):
        op.drop_column("instance", name)


def _required(table: str, column: sa.Column[Any], value: str) -> None:
    """Add a column that may not be null, with a value for the rows that are there."""
    column.server_default = sa.DefaultClause(sa.text(value))
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def _instances() -> None:
    for column in _of_instance():
        op.add_column("instance", column)
    _required("instance", sa.Column("suspended", sa.Boolean(), nullable=False), "false")
    offers: sa.Column[Any] = sa.Column(
        "offers", postgresql.JSONB(), nullable=False, comment="Side flows that a person may start now."
    )
    _required("instance", offers, "'[]'::jsonb")
    op.create_index("ix_instance_unique", "instance", ["pathway", "unique_key"], unique=True, postgresql_where=_UNIQUE)
    has_parent = sa.text("parent_instance IS NOT NULL")
    op.create_index("ix_instance_parent", "instance", ["parent_instance"], postgresql_where=has_parent)
    position = sa.Column(
        "position", sa.Text(), nullable=False, comment="Where it stands; empty for the pathway's own handlers."
    )
    _required("listener", position, "''")
    op.execute("UPDATE listener SET position = address")
    op.alter_column("listener", "armed_at", existing_type=_MOMENT, comment=_COUNTS_SINCE)


def _children() -> None:
    op.create_table(
        "child",
        sa.Column("instance", sa.Text(), nullable=False, comment="The child; its own row comes with its first record."),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="Where the parent stands with it."),
        sa.Column("run", sa.Integer(), nullable=False, comment="Counts the starts from that position."),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("range", sa.Text(), nullable=False),
        sa.Column("detached", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column(
            "failed",
            sa.Text(),
            nullable=True,
            comment="Why it could not be started, or that it was ended from outside.",
        ),
        sa.Column("late", sa.Boolean(), nullable=False, comment="Whether nobody waited any more when it reported."),
        sa.Column("ordered_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("cancelled_at", _MOMENT, nullable=True, comment="When it was told to cancel."),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("told_at", _MOMENT, nullable=True, comment="When its report was last sent again."),
        sa.CheckConstraint("status IN ('ordered', 'running', 'ended', 'failed')", name=op.f("ck_child_status")),
        sa.ForeignKeyConstraint(["parent"], ["instance.id"], name=op.f("fk_child_parent")),
        sa.PrimaryKeyConstraint("instance", name=op.f("pk_child")),
        comment="Pathways that instances started, as the parent tells it.",
    )
    op.create_index("ix_child_parent", "child", ["parent", "ordered_at"])
    op.create_index("ix_child_awaited", "child", ["instance"], postgresql_where=_AWAITED)
    op.create_table(
        "joined",
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_joined_instance")),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_joined")),
        comment="Requests for a start that were answered with an instance that ran already.",
    )


def _tasks_and_clocks() -> None:
    for column in _of_task():
        op.add_column("task", column)
    _required("task", sa.Column("origin", sa.Text(), nullable=False), "'step'")
    _required("task", sa.Column("bulk", sa.Boolean(), nullable=False), "false")
    op.create_check_constraint(op.f("ck_task_origin"), "task", "origin IN ('step', 'clock', 'added')")
    op.create_table(
        "clock",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="Counts its starts."),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("deadline", _MOMENT, nullable=True),
        sa.Column("warn_at", _MOMENT, nullable=True),
        sa.Column("budget", sa.Float(), nullable=True, comment="Working seconds in its calendar."),
        sa.Column("left", sa.Float(), nullable=True, comment="What remains of the budget while it is paused."),
        sa.Column("address", sa.Text(), nullable=True, comment="The step that moved it last."),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("review_by", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True, comment="Equal for alerts that are one item to a person."),
        sa.Column("moved_at", _MOMENT, nullable=False),
        sa.Column("warned_at", _MOMENT, nullable=True),
        sa.Column("breached_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'paused', 'met', 'late', 'breached', 'dropped')", name=op.f("ck_clock_status")
        ),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_clock_instance")),
        sa.PrimaryKeyConstraint("instance", "clock", name=op.f("pk_clock")),
        comment="Every clock that an instance ever started, as it stands.",
    )
    due = ["deadline", "instance", "clock"]
    op.create_index("ix_clock_due", "clock", due, postgresql_where=_DUE)
    op.create_index("ix_clock_due_pathway", "clock", ["pathway", *due], postgresql_where=_DUE)


def _verdicts(allowed: str) -> None:
    op.drop_constraint(op.f("ck_delivery_verdict"), "delivery", type_="check")
    op.create_check_constraint(op.f("ck_delivery_verdict"), "delivery", f"verdict IN ({allowed})")


def _events() -> None:
    _verdicts("'consumed', 'ignored', 'deferred', 'gone', 'superseded'")
    deferred = sa.text("verdict = 'deferred'")
    op.create_index("ix_delivery_deferred", "delivery", ["instance", "event"], postgresql_where=deferred)
    may_start: sa.Column[Any] = sa.Column(
        "may_start",
        sa.Boolean(),
        nullable=False,
        comment="Whether it is still to be seen which pathways it starts.",
    )
    _required("inbox", may_start, "false")
    op.create_index("ix_inbox_may_start", "inbox", ["received_at", "id"], postgresql_where=sa.text("may_start"))
    op.create_table(
        "event_start",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=True, comment="Which it started, joined, or found running."),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "verdict IN ('started', 'joined', 'duplicate', 'refused')", name=op.f("ck_event_start_verdict")
        ),
        sa.ForeignKeyConstraint(["event"], ["inbox.id"], name=op.f("fk_event_start_event")),
        sa.PrimaryKeyConstraint("event", "pathway", name=op.f("pk_event_start")),
        comment="What an event came to with a pathway that starts on its type: once for each, for good.",
    )
    has_instance = sa.text("instance IS NOT NULL")
    op.create_index("ix_event_start_instance", "event_start", ["instance"], postgresql_where=has_instance)


def _migration_runs() -> None:
    op.create_table(
        "migration_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pathway", sa.Text(), nullable=False),
        sa.Column("from_version", sa.Text(), nullable=False),
        sa.Column("to_version", sa.Text(), nullable=False),
        sa.Column("to_digest", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("with_children", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.CheckConstraint("status IN ('running', 'done', 'stopped')", name=op.f("ck_migration_run_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration_run")),
    )
    op.create_index("ix_migration_run_pathway", "migration_run", ["pathway", "id"])
    op.create_table(
        "migration_result",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="Where it stood, as the run groups instances."),
        sa.Column("from_version", sa.Text(), nullable=False),
        sa.Column("from_digest", sa.Text(), nullable=False),
        sa.Column(
            "rev",
            sa.Integer(),
            nullable=True,
            comment="The revision that the move made: unchanged, it can be taken back.",
        ),
        sa.Column(
            "detail",
            postgresql.JSONB(),
            nullable=False,
            comment="What happened to positions, tasks, clocks and children.",
        ),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "verdict IN ('waiting', 'moved', 'refused', 'failed', 'taken-back')",
            name=op.f("ck_migration_result_verdict"),
        ),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_migration_result_instance")),
        sa.ForeignKeyConstraint(["run"], ["migration_run.id"], name=op.f("fk_migration_result_run")),
        sa.PrimaryKeyConstraint("run", "instance", name=op.f("pk_migration_result")),
        comment="What a run came to with each instance.",
    )
    op.create_index("ix_migration_result_instance", "migration_result", ["instance", "run"])
