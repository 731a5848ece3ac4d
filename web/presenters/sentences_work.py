"""Actions, tasks, clocks, children and exceptions, fact by fact, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from api.services.records import Entry, Task
from web.presenters.sentences import SILENT, Context, Said, Sentence
from web.presenters.times import length
from web.presenters.values import in_words, words

Json = Any


def outcome_title(task: Task | None, outcome: str) -> str:
    """What people call an outcome of a task."""
    named = {one.get("id"): one.get("title") for one in (task.outcomes or [])} if task is not None else {}
    return str(named.get(outcome) or words(outcome))


def _action_started(entry: Entry, context: Context) -> Said:
    return f"Began: {context.title(entry)}", f"{entry.detail.get('action')}, run {entry.detail.get('run')}", "small"


def _action_ended(entry: Entry, context: Context) -> Said:
    title, message = context.title(entry), str(entry.detail.get("message") or "")
    late = " (late: nobody waited for it any more)" if entry.detail.get("late") else ""
    match entry.detail.get("how"):
        case "completed":
            return f"Done: {title}{late}", "", "done"
        case "problem":
            return f"Answered with a problem: {title}{late}", message, "note"
        case _:
            return f"Failed: {title}{late}", message, "bad"


def _task_opened(entry: Entry, context: Context) -> Said:
    how = {"clock": "Task opened, for time has run out", "added": "Task added by hand"}
    opened = how.get(str(entry.detail.get("origin")), "Task opened")
    return f"{opened}: {entry.detail.get('title')}", f"Queue: {context.queues(str(entry.detail.get('queue')))}", "task"


def _task_reminded(entry: Entry, context: Context) -> Said:
    return f"Reminder: {_task_title(entry, context)}", _alert(entry), "warn"


def _task_escalated(entry: Entry, context: Context) -> Said:
    before, after = (context.queues(str(entry.detail.get(one))) for one in ("before", "queue"))
    why = f"{_alert(entry)} Before in {before}.".strip()
    return f"Escalated to {after}: {_task_title(entry, context)}", why, "warn"


def _alert(entry: Entry) -> str:
    late = " Sent late." if entry.detail.get("late") else ""
    return f"{entry.detail.get('why') or ''}{late}".strip()


def _task_changed(entry: Entry, _: Context) -> Said:
    return f"The new version changed an open task: {entry.detail.get('title')}", "", "note"


def _task_closed(entry: Entry, context: Context) -> Said:
    title = _task_title(entry, context)
    if entry.detail.get("how") == "completed":
        task = context.tasks.get(str(entry.detail.get("id")))
        named = outcome_title(task, str(entry.detail.get("outcome") or ""))
        return f"Task completed: {title}", f"{named}{_typed(task, context)}", "done"
    reason = str(entry.detail.get("reason") or "")
    return f"Task closed, nobody completed it: {title}", _CLOSED.get(reason, reason), "end"


_CLOSED = {
    "timeout": "Its time ran out.",
    "event": "An event ended it.",
    "cancelled": "The pathway went on without it.",
    "moved": "It was moved on by hand.",
    "gone": "What ran the pathway was gone, and somebody closed it.",
}


def _task_title(entry: Entry, context: Context) -> str:
    task = context.tasks.get(str(entry.detail.get("id")))
    return task.title if task is not None else context.title(entry)


def _typed(task: Task | None, context: Context) -> str:
    values = task.values if task is not None else None
    if task is None or not isinstance(values, Mapping):
        return ""
    labels = {field.get("name"): field.get("label") for field in task.form or []}
    given = [(name, value) for name, value in values.items() if value not in (None, "", [])]
    return "".join(f" · {labels.get(name) or words(name)}: {_said(value, context.zone)}" for name, value in given)


def _said(value: Json, zone: str) -> str:
    text = in_words(value, zone)
    return words(text) if isinstance(value, str) and text == value and value.islower() and " " not in value else text


_VERBS = {
    "start": "Clock started",
    "stop": "Clock stopped",
    "pause": "Clock paused",
    "resume": "Clock goes on",
    "restart": "Clock started anew",
    "rearm": "Clock has another limit",
    "warn": "Time is running short",
    "breach": "Time has run out",
    "drop": "Clock no longer counts",
}


def _clock(entry: Entry, context: Context) -> Said:
    detail, verb = entry.detail, str(entry.detail.get("verb"))
    title = detail.get("title") or context.places.clock(str(detail.get("clock")))
    if detail.get("ignored"):
        stands = detail.get("status") or "not started"
        return f"Without effect: {_VERBS.get(verb, verb).lower()}: {title}", f"The clock is {stands}.", "small"
    told = f"{_VERBS.get(verb, words(verb))}: {title}"
    match verb:
        case "stop":
            late = detail.get("status") == "late"
            return told, "After its limit." if late else "In time.", "warn" if late else "done"
        case "start" | "restart" | "resume" | "rearm":
            return told, _until(detail.get("deadline"), context), "clock"
        case "pause":
            left = detail.get("left")
            return told, f"{length(timedelta(seconds=float(left)))} left" if left else "", "clock"
        case "warn":
            return told, f"{_until(detail.get('deadline'), context)} {detail.get('why') or ''}".strip(), "warn"
        case "breach":
            return told, str(detail.get("why") or ""), "bad"
        case _:
            return told, "", "small"


def _until(deadline: Json, context: Context) -> str:
    return f"Limit {context.moment(deadline)}." if deadline else ""


def _notable_clock(entry: Entry, context: Context) -> Said:
    ignored = entry.detail.get("ignored") or entry.detail.get("verb") == "rearm"
    return SILENT if ignored else _clock(entry, context)


def _child_ordered(entry: Entry, context: Context) -> Said:
    more = "Its outcome is not waited for." if entry.detail.get("detached") else "Its outcome is waited for."
    return f"Pathway started: {words(str(entry.detail.get('pathway')))}", f"{context.title(entry)}. {more}", "task"


def _child_runs(entry: Entry, context: Context) -> Said:
    return f"Runs as version {entry.detail.get('version')}: {context.title(entry)}", "", "small"


def _child_reported(entry: Entry, context: Context) -> Said:
    late = " (late: nobody waited for it any more)" if entry.detail.get("late") else ""
    if entry.detail.get("failed"):
        return f"The pathway failed: {context.title(entry)}{late}", str(entry.detail.get("failed")), "bad"
    return f"The pathway ended: {context.title(entry)}{late}", words(str(entry.detail.get("outcome") or "")), "done"


def _child_cancelled(entry: Entry, context: Context) -> Said:
    return f"The pathway is told to cancel: {context.title(entry)}", "", "end"


def _incident(entry: Entry, context: Context) -> Said:
    return f"Stands still: {context.title(entry)}", str(entry.detail.get("message") or ""), "bad"


def _retried(entry: Entry, _: Context) -> Said:
    changed = " with changed input" if entry.detail.get("changed_input") else ""
    return f"Tried again{changed}", str(entry.detail.get("reason") or ""), "note"


def _closed(entry: Entry, _: Context) -> Said:
    passed = entry.detail.get("how") == "completed"
    return ("Exception solved: the step has passed" if passed else "Exception closed: the step was left"), "", "done"


SHORT: Mapping[str, Sentence] = {
    "action-ended": _action_ended,
    "task-opened": _task_opened,
    "task-reminded": _task_reminded,
    "task-escalated": _task_escalated,
    "task-changed": _task_changed,
    "task-closed": _task_closed,
    "clock-moved": _notable_clock,
    "child-ordered": _child_ordered,
    "child-reported": _child_reported,
    "child-cancelled": _child_cancelled,
    "incident-opened": _incident,
    "incident-retried": _retried,
    "incident-closed": _closed,
}
"""What everybody reads."""

LONG: Mapping[str, Sentence] = {
    "action-started": _action_started,
    "child-runs": _child_runs,
    "clock-moved": _clock,
}
"""What is said, or said otherwise, where every step is asked for."""
