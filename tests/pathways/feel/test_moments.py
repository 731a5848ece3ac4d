"""Dates, times, date-times and durations: reading, writing, and arithmetic over zones and months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.feel import (
    DaysTime,
    Time,
    YearsMonths,
    date_value,
    duration_value,
    instant_value,
    iso,
    moments,
    time_value,
    to_json,
)
from pathways.feel.moments import WideDate, WideDateTime

Evaluate = Callable[..., Any]
NEW_YORK = ZoneInfo("America/New_York")


def test_iso_text_becomes_typed_values() -> None:
    """The helpers give Python's own types wherever those can hold the value."""
    assert date_value("2026-03-02") == date(2026, 3, 2)
    assert instant_value("2026-03-02T09:00:00-05:00") == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert instant_value("2026-03-02T09:00:00") == datetime(2026, 3, 2, 9)  # noqa: DTZ001 - it is local
    assert instant_value("2026-03-02T09:00:00@America/New_York") == datetime(2026, 3, 2, 9, tzinfo=NEW_YORK)
    assert time_value("09:30:15.5Z") == Time((9 * 3600 + 30 * 60 + 15) * 10**9 + 500_000_000, UTC)
    assert duration_value("P1DT2H") == DaysTime.of(timedelta(days=1, hours=2))
    assert duration_value("-P1Y6M") == YearsMonths(-18)
    assert date_value("12345-01-01") == WideDate(12345, 1, 1)
    assert isinstance(instant_value("2026-03-02T09:00:00.123456789Z"), WideDateTime)


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-3-2", "2026-02-29", "2026-13-01", "2026-00-10", "+2026-03-02", "02026-03-02", "2026-03-02 ",
        "２０２６-03-02", "2026-03-02T", "x" * 200,
    ],
)  # fmt: skip
def test_what_is_no_date_gives_none(text: str) -> None:
    """Only FEEL's form is a date."""
    assert date_value(text) is None
    assert instant_value(text) is None


