"""The demonstration clock: moved for all instances together, so that they go on sharing one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from api.services.actor import Actor
from api.services.base import Base
from api.services.engine import EngineRefusedError, InstanceGoneError
from api.services.errors import ChangedError, NotFoundError, RefusedError
from pathways.messages import Description
from pathways.pace import pace_from_json, pace_to_json, pathway_now
from store.instances import Instance

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the clock stands now (None where nothing waits for time), and for how many instances it was moved."""

    to: datetime | None
    instances: int


@dataclass(frozen=True)
class DemonstrationService(Base):
    """The use case of moving the demonstration clock; there is none outside demonstration mode."""

    async def move_clock(
        self, actor: Actor, to: datetime | None, *, key: str, seen: Mapping[str, int] | None = None
    ) -> Moved:
        """Move the clock to a moment, or to the nearest deadline of any instance.

        `seen` names instances with the revision at which they were seen. Raises `ChangedError` where one of them has
        moved on since: whoever waits for nothing but time must not be wrong about that.
        """
        if not self.demo:
            raise NotFoundError("Time can be moved in demonstrations only.")
        actor.require("move-clock")
        described = [(one, await self._described(one)) for one in await self._open()]
        running = [(one, description) for one, description in described if description is not None]
        revs = {one.id: description.rev for one, description in running}
        if any(revs.get(ident) != rev for ident, rev in (seen or {}).items()):
            raise ChangedError("A pathway has moved on since you looked.", hint="Look again.")
        deadlines = [description.deadline for _, description in running if description.deadline is not None]
        target = to or min(deadlines, default=None)
        if target is None:
            return Moved(None, 0)
        moved = [one for one, _ in running if await self._move(one, target, actor.request(key))]
        await self._note(moved, target)
        return Moved(target, len(moved))

    async def time(self) -> datetime | None:
        """What the demonstration takes for now; None outside one."""
        if not self.demo:
            return None
        async with self.database.reading() as unit:
            return await self.pathway_time(unit)

    async def _open(self) -> list[Instance]:
        found: list[Instance] = []
        while True:
            async with self.database.transaction() as unit:
                some = await unit.instances.open_after(found[-1].id if found else "", limit=_AT_ONCE)
            found.extend(some)
            if len(some) < _AT_ONCE:
                return [one for one in found if one.pace is not None]

    async def _described(self, instance: Instance) -> Description | None:
        try:
            return await self.engine.describe(instance.id)
        except InstanceGoneError:
            return None

    async def _move(self, instance: Instance, to: datetime, request: str) -> bool:
        try:
            answer = await self.engine.move_clock(instance.id, to, request=f"{request}/{instance.id}")
        except InstanceGoneError:
            return False
        except EngineRefusedError as refusal:
            raise RefusedError(refusal.refused.code, refusal.refused.message) from refusal
        await self.lists_lag(instance.id, answer.rev)
        return True

    async def _note(self, moved: list[Instance], to: datetime) -> None:
        """Keep what the clock says now, for lists and for new instances."""
        now = self.now()
        async with self.database.transaction() as unit:
            for one in moved:
                pace = pace_from_json(one.pace)
                if pace is not None:
                    shown = max(to, pathway_now(pace, now))
                    await unit.instances.set_pace([one.id], pace_to_json(replace(pace, anchor=now, shown=shown)))
