"""Clocks: the deadlines that people are held to, of one instance and across all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pathways.state import ClockStatus
from store.paging import Page, beyond, limit_of, page_of
from store.rows import columns, read, select_rows
from store.tables import clock, instance

RUNS: tuple[ClockStatus, ...] = ("running", "breached")
"""What a clock is while its time goes on."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as it stands. `number` counts its starts; `budget` and `left` are working seconds in its calendar.

    `warned_at` and `breached_at` are of its present start. `address` is the step that moved it last.
    """

    instance: str
    clock: str
    pathway: str
    title: str
    status: ClockStatus
    number: int
    started_at: datetime | None
    deadline: datetime | None
    warn_at: datetime | None
    budget: float | None
    left: float | None
    address: str | None
    why: str | None
    review_by: str | None
    cause: str | None
    moved_at: datetime
    warned_at: datetime | None
    breached_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClockCount:
    """How many clocks of a pathway run, how many of these have warned, and how many are breached."""

    pathway: str
    clock: str
    title: str
    running: int
    warned: int
    breached: int


class Clocks:
    """The clocks of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_instance(self, ident: str) -> tuple[Clock, ...]:
        """Every clock that an instance ever started, by name."""
        query = select_rows(Clock, clock).where(clock.c.instance == ident).order_by(clock.c.clock)
        return read(Clock, await self._connection.execute(query))

    async def due(
        self,
        *,
        before: datetime | None = None,
        pathway: str | None = None,
        breached: bool | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Clock]:
        """Clocks of open instances whose time goes on, the nearest deadline first. Raises `BadCursorError`.

        `before` narrows to deadlines before a moment; `breached` to those past their limit, or not.
        """
        limit = limit_of(limit)
        order = (clock.c.deadline, clock.c.instance, clock.c.clock)
        wanted = RUNS if breached is None else (("breached",) if breached else ("running",))
        query = (
            select(*columns(Clock, clock))
            .join(instance, instance.c.id == clock.c.instance)
            .where(clock.c.status.in_(RUNS), clock.c.status.in_(wanted), instance.c.status != "ended")
        )
        if before is not None:
            query = query.where(clock.c.deadline < before)
        if pathway is not None:
            query = query.where(clock.c.pathway == pathway)
        if after is not None:
            query = query.where(beyond(order, after))
        found = read(Clock, await self._connection.execute(query.order_by(*order).limit(limit + 1)))
        return page_of(found, limit, lambda one: (one.deadline, one.instance, one.clock))

    async def counts(self) -> tuple[ClockCount, ...]:
        """How the clocks of open instances stand, by pathway and clock."""
        runs = clock.c.status == "running"
        query = (
            select(
                clock.c.pathway,
                clock.c.clock,
                func.max(clock.c.title),
                func.count().filter(runs),
                func.count().filter(runs, clock.c.warned_at.is_not(None)),
                func.count().filter(clock.c.status == "breached"),
            )
            .join(instance, instance.c.id == clock.c.instance)
            .where(clock.c.status.in_(RUNS), instance.c.status != "ended")
            .group_by(clock.c.pathway, clock.c.clock)
            .order_by(clock.c.pathway, clock.c.clock)
        )
        return read(ClockCount, await self._connection.execute(query))
