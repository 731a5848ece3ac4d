"""What durations come to: the arithmetic of times, dates and business time.

`days`, `weeks`, `months` and `years` are counted on the calendar on the wall, in the zone of the instance;
`seconds`, `minutes` and `hours` are elapsed time; business units are counted in a calendar, in its zone.
Nothing here reads a clock or the machine's zone files.
"""

from __future__ import annotations

import calendar as month_lengths
from datetime import UTC, date, datetime, timedelta
from typing import Literal, overload
from zoneinfo import ZoneInfo

from pathways.time.business_time import SECOND, open_time
from pathways.time.calendars import Calendar
from pathways.time.durations import Duration, DurationError, Unit
from pathways.time.zones import instant_of


@overload
def add(start: datetime, duration: Duration, zone: ZoneInfo, calendar: Calendar | None = None) -> datetime: ...
@overload
def add(start: date, duration: Duration, zone: ZoneInfo, calendar: Calendar | None = None) -> date: ...
def add(start: date, duration: Duration, zone: ZoneInfo, calendar: Calendar | None = None) -> date:
    """Return `start` plus `duration`: an instant in UTC for an aware datetime, a date for a date.

    - days to years: the same local time in `zone`; months clamp to the month's end, and are counted at once
      from `start`, not step by step. A local time that does not exist moves forward by the gap; one that
      exists twice is the first.
    - seconds, minutes, hours: elapsed time, after the days of the same duration.
    - business days and hours: in `calendar` and its zone (`OpenTime.add_days`, `OpenTime.add`).

    A date takes only whole days and more. Adding nothing gives `start`, except that zero business days after
    an instant outside hours is the next opening. Raises `DurationError` where the units do not fit, where a
    calendar is missing, and where the result lies outside the years 1 to 9999.
    """
    try:
        if isinstance(start, datetime):
            _check_aware(start)
            return _add_to_instant(start, duration, zone, calendar)
        return _add_to_date(start, duration, calendar)
    except (OverflowError, ValueError) as error:
        raise _out_of_range(f"{start.isoformat()} plus {duration}") from error


def deadline_of_date(day: date, zone: ZoneInfo, edge: Literal["start", "end"]) -> datetime:
    """Return the instant, in UTC, at which `day` starts or ends in `zone`; it ends where the next day starts.

    A date as `until` is its start; as `due`, `timeout` or `limit` its end. Raises `DurationError` where the
    instant lies outside the years 1 to 9999.
    """
    try:
        first = day if edge == "start" else day + timedelta(days=1)
        return instant_of(datetime(first.year, first.month, first.day), zone)  # noqa: DTZ001 - local by intent
    except OverflowError as error:
        raise _out_of_range(f"The {edge} of {day.isoformat()}") from error


def working_seconds(start: datetime, end: datetime, calendar: Calendar | None = None) -> int:
    """Return the whole seconds of open time from `start` to `end`; without a calendar, of elapsed time.

    Negative where `end` is before `start`. Parts of a second are dropped.
    """
    _check_aware(start)
    _check_aware(end)
    try:
        # In UTC, because Python compares and subtracts two times of one zone by what their clocks show.
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end < start:
            return -working_seconds(end, start, calendar)
        if calendar is None:
            return (end - start) // timedelta(seconds=1)
        return open_time(calendar).between(start, end) // SECOND
    except (OverflowError, ValueError) as error:
        raise _out_of_range(f"The time from {start.isoformat()} to {end.isoformat()}") from error


def add_working_seconds(start: datetime, seconds: int, calendar: Calendar | None = None) -> datetime:
    """Return the instant, in UTC, at which `seconds` of open time after `start` are used up.

    Without a calendar all time counts. It may be a closing; with a negative amount, which counts back, an
    opening. Raises `DurationError` where that is out of reach.
    """
    _check_aware(start)
    try:
        if calendar is None:
            return start.astimezone(UTC) + timedelta(seconds=seconds)
        return open_time(calendar).add(start, seconds * SECOND)
    except (OverflowError, ValueError) as error:
        raise _out_of_range(f"{start.isoformat()} plus {seconds} seconds") from error


def _add_to_instant(start: datetime, duration: Duration, zone: ZoneInfo, calendar: Calendar | None) -> datetime:
    if duration.needs_calendar:
        ((amount, unit),) = duration.parts
        times = open_time(_needed(calendar, duration))
        return times.add_days(start, amount) if unit == "business-days" else times.add(start, amount * 3600 * SECOND)
    months, days, seconds = _sums(duration)
    instant = start.astimezone(UTC)
    if months or days:
        local = start.astimezone(zone).replace(tzinfo=None)
        shifted = _add_months(local.date(), months) + timedelta(days=days)
        instant = instant_of(datetime.combine(shifted, local.time()), zone)
    return instant + timedelta(seconds=seconds)


def _add_to_date(start: date, duration: Duration, calendar: Calendar | None) -> date:
    if any(unit in ("seconds", "minutes", "hours", "business-hours") for _, unit in duration.parts):
        raise DurationError(
            f'"{duration}" cannot be added to a date, which has no time of day.',
            hint="Add whole days, or start from an instant.",
        )
    if duration.needs_calendar:
        return open_time(_needed(calendar, duration)).open_day(start, duration.parts[0][0])
    months, days, _ = _sums(duration)
    return _add_months(start, months) + timedelta(days=days)


def _sums(duration: Duration) -> tuple[int, int, int]:
    """Return the months, days and seconds that a duration without business units comes to."""
    amounts: dict[Unit, int] = {unit: amount for amount, unit in duration.parts}
    months = 12 * amounts.get("years", 0) + amounts.get("months", 0)
    days = 7 * amounts.get("weeks", 0) + amounts.get("days", 0)
    minutes = 60 * amounts.get("hours", 0) + amounts.get("minutes", 0)
    return months, days, 60 * minutes + amounts.get("seconds", 0)


def _add_months(start: date, months: int) -> date:
    if not months:
        return start
    years, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= years <= 9999:
        raise OverflowError
    last = month_lengths.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(start.day, last))


def _needed(calendar: Calendar | None, duration: Duration) -> Calendar:
    if calendar is None:
        raise DurationError(
            f'"{duration}" is business time, and no calendar says when that is.',
            hint="Name one with `calendar:`, or write elapsed hours or days.",
        )
    return calendar


def _check_aware(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise DurationError(f"{moment.isoformat()} has no offset, so it is no instant.", hint="Add Z or +00:00.")


def _out_of_range(what: str) -> DurationError:
    return DurationError(f"{what} lies outside the years 1 to 9999.", hint="Check the amount and the start.")
