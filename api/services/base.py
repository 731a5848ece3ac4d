"""What use cases share: the store, the engine, the time, and who the people in an answer are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ulid import ULID

from api.services.engine import Engine
from pathways.pace import pace_from_json, pathway_now
from pathways.plan import Plan, plan_from_json
from store.database import Database, Unit

LAG_SECONDS = 2.0
"""How long an answer waits for the store to show what has happened."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class Plans:
    """Plans that were read from the store, by digest. What a digest names never changes."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._kept: OrderedDict[str, Plan] = OrderedDict()

    async def by_digest(self, unit: Unit, digest: str) -> Plan | None:
        """The plan of that digest; None where no such definition was published."""
        if digest not in self._kept:
            definition = await unit.definitions.by_digest(digest)
            if definition is None:
                return None
            self._kept[digest] = plan_from_json(definition.plan)
        self._kept.move_to_end(digest)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return self._kept[digest]


@dataclass(frozen=True)
class Base:
    """The store, the engine and the time, as the composition root hands them out.

    `demo`: instances run on a demonstration clock, whose time lists take for now.
    """

    database: Database
    engine: Engine
    now: Callable[[], datetime] = utc_now
    plans: Plans = field(default_factory=Plans)
    demo: bool = False

    async def pathway_time(self, unit: Unit) -> datetime:
        """What lists take for now: all instances share the demonstration clock, where one runs."""
        if not self.demo:
            return self.now()
        return pathway_now(pace_from_json(await unit.instances.latest_pace()), self.now())

    async def lists_lag(self, instance: str, rev: int) -> bool:
        """Wait a little for the store to reach a revision; whether it still has not."""
        return not await self.database.reached(instance, rev, within=LAG_SECONDS)


def new_id() -> str:
    """A new ULID."""
    return str(ULID())


async def names_of(unit: Unit, ids: Iterable[str | None]) -> dict[str, str]:
    """The names of people by id; what is no person's id is left out."""
    wanted = sorted({one for one in ids if one})
    return await unit.people.names(wanted) if wanted else {}
