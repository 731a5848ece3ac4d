"""The functions that the language adds to FEEL: what they do, and their types for lint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from pathways.calendars import Calendar
from pathways.durations import DurationError, add, parse_duration
from pathways.feel import types

FUNCTION_TYPES: Final[Mapping[str, types.Type]] = {
    "business_add": types.function(
        [("t", types.ANY), ("duration", types.STRING), ("calendar", types.STRING)], types.ANY, optional=1
    )
}
"""The types by name; `business_add` gives what it is given, a date or an instant."""


def functions(
    zone: ZoneInfo, calendars: Mapping[str, Calendar], default: Calendar | None
) -> dict[str, Callable[..., Any]]:
    """The functions by name, for a zone and the calendars that a plan knows."""

    def business_add(moment: Any, duration: Any, calendar: Any = None) -> Any:
        """Add an authored duration to a date or an instant, in a calendar (the pathway's, unless one is named)."""
        chosen = calendars.get(calendar) if isinstance(calendar, str) else default
        if not isinstance(moment, date) or not isinstance(duration, str) or (calendar is not None and chosen is None):
            return None
        try:
            return add(moment, parse_duration(duration), zone, chosen)
        except DurationError:
            return None

    return {"business_add": business_add}
