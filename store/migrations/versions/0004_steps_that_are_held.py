"""Steps that a paused version holds: who paused it and why, and which instances hold them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_HELD = sa.text("hold IS NOT NULL AND status <> 'ended'")
_WHO_PAUSED = """
UPDATE definition SET pausing = (
    SELECT jsonb_build_object(
        'id', 'paused-before', 'by', regexp_replace(audit.actor, '^person:', ''),
        'reason', coalesce(audit.detail ->> 'reason', ''), 'at', to_json(audit.at)
    )
    FROM audit
    WHERE audit.action = 'definition.pause'
      AND audit.subject = 'definition/' || definition.name || '@' || definition.version
    ORDER BY audit.number DESC LIMIT 1
) WHERE paused
"""


def upgrade() -> None:
    """What is paused already says who paused it, as the audit has it; instances hold nothing yet."""
    op.add_column(
        "definition",
        sa.Column(
            "pausing",
            postgresql.JSONB(),
            nullable=True,
            comment="Who paused it or let it go on last: by, reason, at, and an id of that.",
        ),
    )
    op.add_column(
        "instance",
        sa.Column(
            "hold",
            postgresql.JSONB(),
            nullable=True,
            comment="Steps that are not entered now: which, by whom, why, since when, by which pause.",
        ),
    )
    op.create_index("ix_instance_held", "instance", ["id"], postgresql_where=_HELD)
    op.execute(_WHO_PAUSED)


def downgrade() -> None:
    """Who paused a version stays in the audit."""
    op.drop_index("ix_instance_held", table_name="instance")
    op.drop_column("instance", "hold")
    op.drop_column("definition", "pausing")
