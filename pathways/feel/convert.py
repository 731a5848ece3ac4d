"""From ISO text, as JSON carries it, to typed values. Each gives None when the text is no such thing."""

from __future__ import annotations

from pathways.feel import iso
from pathways.feel.moments import AnyDate, AnyDateTime, Time
from pathways.feel.values import DaysTime, YearsMonths


def date_value(text: str) -> AnyDate | None:
    """Read a date, `2026-03-02`."""
    return iso.parse_date(text)


def instant_value(text: str) -> AnyDateTime | None:
    """Read a date and time, `2026-03-02T09:00:00-05:00`; without a zone it is local."""
    return iso.parse_date_time(text)


def time_value(text: str) -> Time | None:
    """Read a time of day, `09:00:00`."""
    return iso.parse_time(text)


def duration_value(text: str) -> DaysTime | YearsMonths | None:
    """Read an ISO 8601 duration, `P3DT4H` or `P1Y6M`."""
    return iso.parse_duration(text)
