"""An instance whose workflow is not there any more says so; one that was started in its place names it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Which workflows are gone, the relay finds."""
    op.add_column(
        "instance",
        sa.Column(
            "gone",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="Its workflow is not there any more: how that came, and when it was found.",
        ),
    )
    op.add_column(
        "instance",
        sa.Column(
            "replaces",
            sa.Text(),
            nullable=True,
            comment="The instance, its workflow gone, in whose place it was started anew.",
        ),
    )
    op.create_index(
        "ix_instance_gone", "instance", ["id"], postgresql_where=sa.text("gone IS NOT NULL AND status <> 'ended'")
    )
    op.create_index("ix_instance_replaces", "instance", ["replaces"], postgresql_where=sa.text("replaces IS NOT NULL"))


def downgrade() -> None:
    """What was found is found again."""
    op.drop_index("ix_instance_replaces", table_name="instance")
    op.drop_index("ix_instance_gone", table_name="instance")
    op.drop_column("instance", "replaces")
    op.drop_column("instance", "gone")
