"""What surrounds a definition: the actions, events, queues, roles and calendars it may name.

A catalog comes from the installed registries, or from a file that an author keeps beside a definition, so that it
can be checked and its scenarios run anywhere. An empty kind means "not known here": names of it are not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pathways.calendars import Calendar
from pathways.datatypes import OPEN_OBJECT, DataType
from pathways.declarations import DeclarationError, read_object


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
class Catalog:
    """Everything that a definition may name. Maps by name; `None` where a kind was not given at all."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    events: Mapping[str, EventType] = field(default_factory=dict)
    queues: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    calendars: Mapping[str, Calendar] = field(default_factory=dict)


def read_catalog(document: Mapping[str, Any], *, base: Catalog | None = None) -> Catalog:
    """A catalog from its document, over `base` (the built-in calendars, say).

    Raises `DeclarationError` or `CalendarError` that name the entry which is wrong.
    """
    if not isinstance(document, Mapping):
        raise DeclarationError("A catalog is a mapping with actions, events, queues, roles and calendars.")
    base = base or Catalog()
    actions = {name: _action(name, one) for name, one in _named(document.get("actions"), "actions")}
    events = {name: _event(name, one) for name, one in _named(document.get("events"), "events")}
    calendars = {name: Calendar.parse(name, one) for name, one in _named(document.get("calendars"), "calendars")}
    return Catalog(
        actions={**base.actions, **actions},
        events={**base.events, **events},
        queues=_names(document.get("queues"), base.queues),
        roles=_names(document.get("roles"), base.roles),
        calendars={**base.calendars, **calendars},
    )


def _named(section: Any, title: str) -> Iterable[tuple[str, Any]]:
    if section is None:
        return ()
    if isinstance(section, Mapping):
        return ((str(name), one) for name, one in section.items())
    if isinstance(section, list):
        return ((str(name), {}) for name in section)
    raise DeclarationError(f"{title} in a catalog is a map of names, or a list of names.")


def _names(section: Any, base: frozenset[str] | None) -> frozenset[str] | None:
    if section is None:
        return base
    return frozenset(str(name) for name in section) | (base or frozenset())


def _action(name: str, declared: Any) -> Action:
    declared = declared or {}
    if not isinstance(declared, Mapping):
        raise DeclarationError(f"The action {name} in the catalog is a mapping with input and output.")
    problems = declared.get("problems") or ()
    try:
        return Action(
            name=name,
            input=read_object(declared.get("input")),
            output=read_object(declared.get("output")),
            problems=tuple(str(problem) for problem in problems),
            reads=tuple(declared.get("reads") or ()),
            writes=tuple(declared.get("writes") or ()),
            business_key=declared.get("business_key"),
            slow=bool(declared.get("slow", False)),
        )
    except DeclarationError as error:
        raise DeclarationError(f"The action {name} in the catalog: {error.message}", hint=error.hint) from None


def _event(name: str, declared: Any) -> EventType:
    schema = declared.get("schema", declared.get("data")) if isinstance(declared, Mapping) else None
    try:
        return EventType(name, read_object(schema))
    except DeclarationError as error:
        raise DeclarationError(f"The event {name} in the catalog: {error.message}", hint=error.hint) from None
