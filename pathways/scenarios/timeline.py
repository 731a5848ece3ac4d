"""What happened in a scenario, a line each, in words and local time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pathways import facts
from pathways.scenarios.case import ChildMoment, Moment, Note
from pathways.time.zones import ZoneError, zone

Json = Any


def timeline(moments: tuple[Moment, ...], zone_name: str) -> Iterator[str]:
    """Everything that happened, a line each, in the instance's local time."""
    try:
        tz = zone(zone_name)
    except ZoneError:
        tz = zone("UTC")
    last = ""
    for moment in moments:
        text = _words(moment, tz)
        if text is None:
            continue
        stamp = local(moment.at, tz)
        yield f"{stamp if stamp != last else ' ' * len(stamp)}  {text}"
        last = stamp


def local(at: datetime, tz: ZoneInfo) -> str:
    """A time as the clock on the wall shows it."""
    return at.astimezone(tz).strftime("%a %Y-%m-%d %H:%M:%S")


SILENT = frozenset({"attributes-changed", "listener-disarmed"})
"""Facts that tell an author nothing that others do not."""


def _words(moment: Moment, tz: ZoneInfo) -> str | None:
    if isinstance(moment, ChildMoment):
        said = _words(moment.what, tz)
        return None if said is None else f"{moment.child} > {said}"
    if isinstance(moment, Note):
        return moment.text
    say = _SAY.get(moment.fact)
    return say(moment, tz) if say else None


def _left(one: facts.StepLeft) -> str | None:
    match one.how:
        case "timeout":
            return f"{one.address}: timed out, on to {one.to}"
        case "problem":
            return f"{one.address}: problem {one.detail}, on to {one.to}"
        case "event":
            return f"{one.address}: interrupted by {one.detail}, on to {one.to}"
        case "moved":
            return f"{one.address}: moved by {one.by} to {one.to} ({one.detail})"
        case "skipped":
            return f"{one.address}: skipped by {one.by}"
        case "cancelled":
            return f"{one.address}: left"
        case "completed":
            return f"{one.address}: done" if one.address.endswith("/undo") else None


def _entered(one: facts.StepEntered) -> str:
    title = f": {one.title}" if one.title != one.step.rpartition("/")[2] else ""
    return f"{one.address}: undoes {one.title}" if one.kind == "undo" else f"{one.address}{title}"


def _task_closed(one: facts.TaskClosed) -> str:
    if one.how == "cancelled":
        return f"{one.address}: task closed, nobody completed it ({one.reason})"
    return f"{one.address}: completed by {one.by}, {one.outcome} {_brief(one.form)}".rstrip()


def _opened(one: facts.TaskOpened, tz: ZoneInfo) -> str:
    due = f", due {local(one.due_at, tz)}" if one.due_at else ""
    return f'{one.address}: task "{one.title}" in {one.queue}{due}'


def _action_ended(one: facts.ActionEnded) -> str | None:
    late = " too late" if one.late else ""
    if one.how == "completed" and not late:
        return None
    return f"{one.address}: the action {one.how}{late}" + (f": {one.message}" if one.message else "")


_CLOCK_WORDS = {
    "start": "starts", "stop": "stops", "pause": "is paused", "resume": "goes on", "restart": "starts anew",
    "rearm": "has another limit", "warn": "warns", "breach": "is breached", "drop": "is dropped",
}  # fmt: skip


def _clock(one: facts.ClockMoved, tz: ZoneInfo) -> str:
    if one.ignored:
        return f"clock {one.clock}: {one.verb} does not fit, it is {one.status or 'not started'}"
    status = f", {one.status}" if one.verb == "stop" else ""
    runs = one.status == "running" and one.deadline is not None and one.verb != "warn"
    until = f", until {local(one.deadline, tz)}" if runs and one.deadline is not None else ""
    return f"clock {one.clock} {_CLOCK_WORDS[one.verb]}{status}{until}" + (" (late)" if one.late else "")


def _child_ordered(one: facts.ChildOrdered) -> str:
    version = f" {one.range}" if one.range else ""
    return f"{one.address}: starts {one.pathway}{version}" + (", and does not wait for it" if one.detached else "")


def _child_reported(one: facts.ChildReported) -> str:
    late = " (nobody waited any more)" if one.late else ""
    said = f"the child failed: {one.failed}" if one.failed is not None else f"the child ended as {one.outcome}"
    return f"{one.address}: {said}{late}"


