"""Completing a task: the one use case that moves a pathway by a person's word.

The store says whether the request was answered before and who has the task; the pathway itself decides. Its validator
refuses a task that is no longer open before anything enters its history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from api.services.actor import Actor
from api.services.core_versions import UNKNOWN
from api.services.engine import EngineRefusedError, InstanceGoneError
from api.services.errors import (
    ChangedError,
    ForbiddenError,
    FormInvalidError,
    KeyReusedError,
    NotNowError,
    RefusedError,
    ServiceError,
    TaskClosedError,
    WorkflowGoneError,
)
from api.services.records import Task
from api.services.tasks import TaskService, closed, held
from pathways.events import TaskCompleted
from pathways.messages import Refused

Json = Any


@dataclass(frozen=True, slots=True)
class Completed:
    """A task was completed. `lists_lag`: the store does not show it yet."""

    task: str
    instance: str
    outcome: str
    rev: int
    lists_lag: bool
    repeated: bool = False


@dataclass(frozen=True)
class CompletionService(TaskService):
    """The use case of completing a task."""

    async def complete(
        self,
        actor: Actor,
        ident: str,
        *,
        outcome: str,
        form: Mapping[str, Json],
        key: str,
        version: int | None = None,
        seen: int | None = None,
        core: Collection[str] = (),
    ) -> Completed:
        """Complete a task. The same `key` again gives the first answer, whatever happened since.

        `seen` is the instance's revision that the person saw, which a gate needs: where its inputs changed since, it
        is refused and tells what changed. So it is where the core has moved on since they were read, or does not tell,
        unless the person has seen that too: `core` are the marks of it, or `UNKNOWN`.

        Raises `FormInvalidError`, `ForbiddenError`, `TaskHeldError`, `TaskClosedError`, `ChangedError`,
        `RefusedError`, `KeyReusedError` or `NotNowError`.
        """
        request = actor.request(key)
        prepared = await self._prepare(actor, ident, request, version)
        if isinstance(prepared, Completed):
            return prepared
        if prepared.gate is not None:
            await self._look_again(prepared, seen, frozenset(core))
        event = TaskCompleted(prepared.address, outcome, dict(form), actor.id, tuple(sorted(actor.roles)), seen)
        try:
            answer = await self.engine.complete(prepared.instance, event, request=request)
        except EngineRefusedError as refusal:
            raise await self._refusal(ident, refusal.refused) from refusal
        except InstanceGoneError as gone:
            return await self._after_the_end(prepared, request, gone)
        _same_task(answer.result, prepared)
        lag = await self.lists_lag(prepared.instance, answer.rev)
        return Completed(ident, prepared.instance, outcome, answer.rev, lag)

    async def _prepare(self, actor: Actor, ident: str, request: str, version: int | None) -> Task | Completed:
        """Check who, and take the task where nobody has it; or the answer that this request got before."""
        async with self.database.transaction() as unit:
            there, known = await unit.tasks.get_with_answer(ident, request)
            task = await self._if_seen(unit, actor, there)
            if known is not None:
                _same_task(known.result, task)
                return Completed(ident, task.instance, task.outcome or "", known.rev, lists_lag=False, repeated=True)
            if task.status != "open":
                raise await closed(unit, task)
            if task.role is not None and task.role not in actor.roles:
                raise ForbiddenError(f"This task needs the role {task.role}.")
            if version is not None and version != task.version and task.assignee != actor.id:
                if task.assignee is not None:
                    raise await held(unit, task)
                raise ChangedError("Somebody changed this task since you saw it.", hint="Look at it again.")
            claim = await unit.tasks.claim(ident, actor.id)
            return await self._settled(unit, actor, claim, "task.claim", before=task)

    async def _look_again(self, task: Task, seen: int | None, marks: frozenset[str]) -> None:
        """Whether a gate's inputs are still what the core has. What has changed in the pathway, the pathway knows."""
        if seen is None:
            message = "This is a decision: say on what it rests."
            raise FormInvalidError(message, fields={"seen": "is needed: the instance's revision that was seen"})
        async with self.database.transaction() as unit:
            instance = await unit.instances.get(task.instance)
            plan = await self.plans.by_digest(unit, instance.digest) if instance is not None else None
        moved = await self._moved_on(task, instance, plan) if instance is not None else ()
        if moved is None and UNKNOWN not in marks:
            raise RefusedError("core-silent", "The core does not tell now whether this rests on the latest.", [UNKNOWN])
        unseen = [one for one in moved or () if one.mark not in marks]
        if unseen:
            told = [one.told for one in moved or ()]
            raise RefusedError("core-changed", "The core has moved on since this was read.", told)

    async def _refusal(self, ident: str, refused: Refused) -> ServiceError:
        """The pathway's refusal as the person should meet it."""
        match refused.code:
            case "form-invalid":
                fields = refused.detail if isinstance(refused.detail, Mapping) else {}
                return FormInvalidError(refused.message, fields={str(k): str(v) for k, v in fields.items()})
            case "role-missing":
                return ForbiddenError(refused.message)
            case "task-closed" | "unknown-task" | "ended":
                return await self._closed_meanwhile(ident)
            case "unknown-outcome":
                return FormInvalidError(refused.message, fields={"outcome": refused.message})
            case "store-lag":
                return NotNowError(refused.message)
            case _:
                return RefusedError(refused.code, refused.message, refused.detail)

    async def _closed_meanwhile(self, ident: str) -> ServiceError:
        """Who closed the task, once the store knows; it may lag behind the pathway for a moment."""
        for pause in (0.05, 0.1, 0.2, 0.4, 0.8, None):
            async with self.database.transaction() as unit:
                task = await unit.tasks.get(ident)
                if task is not None and task.status != "open":
                    return await closed(unit, task)
            if pause is not None:
                await asyncio.sleep(pause)
        return TaskClosedError("completed")

    async def _after_the_end(self, task: Task, request: str, gone: InstanceGoneError) -> Completed:
        """The instance runs no more: perhaps because this very request ended it, and its answer was lost."""
        async with self.database.transaction() as unit:
            known = await unit.results.get(task.instance, request)
            there = await unit.tasks.get(task.id)
            if known is not None:
                return Completed(task.id, task.instance, (there or task).outcome or "", known.rev, False, repeated=True)
            if there is not None and there.status != "open":
                raise await closed(unit, there)
            instance = await unit.instances.get(task.instance)
        if instance is not None and instance.gone is not None:
            raise WorkflowGoneError from gone
        raise NotNowError("The pathway does not answer now.", hint="Try again in a moment.") from gone


def _same_task(result: Json, task: Task) -> None:
    """A key that came before with another task is refused: its answer would be about something else."""
    address = result.get("address") if isinstance(result, Mapping) else None
    if address is not None and address != task.address:
        raise KeyReusedError("This idempotency key was used for another task.", hint="Use a new key for each task.")
