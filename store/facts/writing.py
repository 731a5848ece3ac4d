"""Writing changes: few statements, each for many rows. Used by recording alone, on a row that it has locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, Update, any_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.audit import Audit
from store.facts.changes import Changes, IncidentChange, Row
from store.facts.renaming import rename_positions
from store.inbox import Arming, drop_deferred, lock_types, match_again, offer_again
from store.notify import RECORDED
from store.rows import Change, given_rows, insert_rows, together, upsert_rows
from store.tables import (
    child,
    clock,
    incident,
    instance,
    listener,
    outbox,
    position,
    result,
    task,
    task_draft,
    timeline,
)
from store.tables.base import Text

Json = Any


# Made once: to build a statement costs more than to run it.
_INSERT_RESULTS = (
    insert_rows(result, result.c.keys())
    .on_conflict_do_nothing()
    .returning(func.pg_notify(RECORDED, func.concat(result.c.instance, " ", result.c.rev)))
)
_UPDATE_INSTANCE = update(instance).where(instance.c.id == bindparam("ident")).values(recorded_at=func.now())
_MOVE_POSITION = update(position).where(
    position.c.instance == bindparam("ident"), position.c.address == bindparam("at_address")
)
_LEAVE_POSITIONS = delete(position).where(
    position.c.instance == bindparam("left_by"), position.c.address == any_(bindparam("left", type_=ARRAY(Text)))
)
_CLOSED = given_rows(task, ("id", "status", "closed_by"), "closed")
_DROP_DRAFTS = delete(task_draft).where(
    task_draft.c.task == _CLOSED.c.id, task_draft.c.person == _CLOSED.c.closed_by, _CLOSED.c.status == "completed"
)


class Writer:
    """Writes the changes of one instance on one transaction's connection."""

    def __init__(self, connection: AsyncConnection, ident: str) -> None:
        self._connection = connection
        self._ident = ident
        self._together: list[Change] = []
        self._given: dict[str, Any] = {}

    async def write(self, changes: Changes, *, attributes_known: Mapping[str, Json], since: datetime) -> None:
        """Write all changes but those of the instance's row.

        `since` is when the instance was recorded before. Where pathway time runs ahead of real time (in a
        demonstration), its moments can't be compared with those at which events came in; then listeners that are
        new count as armed since that record.
        """
        await self._positions(changes)
        await self._tasks(changes, attributes_known)
        await self._incidents(changes)
        await self.clocks(changes.clocks.values())
        await self.children(changes.children)
        self._records(changes)
        await self._send()
        await self._listeners(changes, since)
        await self._deferred(changes)
        await Audit(self._connection).append(*changes.audit)

    async def add_instance(self, fields: Row) -> None:
        """Insert the instance's row, for one of which the store never heard. A child's clock is its parent's."""
        row: Row = {"id": self._ident, "attributes": {}, "inputs": {}, "data": {}, "recorded_at": func.now()}
        row |= {"suspended": False, "offers": []}
        parent = fields.get("parent_instance")
        if parent is not None:
            row["pace"] = select(instance.c.pace).where(instance.c.id == parent).scalar_subquery()
        await self._connection.execute(insert(instance).values(row | fields))

    async def update_instance(self, fields: Row) -> None:
        """Change the instance's row."""
        await self._connection.execute(_UPDATE_INSTANCE, {"ident": self._ident, **fields})

    async def records(self, changes: Changes) -> None:
        """Write what is only ever added: timeline, results, events out."""
        self._records(changes)
        await self._send()

    def _records(self, changes: Changes) -> None:
        if changes.timeline:
            self._also(insert_rows(timeline, changes.timeline[0]), timeline=changes.timeline)
        if changes.results:
            self._also(_INSERT_RESULTS, result=changes.results)
        if changes.outbox:
            self._also(_insert_outbox(tuple(changes.outbox[0])), outbox=changes.outbox)

    def _also(self, statement: Change, **given: Any) -> None:
        """Send a statement with others; none of them may build on another."""
        self._together.append(statement)
        self._given |= given

    async def _send(self) -> None:
        if self._together:
            await self._connection.execute(together(*self._together), self._given)
            self._together, self._given = [], {}

    async def _positions(self, changes: Changes) -> None:
        if changes.left:
            self._also(_LEAVE_POSITIONS, left_by=self._ident, left=sorted(changes.left))
        if changes.renamed:
            await self._send()
            await rename_positions(self._connection, self._ident, changes.renamed)
        if changes.left_renamed:
            gone = {"left_by": self._ident, "left": sorted(changes.left_renamed)}
            await self._connection.execute(_LEAVE_POSITIONS, gone)
        for rows in _alike(changes.moved):
            await self._connection.execute(_MOVE_POSITION, [{"ident": self._ident, **row} for row in rows])
        entered = list(changes.entered.values())
        if entered:
            self._also(upsert_rows(position, entered[0]), position=entered)

    async def _tasks(self, changes: Changes, attributes_known: Mapping[str, Json]) -> None:
        for ident, row in sorted(changes.marked.items()):
            mark = update(task).where(task.c.id == ident, task.c.instance == self._ident, task.c.status == "open")
            await self._connection.execute(mark.values(row))
        closed = [{"id": ident, **row} for ident, row in sorted(changes.closed.items()) if ident not in changes.opened]
        if closed:
            self._also(_close_tasks(tuple(closed[0])), closed=closed)
            self._also(_DROP_DRAFTS, closed=closed)
        shared = _pathway_of(changes)
        attributes = changes.fields.get("attributes")
        if attributes is not None and attributes != attributes_known:
            shared["attributes"] = attributes
        if shared:
            await self._send()
            mine = (task.c.instance == self._ident) & (task.c.status == "open")
            await self._connection.execute(update(task).where(mine).values(shared))
        opened = list(changes.opened.values())
        if opened:
            self._also(insert_rows(task, opened[0]), task=opened)

    async def _incidents(self, changes: Changes) -> None:
        for ident, change in sorted(changes.incidents.items()):
            await self._incident(ident, change)
        if changes.migrated:
            mine = (incident.c.instance == self._ident) & (incident.c.status == "open")
            await self._connection.execute(update(incident).where(mine).values(_pathway_of(changes)))

    async def _incident(self, ident: str, change: IncidentChange) -> None:
        counts = {"occurrences": change.occurrences, "retries": change.retries}
        later: Row = {"retried_at": change.retried_at, **(change.closed or {})}
        if change.row is None:
            added = {name: incident.c[name] + value for name, value in counts.items()}
            await self._connection.execute(update(incident).where(incident.c.id == ident).values(later | added))
        else:
            row = change.row | counts | later
            await self._connection.execute(_upsert_incident(row | {"first_seen": change.first_seen}))

    async def clocks(self, rows: Iterable[Row]) -> None:
        """Write where clocks stand; columns that a row lacks stay as they are."""
        for row in rows:
            statement = insert(clock).values(row)
            taken = {name: value for name, value in row.items() if name not in {"instance", "clock"}}
            key = [clock.c.instance, clock.c.clock]
            await self._connection.execute(statement.on_conflict_do_update(index_elements=key, set_=taken))

    async def children(self, rows: Mapping[str, Row]) -> None:
        """Write what was heard of children: whole rows of those just ordered, columns of others."""
        for ident, row in rows.items():
            if "parent" in row:
                there = insert(child).values(row)
                taken = {name: value for name, value in row.items() if name != "instance"}
                await self._connection.execute(
                    there.on_conflict_do_update(index_elements=[child.c.instance], set_=taken)
                )
            else:
                mine = (child.c.instance == ident) & (child.c.parent == self._ident)
                await self._connection.execute(update(child).where(mine).values(row))

    async def _listeners(self, changes: Changes, since: datetime) -> None:
        armed = list(changes.armed.values())
        if armed:
            await lock_types(self._connection, [row["type"] for row in armed], alone=False)
        gone = sorted(changes.disarmed - changes.armed.keys())
        if gone:
            mine = (listener.c.instance == self._ident) & listener.c.address.in_(gone)
            await self._connection.execute(delete(listener).where(mine))
        if armed:
            await self._connection.execute(upsert_rows(listener, armed[0]), {listener.name: armed})
        await match_again(self._connection, armings(armed, since, changes.lookbacks))

    async def _deferred(self, changes: Changes) -> None:
        """What was deferred while it was suspended comes again, or can come no more."""
        if changes.drop_deferred:
            await drop_deferred(self._connection, self._ident)
        elif changes.reoffer is not None:
            await offer_again(self._connection, self._ident, changes.reoffer)


