"""An instance's timeline in plain words. Facts that only engineers ask for are left to the long form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.services.instances import InstanceDetail
from api.services.records import Entry, Task
from pathways.plan import Plan
from web.presenters.times import Time, time_of
from web.presenters.values import in_words, words

Json = Any


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline. `tone` is shown by a mark beside the words, never by colour alone."""

    time: Time
    text: str
    detail: str
    who: str
    tone: str
    kind: str


@dataclass(frozen=True)
class _Words:
    """What sentences need beside the fact itself."""

    titles: Mapping[str, str]
    tasks: Mapping[str, Task]
    zone: str
    now: datetime

    def title(self, entry: Entry) -> str:
        return self.titles.get(entry.address or "") or words((entry.address or "").split("@")[0])

    def moment(self, text: Json) -> str:
        return time_of(datetime.fromisoformat(str(text)), self.zone, self.now).exact


Sentence = Callable[[Entry, _Words], tuple[str, str, str]]
"""A fact's words: the sentence, more detail or nothing, and its tone."""


def lines(found: InstanceDetail, now: datetime, *, everything: bool = False) -> list[Line]:
    """The timeline, the latest first."""
    zone, names, entries = found.instance.zone, found.names, found.timeline
    context = _Words(_titles(entries, found.plan), {one.id: one for one in found.tasks}, zone, now)
    shown = _LONG if everything else _SHORT
    told = []
    for entry in reversed(entries):
        sentence = shown.get(entry.kind)
        if sentence is None:
            continue
        text, detail, tone = sentence(entry, context)
        if text:
            who = names.get(entry.actor or "", "")
            told.append(Line(time_of(entry.at, zone, now), text, detail, who, tone, entry.kind))
    return told


def _titles(entries: Sequence[Entry], plan: Plan | None) -> dict[str, str]:
    titles: dict[str, str] = {}
    for entry in entries:
        if entry.address and entry.kind == "step-entered":
            step = plan.step.get(str(entry.detail.get("step"))) if plan else None
            titles[entry.address] = str((step.title if step else None) or entry.detail.get("title") or entry.address)
    return titles


def _started(entry: Entry, _: _Words) -> tuple[str, str, str]:
    return f"Started: {entry.detail.get('title')} {entry.detail.get('version')}", "", "start"


def _ended(entry: Entry, _: _Words) -> tuple[str, str, str]:
    tone = "good" if entry.detail.get("kind") == "success" else "end"
    return f"Ended: {entry.detail.get('title')}", str(entry.detail.get("reason") or ""), tone


def _stage(entry: Entry, _: _Words) -> tuple[str, str, str]:
    return f"Reached the stage {words(str(entry.detail.get('stage')))}", "", "stage"


def _step(entry: Entry, context: _Words) -> tuple[str, str, str]:
    return f"Came to: {context.title(entry)}", "", "small"


def _left(entry: Entry, context: _Words) -> tuple[str, str, str]:
    how = {"completed": "Passed", "timeout": "Time ran out at", "problem": "Problem at", "cancelled": "Left"}
    return f"{how.get(str(entry.detail.get('how')), 'Left')}: {context.title(entry)}", _goes_on(entry), "small"


def _notable_left(entry: Entry, context: _Words) -> tuple[str, str, str]:
    if entry.detail.get("how") == "timeout":
        return f"Nothing came in time: {context.title(entry)}", "", "wait"
    return "", "", ""


def _goes_on(entry: Entry) -> str:
    to = entry.detail.get("to")
    return f"Went on to {words(str(to))}" if to else str(entry.detail.get("detail") or "")


def _action_started(entry: Entry, context: _Words) -> tuple[str, str, str]:
    return f"Began: {context.title(entry)}", f"{entry.detail.get('action')}, run {entry.detail.get('run')}", "small"


def _action_ended(entry: Entry, context: _Words) -> tuple[str, str, str]:
    title, message = context.title(entry), str(entry.detail.get("message") or "")
    late = " (late: nobody waited for it any more)" if entry.detail.get("late") else ""
    match entry.detail.get("how"):
        case "completed":
            return f"Done: {title}{late}", "", "done"
        case "problem":
            return f"Answered with a problem: {title}{late}", message, "note"
        case _:
            return f"Failed: {title}{late}", message, "bad"


