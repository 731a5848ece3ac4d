"""Children: the pathways that instances started, as their parents tell it, and reports that may have been lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.rows import read, read_one, select_rows
from store.tables import child, instance

Json = Any

_AWAITED = child.c.status.in_(("ordered", "running")) & ~child.c.detached


@dataclass(frozen=True, slots=True)
class Child:
    """A child as its parent tells it; `instance` is the child. `run` counts the starts from the parent's position.

    `failed` says why it could not be started. `late`: nobody waited any more when it reported.
    """

    instance: str
    parent: str
    address: str
    run: int
    pathway: str
    range: str
    detached: bool
    version: str | None
    digest: str | None
    status: Literal["ordered", "running", "ended", "failed"]
    outcome: str | None
    failed: str | None
    late: bool
    ordered_at: datetime
    started_at: datetime | None
    cancelled_at: datetime | None
    ended_at: datetime | None
    told_at: datetime | None

    @property
    def awaited(self) -> bool:
        """Whether its parent has yet to hear of its end."""
        return self.status in ("ordered", "running") and not self.detached


@dataclass(frozen=True, slots=True)
class Unreported:
    """A child that has ended, and whose parent goes on without knowing it. `gone`: it was closed, its workflow gone."""

    instance: str
    parent: str
    address: str
    outcome: str | None
    give: Json
    ended_at: datetime | None
    gone: Json


class Children:
    """The children of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, parent: str) -> tuple[Child, ...]:
        """The children of an instance, in the order in which they were asked for."""
        query = select_rows(Child, child).where(child.c.parent == parent)
        query = query.order_by(child.c.ordered_at, child.c.address, child.c.instance)
        return read(Child, await self._connection.execute(query))

    async def get(self, ident: str) -> Child | None:
        """What its parent tells of a child; None for an instance that is nobody's child."""
        query = select_rows(Child, child).where(child.c.instance == ident)
        return read_one(Child, (await self._connection.execute(query)).first())

    async def unreported(self, *, patience: timedelta, limit: int) -> tuple[Unreported, ...]:
        """Children that ended longer than `patience` ago, and of whose end the open parent did not hear since.

        Those that were told of just now are left out: the parent has not recorded it yet.
        """
        parent = instance.alias("parent")
        query = (
            select(instance.c.id, child.c.parent, child.c.address, instance.c.outcome, instance.c.give)
            .add_columns(instance.c.ended_at, instance.c.gone)
            .join(instance, instance.c.id == child.c.instance)
            .join(parent, parent.c.id == child.c.parent)
            .where(
                _AWAITED,
                instance.c.status == "ended",
                instance.c.recorded_at < func.now() - patience,
                parent.c.status != "ended",
                child.c.told_at.is_(None) | (child.c.told_at < func.now() - patience),
            )
            .order_by(instance.c.recorded_at)
            .limit(limit)
        )
        return read(Unreported, await self._connection.execute(query))

    async def unheard(self, *, patience: timedelta, limit: int) -> tuple[Child, ...]:
        """Children that their open parent asked for longer than `patience` ago, and of which it heard nothing."""
        parent = instance.alias("parent")
        query = (
            select_rows(Child, child)
            .join(parent, parent.c.id == child.c.parent)
            .where(
                child.c.status == "ordered",
                parent.c.status != "ended",
                parent.c.recorded_at < func.now() - patience,
                child.c.told_at.is_(None) | (child.c.told_at < func.now() - patience),
            )
            .order_by(parent.c.recorded_at)
            .limit(limit)
        )
        return read(Child, await self._connection.execute(query))

    async def told(self, idents: Sequence[str]) -> None:
        """Note that the reports of children were sent again, or asked for."""
        await self._connection.execute(update(child).where(child.c.instance.in_(idents)).values(told_at=func.now()))
