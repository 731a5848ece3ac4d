"""Tasks: the work list, who works on what, and what people leave beside a task.

Claim, release and assign are about who works, not about where a pathway stands: they are compare-and-set on the row
and never pass through a workflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Integer, bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.results import Result
from store.rows import columns, read, read_one, select_rows
from store.tables import result, task, task_comment, task_draft
from store.tables.base import Text

Json = Any
TaskStatus = Literal["open", "completed", "cancelled"]

UNDATED = datetime(9999, 12, 31, tzinfo=UTC)
"""Where a task without due time stands in the order of due times: after all that have one."""

RANKS = {"stat": 0, "asap": 1, "urgent": 2, "routine": 3}
"""FHIR R4 request-priority (`PRIORITIES` of the engine), the most urgent first, as it sorts."""


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """A task as the work list shows it.

    `origin`: of a step, of a breached clock, or added by a person. `gate` names the decision that is a person's alone.
    `why`, `review_by` and `cause` are those of the task, or of the clock that opened it; tasks of one `cause` about
    the same patient are one item to a person.
    """

    id: str
    instance: str
    pathway: str
    pathway_version: str
    pathway_title: str
    address: str
    step: str
    title: str
    origin: Literal["step", "clock", "added"]
    queue: str
    role: str | None
    skill: str | None
    bulk: bool
    gate: str | None
    priority: str
    rank: int
    stage: str | None
    due_at: datetime | None
    due_order: datetime
    opened_at: datetime
    why: str | None
    review_by: str | None
    cause: str | None
    reminded_at: datetime | None
    escalated_at: datetime | None
    escalated_from: str | None
    attributes: Mapping[str, Json]
    status: TaskStatus
    assignee: str | None
    claimed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Task(TaskSummary):
    """A task with its form, and how it was closed. `values` is what was typed when it was completed.

    `alert` is the last reminder or escalation: `kind`, `at`, `why`, `review_by`, `cause`, `late`.
    """

    help: str | None
    opened_by: str | None
    alert: Json
    form: Json
    outcomes: Json
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None
    values: Json
    reason: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim, release or assignment came to; `task` is the task as it is now, None where there is none.

    `done`: it is as asked. `held`: somebody else has it (`task.assignee`). `closed`: it is no longer open.
    `changed`: it was changed since the version that the person saw. `unknown`: no such task.
    """

    how: Literal["done", "held", "closed", "changed", "unknown"]
    task: Task | None

    @property
    def done(self) -> bool:
        """Whether it is as asked."""
        return self.how == "done"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed into a task's form and did not send, valid or not."""

    task: str
    person: str
    values: Json
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark beside a task."""

    id: str
    task: str
    person: str
    text: str
    at: datetime


_WIDTH = len(columns(Task, task))

# Made once: a click waits for these.
_BY_ID = select_rows(Task, task).where(task.c.id == bindparam("ident"))
_WITH_ANSWER = (
    _BY_ID.add_columns(*columns(Result, result))
    .select_from(task)
    .outerjoin(result, (result.c.instance == task.c.instance) & (result.c.request == bindparam("request")))
)
_TO, _BY, _SEEN = bindparam("to", type_=Text), bindparam("by", type_=Text), bindparam("seen", type_=Integer)
_ASSIGN = (
    update(task)
    .where(task.c.id == bindparam("ident"), task.c.status == "open", task.c.assignee.is_distinct_from(_TO))
    .where(_BY.is_(None) | task.c.assignee.is_(None) | (task.c.assignee == _BY))
    .where(_SEEN.is_(None) | (task.c.version == _SEEN))
    .values(assignee=_TO, claimed_at=case((_TO.is_not(None), func.now())), version=task.c.version + 1)
    .returning(*columns(Task, task))
)
"""Gives a task to somebody, or nobody, where `by` may: nobody has it, they do, or `by` is none who must ask."""


class Tasks:
    """The tasks of one unit of work. For lists see `store.worklist`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, ident: str) -> Task | None:
        """A task by its id."""
        return read_one(Task, (await self._connection.execute(_BY_ID, {"ident": ident})).first())

    async def get_with_answer(self, ident: str, request: str) -> tuple[Task | None, Result | None]:
        """A task by its id, and what a request to its instance was answered."""
        row = (await self._connection.execute(_WITH_ANSWER, {"ident": ident, "request": request})).first()
        if row is None:
            return None, None
        answer = row[_WIDTH:]
        return Task(*row[:_WIDTH]), Result(*answer) if answer[0] is not None else None

    async def of_instance(self, instance: str) -> tuple[Task, ...]:
        """Every task that an instance ever had, in the order in which they opened."""
        query = select_rows(Task, task).where(task.c.instance == instance).order_by(task.c.opened_at, task.c.id)
        return read(Task, await self._connection.execute(query))

    async def claim(self, ident: str, person: str, *, version: int | None = None) -> Claim:
        """Take a task that nobody has; to have it already is as good. One of two at once wins."""
        return await self._assign(ident, person, person, version)

    async def release(self, ident: str, person: str, *, version: int | None = None) -> Claim:
        """Give back a task that one has; one that nobody has is given back already."""
        return await self._assign(ident, None, person, version)

    async def assign(self, ident: str, person: str | None, *, version: int | None = None) -> Claim:
        """Give a task to a person, or to nobody, whoever has it now."""
        return await self._assign(ident, person, None, version)

    async def _assign(self, ident: str, person: str | None, by: str | None, version: int | None) -> Claim:
        given = {"ident": ident, "to": person, "by": by, "seen": version}
        changed = (await self._connection.execute(_ASSIGN, given)).first()
        if changed is not None:
            return Claim("done", Task(*changed))
        return self._why_not(await self.get(ident), person, forced=by is None)

    @staticmethod
    def _why_not(there: Task | None, person: str | None, *, forced: bool) -> Claim:
        if there is None:
            return Claim("unknown", None)
        if there.status != "open":
            return Claim("closed", there)
        if there.assignee == person:
            return Claim("done", there)
        if forced or there.assignee is None:
            return Claim("changed", there)
        return Claim("held", there)

    async def save_draft(self, ident: str, person: str, values: Json) -> None:
        """Keep what a person typed so far."""
        row = {"task": ident, "person": person, "values": values, "saved_at": func.now()}
        statement = insert(task_draft).values(row)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[task_draft.c.task, task_draft.c.person],
                set_={"values": statement.excluded["values"], "saved_at": statement.excluded.saved_at},
            )
        )

    async def draft(self, ident: str, person: str) -> Draft | None:
        """What a person typed so far."""
        query = select_rows(Draft, task_draft).where(task_draft.c.task == ident, task_draft.c.person == person)
        return read_one(Draft, (await self._connection.execute(query)).first())

    async def comment(self, new: Comment) -> None:
        """Add a remark."""
        row = {"id": new.id, "task": new.task, "person": new.person, "text": new.text, "at": new.at}
        await self._connection.execute(insert(task_comment).values(row))

    async def comments(self, ident: str) -> tuple[Comment, ...]:
        """The remarks beside a task, the oldest first."""
        query = select_rows(Comment, task_comment).where(task_comment.c.task == ident).order_by(task_comment.c.id)
        return read(Comment, await self._connection.execute(query))

    async def open_of(self, instance: str) -> tuple[Task, ...]:
        """The open tasks of an instance."""
        query = select_rows(Task, task).where(task.c.instance == instance, task.c.status == "open").order_by(task.c.id)
        return read(Task, await self._connection.execute(query))

    async def open_count(self) -> int:
        """How many tasks are open."""
        query = select(func.count()).select_from(task).where(task.c.status == "open")
        return (await self._connection.execute(query)).scalar_one()
