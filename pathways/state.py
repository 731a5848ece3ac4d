"""Where an instance stands: everything `advance` needs to go on, as an immutable value that is JSON at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter

from pathways.addresses import PATHWAY
from pathways.datatypes import DataType
from pathways.records import dataclass

Json = Any
Kept = TypeVar("Kept", "Position", "ClockState", "State")

SEMANTICS = 1
"""The number of the engine's present behaviour; the engine keeps that of every number still in flight."""

IncidentKind = Literal[
    "action-failed",
    "problem",
    "expression",
    "no-branch",
    "invalid-output",
    "loop-limit",
    "runaway",
    "child-failed",
    "undo-failed",
    "in-doubt",
    "contract",
]

Phase = Literal["enter", "act", "leave"]
"""Where in a step an incident stopped it: working out its input, its own work, or finding the way on."""


Waits = Literal["action", "people", "event", "time", "child", "inner", "undo", "resume", "operator"]
"""What a position waits for."""

Departure = Literal["completed", "skipped", "moved", "timeout", "problem", "event", "cancelled"]
"""How a step is left: well, by an operator, by its timeout, a caught problem or a handler's event, or from outside."""

ClockStatus = Literal["running", "paused", "met", "late", "breached", "dropped"]
"""Where a clock stands: met is stopped in time, late stopped after its limit, breached running past it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A value's version in the core: what was read, in which version, when."""

    reference: str
    version: str | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class Saved:
    """A value and where it came from: the address that produced it, when, and the person, action or event.

    `type` says what a computed value is where the plan can't tell (a date on one way, a text on another). `rev` is
    the revision that saved it.
    """

    value: Json
    address: str
    at: datetime
    by: str | None = None
    sources: tuple[Source, ...] = ()
    type: DataType | None = None
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """Why a position stands still. `number` counts the incidents of an instance from 1 and names it for good."""

    number: int
    kind: IncidentKind
    message: str
    phase: Phase
    opened_at: datetime
    detail: Json = None


