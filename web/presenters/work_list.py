"""The work list: queues with counts, the filters in its address, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from api.services.patients import Patient, patient_of
from api.services.queues import Queues
from api.services.records import Counts, QueueCount, TaskSummary
from api.services.tasks import ListWish, NamedList
from pathways.pace import pace_from_json, pathway_now
from web.presenters.marks import STANDS_STILL, Mark, marks_of
from web.presenters.patients import PatientView, patient_view
from web.presenters.times import Due, Time, due_of, time_of
from web.presenters.values import words

PRIORITIES = ("stat", "asap", "urgent", "routine")


@dataclass(frozen=True, slots=True)
class Other:
    """Another task of the same cause in the same instance: told with the first, as one item. `queue`: if another."""

    id: str
    title: str
    queue: str


@dataclass(frozen=True, slots=True)
class Row:
    """A task in the list. `in_bulk`: the person may complete it together with others.

    `others` are those of its cause in the same instance: with it they are one item. `why` is told of alerts.
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
    """A queue with its counts, leading to its list: `open` items, in which there are `tasks` tasks."""

    title: str
    href: str
    open: int
    tasks: int
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


def queue_links(counts: Counts, queues: Queues, wish: ListWish, own: Iterable[str]) -> list[QueueLink]:
    """All queues that the person sees: those with work and those without."""
    found = {one.queue: one for one in counts.queues}
    names = sorted({*found, *own}, key=queues.title)
    links = [_link(queues.title(name), name, found.get(name), wish) for name in names]
    return [_link("All queues", None, counts.all, wish), *links]


def _link(title: str, name: str | None, count: QueueCount | None, wish: ListWish) -> QueueLink:
    return QueueLink(
        title=title,
        href=address(wish, queue=name),
        open=count.open if count else 0,
        tasks=count.tasks if count else 0,
        overdue=count.overdue if count else 0,
        is_current=wish.queue == name,
    )


def choices(values: Sequence[tuple[str, str]], chosen: str | None) -> list[Choice]:
    """The values of a filter, the chosen one marked."""
    return [Choice(value, text, value == (chosen or "")) for value, text in values]


def rows(
    found: NamedList,
    patients: Mapping[str, Patient],
    queues: Queues,
    *,
    person: str,
    roles: frozenset[str],
    now: datetime,
) -> list[Row]:
    """The rows of a page."""
    return [_row(one, found, patients, queues, person, roles, now) for one in found.page.items]


def _row(
    task: TaskSummary,
    found: NamedList,
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
        marks=(*((STANDS_STILL,) if brief and brief.gone else ()), *marks_of(task, queues, zone, here)),
        why=(task.why or "") if _is_alert(task) else "",
        others=tuple(
            Other(one.id, one.title, queues.title(one.queue) if one.queue != task.queue else "")
            for one in found.same_cause.get(task.id, ())
        ),
    )


def _is_alert(task: TaskSummary) -> bool:
    """Whether a task alarms somebody: then why belongs beside it. Of others it is told on their own page."""
    return task.origin == "clock" or task.escalated_at is not None or task.reminded_at is not None


def _in_bulk(task: TaskSummary, person: str, roles: frozenset[str]) -> bool:
    """Whether a person may complete a task together with others."""
    free = task.assignee in (None, person) and (task.role is None or task.role in roles)
    return bool(task.bulk) and task.gate is None and free
