"""Time arithmetic against two others: a slow one that counts minutes, and a file of cases made elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pathways.time.arithmetic import add, add_working_seconds, working_seconds
from pathways.time.calendars import Calendar
from pathways.time.cases import check_cases
from pathways.time.durations import parse_duration
from pathways.time.zones import zone
from tests.support.slow_time import SlowCalendar, add_local, instant

OFFICE = ["08:00-17:00"]
SHAPES: dict[str, dict[str, list[str]]] = {
    "office": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE),
    "lunch": {day: ["08:30-12:00", "13:00-16:30"] for day in ("mon", "tue", "wed", "thu")} | {"fri": ["08:30-12:00"]},
    "always": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "round the clock on weekdays": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "nights": {
        day: ["00:00-02:30", "03:00-06:00", "22:15-24:00"] for day in ("mon", "wed", "thu", "fri", "sat", "sun")
    },
    "touching": {"tue": ["09:00-12:00", "12:00-15:00"], "sat": ["01:15-01:45"], "sun": ["01:15-02:45"]},
}

#: Days on and around which clocks did something out of the ordinary, and ordinary ones.
ANCHORS = [
    ("America/New_York", date(2026, 3, 8)),  # 02:00 to 03:00
    ("America/New_York", date(2026, 11, 1)),  # 02:00 to 01:00
    ("Europe/London", date(2027, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour forward
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
    ("Africa/Casablanca", date(2026, 2, 15)),  # back for Ramadan
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("America/St_Johns", date(2006, 10, 29)),  # back at 00:01, into the date before
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight left out
    ("America/Sao_Paulo", date(2018, 2, 18)),  # the last hour before midnight twice
    ("Asia/Kathmandu", date(2028, 2, 29)),
    ("UTC", date(2026, 12, 31)),
]


def calendar_of(shape: str, zone_name: str, closed: list[date]) -> tuple[Calendar, SlowCalendar]:
    """Return the same calendar twice: the product's and the slow one."""
    mapping: dict[str, Any] = {
        "zone": zone_name,
        "hours": SHAPES[shape],
        "closed": [day.isoformat() for day in closed],
    }
    return Calendar.parse("tested", mapping), SlowCalendar(mapping, zone(zone_name))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Calendar, SlowCalendar, datetime]:
    """Draw a calendar and a start within three days of something interesting."""
    zone_name, anchor = draw(st.sampled_from(ANCHORS))
    around = st.integers(-6, 6).map(lambda days: anchor + timedelta(days=days))
    fast, slow = calendar_of(draw(st.sampled_from(sorted(SHAPES))), zone_name, draw(st.lists(around, max_size=3)))
    midnight = datetime(anchor.year, anchor.month, anchor.day, tzinfo=UTC)
    return fast, slow, midnight + timedelta(minutes=draw(st.integers(-4320, 4320)))


@given(situations(), st.integers(-6, 6))
@hypothesis_settings(max_examples=120)
def test_business_days_agree_with_counting(situation: tuple[Calendar, SlowCalendar, datetime], count: int) -> None:
    """Business days after or before an instant are what stepping through minutes and dates finds."""
    fast, slow, start = situation
    result = add(start, parse_duration(f"{count} business days"), zone("UTC"), fast)
    assert result == slow.add_days(start, count)


@given(situations(), st.integers(-20, 20))
@hypothesis_settings(max_examples=80)
def test_business_days_of_a_date_agree_with_counting(
    situation: tuple[Calendar, SlowCalendar, datetime], count: int
) -> None:
    """Business days after or before a date are the nth open dates."""
    fast, slow, start = situation
    result = add(start.date(), parse_duration(f"{count} business days"), zone("UTC"), fast)
    assert result == slow.open_day(start.date(), count)


@given(situations(), st.integers(-14, 14))
@hypothesis_settings(max_examples=80)
def test_business_hours_agree_with_counting(situation: tuple[Calendar, SlowCalendar, datetime], count: int) -> None:
    """Business hours are counted in open minutes, both ways."""
    fast, slow, start = situation
    result = add(start, parse_duration(f"{count} business hours"), zone("UTC"), fast)
    assert result == slow.add_minutes(start, 60 * count)