@dataclass(frozen=True, slots=True)
class Listener:
    """Waits for events with a correlation key. `rev` is the revision in which it was armed."""

    key: str
    armed_at: datetime
    rev: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where a position goes once what lies `within` (its address, or scopes in it) is settled and undone.

    `to` is None for a parallel whose join was met: it then goes on by its own `next`.
    """

    to: str | None
    how: Departure
    within: tuple[str, ...]
    detail: str | None = None
    bound: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Position:
    """One place where an instance stands.

    `waits` says for what: an action's result, people, an event, a point in time, a child, what lies inside
    (branches, iterations), the undo of what was inside, the end of a suspension or of a hold (`resume`), or an operator
    (an incident).
    `role` tells what stands here: a step; the undo of one; or a handler whose event could not be judged.

    `run` counts the attempts of an action (or starts of a child) that were ordered from here, so that a late answer to
    an earlier one is told apart. `input` is what the step works on: an action's input, a task's title, queue and
    priority as they were rendered, the items that a repeat has still to do. `key` is the idempotency key of an action
    or the instance of a child. `since` is when its times began to count, where that is not its entry.

    `listeners` are armed by slot: "" the wait's own, a way's name, `^1` the first handler. `alerts` are the times of
    reminders (`remind-0`) and escalations (`escalate-0`) still to come. `count` is the number of iterations begun,
    `done` those (or the branches, by place) that ended well; `base` the length of what was collected before. `via` are
    the pathway's handlers that led here. `bound` are names that exist only here (`event`, `problem`). `origin` is the
    address from which what it waits for was ordered, where a migration has renamed it since. `held_at` is since when a
    hold keeps its step from being entered; what comes meanwhile counts when it is.
    """

    address: str
    step: str
    entered_at: datetime
    waits: Waits
    scope: str = PATHWAY
    role: Literal["step", "undo", "handler"] = "step"
    run: int = 0
    key: str | None = None
    input: Json = None
    since: datetime | None = None
    listeners: Mapping[str, Listener] = field(default_factory=dict)
    wake_at: datetime | None = None
    way: str | None = None
    timeout_at: datetime | None = None
    due_at: datetime | None = None
    alerts: Mapping[str, datetime] = field(default_factory=dict)
    count: int = 0
    done: tuple[int, ...] = ()
    base: int = 0
    via: tuple[str, ...] = ()
    leaving: Leaving | None = None
    result: Json = None
    bound: Mapping[str, Json] = field(default_factory=dict)
    origin: str | None = None
    held_at: datetime | None = None
    incident: Incident | None = None

    @property
    def counts_from(self) -> datetime:
        """When its times began to count."""
        return self.since or self.entered_at

    @property
    def ordered_from(self) -> str:
        """The address by which its task, action or child is known outside."""
        return self.origin or self.address


@dataclass(frozen=True)
class ClockState:
    """A clock that has been started. `number` counts its starts; times of a paused clock stand still.

    `budget` is its working seconds in its calendar, `left` what was left of them when it was paused. `scope` is the
    scope that it belongs to. `task_at` is when its breach opened the task that is still
    open, and `task` what that says.
    """

    status: ClockStatus
    started_at: datetime
    budget: float
    scope: str = PATHWAY
    number: int = 1
    breached: bool = False
    deadline: datetime | None = None
    warn_at: datetime | None = None
    warned: bool = False
    left: float | None = None
    resumed_at: datetime | None = None
    task_at: datetime | None = None
    task: Json = None


@dataclass(frozen=True, slots=True)
class Armed:
    """A completed step's undo, with the input that was worked out when it completed."""

    address: str
    step: str
    at: datetime
    input: Json = None
    business: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The end that an instance is on its way to, while something is still settling or being undone."""

    outcome: str
    undo: bool
    by: str | None = None
    reason: str | None = None
    give: Json = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """Who suspended the instance, when and why. `paused` are the clocks that stand still because of it."""

    by: str
    reason: str
    at: datetime
    paused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """The steps, by their paths, that are not entered until they are released: who holds them, when and why.

    `id` names the pause of a version that asks for it; "" where an operator does.
    """

    steps: tuple[str, ...]
    by: str
    reason: str
    at: datetime
    id: str = ""


@dataclass(frozen=True, slots=True)
class AddedTask:
    """A task that a person added by hand. It is no position: it blocks nothing, and closes with the instance."""

    number: int
    title: str
    queue: str
    at: datetime
    by: str
    priority: str = "routine"
    role: str | None = None
    help: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """The instance that started this one as its child, and the address that waits for it there."""

    instance: str
    address: str


@dataclass(frozen=True)
class State:
    """Control state of one instance. Never changed in place; `advance` returns a new one.

    `data` is kept by scope, then name; `visits` counts entries by scope and step. `settling` are the actions and
    children of what was left that are still awaited; `armed` the undos of what was completed, in order; `undone`
    counts completed undos by business key. `listeners` are the pathway's own handlers. `completed_by` remembers the
    person by task step where another step needs it. `site` is where it was started for, as expressions see it.
    `hold` is what a pause of its version holds, `own_hold` what operators hold of this instance alone. Times are aware
    and in UTC.
    """

    instance: str
    digest: str
    zone: str
    started_at: datetime
    now: datetime
    semantics: int = SEMANTICS
    rev: int = 0
    status: Literal["running", "cancelling", "ended"] = "running"
    outcome: str | None = None
    give: Json = None
    stage: str | None = None
    parent: Parent | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, Saved]] = field(default_factory=dict)
    attributes: Mapping[str, Json] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    incidents: int = 0
    clocks: Mapping[str, ClockState] = field(default_factory=dict)
    listeners: Mapping[str, Listener] = field(default_factory=dict)
    settling: Mapping[str, Position] = field(default_factory=dict)
    armed: tuple[Armed, ...] = ()
    undone: Mapping[str, int] = field(default_factory=dict)
    ending: Ending | None = None
    suspension: Suspension | None = None
    hold: Hold | None = None
    offers: tuple[str, ...] = ()
    added: Mapping[str, AddedTask] = field(default_factory=dict)
    additions: int = 0
    completed_by: Mapping[str, str] = field(default_factory=dict)
    site: str | None = None
    own_hold: Hold | None = None


def altered(one: Kept, **changes: Any) -> Kept:
    """A position, clock or state with some fields changed: `dataclasses.replace`, at a twentieth of its time."""
    new = object.__new__(type(one))
    new.__dict__ = one.__dict__ | changes
    return new


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[State]:
    return TypeAdapter(State)


def state_to_json(state: State) -> Json:
    """The state as JSON; `state_from_json` gives back an equal state. Defaults are left out."""
    return _adapter().dump_python(state, mode="json", exclude_defaults=True)


def state_from_json(document: Json) -> State:
    """The state from its JSON. Raises pydantic's `ValidationError` when it is not one."""
    return _adapter().validate_python(document)