@pytest.mark.parametrize(
    "text",
    ["24:00:01", "12:60:00", "12:00:60", "1:00:00", "12:00", "12:00:00+19:00", "12:00:00@No/Where", "12:00:00Z@UTC"],
)
def test_what_is_no_time_gives_none(text: str) -> None:
    """Only FEEL's form is a time."""
    assert time_value(text) is None
    assert instant_value(f"2026-03-02T{text}") is None


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1D", "P1H", "PT1D", "P1Y1D", "P1M1DT1H", "P-1D", "PT1.5H", "P1S", "P1DT"]
)
def test_what_is_no_duration_gives_none(text: str) -> None:
    """Months and days do not mix, and every amount has its unit."""
    assert duration_value(text) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("PT0S", "PT0S"),
        ("P0M", "P0M"),
        ("PT36H", "P1DT12H"),
        ("PT90M", "PT1H30M"),
        ("-PT0.5S", "-PT0.5S"),
        ("P1DT0.000000001S", "P1DT0.000000001S"),
        ("P14M", "P1Y2M"),
        ("-P12M", "-P1Y"),
        ("PT0.S", "PT0S"),
    ],
)
def test_durations_are_written_in_their_shortest_form(text: str, written: str) -> None:
    """Amounts carry over to the larger units, days and time apart from years and months."""
    value = duration_value(text)
    assert value is not None
    assert iso.write_duration(value) == written


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        # months clamp to the end of the month, counted from the day itself
        ('@"2026-08-31" + @"P6M"', "2027-02-28"),
        ('@"2026-08-31" + @"P12M"', "2027-08-31"),
        ('@"2024-02-29" + @"P1Y"', "2025-02-28"),
        ('@"2026-03-31" - @"P1M"', "2026-02-28"),
        # a date and a time of day: whole days only
        ('@"2026-03-02" + @"PT25H"', "2026-03-03"),
        ('@"2026-03-02" - @"PT1H"', "2026-03-01"),
        # durations are elapsed time over a change of the clock, months are the wall clock
        ('@"2026-03-07T12:00:00@America/New_York" + @"P1D"', "2026-03-08T13:00:00-04:00"),
        ('@"2026-10-31T12:00:00@America/New_York" + @"PT24H"', "2026-11-01T11:00:00-05:00"),
        ('@"2026-02-08T02:30:00@America/New_York" + @"P1M"', "2026-03-08T03:30:00-04:00"),
        ('@"2026-10-01T01:30:00@America/New_York" + @"P1M"', "2026-11-01T01:30:00-04:00"),
        ('@"2026-03-01T00:00:00Z" + @"P1M"', "2026-04-01T00:00:00Z"),
        ('@"2026-03-01T00:00:00" + @"PT1H"', "2026-03-01T01:00:00"),
        ('@"2026-11-01T12:00:00@America/New_York" - @"2026-10-31T12:00:00@America/New_York"', "P1DT1H"),
        ('@"2026-03-02T00:00:00Z" - @"2026-03-01"', "P1D"),
        ('@"23:30:00" + @"PT1H"', "00:30:00"),
        ('@"10:00:00Z" - @"10:00:00+01:00"', "PT1H"),
        ('@"10:00:00Z" - @"10:00:00"', None),
        ('@"2026-03-02T00:00:00Z" - @"2026-03-02T00:00:00"', None),
        ('@"P3D" * 1.5', "P4DT12H"),
        ('@"P1Y" / 5', "P2M"),
        ('-@"P1Y" / 5', "-P2M"),
        ('@"P1D" / @"PT6H"', 4),
        ('@"P1D" / 0', None),
        ('@"P1M" + @"P1D"', None),
        ('@"9999-12-31" + @"P1D"', "10000-01-01"),
        ('@"0001-01-01" - @"P1D"', "0000-12-31"),
        ('@"-0400-03-01" - @"P1D"', "-0400-02-29"),
        ('@"999999999-12-31" + @"P1D"', None),
        ('@"999999999-12-31" + @"P1M"', None),
        ('@"999999999-12-31T00:00:00" + @"P1D"', None),
        ('@"9999-12-31T23:00:00Z" + @"PT2H"', "10000-01-01T01:00:00Z"),
        ('@"9999-12-31T23:00:00@America/New_York" + @"P1M"', "10000-01-31T23:00:00-05:00"),
        ('@"2026-03-02T09:00:00.000000001Z" + @"PT0.000000001S"', "2026-03-02T09:00:00.000000002Z"),
    ],
)
def test_arithmetic_of_moments(expression: str, result: Any, evaluate: Evaluate) -> None:
    """Sums and differences of dates, times and durations over zones, months and the ends of Python's range."""
    assert to_json(evaluate(expression)) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ('@"2026-03-02T09:00:00-05:00" = @"2026-03-02T14:00:00Z"', True),
        ('@"2026-03-02T09:00:00-05:00" < @"2026-03-02T14:00:01Z"', True),
        ('@"2026-03-02T09:00:00" < @"2026-03-02T14:00:01Z"', None),
        ('@"2026-03-02T09:00:00" = @"2026-03-02T14:00:01Z"', None),
        ('@"2026-11-01T01:30:00-04:00" < @"2026-11-01T01:30:00-05:00"', True),
        ('@"2026-11-01T01:30:00@America/New_York" = @"2026-11-01T01:30:00-04:00"', True),
        ('@"10:00:00Z" < @"11:00:00+02:00"', False),
        ('@"10:00:00@Europe/Paris" = @"10:00:00+01:00"', True),
        ('@"10:00:00" = @"10:00:00Z"', None),
        ('@"2026-03-02" < @"2026-03-03"', True),
        ('@"-2026-03-02" < @"2026-03-03"', True),
        ('@"20000-03-02T00:00:00Z" > @"2026-03-03T00:00:00Z"', True),
        ('@"2026-03-02" < @"2026-03-03T00:00:00Z"', None),
        ('@"P13M" > @"P1Y"', True),
        ('@"P1D" < @"PT25H"', True),
        ('@"P1M" < @"P40D"', None),
        ('is(@"10:00:00Z", @"11:00:00+01:00")', False),
        ('is(@"10:00:00Z", @"10:00:00+00:00")', True),
        ('is(@"2026-03-02T09:00:00Z", @"2026-03-02T10:00:00+01:00")', False),
        ('is(@"2026-03-02", @"2026-03-02T00:00:00")', False),
        ("is(1, 1.0)", True),
        ("is(null, null)", True),
    ],
)
def test_comparison_of_moments(expression: str, result: bool | None, evaluate: Evaluate) -> None:
    """Instants compare as instants; local and zoned times, and unlike kinds, cannot be compared."""
    assert evaluate(expression) is result


