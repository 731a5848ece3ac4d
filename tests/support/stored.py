"""Everything that the tables hold of an instance, for comparing."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from store import tables
from store.database import Database

_ULID = re.compile("[0-9A-HJKMNP-TV-Z]{26}")

# Given by the database, or a matter of when and how often something was written.
_PASSING = {"number", "recorded_at", "next_at", "snapshot_digest"}

_OWNER = {"instance": "id", "child": "parent"}

_OF_INSTANCE = (
    tables.position,
    tables.listener,
    tables.task,
    tables.incident,
    tables.clock,
    tables.child,
    tables.timeline,
    tables.result,
    tables.outbox,
    tables.delivery,
)


async def everything(database: Database, instance: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of an instance, table by table, in an order that does not depend on when they were written."""
    found = {}
    async with database.transaction() as unit:
        for table in (tables.instance, *_OF_INSTANCE):
            owner = table.c[_OWNER.get(table.name, "instance")]
            rows = await unit.connection.execute(select(table).where(owner == instance))
            plain = [{name: row[name] for name in row if name not in _PASSING} for row in rows.mappings()]
            found[table.name] = sorted(plain, key=repr)
        audit = select(tables.audit.c.actor, tables.audit.c.action, tables.audit.c.subject, tables.audit.c.detail)
        rows = await unit.connection.execute(
            audit.where(tables.audit.c.instance == instance).order_by(tables.audit.c.number)
        )
        found["audit"] = [dict(row) for row in rows.mappings()]
    return found


def anonymous(rows: dict[str, list[dict[str, Any]]]) -> str:
    """The rows as text without ids, so that two instances can be compared."""
    return _ULID.sub("", repr(rows))
