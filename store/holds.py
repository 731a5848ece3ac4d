"""Holding steps of a paused version: which running instances do not hold yet, or hold still, what they are to.

What a version holds is said in the registry, and what an instance holds it states itself. Whatever lies between the
two, a pause, an end of it, a migration, a restored database, is found by comparing them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, not_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import definition, instance, position

Json = Any


@dataclass(frozen=True, slots=True)
class Astray:
    """A running instance that holds something else than its version: which `steps` it is to hold, none to release.

    `pause` is the act that asks for it, with its `id`, `by`, `reason`; None where nobody paused the version ever.
    """

    instance: str
    rev: int
    steps: tuple[str, ...]
    pause: Json


@dataclass(frozen=True, slots=True)
class Holding:
    """How far a version's pause has come: `running` instances, those that `know` of it, and how many stand where.

    `standing` counts, by step, the positions that wait before it.
    """

    running: int
    know: int
    standing: Mapping[str, int]


_OF_VERSION = and_(definition.c.name == instance.c.pathway, definition.c.version == instance.c.version)
_HOLDS = and_(definition.c.paused, func.jsonb_array_length(definition.c.held_steps) > 0)
_RUNS = and_(instance.c.status == "running", instance.c.gone.is_(None))
_KNOWS = instance.c.hold["id"].astext == definition.c.pausing["id"].astext


class Holds:
    """What instances of paused versions hold, in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def astray(self, *, after: str = "", limit: int) -> tuple[Astray, ...]:
        """Instances that are to be told, in the order of their ids, behind one."""
        steps = case((_HOLDS, definition.c.held_steps), else_=func.jsonb_build_array())
        wanted = (instance.c.id, instance.c.rev, steps, definition.c.pausing)
        behind = and_(_RUNS, instance.c.id > after)
        # In two, so that each has its index: there are few paused versions, and few instances that hold anything.
        to_hold = select(*wanted).join(definition, _OF_VERSION).where(behind, _HOLDS, _KNOWS.is_not(True))
        to_release = select(*wanted).join(definition, _OF_VERSION)
        to_release = to_release.where(behind, instance.c.hold.is_not(None), not_(_HOLDS))
        query = union_all(to_hold.order_by(instance.c.id).limit(limit), to_release.order_by(instance.c.id).limit(limit))
        found = [Astray(row[0], row[1], tuple(row[2]), row[3]) for row in await self._connection.execute(query)]
        return tuple(sorted(found, key=lambda one: one.instance)[:limit])

    async def of_version(self, name: str, version: str) -> Holding:
        """How far the pause of a version has come."""
        mine = and_(_RUNS, instance.c.pathway == name, instance.c.version == version)
        counts = select(func.count(), func.count().filter(_KNOWS)).join_from(instance, definition, _OF_VERSION)
        running, know = (await self._connection.execute(counts.where(mine))).one()
        standing = (
            select(position.c.step, func.count())
            .join(instance, instance.c.id == position.c.instance)
            .where(
                mine, position.c.waits == "resume", instance.c.hold["steps"].contains(func.to_jsonb(position.c.step))
            )
            .group_by(position.c.step)
        )
        return Holding(running, know, {row[0]: row[1] for row in await self._connection.execute(standing)})
