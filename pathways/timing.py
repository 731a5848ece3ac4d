"""From a time as authored to the moment it means: durations, dates and instants, in zone and calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pathways import feel
from pathways.time.arithmetic import add, deadline_of_date
from pathways.time.calendars import Calendar
from pathways.time.durations import Duration, DurationError, parse_duration
from pathways.values import Scope, Timing


class TimingError(ValueError):
    """A time could not be made out; the text says what was found instead."""


def resolve(
    timing: Timing,
    start: datetime,
    zone: ZoneInfo,
    calendar: Calendar | None,
    scope: Scope,
    env: feel.Environment,
    *,
    edge: Literal["start", "end"] = "end",
) -> datetime:
    """The moment that `timing` means, counted from `start` where it is a duration; in UTC.

    A date is its start or its end in the zone (`edge`). Raises `TimingError` for null and for what is no time.
    """
    authored = timing.authored
    value: Any = authored if authored is not None else timing.computed.evaluate(scope, env)
    try:
        return _moment(value, start, zone, calendar, edge).astimezone(UTC)
    except (DurationError, OverflowError) as error:
        raise TimingError(f'"{timing.source}": {error}') from None
    except TimingError as error:
        why = timing.computed.why_null(scope, env) if value is None else ""
        raise TimingError(f'"{timing.source}" {error}{why}') from None


def _moment(
    value: Any, start: datetime, zone: ZoneInfo, calendar: Calendar | None, edge: Literal["start", "end"]
) -> datetime:
    match value:
        case Duration():
            return add(start, value, zone, calendar)
        case feel.DaysTime() | feel.YearsMonths():
            declared = getattr(value, "authored", None)
            text = declared if declared is not None else _exact(value)
            return add(start, parse_duration(text), zone, calendar)
        case datetime():
            return value if value.tzinfo is not None else value.replace(tzinfo=zone)
        case date():
            return deadline_of_date(value, zone, edge)
        case str():
            return _from_text(value, start, zone, calendar, edge)
        case None:
            raise TimingError("gives nothing")
        case _:
            raise TimingError(f"gives {feel.to_json(value)}, which is no time")


def _exact(value: feel.DaysTime | feel.YearsMonths) -> str:
    """FEEL's own durations count elapsed time, so days become hours: `duration("P7D")` is 168 hours."""
    if isinstance(value, feel.YearsMonths):
        return f"{value.months} months"
    return f"{value.nanos // 1_000_000_000} seconds"


def _from_text(
    text: str, start: datetime, zone: ZoneInfo, calendar: Calendar | None, edge: Literal["start", "end"]
) -> datetime:
    value = _read(text)
    if value is None:
        raise TimingError(f'gives "{text[:60]}", which is no time')
    return _moment(value, start, zone, calendar, edge)


@lru_cache(maxsize=4096)
def _read(text: str) -> date | datetime | Duration | None:
    """The date, instant or duration that a text says."""
    day = feel.date_value(text)  # asked first: a date is also the instant of its midnight
    if isinstance(day, date):
        return day
    moment = feel.instant_value(text)
    if isinstance(moment, datetime):
        return moment
    try:
        return parse_duration(text)
    except DurationError:
        return None
