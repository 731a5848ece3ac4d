"""The timeline: every fact that an instance stated, for reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from store.paging import Page, beyond, limit_of, page_of
from store.rows import read, select_rows
from store.tables import timeline

Json = Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact. `kind` is its name (`task-opened`), `detail` its other members; `actor` who or what did it.

    Forms and inputs are left out of `detail`: task and incident have them. The kind `gap` is the store's own: facts
    before it are missing, or did not hold.
    """

    number: int
    instance: str
    rev: int
    place: int
    at: datetime
    kind: str
    address: str | None
    actor: str | None
    detail: Mapping[str, Json]


class Timeline:
    """The timelines of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(self, instance: str, *, after: str | None = None, limit: int = 200) -> Page[Entry]:
        """An instance's facts, the first first, behind a cursor. Raises `BadCursorError`."""
        limit = limit_of(limit)
        order = (timeline.c.number,)
        query = select_rows(Entry, timeline).where(timeline.c.instance == instance)
        if after is not None:
            query = query.where(beyond(order, after))
        found = read(Entry, await self._connection.execute(query.order_by(*order).limit(limit + 1)))
        return page_of(found, limit, lambda one: (one.number,))

    async def all(self, instance: str) -> tuple[Entry, ...]:
        """An instance's whole timeline."""
        query = select_rows(Entry, timeline).where(timeline.c.instance == instance).order_by(timeline.c.number)
        return read(Entry, await self._connection.execute(query))
