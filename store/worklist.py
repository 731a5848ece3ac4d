"""The work list: open tasks by filters, in pages, and how many each queue holds. Every page is one indexed query.

Open tasks of one instance that name the same `cause` are one item: of those that a list shows, the first stands for
the others, on whichever page they would be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, FromClause, all_, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from store.paging import Page, beyond, limit_of, page_of
from store.rows import read, select_rows
from store.tables import instance, task
from store.tables.base import Text
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

    `hidden_queues` are left out, but for what `person` has. `assignee` is a person's id, `"nobody"` is said by
    `unassigned`. `roles` are those of who asks: tasks that need another role are left out. `due_before` finds the
    overdue, with the present moment.
    """

    queues: frozenset[str] | None = None
    hidden_queues: frozenset[str] = frozenset()
    person: str | None = None
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
    """What a queue holds. Tasks of one cause count once, as lists show them; `tasks` counts every task."""

    queue: str
    open: int
    overdue: int
    tasks: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What each queue holds, and all of them together: a cause that is in two queues is one item there."""

    queues: tuple[QueueCount, ...]
    all: QueueCount


class WorkList:
    """The open tasks, for reading."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self,
        wanted: WorkFilter,
        *,
        after: str | None = None,
        limit: int = 50,
        order: Order = "due",
        together: bool = True,
    ) -> Page[TaskSummary]:
        """Open tasks behind a cursor: by due time (undated last), then priority. Raises `BadCursorError`.

        `together`: of those that have the same cause in an instance only the first.
        """
        limit = limit_of(limit)
        by = _ORDERS[order]
        query = select_rows(TaskSummary, task).where(*_conditions(wanted))
        if together:
            query = query.where(_first_of_its_cause(wanted, order))
        if after is not None:
            query = query.where(beyond(by, after))
        found = read(TaskSummary, await self._connection.execute(query.order_by(*by).limit(limit + 1)))
        return page_of(found, limit, lambda one: tuple(getattr(one, column.key) for column in by if column.key))

    async def same_cause(
        self, items: Sequence[TaskSummary], *, hidden_queues: frozenset[str] = frozenset()
    ) -> Mapping[str, tuple[TaskSummary, ...]]:
        """The open tasks that have the same cause in their instance as each of these, by its id, the first due first.

        Whatever the list is narrowed to, they belong to it; only those in `hidden_queues` are left out.
        """
        firsts = {(one.instance, one.cause): one.id for one in items if one.cause is not None}
        if not firsts:
            return {}
        query = select_rows(TaskSummary, task).where(
            *_conditions(WorkFilter(hidden_queues=hidden_queues)),
            tuple_(task.c.instance, task.c.cause).in_(sorted(firsts)),
            task.c.id.not_in(sorted(firsts.values())),
        )
        found: dict[str, tuple[TaskSummary, ...]] = {}
        for one in read(TaskSummary, await self._connection.execute(query.order_by(*_ORDERS["due"]))):
            first = firsts[one.instance, one.cause or ""]
            found[first] = (*found.get(first, ()), one)
        return found

    async def counts(
        self, *, now: datetime, roles: frozenset[str] | None = None, hidden_queues: frozenset[str] = frozenset()
    ) -> Counts:
        """What each queue holds, open and overdue at `now`, in one query that indexes alone answer."""
        names = ("open", "overdue")
        counted = [func.count().label("open"), func.count().filter(task.c.due_order < now).label("overdue")]
        conditions = _conditions(WorkFilter(roles=roles, hidden_queues=hidden_queues))
        queues = func.grouping_sets(tuple_(task.c.queue), tuple_())
        every = select(task.c.queue, *counted).where(*conditions).group_by(queues).subquery("every")
        cause = (task.c.instance, task.c.cause)
        shared = (
            select(task.c.queue, *counted)
            .where(*conditions, task.c.cause.is_not(None))
            .group_by(func.grouping_sets(tuple_(task.c.queue, *cause), tuple_(*cause)))
            .having(func.count() > 1)
            .subquery("shared")
        )
        more = [func.sum(func.greatest(shared.c[name] - 1, 0)).label(name) for name in names]
        surplus = select(shared.c.queue, *more).group_by(shared.c.queue).subquery("surplus")
        told = [every.c[name] - func.coalesce(surplus.c[name], 0) for name in names]
        query = (
            select(every.c.queue, *(cast(one, BigInteger) for one in told), every.c.open)
            .outerjoin(surplus, every.c.queue.is_not_distinct_from(surplus.c.queue))
            .order_by(every.c.queue)
        )
        found = read(QueueCount, await self._connection.execute(query))
        queued = tuple(one for one in found if one.queue is not None)
        return Counts(queued, next(one for one in found if one.queue is None))

    async def next_for(self, person: str, wanted: WorkFilter, passed: Set[str] = frozenset()) -> TaskSummary | None:
        """The first task of the list that `person` may take: their own, or nobody's; those `passed` over aside.

        The row is held until the transaction ends, and rows that others are about to take are passed over: two who
        ask at once get two different tasks. Tasks that can't be completed now, for what runs their pathway is gone, are
        passed over as well.
        """
        gone = select(instance.c.id).where(instance.c.gone.is_not(None), instance.c.status != "ended")
        query = select_rows(TaskSummary, task).where(
            *_conditions(wanted),
            task.c.assignee.is_(None) | (task.c.assignee == person),
            task.c.instance.not_in(gone),
            task.c.id.not_in(passed),
        )
        query = query.order_by(*_ORDERS["due"]).limit(1).with_for_update(skip_locked=True)
        found = read(TaskSummary, await self._connection.execute(query))
        return found[0] if found else None


def _first_of_its_cause(wanted: WorkFilter, order: Order) -> ColumnElement[bool]:
    """Of the tasks that the filter finds, the first that names its cause in its instance; or one that names none."""
    before = [_BEFORE.c[column.key] for column in _ORDERS[order] if column.key]
    earlier = (
        select(1)
        .where(
            *_conditions(wanted, _BEFORE),
            _BEFORE.c.instance == task.c.instance,
            _BEFORE.c.cause == task.c.cause,
            tuple_(*before) < tuple_(*_ORDERS[order]),
        )
        .correlate(task)
    )
    return task.c.cause.is_(None) | ~earlier.exists()


_BEFORE = task.alias("earlier")


def _conditions(wanted: WorkFilter, of: FromClause = task) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [of.c.status == "open"]
    if wanted.queues is not None:
        conditions.append(of.c.queue.in_(sorted(wanted.queues)))
    if wanted.hidden_queues:  # as one parameter: lists of any length are one statement, compiled once
        seen = of.c.queue != all_(literal(sorted(wanted.hidden_queues), ARRAY(Text)))
        conditions.append(seen if wanted.person is None else seen | (of.c.assignee == wanted.person))
    if wanted.unassigned:
        conditions.append(of.c.assignee.is_(None))
    if wanted.roles is not None:
        conditions.append(of.c.role.is_(None) | of.c.role.in_(sorted(wanted.roles)))
    if wanted.priority is not None:
        conditions.append(of.c.rank == RANKS.get(wanted.priority, -1))
    if wanted.due_before is not None:
        conditions.append(of.c.due_order < wanted.due_before)
    if wanted.attributes:
        conditions.append(of.c.attributes.contains(dict(wanted.attributes)))
    equal = {"assignee": wanted.assignee, "pathway": wanted.pathway, "instance": wanted.instance}
    equal["stage"] = wanted.stage
    conditions.extend(of.c[name] == value for name, value in equal.items() if value is not None)
    return conditions
