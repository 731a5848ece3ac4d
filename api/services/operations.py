"""What people do to an instance beside its tasks: skip, move, change data, suspend, hold, offers, added tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.services.actor import Actor
from api.services.actor import Operation as Permission
from api.services.errors import InvalidRequestError
from api.services.interventions import Interventions, Operated
from pathways.events import (
    DataChanged,
    Held,
    Moved,
    OfferTaken,
    Operation,
    Released,
    Resumed,
    Skipped,
    Suspended,
    TaskAdded,
)

Json = Any


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task that a person adds by hand."""

    title: str
    queue: str
    priority: str = "routine"
    role: str | None = None
    help: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class OperationService(Interventions):
    """The use cases of intervening. Each names the person, and where something is overruled, a reason.

    All raise `NotFoundError`, `ForbiddenError`, `InvalidRequestError` without a reason, `RefusedError` with what the
    pathway has against it, `FormInvalidError` where something given does not fit.
    """

    async def skip(self, actor: Actor, ident: str, address: str, *, output: Json, reason: str, key: str) -> Operated:
        """Let a step count as completed, with what it would have given."""
        event = Skipped(address, actor.id, _reason(reason), output, _roles(actor))
        return await self._operate(actor, "operate", ident, event, key)

    async def move(
        self, actor: Actor, ident: str, address: str, *, to: str, undo: bool, reason: str, key: str
    ) -> Operated:
        """Move a position to another step; `undo` asks to undo first what was done in what is left."""
        event = Moved(address, to, actor.id, _reason(reason), undo, _roles(actor))
        return await self._operate(actor, "operate", ident, event, key)

    async def change(
        self, actor: Actor, ident: str, name: str, value: Json, *, scope: str, reason: str, key: str
    ) -> Operated:
        """Change a saved value."""
        event = DataChanged(name, value, actor.id, _reason(reason), scope, _roles(actor))
        return await self._operate(actor, "operate", ident, event, key)

    async def suspend(self, actor: Actor, ident: str, *, pause_clocks: bool, reason: str, key: str) -> Operated:
        """Start no new step until resumed."""
        return await self._operate(actor, "operate", ident, Suspended(actor.id, _reason(reason), pause_clocks), key)

    async def resume(self, actor: Actor, ident: str, *, reason: str, key: str) -> Operated:
        """End a suspension."""
        return await self._operate(actor, "operate", ident, Resumed(actor.id, _reason(reason)), key)

    async def hold(self, actor: Actor, ident: str, steps: tuple[str, ...], *, reason: str, key: str) -> Operated:
        """Have steps of this instance not be entered until they are released, in place of those held so before."""
        if not steps:
            raise InvalidRequestError("Say which steps are held.", fields={"steps": "is required"})
        return await self._operate(actor, "operate", ident, Held(steps, actor.id, _reason(reason), own=True), key)

    async def release(self, actor: Actor, ident: str, *, reason: str, key: str) -> Operated:
        """Hold no step of this instance any more; what its version holds stays held."""
        return await self._operate(actor, "operate", ident, Released(actor.id, _reason(reason), own=True), key)

    async def take_offer(self, actor: Actor, ident: str, side: str, *, key: str) -> Operated:
        """Start a side flow that is offered."""
        return await self._operate(actor, "add-task", ident, OfferTaken(side, actor.id, _roles(actor)), key)

    async def add_task(self, actor: Actor, ident: str, task: NewTask, *, key: str) -> Operated:
        """Add a task by hand."""
        event = TaskAdded(task.title, task.queue, actor.id, task.priority, task.role, task.help, task.due_at)
        return await self._operate(actor, "add-task", ident, event, key)

    async def _operate(self, actor: Actor, allowed: Permission, ident: str, event: Operation, key: str) -> Operated:
        actor.require(allowed)
        return await self.intervene(ident, event, request=actor.request(key))


def _roles(actor: Actor) -> tuple[str, ...]:
    return tuple(sorted(actor.roles))


def _reason(given: str) -> str:
    if not given.strip():
        raise InvalidRequestError("Say why.", fields={"reason": "is required"})
    return given.strip()
