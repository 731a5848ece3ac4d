"""Tasks: the work list, who works on what, and drafts. Completing is in `completion`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from api.services.actor import Actor
from api.services.base import Base, names_of
from api.services.core_versions import CoreVersions, MovedOn, read_by_gate
from api.services.errors import (
    ChangedError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    RefusedError,
    TaskClosedError,
    TaskHeldError,
)
from api.services.forms import FormRules, rules_of
from api.services.queues import Queues
from api.services.records import Counts, Draft, Instance, Order, Page, Task, TaskSummary, WorkFilter
from api.services.separation import require_separation
from pathways.plan import Plan
from store.audit import NewAuditEntry, person
from store.database import Unit
from store.instances import Brief
from store.tasks import Claim

Json = Any
Whose = Literal["all", "mine", "nobody"]

DRAFT_BYTES = 64_000
"""How large a draft may be."""


@dataclass(frozen=True, slots=True)
class ListWish:
    """Which open tasks a person wants to see, and in which order. `apart`: also those of one cause each for itself."""

    queue: str | None = None
    whose: Whose = "all"
    pathway: str | None = None
    stage: str | None = None
    priority: str | None = None
    overdue: bool = False
    instance: str | None = None
    order: Order = "due"
    apart: bool = False


@dataclass(frozen=True, slots=True)
class TaskList:
    """A page of the work list.

    `same_cause` are the other open tasks that have the cause of one of the page in its instance, by that one's id.
    """

    page: Page[TaskSummary]
    same_cause: Mapping[str, tuple[TaskSummary, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NamedList(TaskList):
    """With what people want to read there: `briefs` tells of each task's instance, `names` of people by id."""

    briefs: Mapping[str, Brief] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """A task with its instance, what the person typed so far, and the people named in it.

    `moved_on` is what the core has changed since a gate's inputs were read; None where it does not tell.
    """

    task: Task
    instance: Instance
    draft: Draft | None
    names: Mapping[str, str]
    rules: FormRules
    moved_on: tuple[MovedOn, ...] | None = ()


