"""Functions of dates and times (DMN 1.5 sections 10.3.4.6 and 10.3.4.11)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from pathways.feel import moments, values
from pathways.feel.environment import Run
from pathways.feel.functions.registry import builtin
from pathways.feel.members import weekday
from pathways.feel.moments import AnyDate
from pathways.feel.operators import equal
from pathways.feel.values import Value, kind

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _date(value: Value) -> AnyDate:
    return value if kind(value) == values.DATE else moments.date_part(value)


@builtin("now", gives="date and time")
def now(run: Run) -> datetime:
    """Give the time that the host says it is, in its zone."""
    return run.environment.local_now()


@builtin("today", gives="date")
def today(run: Run) -> date:
    """Give the date that the host says it is, in its zone."""
    return run.environment.local_today()


@builtin("day of year", "date: date|date and time", gives="number")
def day_of_year(run: Run, date: Value) -> int | None:
    """Give the day of the year, from 1."""
    day = _date(date)
    first = moments.make_date(day.year, 1, 1)
    return None if first is None else moments.day_number(day) - moments.day_number(first) + 1


@builtin("day of week", "date: date|date and time", gives="string")
def day_of_week(run: Run, date: Value) -> str:
    """Give the English name of the day of the week."""
    return _DAYS[weekday(date) - 1]


@builtin("month of year", "date: date|date and time", gives="string")
def month_of_year(run: Run, date: Value) -> str:
    """Give the English name of the month."""
    return _MONTHS[_date(date).month - 1]


@builtin("week of year", "date: date|date and time", gives="number")
def week_of_year(run: Run, date: Value) -> int | None:
    """Give the ISO week of the year."""
    day = _date(date)
    thursday = moments.date_of(moments.day_number(day) - weekday(day) + 4)
    if thursday is None:
        return None
    first = moments.make_date(thursday.year, 1, 1)
    return None if first is None else (moments.day_number(thursday) - moments.day_number(first)) // 7 + 1


@builtin("is", "value1: any", "value2: any", gives="boolean")
def is_(run: Run, value1: Value, value2: Value) -> bool:
    """Say whether two values are the same element: equal, of one kind, and for times of one zone too."""
    if kind(value1) != kind(value2):
        return False
    if kind(value1) == values.TIME:
        return bool(value1.nanos == value2.nanos and _offset(value1) == _offset(value2))
    if kind(value1) == values.DATE_TIME:
        same_clock = moments.wall_clock(value1) == moments.wall_clock(value2)
        same_zone = (moments.zone_of(value1) is None) == (moments.zone_of(value2) is None)
        return same_clock and same_zone and moments.instant_nanos(value1) == moments.instant_nanos(value2)
    return equal(value1, value2, run) is True


def _offset(value: moments.Time) -> int | None:
    return None if value.zone is None else value.nanos - moments.time_of_day_nanos(value)