def test_the_second_of_two_equal_clock_times_is_kept_apart(evaluate: Evaluate) -> None:
    """An aware time of the host that says which of two it is compares as that one."""
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
    second = first.replace(fold=1)
    assert evaluate("first < second", first=first, second=second) is True
    assert evaluate("second - first", first=first, second=second) == DaysTime.of(timedelta(hours=1))
    assert to_json(second) == "2026-11-01T01:30:00-05:00"


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ('@"2026-03-02".year', 2026),
        ('@"2026-03-02".month', 3),
        ('@"2026-03-02".day', 2),
        ('@"2026-03-02".weekday', 1),
        ('@"2026-03-01T10:20:30@America/New_York".weekday', 7),
        ('@"2026-03-02T10:20:30@America/New_York".hour', 10),
        ('@"2026-03-02T10:20:30@America/New_York".timezone', "America/New_York"),
        ('@"2026-07-02T10:20:30@America/New_York".time offset', "-PT4H"),
        ('@"2026-07-02T10:20:30".time offset', None),
        ('@"10:20:30-05:00".time offset', "-PT5H"),
        ('@"10:20:30".time offset', None),
        ('@"10:20:30Z".timezone', None),
        ('@"10:20:30".minute', 20),
        ('@"10:20:30".second', 30),
        ('@"-P1DT2H3M4S".days', -1),
        ('@"-P1DT2H3M4S".hours', -2),
        ('@"P1DT2H3M4S".minutes', 3),
        ('@"P1DT2H3M4S".seconds', 4),
        ('@"-P14M".years', -1),
        ('@"-P14M".months', -2),
        ('@"-0001-03-02".year', -1),
        ('@"12345-03-02T10:20:30Z".year', 12345),
        ('@"12345-03-02T10:20:30Z".weekday', 5),
        ("[1..3].start", 1),
        ("(1..3].start included", False),
        ("[1..3].end", 3),
        ("[1..3].end included", True),
        ('@"2026-03-02".hour', None),
    ],
)
def test_properties(expression: str, result: Any, evaluate: Evaluate) -> None:
    """Dates, times, durations and ranges have the properties of DMN's table 65."""
    assert to_json(evaluate(expression)) == result


def test_the_hosts_own_times_are_read(evaluate: Evaluate) -> None:
    """Python's `time` and `timedelta` stand for FEEL's."""
    scope = {"at": time(9, 30, tzinfo=UTC), "for_": timedelta(minutes=90), "list": [timedelta(1)]}
    assert evaluate('at = @"09:30:00Z"', **scope) is True
    assert to_json(evaluate("at + for_", **scope)) == "11:00:00Z"
    assert evaluate("for_.hours", **scope) == 1
    assert DaysTime.of(timedelta(days=-1, microseconds=5)).as_timedelta() == timedelta(days=-1, microseconds=5)


@settings(max_examples=300, deadline=None)
@given(st.integers(-365_242_000_000, 365_242_000_000))
def test_day_numbers_and_dates_are_each_others_inverse(number: int) -> None:
    """Every day number in range has one date, whose day number it is."""
    found = moments.date_of(number)
    if found is None:
        assert abs(number) > 365_000_000_000
    else:
        assert moments.day_number(found) == number


@settings(max_examples=200, deadline=None)
@given(st.dates())
def test_the_calendar_is_pythons_where_python_has_one(day: date) -> None:
    """The wide calendar and Python's agree on every date that both have."""
    assert moments.day_number(WideDate(day.year, day.month, day.day)) == day.toordinal()
    assert moments.make_date(day.year, day.month, day.day) == day
    assert moments.month_length(day.year, day.month) >= day.day


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)),  # noqa: DTZ001 - bounds are local
    st.sampled_from(
        [UTC, NEW_YORK, ZoneInfo("Pacific/Apia"), ZoneInfo("Africa/Monrovia"), timezone(timedelta(hours=9))]
    ),
)
def test_instants_are_pythons_where_python_has_them(moment: datetime, zone: Any) -> None:
    """An instant counted in nanoseconds and taken back to its zone is the same instant."""
    aware = moment.replace(tzinfo=zone)
    nanos = moments.instant_nanos(aware)
    back = moments.at_instant(nanos, zone)
    assert isinstance(back, datetime)
    assert moments.instant_nanos(back) == nanos
    assert nanos // 1000 == (aware.astimezone(UTC) - datetime(1, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
