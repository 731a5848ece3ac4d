"""The parts of a plan in words, for those who read it: the diagram, the differences between versions, exports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pathways.datatypes import DataType
from pathways.plan import (
    Clock,
    Escalation,
    Handler,
    Listening,
    Plan,
    Reminder,
    Repeat,
    Row,
    StepBase,
    Table,
    Task,
    Way,
)
from pathways.values import Computed, Timing, is_expression

Json = Any

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")

KIND_WORDS = {
    "do": "Action",
    "task": "Task",
    "decide": "Decision",
    "set": "Data",
    "wait-for-event": "Wait for an event",
    "wait-for-time": "Wait for a time",
    "wait-for-any": "Wait for the first of",
    "parallel": "Side by side",
    "repeat": "Repeat",
    "section": "Section",
    "pathway": "Pathway",
    "emit": "Send an event",
    "end": "End",
}
"""What each kind of step is called."""

OUTCOME_WORDS = {"success": "success", "unsuccessful": "unsuccessful", "cancelled": "cancelled"}


def step_title(step: StepBase) -> str:
    """What a step is called: by its title; a task that has none by that of the task, where that is plain text."""
    if step.title is None and isinstance(step, Task) and step.task_title.is_literal:
        return str(step.task_title.source or step.local)
    return step.shown


SCOPE_WORDS: Mapping[str, str] = {
    "pathway": "The pathway ends",
    "branch": "This branch ends",
    "section": "This section ends",
    "iteration": "This iteration ends",
    "side": "This side flow ends",
}
"""What `end: branch` comes to, by the kind of block that it stands in."""


def listed(parts: Iterable[str], last: str = "and") -> str:
    """Several things as one phrase: `a, b and c`."""
    words = list(parts)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def numbered(count: int, word: str) -> str:
    """A number of things: `1 open task`, `1,200 cases`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def value_words(source: Json) -> str:
    """An authored value: a text as it is, an expression without its `=`, anything else as JSON."""
    if isinstance(source, str):
        return source[1:].strip() if is_expression(source) else source
    return json.dumps(source, ensure_ascii=False)


def computed_words(value: Computed | None) -> str:
    """A value of the plan; "nothing" where there is none."""
    return "nothing" if value is None or value.source in (None, "") else value_words(value.source)


def timing_words(timing: Timing) -> str:
    """A time or duration, as written."""
    return value_words(timing.source)


def after_words(timing: Timing) -> str:
    """When something happens: after a duration, or at what an expression gives."""
    words = timing_words(timing)
    return f"after {words}" if timing.authored is not None else f"at {words}"


def type_words(declared: DataType) -> str:
    """A declared type: `code (a, b)`, `list of date`."""
    if declared.kind == "list":
        return f"list of {type_words(declared.item)}" if declared.item else "list"
    inside = declared.options or declared.target or tuple(one.name for one in declared.fields)
    if declared.value_set:
        inside = (*inside, f"value set {declared.value_set}")
    return f"{declared.kind} ({', '.join(inside)})" if inside else declared.kind


def event_words(listening: Listening) -> str:
    """What event is waited for: its type, key and condition."""
    key = f" with key {computed_words(listening.key)}" if listening.keyed else ""
    when = f" when {listening.when.source}" if listening.when else ""
    back = f", looking back {timing_words(listening.lookback)}" if listening.lookback else ""
    return f"{listening.type}{key}{when}{back}"


def way_words(way: Way) -> str:
    """One way in which a wait may end."""
    if way.until is not None:
        return f"{way.name}: until {timing_words(way.until)}"
    if way.duration is not None:
        return f"{way.name}: {after_words(way.duration)}"
    return f"{way.name}: {event_words(way)}"


def repeat_words(step: Repeat) -> str:
    """Over what, or how long, a repeat goes."""
    limit = f", at most {_times(computed_words(step.limit))}" if step.limit is not None else ""
    if step.items is not None:
        how = "all at once" if step.mode == "at-once" else "one by one"
        name = f" as {step.name}" if step.name else ""
        return f"for each of {computed_words(step.items)}{name}, {how}{limit}"
    if step.while_ is not None:
        return f"while {step.while_.source}{limit}"
    return f"until {step.until.source}{limit}" if step.until is not None else f"again and again{limit}"


def _times(count: str) -> str:
    return "once" if count == "1" else f"{count} times"


def reminder_words(reminder: Reminder) -> str:
    """When a reminder comes."""
    if reminder.before is not None:
        return f"{timing_words(reminder.before)} before it is due"
    if reminder.after is not None:
        return after_words(reminder.after)
    return f"at {timing_words(reminder.at)}" if reminder.at is not None else "never"


def escalation_words(escalation: Escalation) -> str:
    """When an escalation comes, and where the task goes."""
    return f"{after_words(escalation.after)} to queue {computed_words(escalation.queue)}"


def handler_words(handler: Handler) -> str:
    """What a handler listens for."""
    return event_words(handler)


def limit_words(clock: Clock) -> str:
    """A clock's limit and how it is counted."""
    calendar = f" in calendar {clock.calendar}" if clock.calendar else ""
    return f"{timing_words(clock.limit)}{calendar}"


def row_words(table: Table, row: Row) -> str:
    """What a row of a decision table asks, its inputs by the last of their names: `urgency: "expedited", days: < 3`."""
    cells = [one for one in row.cells if one.tests.source.strip() not in ("any", "-")]
    if len(table.inputs) == 1 and cells:
        return cells[0].tests.source
    asked = [f"{_last_name(computed_words(table.inputs[one.input]))}: {one.tests.source}" for one in cells]
    return ", ".join(asked) if asked else "otherwise"


def _last_name(words: str) -> str:
    return words.rpartition(".")[2] if _PATH.fullmatch(words) else words


def step_words(plan: Plan, path: str) -> str:
    """A step's title by its path, its path where it has none; the end of the scope for ""."""
    if not path:
        return "the end of its scope"
    step: StepBase | None = plan.step.get(path)
    return step.title if step is not None and step.title else path
