"""The work list: open tasks by filters, in pages, and how many each queue holds. Every page is one indexed query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.paging import Page, beyond, limit_of, page_of
from store.rows import read, select_rows
from store.tables import task
from store.tasks import RANKS, TaskSummary

Json = Any
Order = Literal["due", "priority"]

_ORDERS: Mapping[Order, tuple[ColumnElement[Any], ...]] = {
    "due": (task.c.due_order, task.c.rank, task.c.id),
    "priority": (task.c.rank, task.c.due_order, task.c.id),
}


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Which open tasks a list shows; None does not narrow.

    `hidden_queues` are left out. `assignee` is a person's id, `"nobody"` is said by `unassigned`. `roles` are those
    of who asks: tasks that need another role are left out. `due_before` finds the overdue, with the present moment.
    """

    queues: frozenset[str] | None = None
    hidden_queues: frozenset[str] = frozenset()
    assignee: str | None = None
    unassigned: bool = False
    roles: frozenset[str] | None = None
    pathway: str | None = None
    instance: str | None = None
    stage: str | None = None
    priority: str | None = None
    due_before: datetime | None = None
    attributes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many open tasks a queue holds."""

    queue: str
    open: int
    unassigned: int
    mine: int
    overdue: int


class WorkList:
    """The open tasks, for reading."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self, wanted: WorkFilter, *, after: str | None = None, limit: int = 50, order: Order = "due"
    ) -> Page[TaskSummary]:
        """Open tasks behind a cursor: by due time (undated last), then priority. Raises `BadCursorError`."""
        limit = limit_of(limit)
        by = _ORDERS[order]
        query = _narrow(select_rows(TaskSummary, task), wanted)
        if after is not None:
            query = query.where(beyond(by, after))
        found = read(TaskSummary, await self._connection.execute(query.order_by(*by).limit(limit + 1)))
        return page_of(found, limit, lambda one: tuple(getattr(one, column.key) for column in by if column.key))

    async def count(self, wanted: WorkFilter) -> int:
        """How many open tasks the filter finds."""
        query = _narrow(select(func.count()).select_from(task), wanted)
        return int((await self._connection.execute(query)).scalar_one())

    async def counts(
        self, *, now: datetime, person: str | None = None, roles: frozenset[str] | None = None
    ) -> tuple[QueueCount, ...]:
        """What each queue holds, in one query: open, with nobody, with `person`, and overdue at `now`."""
        query = select(
            task.c.queue,
            func.count(),
            func.count().filter(task.c.assignee.is_(None)),
            func.count().filter(task.c.assignee == person),
            func.count().filter(task.c.due_order < now),
        )
        query = _narrow(query, WorkFilter(roles=roles)).group_by(task.c.queue).order_by(task.c.queue)
        return read(QueueCount, await self._connection.execute(query))

    async def next_for(self, person: str, wanted: WorkFilter) -> TaskSummary | None:
        """The first task of the list that `person` may take: their own, or nobody's.

        The row is held until the transaction ends, and rows that others are about to take are passed over: two who
        ask at once get two different tasks.
        """
        query = _narrow(select_rows(TaskSummary, task), wanted).where(
            task.c.assignee.is_(None) | (task.c.assignee == person)
        )
        query = query.order_by(*_ORDERS["due"]).limit(1).with_for_update(skip_locked=True)
        found = read(TaskSummary, await self._connection.execute(query))
        return found[0] if found else None


def _narrow(query: Select[Any], wanted: WorkFilter) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [task.c.status == "open"]
    if wanted.queues is not None:
        conditions.append(task.c.queue.in_(sorted(wanted.queues)))
    if wanted.hidden_queues:
        conditions.append(task.c.queue.not_in(sorted(wanted.hidden_queues)))
    if wanted.unassigned:
        conditions.append(task.c.assignee.is_(None))
    if wanted.roles is not None:
        conditions.append(task.c.role.is_(None) | task.c.role.in_(sorted(wanted.roles)))
    if wanted.priority is not None:
        conditions.append(task.c.rank == RANKS.get(wanted.priority, -1))
    if wanted.due_before is not None:
        conditions.append(task.c.due_order < wanted.due_before)
    if wanted.attributes:
        conditions.append(task.c.attributes.contains(dict(wanted.attributes)))
    equal = {"assignee": wanted.assignee, "pathway": wanted.pathway, "instance": wanted.instance}
    equal["stage"] = wanted.stage
    conditions.extend(task.c[name] == value for name, value in equal.items() if value is not None)
    return query.where(*conditions)