@dataclass(frozen=True)
class TaskService(Base):
    """The use cases around tasks. `core` tells whether the core has moved on; None where nobody can."""

    queues: Queues = field(default_factory=lambda: Queues({}))
    core: CoreVersions | None = None

    async def counts(self, actor: Actor) -> Counts:
        """What is in each queue that the person sees, and in all of them."""
        async with self.database.reading() as unit:
            now = await self.pathway_time(unit)
            hidden = self.queues.hidden(actor)
            counts = await unit.worklist.counts(now=now, hidden_queues=hidden)
            if not hidden:
                return counts
            elsewhere = (await unit.worklist.page(WorkFilter(queues=hidden, assignee=actor.id), limit=200)).items
        late = sum(one.due_at is not None and one.due_at < now for one in elsewhere)
        more = {"open": len(elsewhere), "tasks": len(elsewhere), "overdue": late}
        return replace(counts, all=replace(counts.all, **{k: getattr(counts.all, k) + v for k, v in more.items()}))

    async def list(self, actor: Actor, wish: ListWish, *, after: str | None = None, limit: int = 50) -> TaskList:
        """A page of open tasks. Raises `BadCursorError`, and `NotFoundError` for a queue that is not the person's."""
        async with self.database.reading() as unit:
            return await self._list(unit, actor, wish, after, limit)

    async def named_list(self, actor: Actor, wish: ListWish, *, after: str | None = None, limit: int = 50) -> NamedList:
        """As `list`, for a page that people read."""
        async with self.database.reading() as unit:
            found = await self._list(unit, actor, wish, after, limit)
            briefs = await unit.instances.briefs([one.instance for one in found.page.items])
            names = await names_of(unit, (one.assignee for one in found.page.items))
        return NamedList(found.page, found.same_cause, briefs, names)

    async def _list(self, unit: Unit, actor: Actor, wish: ListWish, after: str | None, limit: int) -> TaskList:
        wanted = await self._narrowed(unit, actor, wish)
        page = await unit.worklist.page(wanted, after=after, limit=limit, order=wish.order, together=not wish.apart)
        if wish.apart:
            return TaskList(page)
        return TaskList(page, await unit.worklist.same_cause(page.items, hidden_queues=self.queues.hidden(actor)))

    async def get(self, actor: Actor, ident: str) -> TaskDetail:
        """A task, open or closed. Raises `NotFoundError`."""
        async with self.database.reading() as unit:
            task = await self._seen(unit, actor, ident)
            instance = await unit.instances.get(task.instance)
            if instance is None:
                raise NotFoundError("There is no such task.")
            draft = await unit.tasks.draft(ident, actor.id)
            names = await names_of(unit, (task.assignee, task.closed_by))
            plan = await self.plans.by_digest(unit, instance.digest) if task.status == "open" else None
        rules = rules_of(task, instance, plan, self.now())
        moved = await self._moved_on(task, instance, plan) if task.status == "open" else ()
        return TaskDetail(task, instance, draft, names, rules, moved)

    async def _moved_on(self, task: Task, instance: Instance, plan: Plan | None) -> tuple[MovedOn, ...] | None:
        """What the core has changed since what a gate rests on was read."""
        if self.core is None:
            return ()
        return await self.core.moved_on(read_by_gate(plan, task.step, task.address, instance.data))

    async def claim(self, actor: Actor, ident: str, *, version: int | None = None) -> Task:
        """Take a task.

        Raises `TaskHeldError` with who has it, `TaskClosedError`, `ForbiddenError`, and `RefusedError` (`separation`)
        for whoever did the task that it must be separate from.
        """
        async with self.database.transaction() as unit:
            task = await self._seen(unit, actor, ident)
            _require_role(actor, task)
            await require_separation(unit, self.plans, task, actor.id)
            claim = await unit.tasks.claim(ident, actor.id, version=version)
            return await self._settled(unit, actor, claim, "task.claim", before=task)

    async def claim_next(self, actor: Actor, wish: ListWish) -> Task | None:
        """Take the first task that nobody has and that the person may complete; None where there is none."""
        async with self.database.transaction() as unit:
            wanted = replace(await self._narrowed(unit, actor, wish), assignee=None, unassigned=True, roles=actor.roles)
            passed: set[str] = set()
            while (found := await unit.worklist.next_for(actor.id, wanted, passed)) is not None:
                task = await unit.tasks.get(found.id)
                try:
                    if task is not None:
                        await require_separation(unit, self.plans, task, actor.id)
                except RefusedError:
                    passed.add(found.id)
                    continue
                claim = await unit.tasks.claim(found.id, actor.id)
                return await self._settled(unit, actor, claim, "task.claim")
        return None

    async def release(self, actor: Actor, ident: str, *, version: int | None = None) -> Task:
        """Give a task back. Raises `TaskHeldError` where somebody else has it, `TaskClosedError`."""
        async with self.database.transaction() as unit:
            task = await self._seen(unit, actor, ident)
            claim = await unit.tasks.release(ident, actor.id, version=version)
            return await self._settled(unit, actor, claim, "task.release", before=task)

    async def assign(self, actor: Actor, ident: str, to: str | None, *, version: int | None = None) -> Task:
        """Give a task to somebody, or to nobody, whoever has it. `to` is a person's login or id."""
        actor.require("assign")
        async with self.database.transaction() as unit:
            task = await self._seen(unit, actor, ident)
            chosen = None
            if to is not None:
                found = await unit.people.by_login(to) or await unit.people.get(to)
                if found is None or not found.active:
                    raise InvalidRequestError("There is no such person.", fields={"to": "is nobody who signs in here"})
                if task.role is not None and task.role not in await unit.people.roles(found.id):
                    raise InvalidRequestError(
                        f"{found.name} does not have the role {task.role}.",
                        fields={"to": f"does not have the role {task.role}"},
                    )
                try:
                    await require_separation(unit, self.plans, task, found.id)
                except RefusedError as error:
                    raise InvalidRequestError(error.message, fields={"to": "did what this one checks"}) from error
                chosen = found.id
            claim = await unit.tasks.assign(ident, chosen, version=version)
            return await self._settled(unit, actor, claim, "task.assign", before=task)

    async def save_draft(self, actor: Actor, ident: str, typed: Mapping[str, Json]) -> None:
        """Keep what a person typed, valid or not. Raises `TaskClosedError`, for nobody would see it again."""
        if len(repr(typed)) > DRAFT_BYTES:
            raise InvalidRequestError("This is too much text for a draft.")
        async with self.database.transaction() as unit:
            task = await self._seen(unit, actor, ident)
            if task.status == "open":
                await unit.tasks.save_draft(ident, actor.id, dict(typed))
                return
            raise await closed(unit, task)

    async def keep_typed(self, actor: Actor, ident: str, typed: Mapping[str, Json]) -> None:
        """As `save_draft`, for a task that may be closed by now: what was typed can still be read there."""
        async with self.database.transaction() as unit:
            await self._seen(unit, actor, ident)
            await unit.tasks.save_draft(ident, actor.id, dict(typed))

    async def _narrowed(self, unit: Unit, actor: Actor, wish: ListWish) -> WorkFilter:
        if wish.queue is not None and not self.queues.sees(actor, wish.queue):
            raise NotFoundError("There is no such queue for you.")
        return WorkFilter(
            queues=None if wish.queue is None else frozenset({wish.queue}),
            hidden_queues=frozenset() if wish.queue is not None else self.queues.hidden(actor),
            person=actor.id,
            assignee=actor.id if wish.whose == "mine" else None,
            unassigned=wish.whose == "nobody",
            pathway=wish.pathway,
            stage=wish.stage,
            priority=wish.priority,
            due_before=await self.pathway_time(unit) if wish.overdue else None,
            instance=wish.instance,
        )

    async def _seen(self, unit: Unit, actor: Actor, ident: str) -> Task:
        return await self._if_seen(unit, actor, await unit.tasks.get(ident))

    async def _if_seen(self, unit: Unit, actor: Actor, task: Task | None) -> Task:
        """A task of the person's queues; of another's, what they have, closed, or have typed something into.

        An escalation moves a task to a queue that its person may not work: it stays theirs, and what they typed too.
        """
        if task is not None:
            own = actor.id in (task.assignee, task.closed_by)
            if own or self.queues.sees(actor, task.queue) or await unit.tasks.draft(task.id, actor.id) is not None:
                return task
        raise NotFoundError("There is no such task, or it is in a queue that you do not work.")

    async def _settled(
        self, unit: Unit, actor: Actor, claim: Claim, action: str, *, before: Task | None = None
    ) -> Task:
        """The task as it is now, put on record; or why it is not as asked."""
        task = claim.task
        if task is None:
            raise NotFoundError("There is no such task.")
        match claim.how:
            case "closed":
                raise await closed(unit, task)
            case "held":
                raise await held(unit, task)
            case "changed":
                raise ChangedError("Somebody changed this task since you saw it.", hint="Look at it again.")
            case _:
                pass
        if before is None or before.version != task.version:
            detail = {"assignee": task.assignee, "before": before.assignee if before else None}
            entry = NewAuditEntry(self.now(), person(actor.id), action, f"task/{task.id}", task.instance, detail)
            await unit.audit.append(entry)
        return task


def _require_role(actor: Actor, task: Task) -> None:
    if task.role is not None and task.role not in actor.roles:
        raise ForbiddenError(f"This task needs the role {task.role}.", hint="Leave it to somebody who has that role.")


async def held(unit: Unit, task: Task) -> TaskHeldError:
    """That somebody has the task, and who."""
    names = await names_of(unit, [task.assignee])
    holder = task.assignee or ""
    return TaskHeldError(holder, names.get(holder, "Somebody else"), task.claimed_at)


async def closed(unit: Unit, task: Task) -> TaskClosedError:
    """That the task is closed, how, by whom and when."""
    names = await names_of(unit, [task.closed_by])
    return TaskClosedError(
        task.status,
        by=task.closed_by,
        by_name=names.get(task.closed_by or ""),
        at=task.closed_at,
        outcome=task.outcome,
        reason=task.reason,
    )
