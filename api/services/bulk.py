"""Completing several tasks of one kind together: which of them can be, what it would bring, and each one's result.

Every task is completed for itself, under an idempotency key of its own that follows from the request's: a request that
comes again does nothing twice, and what one task refuses keeps no other from being completed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from api.services.actor import Actor
from api.services.base import names_of
from api.services.completion import Completed, CompletionService
from api.services.engine import InstanceGoneError
from api.services.errors import (
    ChangedError,
    ForbiddenError,
    FormInvalidError,
    InvalidRequestError,
    NotFoundError,
    RefusedError,
    ServiceError,
)
from api.services.forms import FieldState, FormRules, Rules, rules_of
from api.services.records import Instance, Task
from api.services.tasks import closed, held
from pathways.events import TaskCompleted
from pathways.foresight import Begun
from pathways.plan import FormField
from store.database import Unit

Json = Any
Found = TypeVar("Found")

MOST = 100
"""How many tasks may be completed together."""

_TOGETHER = 8
"""How many are sent at the same time."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A task that was chosen, in the version in which it was seen."""

    task: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chosen task with its instance, its step's title and its form's rules.

    `problem` is why it can't be completed with the others; `begun` are the steps that come next, where that was asked.
    """

    task: Task
    instance: Instance
    step_title: str
    rules: FormRules
    problem: ServiceError | None = None
    begun: tuple[Begun, ...] = ()

    @property
    def kind(self) -> tuple[str, str]:
        """What tasks have in common that can be completed together: the definition, by digest, and the step."""
        return self.instance.digest, self.task.step


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen. `missing` are those that are not there, or not for this person; `names` those of people."""

    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...]
    names: Mapping[str, str]

    @property
    def kinds(self) -> tuple[tuple[Candidate, ...], ...]:
        """The chosen tasks by what can be completed together, in the order in which they were chosen."""
        found: dict[tuple[str, str], list[Candidate]] = {}
        for one in self.candidates:
            found.setdefault(one.kind, []).append(one)
        return tuple(tuple(members) for members in found.values())

    @property
    def ready(self) -> tuple[Candidate, ...]:
        """Those that nothing is in the way of."""
        return tuple(one for one in self.candidates if one.problem is None)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one task: it was completed, or why not."""

    task: str
    completed: Completed | None
    problem: ServiceError | None


@dataclass(frozen=True)
class SharedRules:
    """One form for several tasks. What it asks may depend on each one's data: what one of them needs is needed."""

    each: tuple[FormRules, ...]

    @property
    def fields(self) -> tuple[FormField, ...]:
        """The fields, which are the step's."""
        return self.each[0].fields

    def states(self, typed: Mapping[str, Json], outcome: str = "") -> tuple[FieldState, ...]:
        """The fields as they stand for what was typed: shown where one task shows it, needed where one needs it."""
        each = (one.states(typed, outcome) for one in self.each)
        return tuple(_together(states) for states in zip(*each, strict=True))

    def check(self, typed: Mapping[str, Json], outcome: str = "") -> dict[str, str]:
        """What is wrong for all of the tasks alike; what only some of them refuse is said of each."""
        errors = [one.check(typed, outcome) for one in self.each]
        return {name: why for name, why in errors[0].items() if all(name in one for one in errors)}


def _together(states: Sequence[FieldState]) -> FieldState:
    shown, first = any(one.shown for one in states), states[0]
    differs = any(one.shown != first.shown for one in states)
    conditional = differs or any(one.conditional for one in states)
    return FieldState(first.field, shown, all(one.required for one in states if one.shown) and shown, conditional)


def shared_rules(candidates: Iterable[Candidate]) -> Rules:
    """The form of tasks of one kind."""
    return SharedRules(tuple(one.rules for one in candidates))


