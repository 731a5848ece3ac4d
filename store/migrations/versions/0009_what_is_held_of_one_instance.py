"""Operators may hold steps of a single instance, beside what a pause of its version holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody holds anything yet."""
    op.add_column(
        "instance",
        sa.Column(
            "own_hold",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="The same, of what operators hold of this instance alone.",
        ),
    )


def downgrade() -> None:
    """What operators hold is held by the workflows still; lists no longer show it."""
    op.drop_column("instance", "own_hold")
