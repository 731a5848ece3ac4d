"""The task page: what to do, why now, who has it, and how it may end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from api.services.actor import Actor
from api.services.core_versions import MovedOn
from api.services.queues import Queues
from api.services.tasks import TaskDetail
from pathways.pace import pace_from_json, pathway_now
from pathways.plan import FormField
from web.form_values import Typed, typed_from_values, values_of
from web.presenters.marks import Mark, marks_of
from web.presenters.sentences_work import outcome_title
from web.presenters.times import Due, Time, due_of, time_of
from web.presenters.values import in_words, resource_words, words

Json = Any
Standing = Literal["mine", "free", "held", "closed", "not-yours"]


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One way to complete the task."""

    id: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task for its page. `standing` says what the person may do with it.

    `alert` is why it was reminded or escalated last; `seen` the revision of the instance that the page shows.
    """

    id: str
    title: str
    help: str
    why: str
    review_by: str
    alert: str
    marks: tuple[Mark, ...]
    is_gate: bool
    seen: int
    queue: str
    stage: str
    priority: str
    is_pressing: bool
    due: Due
    opened: Time
    pathway: str
    version: int
    instance: str
    role: str | None
    standing: Standing
    holder: str
    held_since: Time | None
    closed_words: str
    closed_at: Time | None
    closed_by: str
    outcome: str
    outcomes: tuple[OutcomeView, ...]
    zone: str


def task_view(found: TaskDetail, actor: Actor, queues: Queues, now: datetime, typed: Typed) -> TaskView:
    """A task for its page."""
    task, instance = found.task, found.instance
    here = pathway_now(pace_from_json(instance.pace), now)
    return TaskView(
        id=task.id,
        title=task.title,
        help=task.help or "",
        why=task.why or "",
        review_by=in_words(task.review_by, instance.zone) if task.review_by else "",
        alert=_alert(task.alert),
        marks=marks_of(task, queues, instance.zone, here),
        is_gate=task.gate is not None,
        seen=instance.rev,
        queue=queues.title(task.queue),
        stage=words(task.stage) if task.stage else "",
        priority=words(task.priority),
        is_pressing=task.priority != "routine",
        due=due_of(task.due_at, instance.zone, here),
        opened=time_of(task.opened_at, instance.zone, here),
        pathway=task.pathway_title,
        version=task.version,
        instance=task.instance,
        role=words(task.role) if task.role else None,
        standing=_standing(found, actor),
        holder=found.names.get(task.assignee or "", "Somebody else") if task.assignee else "",
        held_since=time_of(task.claimed_at, instance.zone, now) if task.claimed_at else None,
        closed_words={"completed": "Completed", "cancelled": "Cancelled"}.get(task.status, ""),
        closed_at=time_of(task.closed_at, instance.zone, here) if task.closed_at else None,
        closed_by=found.names.get(task.closed_by or "", ""),
        outcome=outcome_title(task, task.outcome) if task.outcome else "",
        outcomes=_outcomes(task.outcomes, actor, typed),
        zone=instance.zone,
    )


def changed_pairs(changed: Json, zone: str) -> list[Pair]:
    """What a decision rests on and has changed, as the pathway told it."""
    values = changed if isinstance(changed, Mapping) else {}
    return [Pair(words(str(name)), in_words(value, zone)) for name, value in values.items()]


def moved_on(found: TaskDetail) -> list[str]:
    """What the core has changed since what a decision rests on was read; that it does not tell."""
    if found.moved_on is None:
        return ["The core does not tell now whether it has changed since this was read."]
    return [_moved(one) for one in found.moved_on]


def _moved(one: MovedOn) -> str:
    names = " and ".join(words(name).lower() for name in one.names)
    kind = resource_words(one.reference.partition("/")[0])
    if one.now is None:
        return f"{kind}, from which {names} was read, is no longer in the core."
    return f"{kind}, from which {names} was read in version {one.read}, has version {one.now} in the core now."


def submitted(found: TaskDetail) -> list[Pair]:
    """What was typed when the task was completed."""
    values = found.task.values if isinstance(found.task.values, Mapping) else {}
    fields = found.rules.fields
    return kept_pairs(fields, typed_from_values(fields, values, found.instance.zone), found.instance.zone)


def kept(found: TaskDetail, typed: Typed) -> list[Pair]:
    """What a person typed and did not send."""
    return kept_pairs(found.rules.fields, typed, found.instance.zone)


def kept_pairs(fields: Sequence[FormField], typed: Typed, zone: str) -> list[Pair]:
    """What was typed into a form, each field with its label."""
    values = values_of(fields, typed, zone)
    labels = {one.name: one.label for one in fields}
    shown = [(name, value) for name, value in values.items() if value not in (None, "", [])]
    coded = {one.name for one in fields if one.type.kind == "code"}
    return [Pair(labels[name], words(value) if name in coded else in_words(value, zone)) for name, value in shown]


def _alert(told: Json) -> str:
    if not isinstance(told, Mapping) or not told.get("why"):
        return ""
    return f"{'Escalated' if told.get('kind') == 'escalation' else 'Reminded'}: {told['why']}"


def _standing(found: TaskDetail, actor: Actor) -> Standing:
    task = found.task
    if task.status != "open":
        return "closed"
    if task.role is not None and task.role not in actor.roles:
        return "not-yours"
    if task.assignee is None:
        return "free"
    return "mine" if task.assignee == actor.id else "held"


def _outcomes(outcomes: Json, actor: Actor, typed: Typed) -> tuple[OutcomeView, ...]:
    declared: Sequence[Mapping[str, Json]] = outcomes or []
    allowed = [one for one in declared if not one.get("role") or one["role"] in actor.roles]
    return tuple(OutcomeView(one["id"], one["title"], typed.one("outcome") == one["id"]) for one in allowed)
