"""A year of a business calendar, month by month: how long it is open, and on which days it is not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from pathways.time.calendars import HOLIDAY_YEARS, WEEKDAYS, Calendar
from pathways.time.zones import instant_of

_MOST_DAYS = 31


@dataclass(frozen=True)
class Closure:
    """A date on which the calendar is closed whatever the hours of its weekday.

    `name` is the holiday's, "" for the organization's own closures. On a day that `would_open` it makes a difference.
    """

    on: date
    kind: Literal["holiday", "closure"]
    name: str
    would_open: bool

    @property
    def weekday(self) -> str:
        """The day of the week, as in a calendar's hours."""
        return WEEKDAYS[self.on.weekday()]


@dataclass(frozen=True)
class Month:
    """A month: the days on which it opens, for how many hours in all, and its closures."""

    first: date
    days_open: int
    hours: float
    closures: tuple[Closure, ...]


def months(calendar: Calendar, year: int, holidays: Mapping[date, str] | None = None) -> tuple[Month, ...]:
    """The twelve months of a year. `holidays` names closed dates that are holidays; other ones are own closures.

    Hours are elapsed ones: where clocks change within opening hours, the hour that is lost or gained is counted.
    """
    return tuple(_month(calendar, date(year, number, 1), holidays or {}) for number in range(1, 13))


def holiday_names(rule: Any, year: int) -> dict[date, str]:
    """The names of the holidays of a calendar's `holidays` rule, by date; none outside the years that rules know."""
    if rule is None or year not in HOLIDAY_YEARS:
        return {}
    import holidays  # here, because few calendars use rules and the package is large

    given: Mapping[str, Any] = {"country": rule} if isinstance(rule, str) else rule
    found = holidays.country_holidays(
        given["country"], subdiv=given.get("subdivision"), years=year, observed=given.get("observed", True)
    )
    return dict(found.items())


def _month(calendar: Calendar, first: date, holidays: Mapping[date, str]) -> Month:
    days = [day for number in range(_MOST_DAYS) if (day := first + timedelta(days=number)).month == first.month]
    open_days = [day for day in days if calendar.hours[day.weekday()] and day not in calendar.closed]
    seconds = sum(seconds for day in open_days for seconds in _open_seconds(calendar, day))
    closures = tuple(_closure(calendar, day, holidays.get(day)) for day in days if day in calendar.closed)
    return Month(first, len(open_days), seconds / 3600, closures)


def _closure(calendar: Calendar, day: date, holiday: str | None) -> Closure:
    kind: Literal["holiday", "closure"] = "closure" if holiday is None else "holiday"
    return Closure(day, kind, holiday or "", bool(calendar.hours[day.weekday()]))


def _open_seconds(calendar: Calendar, day: date) -> Iterator[float]:
    for opening, closing in calendar.hours[day.weekday()]:
        ends = instant_of(_at(day, closing), calendar.zone_info)
        yield (ends - instant_of(_at(day, opening), calendar.zone_info)).total_seconds()


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)
