"""Tasks in the store without a pathway behind them, for tests of lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from ulid import ULID

from pathways.facts import TaskOpened
from store import tables
from store.database import Database
from store.facts.rows import task_row
from store.instances import NewInstance

OPENED = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


async def add_instance(database: Database, ident: str | None = None, *, pathway: str = "example") -> str:
    """An instance for tasks to belong to."""
    ident = ident or str(ULID())
    new = NewInstance(ident, pathway, "1.0.0", "digest", "Example", "UTC", {}, OPENED)
    async with database.transaction() as unit:
        await unit.instances.add(new)
    return ident


async def add_tasks(database: Database, instance: str, tasks: Sequence[dict[str, Any]]) -> list[str]:
    """Open tasks with the given columns; their ids in the same order."""
    rows = []
    for place, given in enumerate(tasks):
        columns = dict(given)
        fact = TaskOpened(
            at=OPENED,
            id=columns.pop("id", str(ULID())),
            address=f"check@{place}",
            step="check",
            title=columns.pop("title", "Check"),
            queue=columns.pop("queue", "intake"),
            priority=columns.pop("priority", "routine"),
            role=columns.pop("role", None),
            due_at=columns.pop("due_at", None),
            stage=columns.pop("stage", None),
        )
        rows.append(task_row(instance, "example", "1.0.0", "Example", fact) | {"assignee": None} | columns)
    async with database.transaction() as unit:
        await unit.connection.execute(insert(tables.task), rows)
    return [row["id"] for row in rows]
