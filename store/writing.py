"""Writing changes: few statements, each for many rows. Used by recording alone, on a row that it has locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.audit import Audit
from store.folding import Changes, IncidentChange, Row
from store.inbox import lock_types, match_again
from store.rows import insert_rows
from store.tables import incident, instance, listener, outbox, position, result, task, timeline

Json = Any


# Made once: to build a statement costs more than to run it.
_UPDATE_INSTANCE = update(instance).where(instance.c.id == bindparam("ident")).values(recorded_at=func.now())
_MOVE_POSITION = update(position).where(
    position.c.instance == bindparam("ident"), position.c.address == bindparam("at_address")
)
_CLOSE_TASK = (
    update(task).where(task.c.id == bindparam("task_id"), task.c.status == "open").values(version=task.c.version + 1)
)


class Writer:
    """Writes the changes of one instance on one transaction's connection."""

    def __init__(self, connection: AsyncConnection, ident: str) -> None:
        self._connection = connection
        self._ident = ident

    async def write(self, changes: Changes, *, attributes_known: Mapping[str, Json], since: datetime) -> None:
        """Write all changes but those of the instance's row.

        `since` is when the instance was recorded before. Where pathway time runs ahead of real time (in a
        demonstration), its moments can't be compared with those at which events came in; then listeners that are
        new count as armed since that record.
        """
        await self._positions(changes)
        await self._tasks(changes, attributes_known)
        await self._incidents(changes.incidents)
        await self.records(changes)
        await self._listeners(changes, since)
        await Audit(self._connection).append(*changes.audit)

    async def add_instance(self, fields: Row) -> None:
        """Insert the instance's row, for one of which the store never heard."""
        row: Row = {"id": self._ident, "attributes": {}, "inputs": {}, "data": {}, "recorded_at": func.now()}
        await self._connection.execute(insert(instance).values(row | fields))

    async def update_instance(self, fields: Row) -> None:
        """Change the instance's row."""
        await self._connection.execute(_UPDATE_INSTANCE, {"ident": self._ident, **fields})

    async def records(self, changes: Changes) -> None:
        """Write what is only ever added: timeline, results, events out."""
        await insert_into(self._connection, timeline, changes.timeline)
        await insert_into(self._connection, result, changes.results, unless_there=True)
        await insert_into(self._connection, outbox, changes.outbox, unless_there=True)

    async def _positions(self, changes: Changes) -> None:
        mine = position.c.instance == self._ident
        moved = [{"ident": self._ident, "at_address": address, **row} for address, row in sorted(changes.moved.items())]
        await self._execute(_MOVE_POSITION, moved)
        entered = list(changes.entered.values())
        gone = delete(position).where(mine, position.c.address.in_(sorted(changes.left)))
        if changes.left and entered:  # the usual case, in one statement
            together = insert_rows(position, entered[0]).add_cte(gone.cte("gone"))
            await self._connection.execute(together, {"rows": entered})
        elif changes.left:
            await self._connection.execute(gone)
        else:
            await insert_into(self._connection, position, entered)

    async def _tasks(self, changes: Changes, attributes_known: Mapping[str, Json]) -> None:
        closed = [
            {"task_id": ident, **row} for ident, row in sorted(changes.closed.items()) if ident not in changes.opened
        ]
        await self._execute(_CLOSE_TASK, closed)
        attributes = changes.fields.get("attributes")
        if attributes is not None and attributes != attributes_known:
            mine = (task.c.instance == self._ident) & (task.c.status == "open")
            await self._connection.execute(update(task).where(mine).values(attributes=attributes))
        await insert_into(self._connection, task, list(changes.opened.values()))

    async def _incidents(self, incidents: Mapping[str, IncidentChange]) -> None:
        for ident, change in sorted(incidents.items()):
            counts = {"occurrences": change.occurrences, "retries": change.retries}
            later: Row = {"retried_at": change.retried_at}
            if change.closed_at is not None:
                later |= {"status": "closed", "closed_at": change.closed_at, "closed_how": change.closed_how}
            if change.row is None:
                added = {name: incident.c[name] + value for name, value in counts.items()}
                await self._connection.execute(update(incident).where(incident.c.id == ident).values(later | added))
            else:
                row = change.row | counts | later
                await self._connection.execute(_upsert_incident(row | {"first_seen": change.first_seen}))

    async def _listeners(self, changes: Changes, since: datetime) -> None:
        if changes.armed:
            await lock_types(self._connection, [row["type"] for row in changes.armed.values()], alone=False)
        if changes.disarmed:
            gone = sorted(changes.disarmed)
            await self._connection.execute(
                delete(listener).where(listener.c.instance == self._ident, listener.c.address.in_(gone))
            )
        await insert_into(self._connection, listener, list(changes.armed.values()))
        await match_again(self._connection, armings(changes.armed.values(), since))

    async def _execute(self, statement: Any, rows: Sequence[Row]) -> None:
        if rows:
            await self._connection.execute(statement, list(rows))


async def insert_into(
    connection: AsyncConnection, table: Table, rows: Sequence[Row], *, unless_there: bool = False
) -> None:
    """Insert rows that all have the same columns, in one statement; nothing where there are none."""
    if rows:
        statement = insert_rows(table, rows[0])
        statement = statement.on_conflict_do_nothing() if unless_there else statement
        await connection.execute(statement, {"rows": list(rows)})


def armings(rows: Iterable[Row], since: datetime) -> list[tuple[str, str, str, datetime, int]]:
    """Armed listeners as the inbox matches them; `since` stands for a time of arming that lies ahead of real time."""
    now = datetime.now(UTC)
    return [
        (
            row["instance"],
            row["type"],
            row["key"],
            row["armed_at"] if row["armed_at"] <= now else since,
            row["arming"],
        )
        for row in rows
    ]


def _upsert_incident(row: Row) -> Insert:
    statement = insert(incident).values(row)
    taken = {name: statement.excluded[name] for name in row if name not in {"id", "first_seen"}}
    added = {name: incident.c[name] + statement.excluded[name] for name in ("occurrences", "retries")}
    return statement.on_conflict_do_update(index_elements=[incident.c.id], set_=taken | added)
