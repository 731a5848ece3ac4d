"""Which listeners an event matches, by type and correlation key. One rule, for relay, store and simulator.

A listener's own `when` is not asked here: the instance judges that, on its data.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

ANY_KEY = ""
"""The key of a listener that names none: it takes any event of its type."""


class Listening(Protocol):
    """Whatever says which type and key it listens for."""

    @property
    def type(self) -> str:
        """The type of event."""
        ...

    @property
    def key(self) -> str:
        """The correlation key; `ANY_KEY` for any."""
        ...


Listener = TypeVar("Listener", bound=Listening)


def matching_keys(event_key: str | None) -> tuple[str, ...]:
    """The keys of listeners that an event with this key matches."""
    return (ANY_KEY,) if event_key is None else (ANY_KEY, event_key)


def matches(listener: Listening, event_type: str, event_key: str | None) -> bool:
    """Whether an event is one that the listener waits for."""
    return listener.type == event_type and listener.key in matching_keys(event_key)


def takers(listeners: Iterable[Listener], event_type: str, event_key: str | None) -> tuple[Listener, ...]:
    """The listeners that an event matches, in the order given."""
    return tuple(one for one in listeners if matches(one, event_type, event_key))