async def insert_into(
    connection: AsyncConnection, table: Table, rows: Sequence[Row], *, unless_there: bool = False
) -> None:
    """Insert rows that all have the same columns, in one statement; nothing where there are none."""
    if rows:
        statement = insert_rows(table, rows[0])
        statement = statement.on_conflict_do_nothing() if unless_there else statement
        await connection.execute(statement, {table.name: list(rows)})


def armings(rows: Iterable[Row], since: datetime, lookbacks: Mapping[str, timedelta] | None = None) -> list[Arming]:
    """Armed listeners as the inbox matches them.

    `since` stands for a time of arming that lies ahead of real time, less how far that listener looks back.
    """
    now = datetime.now(UTC)
    found = []
    for row in rows:
        lookback = (lookbacks or {}).get(row["address"], timedelta())
        ahead = row["armed_at"] + lookback > now
        from_ = since - lookback if ahead else row["armed_at"]
        found.append(Arming(row["instance"], row["type"], row["key"], from_, row["arming"]))
    return found


@lru_cache(maxsize=8)
def _close_tasks(names: tuple[str, ...]) -> Update:
    given = given_rows(task, names, "closed")
    changed = {name: given.c[name] for name in names if name != "id"}
    closing = update(task).where(task.c.id == given.c.id, task.c.status == "open")
    return closing.values(changed).values(version=task.c.version + 1)


@lru_cache(maxsize=8)
def _insert_outbox(names: tuple[str, ...]) -> Insert:
    return insert_rows(outbox, names).on_conflict_do_nothing()


def _alike(moved: Mapping[str, Row]) -> list[list[Row]]:
    """Positions that moved, those with the same columns together."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for address, row in sorted(moved.items()):
        found.setdefault(tuple(sorted(row)), []).append({"at_address": address, **row})
    return list(found.values())


def _pathway_of(changes: Changes) -> Row:
    """The columns in which open tasks and incidents name their pathway, where the instance was migrated."""
    if not changes.migrated:
        return {}
    return {"pathway_version": changes.fields["version"], "pathway_title": changes.fields["title"]}


def _upsert_incident(row: Row) -> Insert:
    statement = insert(incident).values(row)
    taken = {name: statement.excluded[name] for name in row if name not in {"id", "first_seen"}}
    added = {name: incident.c[name] + statement.excluded[name] for name in ("occurrences", "retries")}
    return statement.on_conflict_do_update(index_elements=[incident.c.id], set_=taken | added)
