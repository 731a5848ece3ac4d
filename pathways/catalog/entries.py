"""What a definition may name, each with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pathways.datatypes import OPEN_OBJECT, DataType
from pathways.time.calendars import Calendar


@dataclass(frozen=True)
class Retry:
    """How a failing action is tried again: times in seconds, the wait growing by `factor` up to `most`."""

    attempts: int = 5
    first: float = 1.0
    factor: float = 2.0
    most: float = 300.0


DEFAULT_RETRY = Retry()
"""What an action gets that says nothing of its own."""


@dataclass(frozen=True)
class Action:
    """A registered action: what it takes and gives, which problems it reports, what it reads and writes in the core."""

    name: str
    input: DataType = OPEN_OBJECT
    output: DataType = OPEN_OBJECT
    problems: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    business_key: str | None = None
    retry: Retry = DEFAULT_RETRY
    timeout_seconds: float = 30.0
    slow: bool = False


@dataclass(frozen=True)
class EventType:
    """A type of domain event and the schema of its data."""

    name: str
    data: DataType = OPEN_OBJECT


@dataclass(frozen=True)
class PathwayType:
    """A pathway that others may start: its inputs, and by outcome what that gives. None: not known."""

    name: str
    inputs: DataType | None = None
    outcomes: Mapping[str, DataType] | None = None


@dataclass(frozen=True)
class Catalog:
    """Everything that a definition may name. Maps by name; `None` where a kind was not given at all.

    `clinical_roles` are those of the roles that may pass a clinical gate.
    """

    actions: Mapping[str, Action] = field(default_factory=dict)
    events: Mapping[str, EventType] = field(default_factory=dict)
    queues: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    clinical_roles: frozenset[str] = frozenset()
    value_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pathways: Mapping[str, PathwayType] = field(default_factory=dict)
