"""Renaming positions: a migration gives them other addresses, and what stands under the old ones goes along.

That is their rows, what they listen for, their open task and incident, and children that report to them.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, literal, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.facts.changes import Row
from store.tables import child, incident, listener, position, task

_ON_THE_WAY = "\x01"
"""Before an address that is free once everything that is to be renamed has left its own: no real one begins so."""


async def rename_positions(connection: AsyncConnection, ident: str, renamed: Mapping[str, Row]) -> None:
    """Rename positions of an instance; two may swap their addresses."""
    for number, before in enumerate(renamed):
        await _rename(connection, ident, before, {"address": f"{_ON_THE_WAY}{number}"})
    for number, row in enumerate(renamed.values()):
        await _rename(connection, ident, f"{_ON_THE_WAY}{number}", row)


async def _rename(connection: AsyncConnection, ident: str, before: str, row: Row) -> None:
    after = row["address"]
    await connection.execute(
        update(position).where(position.c.instance == ident, position.c.address == before).values(row)
    )
    slot = func.substr(listener.c.address, len(before) + 1)
    await connection.execute(
        update(listener)
        .where(listener.c.instance == ident, listener.c.position == before)
        .values(address=literal(after) + slot, position=after)
    )
    named = {name: row[name] for name in ("address", "step") if name in row}
    for table in (task, incident):
        open_ = (table.c.instance == ident) & (table.c.address == before) & (table.c.status == "open")
        await connection.execute(update(table).where(open_).values(named))
    waiting = child.c.status.in_(("ordered", "running"))
    await connection.execute(
        update(child).where(child.c.parent == ident, child.c.address == before, waiting).values(address=after)
    )