def _operated(one: facts.Operated) -> str | None:
    match one.operation:
        case "set":
            change = one.detail if isinstance(one.detail, dict) else {}
            return f"{one.by} sets {change.get('name')} to {_brief(change.get('after')) or 'nothing'} ({one.reason})"
        case "offer":
            return f"{one.by} starts {one.address}: {one.reason}"
        case "add-task":
            return f"{one.by} adds a task {one.address}"
        case "skip" | "move":
            return None


def _handler(one: facts.HandlerTaken) -> str:
    if one.ignored:
        return f"{one.address}: {one.event} does not start {one.side}, which runs already"
    return f"{one.address}: {one.event} " + (f"starts {one.side}" if one.side else f"leads to {one.to}")


def _brief(value: Json, most: int = 90) -> str:
    if value in ({}, None, []):
        return ""
    text = _plain(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _plain(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_plain(one)}" for name, one in value.items() if one is not None) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value is None else str(value)


def _of_one(one: facts.InstanceHeld | facts.InstanceReleased) -> str:
    return " of this instance alone" if one.own else ""


def _inner(scope: str) -> str:
    return scope.rstrip("/")


_SAY: dict[str, Callable[[Any, ZoneInfo], str | None]] = {
    "instance-started": lambda one, _: f"started: {one.pathway} {one.version}",
    "instance-ending": lambda one, _: f"on its way to the end: {one.outcome}",
    "instance-ended": lambda one, _: f"ended: {one.outcome} ({one.kind})",
    "instance-suspended": lambda one, _: f"suspended by {one.by} ({one.reason})",
    "instance-resumed": lambda one, _: f"resumed by {one.by} ({one.reason})",
    "instance-held": lambda one, _: f"{one.by} holds {', '.join(one.steps)}{_of_one(one)} ({one.reason})",
    "instance-released": lambda one, _: f"{one.by} releases what was held{_of_one(one)} ({one.reason})",
    "instance-migrated": lambda one, _: f"goes on as {one.pathway} {one.version} ({one.reason})",
    "stage-reached": lambda one, _: f"stage {one.stage}",
    "data-saved": lambda one, _: f"{one.address or 'input'}: {one.name} = {_brief(one.value) or 'nothing'}",
    "step-entered": lambda one, _: _entered(one),
    "step-held": lambda one, _: f"{one.address}: held, begins later",
    "step-left": lambda one, _: _left(one),
    "scope-entered": lambda one, _: f"{_inner(one.scope)}: begins" if one.kind == "side" else None,
    "scope-left": lambda one, _: f"{_inner(one.scope)}: {'over' if one.how == 'ended' else 'left'}",
    "inner-awaited": lambda one, _: f"{one.address}: waits for undo" if one.waits == "undo" else None,
    "handler-taken": lambda one, _: _handler(one),
    "action-started": lambda one, _: f"{one.address}: runs {one.action}",
    "action-ended": lambda one, _: _action_ended(one),
    "child-ordered": lambda one, _: _child_ordered(one),
    "child-reported": lambda one, _: _child_reported(one),
    "child-cancelled": lambda one, _: f"{one.address}: the child is told to cancel",
    "task-opened": _opened,
    "task-reminded": lambda one, _: (
        f"{one.address}: reminder to {one.queue}{'' if one.sent else ', which is not sent'}"
    ),
    "task-changed": lambda one, _: f'{one.address}: the task is now "{one.title}"',
    "position-renamed": lambda one, _: f"{one.before}: stands at {one.address} now",
    "child-runs": lambda one, _: f"{one.address}: the child runs version {one.version}",
    "task-escalated": lambda one, _: f"{one.address}: escalated from {one.before} to {one.queue}",
    "task-closed": lambda one, _: _task_closed(one),
    "listener-armed": lambda one, _: f"{one.address}: waits for {one.type}" + (f" for {one.key}" if one.key else ""),
    "wait-started": lambda one, tz: f"{one.address}: waits until {local(one.until, tz)}",
    "deadline-moved": lambda one, tz: (
        f"{one.address}: {one.what} is now {local(one.until, tz) if one.until else 'open'}"
    ),
    "clock-moved": _clock,
    "offers-changed": lambda one, _: f"offered: {', '.join(offer['side'] for offer in one.offers) or 'nothing'}",
    "operated": lambda one, _: _operated(one),
    "incident-opened": lambda one, _: f"{one.address}: INCIDENT {one.kind}: {one.message}",
    "incident-retried": lambda one, _: f"an operator retries: {one.reason}",
    "incident-closed": lambda one, _: f"incident closed ({one.how})",
    "event-emitted": lambda one, _: f"{one.address}: emits {one.type} {_brief(one.data)}".rstrip(),
}
