"""Where an instance stands: everything `advance` needs to go on, as an immutable value that is JSON at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from pydantic import TypeAdapter

from pathways.datatypes import DataType

Json = Any

SEMANTICS = 1
"""The number of the engine's present behaviour; the engine keeps that of every number still in flight."""

PATHWAY = ""
"""The scope of the pathway itself. Nested scopes are addresses with a trailing slash."""

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


@dataclass(frozen=True, slots=True)
class Source:
    """A value's version in the core: what was read, in which version, when."""

    reference: str
    version: str | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """A value and where it came from: the address that produced it, when, and the person, action or event.

    `type` says what a computed value is where the plan can't tell (a date on one way, a text on another).
    """

    value: Json
    address: str
    at: datetime
    by: str | None = None
    sources: tuple[Source, ...] = ()
    type: DataType | None = None


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
class Position:
    """One place where an instance stands.

    `waits` says for what: an action's result, people, an event, a point in time, or an operator (an incident).
    `run` counts the attempts of an action that were ordered from here, so that a late answer to an earlier one is
    told apart. `input` is what the step works on: an action's input, or a task's title, queue and priority as they
    were rendered. `key` is the action's idempotency key, or the correlation key of the awaited event; `armed_rev` the
    revision in which the listener was armed. `bound` are names that exist only here (`event`, `problem`).
    """

    address: str
    step: str
    entered_at: datetime
    waits: Literal["action", "people", "event", "time", "operator"]
    scope: str = PATHWAY
    run: int = 0
    key: str | None = None
    input: Json = None
    armed_at: datetime | None = None
    armed_rev: int = 0
    wake_at: datetime | None = None
    timeout_at: datetime | None = None
    due_at: datetime | None = None
    result: Json = None
    bound: Mapping[str, Json] = field(default_factory=dict)
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Control state of one instance. Never changed in place; `advance` returns a new one.

    `data` is kept by scope, then name; `visits` counts entries by scope and step. Times are aware and in UTC.
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
    stage: str | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, Saved]] = field(default_factory=dict)
    attributes: Mapping[str, Json] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    incidents: int = 0


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[State]:
    return TypeAdapter(State)


def state_to_json(state: State) -> Json:
    """The state as JSON; `state_from_json` gives back an equal state. Defaults are left out."""
    return _adapter().dump_python(state, mode="json", exclude_defaults=True)


def state_from_json(document: Json) -> State:
    """The state from its JSON. Raises pydantic's `ValidationError` when it is not one."""
    return _adapter().validate_python(document)
