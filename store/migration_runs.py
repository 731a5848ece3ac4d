"""Runs that move instances from one version of their pathway to another: what was asked, and what came of each.

A run is on record before anything moves, each instance in it as `waiting`; whoever moves one notes what came of it.
An instance that has not moved on since can be taken back: its revision is still the one that the move made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.facts.changes import Row
from store.paging import Page, beyond, limit_of, page_of
from store.rows import columns, insert_rows, read, read_one, select_rows
from store.tables import instance, migration_result, migration_run

Json = Any
RunStatus = Literal["running", "done", "stopped"]
MoveVerdict = Literal["waiting", "moved", "refused", "failed", "taken-back"]
"""What became of an instance in a run. `refused`: it stands where it can't be moved. `failed`: it did not answer."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that somebody begins. `mapping` says where what stands has to go, as it was authored."""

    id: str
    pathway: str
    from_version: str
    to_version: str
    to_digest: str
    mapping: Json
    with_children: bool
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class MigrationRun(NewRun):
    """A run as it is on record."""

    status: RunStatus
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instance that a run is to move. `place` is where it stands, as the run groups instances."""

    instance: str
    place: str
    from_version: str
    from_digest: str


@dataclass(frozen=True, slots=True)
class MigrationResult(Candidate):
    """What a run came to with an instance. `rev` is the revision that the move made.

    `detail` says what happened to positions, tasks, clocks and children; `message` why it was not moved.
    """

    run: str
    verdict: MoveVerdict
    rev: int | None
    detail: Mapping[str, Json]
    message: str | None
    at: datetime


class MigrationRuns:
    """The runs of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self, new: NewRun, candidates: Sequence[Candidate]) -> None:
        """Put a run on record, with the instances that it is to move."""
        row: Row = {one.name: getattr(new, one.name) for one in fields(NewRun)}
        row |= {"status": "running", "created_at": func.now()}
        await self._connection.execute(migration_run.insert().values(row))
        now = (await self._connection.execute(select(func.now()))).scalar_one()
        rows: list[Row] = [
            {
                "run": new.id,
                "instance": one.instance,
                "verdict": "waiting",
                "place": one.place,
                "from_version": one.from_version,
                "from_digest": one.from_digest,
                "detail": {},
                "at": now,
            }
            for one in candidates
        ]
        if rows:
            await self._connection.execute(insert_rows(migration_result, rows[0]), {migration_result.name: rows})

    async def note(
        self,
        run: str,
        ident: str,
        verdict: MoveVerdict,
        *,
        rev: int | None = None,
        detail: Mapping[str, Json] | None = None,
        message: str | None = None,
    ) -> None:
        """Note what came of an instance. `rev` and `detail` stay as they were where they are not given."""
        values: Row = {"verdict": verdict, "message": message, "at": func.now()}
        values |= {} if rev is None else {"rev": rev}
        values |= {} if detail is None else {"detail": dict(detail)}
        mine = (migration_result.c.run == run) & (migration_result.c.instance == ident)
        await self._connection.execute(update(migration_result).where(mine).values(values))

    async def finish(self, run: str, status: RunStatus) -> None:
        """The run has gone through its instances, or was stopped before."""
        await self._connection.execute(
            update(migration_run).where(migration_run.c.id == run).values(status=status, finished_at=func.now())
        )

    async def get(self, run: str) -> MigrationRun | None:
        """A run by its id."""
        query = select_rows(MigrationRun, migration_run).where(migration_run.c.id == run)
        return read_one(MigrationRun, (await self._connection.execute(query)).first())

    async def page(
        self, *, pathway: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[MigrationRun]:
        """Runs, the latest first, behind a cursor. Raises `BadCursorError`."""
        limit = limit_of(limit)
        query = select_rows(MigrationRun, migration_run)
        if pathway is not None:
            query = query.where(migration_run.c.pathway == pathway)
        if after is not None:
            query = query.where(beyond((migration_run.c.id,), after, descending=True))
        query = query.order_by(migration_run.c.id.desc()).limit(limit + 1)
        found = read(MigrationRun, await self._connection.execute(query))
        return page_of(found, limit, lambda one: (one.id,))

    async def results(
        self, run: str, *, verdict: MoveVerdict | None = None, after: str | None = None, limit: int = 200
    ) -> Page[MigrationResult]:
        """What came of a run's instances, by id, behind a cursor. Raises `BadCursorError`."""
        query = select_rows(MigrationResult, migration_result).where(migration_result.c.run == run)
        if verdict is not None:
            query = query.where(migration_result.c.verdict == verdict)
        return await self._some(query, after, limit)

    async def returnable(self, run: str, *, after: str | None = None, limit: int = 200) -> Page[MigrationResult]:
        """Those of a run's instances that can be taken back: moved by it, still open, and not moved on since."""
        query = (
            select(*columns(MigrationResult, migration_result))
            .join(instance, instance.c.id == migration_result.c.instance)
            .where(migration_result.c.run == run, _unmoved())
        )
        return await self._some(query, after, limit)

    async def counts(self, run: str) -> dict[MoveVerdict, int]:
        """How many of a run's instances came to what: its progress."""
        query = select(migration_result.c.verdict, func.count()).where(migration_result.c.run == run)
        found = await self._connection.execute(query.group_by(migration_result.c.verdict))
        return {row[0]: row[1] for row in found}

    async def of_instance(self, ident: str) -> tuple[MigrationResult, ...]:
        """The runs that an instance was in, the latest first."""
        query = select_rows(MigrationResult, migration_result).where(migration_result.c.instance == ident)
        return read(MigrationResult, await self._connection.execute(query.order_by(migration_result.c.run.desc())))

    async def _some(self, query: Any, after: str | None, limit: int) -> Page[MigrationResult]:
        limit = limit_of(limit)
        if after is not None:
            query = query.where(beyond((migration_result.c.instance,), after))
        query = query.order_by(migration_result.c.instance).limit(limit + 1)
        found = read(MigrationResult, await self._connection.execute(query))
        return page_of(found, limit, lambda one: (one.instance,))


def _unmoved() -> ColumnElement[bool]:
    return (
        (migration_result.c.verdict == "moved")
        & (migration_result.c.rev == instance.c.rev)
        & (instance.c.status != "ended")
    )
