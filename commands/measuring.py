"""What finished instances of the store did, as something to draw from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

import settings
from pathways.errors import CarelaneError
from pathways.plan import Plan
from pathways.simulate import Simulation
from pathways.simulate import measured as measuring
from store.database import Database
from store.instances import InstanceFilter, InstanceSummary

MOST_INSTANCES = 2_000
"""How many finished instances are read, the youngest."""

Fact = Mapping[str, Any]


class NothingMeasuredError(CarelaneError):
    """The store has no finished instance of the pathway."""

    code: ClassVar[str] = "nothing-measured"
    exit_status: ClassVar[int] = 2


def measured(plan: Plan, base: Simulation) -> Simulation:
    """What finished instances of the pathway did, and what `base` declares where they say nothing.

    Raises `NothingMeasuredError` where there are none.
    """
    url = settings.load().require_database_url()
    histories = asyncio.run(_histories(url, plan.pathway))
    found, count = measuring.measured(plan, histories, base)
    if not count:
        raise NothingMeasuredError(f"No instance of {plan.pathway} has ended yet.", hint="Leave --from-store out.")
    return found


async def _histories(url: str, pathway: str) -> list[list[Fact]]:
    database = Database(url, connections=1)
    try:
        return [await _history(database, one.id) async for one in _ended(database, pathway)]
    finally:
        await database.close()


async def _ended(database: Database, pathway: str) -> AsyncIterator[InstanceSummary]:
    after: str | None = None
    read = 0
    while read < MOST_INSTANCES:
        async with database.transaction() as unit:
            wanted = InstanceFilter(pathway=pathway, open=False)
            page = await unit.instances.page(wanted, after=after, limit=100)
        for one in page.items:
            read += 1
            yield one
        if page.next is None:
            return
        after = page.next


async def _history(database: Database, instance: str) -> list[Fact]:
    async with database.transaction() as unit:
        entries = await unit.timeline.all(instance)
    return [{**one.detail, "fact": one.kind, "at": one.at, "address": one.address} for one in entries]