@given(situations(), st.integers(0, 8000))
@hypothesis_settings(max_examples=80)
def test_working_seconds_agree_with_counting(situation: tuple[Calendar, SlowCalendar, datetime], minutes: int) -> None:
    """Working seconds between two instants are sixty for every open minute."""
    fast, slow, start = situation
    end = start + timedelta(minutes=minutes)
    assert working_seconds(start, end, fast) == 60 * slow.open_minutes(start, end)
    assert working_seconds(end, start, fast) == -60 * slow.open_minutes(start, end)


@given(situations(), st.integers(-4_000_000, 400_000_000))
@example((*calendar_of("office", "UTC", []), datetime(2026, 12, 31, 17, tzinfo=UTC)), 9 * 3600)
def test_a_budget_comes_back(situation: tuple[Calendar, SlowCalendar, datetime], seconds: int) -> None:
    """Counting the open time up to a deadline gives back the budget that the deadline was computed from."""
    fast, _, start = situation
    deadline = add_working_seconds(start, seconds, fast)
    assert working_seconds(start, deadline, fast) == seconds
    assert (deadline >= start) == (seconds >= 0)


@given(situations(), st.integers(0, 60_000), st.integers(0, 60_000))
def test_a_pause_takes_nothing_from_a_budget(
    situation: tuple[Calendar, SlowCalendar, datetime], first: int, rest: int
) -> None:
    """Two budgets one after the other end where their sum ends."""
    fast, _, start = situation
    halfway = add_working_seconds(start, first, fast)
    assert add_working_seconds(halfway, rest, fast) == add_working_seconds(start, first + rest, fast)


@given(situations(), st.integers(-30, 30), st.integers(-400, 400))
@hypothesis_settings(max_examples=80)
def test_local_days_and_months_agree_with_counting(
    situation: tuple[Calendar, SlowCalendar, datetime], count_months: int, count_days: int
) -> None:
    """Days and months keep the local time, through gaps and repeated hours."""
    fast, _, start = situation
    tz = fast.zone_info
    if count_months:
        expected = add_local(start, tz, count_months=count_months)
        assert add(start, parse_duration(f"{count_months} months"), tz, None) == expected
    if count_days:
        expected = add_local(start, tz, count_days=count_days)
        assert add(start, parse_duration(f"{count_days} days"), tz, None) == expected


@given(situations(), st.integers(1, 40), st.integers(1, 40))
def test_business_days_never_go_astray(
    situation: tuple[Calendar, SlowCalendar, datetime], fewer: int, more: int
) -> None:
    """More business days never end earlier, later starts never end earlier, and going on means going on."""
    fast, _, start = situation

    def after(moment: datetime, count: int) -> datetime:
        return add(moment, parse_duration(f"{count} business days"), zone("UTC"), fast)

    low, high = sorted((fewer, more))
    assert start < after(start, low) <= after(start, high)
    assert after(start, -high) <= after(start, -low) < start


def test_the_slow_reference_itself_knows_gaps_and_repeats() -> None:
    """The reference moves a time that does not exist by the gap, and takes the first of two."""
    tz = zone("America/New_York")
    gap, twice = datetime.fromisoformat("2026-03-08T02:30"), datetime.fromisoformat("2026-11-01T01:30")
    assert instant(gap, tz) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert instant(twice, tz) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_the_cases_computed_elsewhere(reference_data: Path) -> None:
    """Every case of the outside reference comes out as expected."""
    path = reference_data / "time" / "cases.jsonl"
    if not path.exists():
        pytest.fail(f"{path} is missing from the reference data")
    report = check_cases(path.read_text(encoding="utf-8").splitlines())
    assert not report.failures, "\n".join(map(str, report.failures))
    assert report.passed == report.total == 260
