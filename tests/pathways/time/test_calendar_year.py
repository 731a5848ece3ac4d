"""A year of a calendar: days, hours and closures by month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pathways.time.calendar_year import holiday_names, months
from pathways.time.calendars import Calendar

WEEKDAYS = {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = {"zone": "America/New_York", "hours": WEEKDAYS, "holidays": {"country": "US"}, "closed": ["2027-08-02"]}


def test_holidays_and_own_closures_are_told_apart() -> None:
    """By name, and whether they make a difference."""
    found = months(Calendar.parse("office", OFFICE), 2027, holiday_names(OFFICE["holidays"], 2027))
    assert len(found) == 12
    july = [(one.on.day, one.weekday, one.kind, one.name, one.would_open) for one in found[6].closures]
    assert july == [
        (4, "sun", "holiday", "Independence Day", False),
        (5, "mon", "holiday", "Independence Day (observed)", True),
    ]
    (august,) = found[7].closures
    assert (august.on, august.kind, august.name, august.would_open) == (date(2027, 8, 2), "closure", "", True)
    assert [(one.days_open, one.hours) for one in (found[6], found[7])] == [(21, 189), (21, 189)]


def test_hours_over_a_change_of_clocks_are_elapsed_ones() -> None:
    """A night office is open an hour less in spring, and an hour more in autumn."""
    night = Calendar.parse("night", {"zone": "America/New_York", "hours": {"sun": ["00:00-24:00"]}})
    found = months(night, 2026)
    assert [(found[number].days_open, found[number].hours) for number in (2, 10, 11)] == [(5, 119), (5, 121), (4, 96)]


@pytest.mark.parametrize("rule", [None, "US", {"country": "US", "subdivision": "NY", "observed": False}])
def test_names_are_those_of_the_dates_that_the_rule_closes(rule: object) -> None:
    """Whatever the rule; and none outside the years for which rules are written out."""
    closed = Calendar.parse("x", {"zone": "UTC", "hours": WEEKDAYS, "holidays": rule}).closed
    assert set(holiday_names(rule, 2027)) == {day for day in closed if day.year == 2027}
    assert holiday_names(rule, 1999) == {}


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether a calendar is open at a moment, by what its clock shows."""
    local = moment.astimezone(calendar.zone_info)
    minute = local.hour * 60 + local.minute
    hours = calendar.hours[local.weekday()]
    return local.date() not in calendar.closed and any(opening <= minute < closing for opening, closing in hours)


def test_hours_agree_with_counting_minutes() -> None:
    """Against a slow count over two months with a change of clocks."""
    clinic = Calendar.parse(
        "clinic",
        {"zone": "Europe/London", "hours": {"sat": ["22:15-24:00"], "sun": ["00:00-03:30"], "mon": ["09:00-12:30"]}},
    )
    for month in months(clinic, 2026)[2:4]:
        begin = datetime(month.first.year, month.first.month, 1, tzinfo=clinic.zone_info).astimezone(UTC)
        after = datetime(month.first.year, month.first.month + 1, 1, tzinfo=clinic.zone_info).astimezone(UTC)
        minutes = int((after - begin).total_seconds() // 60)
        counted = sum(is_open(clinic, begin + timedelta(minutes=number)) for number in range(minutes))
        assert counted == month.hours * 60
