"""The work list: queues with counts, the filters in its address, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from api.services.clock import pace_from_json, pathway_now
from api.services.patients import Patient, patient_of
from api.services.queues import Queues
from api.services.records import QueueCount, TaskSummary
from api.services.tasks import ListWish, TaskList
from web.presenters.marks import Mark, marks_of
from web.presenters.patients import PatientView, patient_view
from web.presenters.times import Due, Time, due_of, time_of
from web.presenters.values import words

PRIORITIES = ("stat", "asap", "urgent", "routine")


@dataclass(frozen=True, slots=True)
class Other:
    """Another task of the same cause in the same instance: told with the first, as one item."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A task in the list. `in_bulk`: the person may complete it together with others.

    `others` are those of its cause in the same instance that the page would show as well.
    """

    id: str
    title: str
    pathway: str
    stage: str
    queue: str
    priority: str
    is_pressing: bool
    due: Due
    opened: Time
    patient: PatientView
    assignee: str | None
    is_mine: bool
    needs_role: str | None
    version: int
    in_bulk: bool = False
    marks: tuple[Mark, ...] = ()
    why: str = ""
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueLink:
    """A queue with its counts, leading to its list."""

    title: str
    href: str
    open: int
    overdue: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    text: str
    selected: bool


def address(wish: ListWish, **changes: Any) -> str:
    """The list's address for a wish: only what differs from the default is in it."""
    given = {
        "queue": wish.queue,
        "whose": None if wish.whose == "all" else wish.whose,
        "priority": wish.priority,
        "overdue": "yes" if wish.overdue else None,
        "order": None if wish.order == "due" else wish.order,
        **changes,
    }
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/work?{query}" if query else "/work"


def queue_links(counts: Iterable[QueueCount], queues: Queues, wish: ListWish, own: Iterable[str]) -> list[QueueLink]:
    """All queues that the person sees: those with work and those without."""
    found = {one.queue: one for one in counts}
    names = sorted({*found, *own}, key=queues.title)
    links = [
        QueueLink(
            title=queues.title(name),
            href=address(wish, queue=name),
            open=found[name].open if name in found else 0,
            overdue=found[name].overdue if name in found else 0,
            is_current=wish.queue == name,
        )
        for name in names
    ]
    every = QueueLink(
        title="All queues",
        href=address(wish, queue=None),
        open=sum(one.open for one in links),
        overdue=sum(one.overdue for one in links),
        is_current=wish.queue is None,
    )
    return [every, *links]


def choices(values: Sequence[tuple[str, str]], chosen: str | None) -> list[Choice]:
    """The values of a filter, the chosen one marked."""
    return [Choice(value, text, value == (chosen or "")) for value, text in values]


def rows(
    found: TaskList,
    patients: Mapping[str, Patient],
    queues: Queues,
    *,
    person: str,
    roles: frozenset[str],
    now: datetime,
) -> list[Row]:
    """The rows of a page; tasks of one cause in one instance are one row, that of the first."""
    told: list[Row] = []
    first: dict[tuple[str, str], int] = {}
    for one in found.page.items:
        place = first.setdefault((one.instance, one.cause), len(told)) if one.cause else len(told)
        if place < len(told):
            told[place] = replace(told[place], others=(*told[place].others, Other(one.id, one.title)))
        else:
            told.append(_row(one, found, patients, queues, person, roles, now))
    return told


def _row(
    task: TaskSummary,
    found: TaskList,
    patients: Mapping[str, Patient],
    queues: Queues,
    person: str,
    roles: frozenset[str],
    now: datetime,
) -> Row:
    brief = found.briefs.get(task.instance)
    zone = brief.zone if brief else "UTC"
    here = pathway_now(pace_from_json(brief.pace), now) if brief else now
    reference = patient_of(brief.inputs) if brief else None
    return Row(
        id=task.id,
        title=task.title,
        pathway=task.pathway_title,
        stage=words(task.stage) if task.stage and words(task.stage) != queues.title(task.queue) else "",
        queue=queues.title(task.queue),
        priority=words(task.priority),
        is_pressing=task.priority != "routine",
        due=due_of(task.due_at, zone, here),
        opened=time_of(task.opened_at, zone, here),
        patient=patient_view(patients.get(reference or "")),
        assignee=found.names.get(task.assignee, "Somebody") if task.assignee else None,
        is_mine=task.assignee == person,
        needs_role=words(task.role) if task.role and task.role not in roles else None,
        version=task.version,
        in_bulk=_in_bulk(task, person, roles),
        marks=marks_of(task, queues, zone, here),
        why=task.why or "",
    )


def _in_bulk(task: TaskSummary, person: str, roles: frozenset[str]) -> bool:
    """Whether a person may complete a task together with others."""
    free = task.assignee in (None, person) and (task.role is None or task.role in roles)
    return bool(task.bulk) and task.gate is None and free
