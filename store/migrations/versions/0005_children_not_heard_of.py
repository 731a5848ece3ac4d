"""Children that were asked for and not heard of yet are found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """They are few; those that run or ended are many."""
    op.create_index("ix_child_unheard", "child", ["parent"], postgresql_where=sa.text("status = 'ordered'"))


def downgrade() -> None:
    """The table stays as it is."""
    op.drop_index("ix_child_unheard", table_name="child")
