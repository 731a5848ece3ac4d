"""How many instances stand where, and how long they stood there: read for diagrams and measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import and_, extract, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import instance, position, timeline

MOST_INSTANCES = 2000
"""Times are measured on this many instances of a version, the youngest: a picture must not read the whole history."""


@dataclass(frozen=True, slots=True)
class StepNumbers:
    """How many instances stand at a step, how often it was gone through, and the median of the time that took."""

    standing: int = 0
    passed: int = 0
    median: timedelta | None = None


class Statistics:
    """The numbers of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def steps(self, pathway: str, version: str) -> Mapping[str, StepNumbers]:
        """The numbers of a version's steps, by their path; steps that nothing reached are left out.

        A position that stands in several iterations or branches of one instance counts each time.
        """
        found = {
            step: StepNumbers(passed=passed, median=median)
            for step, passed, median in await self._times(pathway, version)
        }
        for step, standing in await self._standing(pathway, version):
            found[step] = replace(found.get(step, StepNumbers()), standing=standing)
        return found

    async def _standing(self, pathway: str, version: str) -> list[tuple[str, int]]:
        query = (
            select(position.c.step, func.count())
            .join(instance, instance.c.id == position.c.instance)
            .where(instance.c.pathway == pathway, instance.c.version == version, instance.c.status != "ended")
            .group_by(position.c.step)
        )
        return [(step, number) for step, number in await self._connection.execute(query)]

    async def _times(self, pathway: str, version: str) -> list[tuple[str, int, timedelta | None]]:
        """By step, how often it was left and the median time from entry to leaving, in the instances' own time."""
        some = (
            select(instance.c.id)
            .where(instance.c.pathway == pathway, instance.c.version == version)
            .order_by(instance.c.started_at.desc(), instance.c.id.desc())
            .limit(MOST_INSTANCES)
            .cte("some")
        )
        entered, left = timeline.alias("entered"), timeline.alias("left_")
        # An address is unique for the life of an instance, so entry and leaving pair by it.
        pairs = and_(
            left.c.instance == entered.c.instance,
            left.c.address == entered.c.address,
            left.c.kind == "step-left",
        )
        step = entered.c.detail["step"].astext
        took = extract("epoch", left.c.at - entered.c.at)
        query = (
            select(step, func.count(), func.percentile_cont(0.5).within_group(took))
            .select_from(some.join(entered, entered.c.instance == some.c.id).join(left, pairs))
            .where(entered.c.kind == "step-entered")
            .group_by(step)
        )
        rows = await self._connection.execute(query)
        return [(name, number, timedelta(seconds=float(median))) for name, number, median in rows]
