"""The registry of versions: drafts, who wrote them, from when a version is in effect, and pausing it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was published before was written by whoever published it, is in effect, and runs."""
    op.add_column("definition", sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("definition", sa.Column("drafted_by", sa.Text(), nullable=True))
    op.execute("UPDATE definition SET drafted_at = published_at, drafted_by = published_by")
    op.alter_column("definition", "drafted_at", nullable=False)
    op.alter_column("definition", "drafted_by", nullable=False)
    op.alter_column("definition", "published_at", existing_type=sa.DateTime(timezone=True), nullable=True)
    op.alter_column("definition", "published_by", existing_type=sa.Text(), nullable=True)
    op.add_column("definition", sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("definition", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "definition",
        sa.Column("held_steps", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
    )
    op.alter_column("definition", "paused", server_default=None)
    op.alter_column("definition", "held_steps", server_default=None)
    op.drop_constraint(op.f("ck_definition_state"), "definition", type_="check")
    op.create_check_constraint(
        op.f("ck_definition_state"), "definition", "state IN ('draft', 'published', 'deprecated', 'retired')"
    )
    op.create_check_constraint(
        op.f("ck_definition_published"),
        "definition",
        "state = 'draft' OR (published_at IS NOT NULL AND published_by IS NOT NULL)",
    )


def downgrade() -> None:
    """Drafts are lost: there was no place for them."""
    op.execute("DELETE FROM definition WHERE state = 'draft'")
    op.drop_constraint(op.f("ck_definition_published"), "definition", type_="check")
    op.drop_constraint(op.f("ck_definition_state"), "definition", type_="check")
    op.create_check_constraint(
        op.f("ck_definition_state"), "definition", "state IN ('published', 'deprecated', 'retired')"
    )
    for column in ("held_steps", "paused", "effective_from", "drafted_by", "drafted_at"):
        op.drop_column("definition", column)
    op.alter_column("definition", "published_by", existing_type=sa.Text(), nullable=False)
    op.alter_column("definition", "published_at", existing_type=sa.DateTime(timezone=True), nullable=False)
