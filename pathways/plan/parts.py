"""The parts of steps: ways on, handlers, clock verbs, undo, alerts, form fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from pathways.catalog import DEFAULT_RETRY, Retry
from pathways.datatypes import ANY, DataType
from pathways.values import Computed, Condition, Timing

Json = Any


NOTHING = Computed(None)


EMPTY = Computed("")


ROUTINE = Computed("routine")


@dataclass(frozen=True)
class Edge:
    """A way on: taken when `outcome` is the task's or child's, or when `when` holds; without either, always.

    `to` is a step's path; "" ends the scope well. With `undo`, what was done in the scope that this way leaves is
    undone before the target is entered.
    """

    to: str
    when: Condition | None = None
    outcome: str | None = None
    undo: bool = False


@dataclass(frozen=True)
class Timeout:
    """How long a position may stand at the step, counted from its entry, and where it goes then."""

    after: Timing
    to: str
    undo: bool = False


@dataclass(frozen=True)
class Catch:
    """A named problem of the action, and the step that deals with it."""

    problem: str
    to: str
    undo: bool = False


@dataclass(frozen=True, kw_only=True)
class Listening:
    """What an event must be to be taken: its type, the correlation key where `keyed`, and `when` on its data.

    `lookback` says how long before its arming an event may have been received.
    """

    type: str = ""
    key: Computed = NOTHING
    keyed: bool = False
    when: Condition | None = None
    data: DataType = ANY
    lookback: Timing | None = None


@dataclass(frozen=True, kw_only=True)
class Handler(Listening):
    """A boundary event: it interrupts what it stands on and goes `to` a step, or starts the side flow `side`."""

    to: str | None = None
    side: str | None = None
    undo: bool = False


@dataclass(frozen=True)
class ClockVerb:
    """What a step does to a clock, on its entry or on its completion; `start` is when a clock that starts began."""

    verb: Literal["start", "stop", "pause", "resume", "restart"]
    clock: str
    at: Literal["entry", "completion"] = "entry"
    start: Computed | None = None

    @cached_property
    def since(self) -> Timing | None:
        """The same as a time."""
        return None if self.start is None else Timing(self.start.source)


@dataclass(frozen=True)
class Undo:
    """The action that takes back what a step did; its input is worked out when the step completes.

    `until` is the path of a step of the same block or one around it: when that has completed, what was done stays done.
    """

    action: str
    input: Computed = NOTHING
    takes: DataType = ANY
    retry: Retry = DEFAULT_RETRY
    timeout_seconds: float = 30.0
    until: str | None = None


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What every alert says: why there is one, until when that holds, and the cause that makes several one item."""

    why: str | None = None
    review_by: str | None = None
    cause: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reminder(Alert):
    """A reminder of an open task: `after` it opened, `before` it is due, or `at` a time."""

    after: Timing | None = None
    before: Timing | None = None
    at: Timing | None = None


@dataclass(frozen=True, kw_only=True)
class Escalation(Alert):
    """Moves an open task to a queue, `after` its due time (or, without one, after it opened)."""

    after: Timing
    queue: Computed


@dataclass(frozen=True)
class FormField:
    """One field of a task's form. `required_when` and `show_when` see the fields as typed, and `outcome` as chosen."""

    name: str
    label: str
    type: DataType = ANY
    required: bool = False
    required_when: Condition | None = None
    show_when: Condition | None = None
    help: str | None = None


FORM: Final = TypeAdapter(tuple[FormField, ...])
"""A form as JSON for lists and pages, and back."""


@dataclass(frozen=True)
class TaskOutcome:
    """One way a person may complete a task; `role` narrows who may choose it."""

    id: str
    title: str
    role: str | None = None


@dataclass(frozen=True)
class Assignment:
    """A name, with its value: of a `set`, or collected or carried from each iteration."""

    name: str
    value: Computed


def slots(handlers: tuple[Handler, ...]) -> dict[str, Listening]:
    """Handlers by their slot: their number, from 1."""
    return {str(number): one for number, one in enumerate(handlers, 1)}
