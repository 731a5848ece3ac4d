"""What surrounds a definition: the actions, events, queues, roles, calendars, value sets and pathways it may name.

A catalog comes from the installed registries, or from a file that an author keeps beside a definition, so that it
can be checked and its scenarios run anywhere. An empty kind means "not known here": names of it are not checked.

Touch `entries.py` for what is known of a thing that may be named, `reading.py` for how a file says it, `checking/` for
what is found wrong in one.
"""

from pathways.catalog.entries import DEFAULT_RETRY, Action, Catalog, EventType, PathwayType, Retry
from pathways.catalog.reading import EntryError, read_catalog

__all__ = [
    "DEFAULT_RETRY",
    "Action",
    "Catalog",
    "EntryError",
    "EventType",
    "PathwayType",
    "Retry",
    "read_catalog",
]