def _task_opened(entry: Entry, _: _Words) -> tuple[str, str, str]:
    return f"Task opened: {entry.detail.get('title')}", f"Queue: {words(str(entry.detail.get('queue')))}", "task"


def _task_closed(entry: Entry, context: _Words) -> tuple[str, str, str]:
    title = context.title(entry)
    if entry.detail.get("how") == "completed":
        task = context.tasks.get(str(entry.detail.get("id")))
        named = outcome_title(task, str(entry.detail.get("outcome") or ""))
        return f"Task completed: {title}", f"{named}{_typed(task, context)}", "done"
    return f"Task cancelled: {title}", str(entry.detail.get("reason") or ""), "end"


def _typed(task: Task | None, context: _Words) -> str:
    values = task.values if task is not None else None
    if task is None or not isinstance(values, Mapping):
        return ""
    labels = {field.get("name"): field.get("label") for field in task.form or []}
    given = [(name, value) for name, value in values.items() if value not in (None, "", [])]
    return "".join(f" · {labels.get(name) or words(name)}: {_said(value, context.zone)}" for name, value in given)


def _said(value: Json, zone: str) -> str:
    text = in_words(value, zone)
    return words(text) if isinstance(value, str) and text == value and value.islower() and " " not in value else text


def outcome_title(task: Task | None, outcome: str) -> str:
    """What people call an outcome of a task."""
    named = {one.get("id"): one.get("title") for one in (task.outcomes or [])} if task is not None else {}
    return str(named.get(outcome) or words(outcome))


def _armed(entry: Entry, context: _Words) -> tuple[str, str, str]:
    return f"Waiting: {context.title(entry)}", f"For the event {entry.detail.get('type')}", "wait"


def _disarmed(entry: Entry, context: _Words) -> tuple[str, str, str]:
    if entry.detail.get("consumed"):
        return f"Event arrived: {context.title(entry)}", str(entry.detail.get("type") or ""), "done"
    return "", "", ""


def _wait(entry: Entry, context: _Words) -> tuple[str, str, str]:
    return f"Waiting: {context.title(entry)}", f"Until {context.moment(entry.detail.get('until'))}", "wait"


def _incident(entry: Entry, context: _Words) -> tuple[str, str, str]:
    return f"Stands still: {context.title(entry)}", str(entry.detail.get("message") or ""), "bad"


def _retried(entry: Entry, _: _Words) -> tuple[str, str, str]:
    changed = " with changed input" if entry.detail.get("changed_input") else ""
    return f"Tried again{changed}", str(entry.detail.get("reason") or ""), "note"


def _closed(entry: Entry, _: _Words) -> tuple[str, str, str]:
    passed = entry.detail.get("how") == "completed"
    return ("Exception solved: the step has passed" if passed else "Exception closed: the step was left"), "", "done"


def _emitted(entry: Entry, _: _Words) -> tuple[str, str, str]:
    return f"Event published: {entry.detail.get('type')}", "", "note"


def _saved(entry: Entry, context: _Words) -> tuple[str, str, str]:
    return f"Saved: {entry.detail.get('name')}", in_words(entry.detail.get("value"), context.zone), "small"


def _attributes(entry: Entry, context: _Words) -> tuple[str, str, str]:
    return "List values changed", in_words(entry.detail.get("attributes"), context.zone), "small"


_SHORT: Mapping[str, Sentence] = {
    "instance-started": _started,
    "instance-ended": _ended,
    "stage-reached": _stage,
    "step-left": _notable_left,
    "action-ended": _action_ended,
    "task-opened": _task_opened,
    "task-closed": _task_closed,
    "listener-armed": _armed,
    "listener-disarmed": _disarmed,
    "wait-started": _wait,
    "incident-opened": _incident,
    "incident-retried": _retried,
    "incident-closed": _closed,
    "event-emitted": _emitted,
}

_LONG: Mapping[str, Sentence] = {
    **_SHORT,
    "step-entered": _step,
    "step-left": _left,
    "action-started": _action_started,
    "data-saved": _saved,
    "attributes-changed": _attributes,
}