@dataclass(frozen=True)
class BulkService(CompletionService):
    """The use cases of completing tasks together."""

    async def select(self, actor: Actor, chosen: Sequence[Chosen]) -> Selection:
        """The chosen tasks, and what is in the way of each. Raises `InvalidRequestError` for too many, or none."""
        seen = {one.task: one for one in chosen}
        if not seen:
            raise InvalidRequestError("Nothing is selected.", hint="Select tasks in the work list first.")
        if len(seen) > MOST:
            raise InvalidRequestError(f"At most {MOST} tasks are completed together.", hint="Select fewer.")
        candidates, missing = [], []
        async with self.database.transaction() as unit:
            for ident, one in seen.items():
                found = await self._candidate(unit, actor, one)
                if found is None:
                    missing.append(ident)
                else:
                    candidates.append(found)
            mentioned = [found.task.assignee for found in candidates] + [found.task.closed_by for found in candidates]
            names = await names_of(unit, mentioned)
        return Selection(tuple(candidates), tuple(missing), names)

    async def preview(
        self, actor: Actor, chosen: Sequence[Chosen], *, outcome: str, form: Mapping[str, Json]
    ) -> Selection:
        """What completing the chosen tasks so would bring, task by task; nothing is done.

        Raises `InvalidRequestError`, also where they are not of one kind.
        """
        selection = await self.select(actor, chosen)
        _one_kind(selection)

        async def ask(candidate: Candidate) -> Candidate:
            if candidate.problem is not None:
                return candidate
            event = TaskCompleted(candidate.task.address, outcome, form, actor.id, tuple(sorted(actor.roles)))
            try:
                seen = await self.engine.foresee(candidate.instance.id, event)
            except InstanceGoneError:
                return replace(candidate, problem=RefusedError("ended", "The pathway has ended, or does not answer."))
            except ServiceError as error:
                return replace(candidate, problem=error)
            if seen.refused is not None:
                return replace(candidate, problem=await self._refusal(candidate.task.id, seen.refused))
            return replace(candidate, begun=seen.begun)

        return replace(selection, candidates=await _each(selection.candidates, ask))

    async def complete_all(
        self, actor: Actor, chosen: Sequence[Chosen], *, outcome: str, form: Mapping[str, Json], key: str
    ) -> tuple[Result, ...]:
        """Complete each of the chosen tasks, and tell what became of it.

        The same `key` again gets each task's first answer. Raises `InvalidRequestError`, also where they are not of
        one kind; then nothing was done.
        """
        selection = await self.select(actor, chosen)
        _one_kind(selection)
        versions = {one.task: one.version for one in chosen}

        async def complete(candidate: Candidate) -> Result:
            task = candidate.task
            try:
                if (refused := _never_in_bulk(task)) is not None:
                    raise refused
                done = await self.complete(
                    actor, task.id, outcome=outcome, form=form, key=f"{key}/{task.id}", version=versions[task.id]
                )
            except ServiceError as error:
                await self._give_back(actor, task, error)
                return Result(task.id, None, error)
            return Result(task.id, done, None)

        results = await _each(selection.candidates, complete)
        gone = NotFoundError("There is no such task, or it is in a queue that you do not work.")
        return (*results, *(Result(one, None, gone) for one in selection.missing))

    async def _give_back(self, actor: Actor, task: Task, error: ServiceError) -> None:
        """What was taken only to be completed, and was refused, is free again for others."""
        if task.assignee is None and isinstance(error, RefusedError | FormInvalidError | ForbiddenError):
            with suppress(ServiceError):
                await self.release(actor, task.id)

    async def _candidate(self, unit: Unit, actor: Actor, chosen: Chosen) -> Candidate | None:
        try:
            task = await self._seen(unit, actor, chosen.task)
        except NotFoundError:
            return None
        instance = await unit.instances.get(task.instance)
        if instance is None:
            return None
        plan = await self.plans.by_digest(unit, instance.digest)
        rules = rules_of(task, instance, plan, self.now())
        step = plan.step.get(task.step) if plan is not None else None
        title = step.shown if step is not None else task.title
        return Candidate(task, instance, title, rules, await self._in_the_way(unit, actor, task, chosen.version))

    async def _in_the_way(self, unit: Unit, actor: Actor, task: Task, version: int | None) -> ServiceError | None:
        if task.status != "open":
            return await closed(unit, task)
        if (refused := _never_in_bulk(task)) is not None:
            return refused
        if task.role is not None and task.role not in actor.roles:
            return ForbiddenError(f"This task needs the role {task.role}.")
        if task.assignee not in (None, actor.id):
            return await held(unit, task)
        if version is not None and version != task.version and task.assignee is None:
            return ChangedError("Somebody changed this task since you saw it.", hint="Look at it again.")
        return None


def _one_kind(selection: Selection) -> None:
    if len(selection.kinds) > 1:
        message = "Only tasks of the same step and version are completed together."
        raise InvalidRequestError(message, fields={"tasks": "are of several kinds"})


def _never_in_bulk(task: Task) -> ServiceError | None:
    if task.gate is not None:
        return RefusedError("gate-in-bulk", "This is a decision that is made one by one.")
    if not task.bulk:
        return RefusedError("not-bulk", "This task is completed one by one.")
    return None


async def _each(candidates: Sequence[Candidate], ask: Callable[[Candidate], Awaitable[Found]]) -> tuple[Found, ...]:
    """Ask of each, some at the same time; in their order."""
    turns = asyncio.Semaphore(_TOGETHER)

    async def one(candidate: Candidate) -> Found:
        async with turns:
            return await ask(candidate)

    return tuple(await asyncio.gather(*(one(candidate) for candidate in candidates)))
