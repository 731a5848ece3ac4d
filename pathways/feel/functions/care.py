"""Carelane's own functions, beyond FEEL."""

from __future__ import annotations

from collections.abc import Mapping

from pathways.feel import iso, moments, values
from pathways.feel.environment import Run
from pathways.feel.functions.registry import builtin
from pathways.feel.moments import AnyDate, AnyDateTime
from pathways.feel.values import Value, kind


@builtin("covers", "period: context", "date: date|date and time", gives="boolean")
def covers(run: Run, period: Mapping[str, Value], date: Value) -> bool | None:
    """Say whether a period (FHIR's `start` and `end`) covers a date; both days are inside, a missing end is open.

    An end given as a date-time counts with its own wall-clock date, a date-time under test likewise.
    """
    day = _day(date)
    start, end = _end(run, period, "start"), _end(run, period, "end")
    if day is None or isinstance(start, bool) or isinstance(end, bool):
        return None
    number = moments.day_number(day)
    after_start = start is None or moments.day_number(start) <= number
    return after_start and (end is None or number <= moments.day_number(end))


def _end(run: Run, period: Mapping[str, Value], name: str) -> AnyDate | bool | None:
    """Give one end of a period: a date, None for open, False for what is no date."""
    value = period.get(name)
    if value is None:
        return None
    day = _day(value)
    if day is None:
        run.fail(f"the {name} of the period is no date")
        return False
    return day


def _day(value: Value) -> AnyDate | None:
    """Give the date of a date, a date-time, or the text of either."""
    if isinstance(value, str):
        value = iso.parse_date(value) or iso.parse_date_time(value)
    match kind(value):
        case values.DATE:
            day: AnyDate = value
            return day
        case values.DATE_TIME:
            return moments.date_part(value)
        case _:
            return None


@builtin("age", "birth_date: date", "on: date|date and time", gives="number")
def age(run: Run, birth_date: AnyDate, on: AnyDate | AnyDateTime) -> int | None:
    """Give whole years; who is born on 29 February becomes a year older on 1 March of other years."""
    day = _day(on)
    if day is None or moments.day_number(day) < moments.day_number(birth_date):
        return run.fail("nobody has an age before birth")
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
