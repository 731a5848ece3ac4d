"""An instance knows the site that it was started for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what runs already nobody has said it."""
    op.add_column(
        "instance", sa.Column("site", sa.Text(), nullable=True, comment="Where it was started for; expressions see it.")
    )


def downgrade() -> None:
    """What was said is lost."""
    op.drop_column("instance", "site")
