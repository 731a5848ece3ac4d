"""Open tasks of one cause are found, and queues counted, from an index; alerts say what their task's cause is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What alerted before names its cause now."""
    op.alter_column(
        "task",
        "cause",
        existing_type=sa.Text(),
        comment="Of its last alert, or its own: tasks of one cause in an instance are one item.",
        existing_comment="Equal for alerts that are one item to a person.",
    )
    op.execute("UPDATE task SET cause = alert->>'cause' WHERE status = 'open' AND alert->>'cause' IS NOT NULL")
    op.drop_index("ix_task_open_queue", table_name="task")
    op.create_index(
        "ix_task_open_queue",
        "task",
        ["queue", "due_order", "rank", "id"],
        postgresql_include=["role"],
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_task_open_cause",
        "task",
        ["instance", "cause", "due_order", "rank", "id"],
        postgresql_include=["queue", "role"],
        postgresql_where=sa.text("status = 'open' AND cause IS NOT NULL"),
    )


def downgrade() -> None:
    """The causes stay: they are true."""
    op.drop_index("ix_task_open_cause", table_name="task")
    op.drop_index("ix_task_open_queue", table_name="task")
    op.create_index(
        "ix_task_open_queue",
        "task",
        ["queue", "due_order", "rank", "id"],
        postgresql_where=sa.text("status = 'open'"),
    )
    op.alter_column(
        "task",
        "cause",
        existing_type=sa.Text(),
        comment="Equal for alerts that are one item to a person.",
        existing_comment="Of its last alert, or its own: tasks of one cause in an instance are one item.",
    )
