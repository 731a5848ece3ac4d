"""How a scenario's result reads: passed, or the authored line, what happened, and the timeline up to there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pathways import facts
from pathways.scenarios.model import ScenarioFile
from pathways.scenarios.run import Failure, Result
from pathways.scenarios.world import Moment, Note
from pathways.zones import ZoneError, zone

Json = Any


def lines(file: ScenarioFile, result: Result) -> Iterator[str]:
    """The result as text, a line at a time."""
    name = result.scenario.name
    if result.passed:
        yield f"passed  {name}"
        return
    yield f"FAILED  {name}"
    for failure in result.failures:
        yield f"  {file.file}:{failure.mark.line}: {file.line(failure.mark)}"
        yield f"    {failure.message}" + (f" ({failure.hint})" if failure.hint else "")
    yield "  What happened:"
    yield from (f"    {line}" for line in timeline(result)) if result.moments else ("    nothing",)


def to_json(file: ScenarioFile, result: Result) -> Json:
    """The result as JSON."""
    return {
        "file": file.file,
        "scenario": result.scenario.name,
        "line": result.scenario.mark.line,
        "passed": result.passed,
        "failures": [_failure_json(file, one) for one in result.failures],
        "timeline": [] if result.passed else list(timeline(result)),
    }


def _failure_json(file: ScenarioFile, failure: Failure) -> Json:
    return {
        "line": failure.mark.line,
        "column": failure.mark.column,
        "authored": file.line(failure.mark),
        "message": failure.message,
        "hint": failure.hint,
    }


def timeline(result: Result) -> Iterator[str]:
    """Everything that happened, a line each, in the instance's local time."""
    try:
        tz = zone(result.zone)
    except ZoneError:
        tz = zone("UTC")
    last = ""
    for moment in result.moments:
        text = _words(moment, tz)
        if text is None:
            continue
        stamp = _local(moment.at, tz)
        yield f"{stamp if stamp != last else ' ' * len(stamp)}  {text}"
        last = stamp


def _local(at: datetime, tz: ZoneInfo) -> str:
    return at.astimezone(tz).strftime("%a %Y-%m-%d %H:%M:%S")


def _words(moment: Moment, tz: ZoneInfo) -> str | None:
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
        case "cancelled":
            return f"{one.address}: left"
        case _:
            return None


def _task_closed(one: facts.TaskClosed) -> str:
    if one.how == "cancelled":
        return f"{one.address}: task closed, nobody completed it ({one.reason})"
    return f"{one.address}: completed by {one.by}, {one.outcome} {_brief(one.form)}".rstrip()


def _opened(one: facts.TaskOpened, tz: ZoneInfo) -> str:
    due = f", due {_local(one.due_at, tz)}" if one.due_at else ""
    return f'{one.address}: task "{one.title}" in {one.queue}{due}'


def _ended(one: facts.ActionEnded) -> str | None:
    late = " too late" if one.late else ""
    if one.how == "completed" and not late:
        return None
    return f"{one.address}: the action {one.how}{late}" + (f": {one.message}" if one.message else "")


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


_SAY: dict[str, Callable[[Any, ZoneInfo], str | None]] = {
    "instance-started": lambda one, _: f"started: {one.pathway} {one.version}",
    "instance-ended": lambda one, _: f"ended: {one.outcome} ({one.kind})",
    "stage-reached": lambda one, _: f"stage {one.stage}",
    "data-saved": lambda one, _: f"{one.address or 'input'}: {one.name} = {_brief(one.value) or 'nothing'}",
    "step-entered": lambda one, _: f"{one.address}: {one.title}" if one.title != one.step else one.address,
    "step-left": lambda one, _: _left(one),
    "action-started": lambda one, _: f"{one.address}: runs {one.action}",
    "action-ended": lambda one, _: _ended(one),
    "task-opened": _opened,
    "task-closed": lambda one, _: _task_closed(one),
    "listener-armed": lambda one, _: f"{one.address}: waits for {one.type}" + (f" for {one.key}" if one.key else ""),
    "wait-started": lambda one, tz: f"{one.address}: waits until {_local(one.until, tz)}",
    "incident-opened": lambda one, _: f"{one.address}: INCIDENT {one.kind}: {one.message}",
    "incident-retried": lambda one, _: f"an operator retries: {one.reason}",
    "incident-closed": lambda one, _: f"incident closed ({one.how})",
    "event-emitted": lambda one, _: f"{one.address}: emits {one.type} {_brief(one.data)}".rstrip(),
}
