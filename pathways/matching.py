"""Which listeners an event matches, by type and correlation key. One rule, for engine and store.

A listener's own `when` is not asked here: the instance judges that, on its data.
"""

from __future__ import annotations

ANY_KEY = ""
"""The key of a listener that names none: it takes any event of its type."""


def matching_keys(event_key: str | None) -> tuple[str, ...]:
    """The keys of listeners that an event with this key matches."""
    return (ANY_KEY,) if event_key is None else (ANY_KEY, event_key)
