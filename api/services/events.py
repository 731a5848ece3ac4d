"""Events in: a CloudEvent is stored before anything else; from then on it is ours to deliver."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from api.services.actor import Actor
from api.services.base import Base
from api.services.errors import InvalidRequestError, NotFoundError
from api.services.records import InboxEvent
from store.inbox import Delivery, NewEvent

Json = Any

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

MOST_BYTES = 256_000
"""How large an event may be."""


@dataclass(frozen=True, slots=True)
class EventDetail:
    """An event that came in, and where it went."""

    event: InboxEvent
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True)
class EventService(Base):
    """The use cases around events that come in."""

    async def receive(self, actor: Actor, event: NewEvent) -> tuple[InboxEvent, bool]:
        """Accept an event; it, and whether it is new. A source's id is taken once."""
        actor.require("send-events")
        async with self.database.transaction() as unit:
            return await unit.inbox.receive(event)

    async def get(self, actor: Actor, ident: str) -> EventDetail:
        """An event with its deliveries. Raises `NotFoundError`."""
        actor.require("send-events")
        async with self.database.transaction() as unit:
            event = await unit.inbox.get(ident)
            if event is None:
                raise NotFoundError("There is no such event.")
            return EventDetail(event, await unit.inbox.deliveries(ident))


def cloud_event(attributes: Mapping[str, Json], data: Json) -> NewEvent:
    """An event from its CloudEvents 1.0 attributes (§ 3) and data; `subject` is its correlation key.

    Raises `InvalidRequestError` with each attribute at fault.
    """
    faults: dict[str, str] = {}
    if attributes.get("specversion") != "1.0":
        faults["specversion"] = 'must be "1.0"'
    given: dict[str, str] = {}
    for name in ("id", "source", "type"):
        value = attributes.get(name)
        if _is_text(value):
            given[name] = value
        else:
            faults[name] = "is required: text that is not empty and has no control characters"
    key = attributes.get("subject")
    if key is not None and not _is_text(key):
        faults["subject"] = "must be text that is not empty and has no control characters"
    moment = _time(attributes.get("time"), faults)
    if faults:
        raise InvalidRequestError("This is not a CloudEvent 1.0.", fields=faults)
    return NewEvent(given["source"], given["id"], given["type"], key, data, moment)


def _is_text(value: Json) -> TypeGuard[str]:
    """Whether a value is a CloudEvents string (§ 3.2): no control characters, no unpaired surrogates."""
    return isinstance(value, str) and bool(value.strip()) and _CONTROL.search(value) is None


def _time(value: Json, faults: dict[str, str]) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        faults["time"] = "must be a timestamp with offset, such as 2026-03-31T09:00:00Z"
        return None
    return moment
