"""Incidents: single ones, and grouped by fingerprint, so that one cause met a hundred times is one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from store.paging import Page, beyond, limit_of, page_of
from store.rows import read, read_one, select_rows
from store.tables import incident

Json = Any

GONE = "workflow-gone"
"""The kind of the store's own incidents: an instance is open, and its workflow is not there any more."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A position that stands still until an operator acts.

    `retried_at` is set while a retry runs whose end is not known yet. `closed_how` says whether the step completed or
    was left.
    """

    id: str
    instance: str
    number: int
    pathway: str
    pathway_version: str
    pathway_title: str
    address: str
    step: str
    kind: str
    message: str
    fingerprint: str
    detail: Json
    input: Json
    status: Literal["open", "closed"]
    occurrences: int
    retries: int
    retried_at: datetime | None
    first_seen: datetime
    last_seen: datetime
    closed_at: datetime | None
    closed_how: str | None


@dataclass(frozen=True, slots=True)
class IncidentGroup:
    """The open incidents of one fingerprint. `message` is the latest one's; `example` is its id."""

    fingerprint: str
    pathway: str
    step: str
    kind: str
    message: str
    example: str
    instances: int
    occurrences: int
    first_seen: datetime
    last_seen: datetime


class Incidents:
    """The incidents of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, ident: str) -> Incident | None:
        """An incident by its id."""
        query = select_rows(Incident, incident).where(incident.c.id == ident)
        return read_one(Incident, (await self._connection.execute(query)).first())

    async def of_instance(self, instance: str) -> tuple[Incident, ...]:
        """Every incident of an instance, in the order in which they opened."""
        query = select_rows(Incident, incident).where(incident.c.instance == instance).order_by(incident.c.number)
        return read(Incident, await self._connection.execute(query))

    async def standing_still(self, instances: Iterable[str]) -> frozenset[str]:
        """Those of some instances in which an incident is open."""
        query = select(incident.c.instance).where(
            incident.c.instance.in_(sorted(instances)), incident.c.status == "open"
        )
        return frozenset((await self._connection.execute(query)).scalars())

    async def page(
        self,
        *,
        status: Literal["open", "closed"] | None = "open",
        fingerprint: str | None = None,
        pathway: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Incident]:
        """Incidents, the last seen first, behind a cursor. Raises `BadCursorError`."""
        limit = limit_of(limit)
        query = select_rows(Incident, incident)
        equal = {"status": status, "fingerprint": fingerprint, "pathway": pathway}
        query = query.where(*(incident.c[name] == value for name, value in equal.items() if value is not None))
        order = (incident.c.last_seen, incident.c.id)
        if after is not None:
            query = query.where(beyond(order, after, descending=True))
        query = query.order_by(*(column.desc() for column in order)).limit(limit + 1)
        found = read(Incident, await self._connection.execute(query))
        return page_of(found, limit, lambda one: (one.last_seen, one.id))

    async def groups(self, *, limit: int = 100) -> tuple[IncidentGroup, ...]:
        """Open incidents by fingerprint, those with the most first."""

        def latest(name: str) -> Any:
            newest_first = aggregate_order_by(incident.c[name], incident.c.last_seen.desc(), incident.c.id)
            return func.array_agg(newest_first)[1]

        query = (
            select(
                incident.c.fingerprint,
                func.min(incident.c.pathway),
                func.min(incident.c.step),
                func.min(incident.c.kind),
                latest("message"),
                latest("id"),
                func.count(incident.c.instance.distinct()),
                func.sum(incident.c.occurrences),
                func.min(incident.c.first_seen),
                func.max(incident.c.last_seen),
            )
            .where(incident.c.status == "open")
            .group_by(incident.c.fingerprint)
            .order_by(func.count(incident.c.instance.distinct()).desc(), func.max(incident.c.last_seen).desc())
            .limit(limit)
        )
        return read(IncidentGroup, await self._connection.execute(query))

    async def open_count(self) -> int:
        """How many incidents are open."""
        query = select(func.count()).select_from(incident).where(incident.c.status == "open")
        return (await self._connection.execute(query)).scalar_one()
