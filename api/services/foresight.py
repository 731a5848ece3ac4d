"""Seeing what an intervention would bring, before anybody gives a reason for it. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.services.actor import Actor
from api.services.actor import Operation as Permission
from api.services.base import Base
from api.services.engine import InstanceGoneError
from api.services.errors import NotFoundError, NotNowError, WorkflowGoneError
from pathways.events import Cancelled, DataChanged, Held, Moved, Operation, Released, Resumed, Skipped, Suspended
from pathways.foresight import Foresight
from pathways.messages import Refused

Json = Any


@dataclass(frozen=True)
class ForesightService(Base):
    """The use cases of asking first. What would be refused is told in the answer.

    All raise `NotFoundError`, `ForbiddenError`, and `NotNowError` where the pathway does not answer.
    """

    async def skip(self, actor: Actor, ident: str, address: str, *, output: Json = None) -> Foresight:
        """What skipping a step with this output would bring."""
        return await self._ask(actor, "operate", ident, Skipped(address, actor.id, "", output, _roles(actor)))

    async def move(self, actor: Actor, ident: str, address: str, *, to: str, undo: bool = False) -> Foresight:
        """What moving a position would bring."""
        return await self._ask(actor, "operate", ident, Moved(address, to, actor.id, "", undo, _roles(actor)))

    async def change(self, actor: Actor, ident: str, name: str, value: Json, *, scope: str = "") -> Foresight:
        """What changing a saved value would bring."""
        return await self._ask(actor, "operate", ident, DataChanged(name, value, actor.id, "", scope, _roles(actor)))

    async def suspend(self, actor: Actor, ident: str) -> Foresight:
        """What suspending would bring."""
        return await self._ask(actor, "operate", ident, Suspended(actor.id, ""))

    async def resume(self, actor: Actor, ident: str) -> Foresight:
        """What resuming would bring."""
        return await self._ask(actor, "operate", ident, Resumed(actor.id, ""))

    async def hold(self, actor: Actor, ident: str, steps: tuple[str, ...]) -> Foresight:
        """What holding steps of the instance would bring."""
        return await self._ask(actor, "operate", ident, Held(steps, actor.id, "", own=True))

    async def release(self, actor: Actor, ident: str) -> Foresight:
        """What releasing them would bring."""
        return await self._ask(actor, "operate", ident, Released(actor.id, "", own=True))

    async def cancel(self, actor: Actor, ident: str) -> Foresight:
        """What cancelling would bring."""
        return await self._ask(actor, "cancel", ident, Cancelled(actor.id, ""))

    async def _ask(self, actor: Actor, allowed: Permission, ident: str, event: Operation) -> Foresight:
        actor.require(allowed)
        try:
            return await self.engine.foresee(ident, event)
        except InstanceGoneError as gone:
            async with self.database.transaction() as unit:
                instance = await unit.instances.get(ident)
            if instance is None:
                raise NotFoundError("There is no such instance.") from gone
            if instance.status != "ended" and instance.gone is not None:
                still = WorkflowGoneError()
                return Foresight(instance.rev, refused=Refused(still.reason, still.message))
            if instance.status != "ended":
                raise NotNowError("The pathway does not answer now.", hint="Try again in a moment.") from gone
            how = instance.outcome_title or instance.outcome or "ended"
            return Foresight(instance.rev, refused=Refused("ended", f"The pathway has ended: {how}."))


def _roles(actor: Actor) -> tuple[str, ...]:
    return tuple(sorted(actor.roles))
