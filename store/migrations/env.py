"""Alembic's environment: runs on the connection that `store.migrate` hands over, in its transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy.dialects.postgresql import JSONB

from store.tables import metadata
from store.tables.base import Text


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations name PostgreSQL's types, not our classes, for they outlive them."""
    if kind == "type" and isinstance(item, Text):
        return "sa.Text()"
    if kind == "type" and isinstance(item, JSONB):
        return "postgresql.JSONB()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=_render,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
