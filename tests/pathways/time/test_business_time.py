"""Working seconds and budgets: counted over days and years, fast, and never without bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pathways.time.arithmetic import add, add_working_seconds, working_seconds
from pathways.time.calendars import Calendar
from pathways.time.durations import DurationError, parse_duration
from pathways.time.zones import zone

NEW_YORK = zone("America/New_York")
CLINIC = Calendar.parse(
    "clinic",
    {
        "zone": "America/New_York",
        "hours": {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "closed": ["2026-07-03"],
    },
)
ALWAYS = Calendar.parse(
    "always",
    {
        "zone": "America/New_York",
        "hours": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    },
)
RARE = Calendar.parse("rare", {"zone": "UTC", "hours": {"mon": ["08:00-08:01"]}})


def local(text: str) -> datetime:
    """Return an instant from what clocks in New York show."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def test_a_budget_stops_while_closed() -> None:
    """Five open hours from Thursday afternoon, past a holiday and a weekend, are used up on Monday."""
    start = local("2026-07-02T15:00")
    assert working_seconds(start, local("2026-07-06T11:00"), CLINIC) == 5 * 3600
    assert add_working_seconds(start, 5 * 3600, CLINIC) == local("2026-07-06T11:00")


def test_a_budget_may_end_at_closing_and_start_at_opening() -> None:
    """The last second of a day is used up at closing, not at the next opening; going back, at opening."""
    assert add_working_seconds(local("2026-07-06T08:00"), 9 * 3600, CLINIC) == local("2026-07-06T17:00")
    assert add_working_seconds(local("2026-07-06T17:00"), -9 * 3600, CLINIC) == local("2026-07-06T08:00")
    assert add_working_seconds(local("2026-07-06T17:00"), 1, CLINIC) == local("2026-07-07T08:00:01")


def test_elapsed_time_counts_without_a_calendar() -> None:
    """Without a calendar a day in spring is an hour short, whatever zone the instants are written in."""
    start, end = local("2026-03-07T12:00"), local("2026-03-08T12:00")
    assert working_seconds(start, end) == 23 * 3600
    assert working_seconds(end, start) == -23 * 3600
    assert add_working_seconds(start, 23 * 3600) == end


def test_the_second_half_of_a_repeated_hour_is_later() -> None:
    """Two instants that show the same time of the same night are an hour apart."""
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
    second = first.replace(fold=1)
    assert working_seconds(first, second) == 3600
    assert working_seconds(first, second, ALWAYS) == 3600
    assert working_seconds(second, first, ALWAYS) == -3600


def test_days_have_the_length_they_have() -> None:
    """An office that never closes is open 23 hours on one day of the year and 25 on another."""
    for day, hours in (("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-01", 24)):
        start = local(f"{day}T00:00")
        end = add(start, parse_duration("1 day"), NEW_YORK)
        assert working_seconds(start, end, ALWAYS) == hours * 3600


def test_no_time_at_all() -> None:
    """Nothing passes between an instant and itself, and no seconds lead nowhere."""
    night = local("2026-07-04T03:00")
    assert working_seconds(night, night, CLINIC) == 0
    assert add_working_seconds(night, 0, CLINIC) == night
    assert working_seconds(night, night + timedelta(hours=5), CLINIC) == 0


def test_parts_of_a_second_are_dropped() -> None:
    """Whole seconds are counted, towards zero both ways."""
    start = local("2026-07-06T09:00")
    end = start + timedelta(seconds=1, microseconds=999_999)
    assert working_seconds(start, end, CLINIC) == working_seconds(start, end) == 1
    assert working_seconds(end, start, CLINIC) == working_seconds(end, start) == -1


def test_counts_across_many_years() -> None:
    """A century of weekdays is counted without walking through its minutes."""
    start, end = local("2001-01-01T00:00"), local("2101-01-01T00:00")
    weekdays = sum(
        (start.date() + timedelta(days=days)).weekday() < 5 for days in range((end.date() - start.date()).days)
    )
    assert working_seconds(start, end, CLINIC) == (weekdays - 1) * 9 * 3600
    assert add_working_seconds(start, (weekdays - 1) * 9 * 3600, CLINIC) == local("2100-12-31T17:00")


@pytest.mark.parametrize("seconds", [10**9, -(10**9), 10**30])
def test_a_budget_out_of_reach_is_refused(seconds: int) -> None:
    """A budget that a calendar could not use up in centuries is an error, not a long wait."""
    with pytest.raises(DurationError, match="more than 400 years away in calendar rare"):
        add_working_seconds(local("2026-07-06T09:00"), seconds, RARE)


def test_a_span_out_of_reach_is_refused() -> None:
    """Nor is open time counted over thousands of years."""
    with pytest.raises(DurationError, match="more than 400 years away"):
        working_seconds(datetime(1000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC), RARE)


def test_the_ends_of_time_are_refused() -> None:
    """Business time at the first and the last year that dates can have is a clear error."""
    for start, text in (
        (datetime(9998, 12, 31, 20, tzinfo=UTC), "1 business day"),
        (datetime(2, 1, 1, tzinfo=UTC), "-1 business hour"),
    ):
        with pytest.raises(DurationError, match="is not known in the year"):
            add(start, parse_duration(text), NEW_YORK, CLINIC)
    with pytest.raises(DurationError, match="outside the years 1 to 9999"):
        add_working_seconds(local("2026-07-06T09:00"), 10**30)
