"""Functions that convert (DMN 1.5 section 10.3.4.1)."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Final
from zoneinfo import ZoneInfo

from pathways.feel import iso, moments, numbers, values
from pathways.feel.environment import Run
from pathways.feel.functions.registry import builtin
from pathways.feel.moments import NANOS_PER_SECOND, AnyDate, AnyDateTime, Time
from pathways.feel.numbers import CONTEXT, Number
from pathways.feel.rendering import text_of
from pathways.feel.values import DaysTime, Value, YearsMonths, kind

_PLAIN_NUMBER: Final = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@builtin("date", "from: string|date|date and time", gives="date")
def date(run: Run, from_: Value) -> AnyDate | None:
    """Read a date, or give the date of a date-time."""
    if isinstance(from_, str):
        return iso.parse_date(from_) or run.fail(f'"{from_[:40]}" is no date')
    return from_ if kind(from_) == values.DATE else moments.date_part(from_)


@builtin("date", "year: number", "month: number", "day: number", gives="date")
def date_of_parts(run: Run, year: Number, month: Number, day: Number) -> AnyDate | None:
    """Make a date of year, month and day."""
    parts = [numbers.integer_of(part) for part in (year, month, day)]
    if parts[0] is None or parts[1] is None or parts[2] is None:
        return run.fail("the parts of a date are whole numbers")
    made = moments.make_date(parts[0], parts[1], parts[2])
    return run.fail("there is no such date") if made is None else made


@builtin("time", "from: string|time|date and time|date", gives="time")
def time(run: Run, from_: Value) -> Time | None:
    """Read a time, or give the time of a date-time; of a date, midnight in UTC."""
    if isinstance(from_, str):
        found = iso.parse_time(from_)
        return run.fail(f'"{from_[:40]}" is no time') if found is None else found
    match kind(from_):
        case values.TIME:
            found = values.read(from_)
            assert isinstance(found, Time)  # noqa: S101 - what the kind says
            return found
        case values.DATE_TIME:
            return moments.time_part(from_)
        case _:
            return Time(0, UTC)


@builtin(
    "time",
    "hour: number",
    "minute: number",
    "second: number",
    "offset?: days and time duration|null",
    gives="time",
)
def time_of_parts(
    run: Run, hour: Number, minute: Number, second: Number, offset: DaysTime | None = None
) -> Time | None:
    """Make a time of its parts and an offset from UTC."""
    nanos = _clock(hour, minute, second)
    sound, zone = (True, None) if offset is None else iso.fixed_zone(offset.nanos // NANOS_PER_SECOND)
    return run.fail("there is no such time") if nanos is None or not sound else Time(nanos, zone)


def _clock(hour: Number, minute: Number, second: Number) -> int | None:
    """Give the nanoseconds since midnight, or None when there is no such time."""
    hours, minutes = numbers.integer_of(hour), numbers.integer_of(minute)
    if hours is None or minutes is None or not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= second < 60):
        return None
    return (hours * 60 + minutes) * 60 * NANOS_PER_SECOND + int(CONTEXT.multiply(second, NANOS_PER_SECOND))


@builtin("date and time", "from: string|date and time", gives="date and time")
def date_and_time(run: Run, from_: str | AnyDateTime) -> AnyDateTime | None:
    """Read a date and time; a bare date is its midnight."""
    if isinstance(from_, str):
        return iso.parse_date_time(from_) or run.fail(f'"{from_[:40]}" is no date and time')
    return from_


@builtin("date and time", "date: date|date and time", "time: time", gives="date and time")
def date_and_time_of(run: Run, date: Value, time: Value) -> AnyDateTime | None:
    """Put a date and a time together."""
    day = date if kind(date) == values.DATE else moments.date_part(date)
    clock = values.read(time)
    return moments.make_datetime(moments.day_number(day), clock.nanos, clock.zone)


@builtin(
    "date and time",
    "year: number",
    "month: number",
    "day: number",
    "hour: number",
    "minute: number",
    "second: number",
    "timezone: string",
    gives="date and time",
)
@builtin(
    "date and time",
    "year: number",
    "month: number",
    "day: number",
    "hour: number",
    "minute: number",
    "second: number",
    "offset?: days and time duration|string|null",
    gives="date and time",
)
def date_and_time_of_parts(
    run: Run,
    year: Number,
    month: Number,
    day: Number,
    hour: Number,
    minute: Number,
    second: Number,
    offset: DaysTime | str | None = None,
) -> AnyDateTime | None:
    """Make a date and time of its parts, with an offset or the name of a zone."""
    made, nanos = date_of_parts(run, year, month, day), _clock(hour, minute, second)
    sound, zone = _zone(offset)
    if made is None or nanos is None or not sound:
        return run.fail("there is no such date and time")
    return moments.settle(moments.make_datetime(moments.day_number(made), nanos, zone))


def _zone(offset: DaysTime | str | None) -> tuple[bool, ZoneInfo | None]:
    if isinstance(offset, str):
        zone = moments.zone_named(offset)
        return zone is not None, zone
    return (True, None) if offset is None else iso.fixed_zone(offset.nanos // NANOS_PER_SECOND)  # type: ignore[return-value]


@builtin(
    "number", "from: string", "grouping separator?: string|null", "decimal separator?: string|null", gives="number"
)
def number(run: Run, from_: str, grouping: str | None = None, separator: str | None = None) -> Number | None:
    """Read a number with its separators."""
    if grouping not in (None, " ", ",", ".") or separator not in (None, ",", ".") or grouping == (separator or "."):
        return run.fail("a number is grouped by a space, comma or point, and its decimals by the other of these two")
    plain = from_ if grouping is None else from_.replace(grouping, "")
    if separator == ",":
        plain = plain.replace(".", "?").replace(",", ".")
    if len(plain) > 200 or not _PLAIN_NUMBER.fullmatch(plain):
        return run.fail(f'"{from_[:40]}" is no number')
    return numbers.finite(CONTEXT.create_decimal(plain))


@builtin("string", "from: any", gives="string")
def string(run: Run, from_: Value) -> str | None:
    """Write a value as text; null stays null."""
    return None if from_ is None else text_of(from_, run)


@builtin("duration", "from: string|days and time duration|years and months duration", gives="Any")
def duration(run: Run, from_: str | DaysTime | YearsMonths) -> DaysTime | YearsMonths | None:
    """Read a duration; months and days are two different kinds and do not mix."""
    if not isinstance(from_, str):
        return from_
    found = iso.parse_duration(from_)
    return run.fail(f'"{from_[:40]}" is no duration') if found is None else found


@builtin(
    "years and months duration",
    "from: date|date and time",
    "to: date|date and time",
    gives="years and months duration",
)
def years_and_months_duration(run: Run, from_: Value, to: Value) -> YearsMonths:
    """Give the whole months from one date to another."""
    start, end = (each if kind(each) == values.DATE else moments.date_part(each) for each in (from_, to))
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)
