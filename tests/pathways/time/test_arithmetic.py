"""What durations come to: on the calendar on the wall, in elapsed time, and in business time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.time.arithmetic import add, add_working_seconds, deadline_of_date, working_seconds
from pathways.time.calendars import Calendar
from pathways.time.durations import LIMITS, DurationError, Unit, parse_duration
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
LUNCH = Calendar.parse(
    "lunch", {"zone": "UTC", "hours": {day: ["08:00-12:00", "13:00-17:00"] for day in ("mon", "tue")}}
)


def local(text: str, zone_name: str = "America/New_York") -> datetime:
    """Return an instant from what clocks in a zone show."""
    return datetime.fromisoformat(text).replace(tzinfo=zone(zone_name)).astimezone(UTC)


# The worked examples of the specification


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2026-07-10T16:00", "1 business day", "2026-07-13T16:00"),
        ("2026-07-10T17:00", "1 business day", "2026-07-14T08:00"),
        ("2026-07-02T16:00", "1 business day", "2026-07-06T16:00"),
        ("2026-07-11T10:00", "1 business day", "2026-07-14T08:00"),
        ("2026-07-02T15:00", "4 business hours", "2026-07-06T10:00"),
        ("2026-07-02T13:00", "4 business hours", "2026-07-02T17:00"),
        ("2026-03-07T02:30", "1 day", "2026-03-08T03:30"),
        ("2026-08-31T09:00", "6 months", "2027-02-28T09:00"),
        ("2026-08-31T09:00", "12 months", "2027-08-31T09:00"),
        ("2026-10-30T09:00", "72 hours", "2026-11-02T08:00"),
    ],
)
def test_the_worked_examples(start: str, text: str, expected: str) -> None:
    """The examples that the specification works out come out."""
    assert add(local(start), parse_duration(text), NEW_YORK, CLINIC) == local(expected)


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        # Local days across changes of the clocks.
        ("2026-11-01T00:30", "1 day", "2026-11-02T00:30"),
        ("2026-10-31T01:30", "1 day", "2026-11-01T01:30"),  # the first of two
        ("2026-03-08T03:30", "-1 day", "2026-03-07T03:30"),
        ("2026-03-09T02:30", "-1 day", "2026-03-08T03:30"),
        ("2026-03-07T12:00", "24 hours", "2026-03-08T13:00"),
        ("2026-03-07T12:00", "P1DT1H", "2026-03-08T13:00"),
        ("2026-03-06T02:30", "2 weeks", "2026-03-20T02:30"),
        # Months and years from the anchor, clamped.
        ("2026-01-31T09:00", "1 month", "2026-02-28T09:00"),
        ("2026-01-31T09:00", "2 months", "2026-03-31T09:00"),
        ("2028-02-29T09:00", "1 year", "2029-02-28T09:00"),
        ("2028-02-29T09:00", "4 years", "2032-02-29T09:00"),
        ("2028-02-29T09:00", "-1 month", "2028-01-29T09:00"),
        ("2027-12-31T23:59", "2 months", "2028-02-29T23:59"),
        ("2026-12-31T23:59", "1 day", "2027-01-01T23:59"),
        ("2026-08-31T09:00", "P1M1D", "2026-10-01T09:00"),
        ("2026-08-31T09:00", "P1Y1M", "2027-09-30T09:00"),
        ("2026-02-08T02:30", "1 month", "2026-03-08T03:30"),
        # Business time going back, where closing is inside.
        ("2026-07-13T08:00", "-1 business day", "2026-07-10T08:00"),
        ("2026-07-10T17:00", "-1 business day", "2026-07-09T17:00"),
        ("2026-07-12T10:00", "-1 business day", "2026-07-09T17:00"),
        ("2026-07-06T10:00", "-4 business hours", "2026-07-02T15:00"),
        ("2026-07-13T08:00", "-9 business hours", "2026-07-10T08:00"),
        # Nothing to add: the start, or the opening that it counts as.
        ("2026-07-10T16:00", "0 business days", "2026-07-10T16:00"),
        ("2026-07-11T10:00", "0 business days", "2026-07-13T08:00"),
        ("2026-07-11T10:00", "0 business hours", "2026-07-11T10:00"),
        # Over the closed days of a year's end.
        ("2026-12-31T16:30", "1 business hour", "2027-01-01T08:30"),
        ("2026-12-31T16:30", "2 business days", "2027-01-04T16:30"),
    ],
)
def test_more_that_was_worked_out_by_hand(start: str, text: str, expected: str) -> None:
    """Changes of the clocks, ends of months and years, and business time going back."""
    assert add(local(start), parse_duration(text), NEW_YORK, CLINIC) == local(expected)


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2026-07-06T12:00", "1 business day", "2026-07-07T13:00"),  # closed for lunch: counts as 13:00
        ("2026-07-06T11:30", "1 business hour", "2026-07-06T13:30"),
        ("2026-07-06T11:00", "1 business hour", "2026-07-06T12:00"),  # counted out at closing
        ("2026-07-07T12:00", "-1 business day", "2026-07-06T12:00"),  # going back, closing is inside
        ("2026-07-07T12:30", "-1 business day", "2026-07-06T12:00"),
        ("2026-07-07T13:00", "-4 business hours", "2026-07-07T08:00"),
    ],
)
def test_lunch_is_outside_hours(start: str, text: str, expected: str) -> None:
    """A break in the middle of the day is closed like the night."""
    utc = zone("UTC")
    assert add(local(start, "UTC"), parse_duration(text), utc, LUNCH) == local(expected, "UTC")


@pytest.mark.parametrize(
    ("zone_name", "start", "text", "expected"),
    [
        ("Australia/Lord_Howe", "2026-10-03T02:15", "1 day", "2026-10-04T02:45"),  # a gap of half an hour
        ("Australia/Lord_Howe", "2026-04-04T12:00", "24 hours", "2026-04-05T11:30"),
        ("Pacific/Apia", "2011-12-29T10:00", "1 day", "2011-12-31T10:00"),  # the 30th never was
        ("Pacific/Apia", "2011-12-29T10:00", "2 days", "2011-12-31T10:00"),
        ("Pacific/Apia", "2011-12-29T10:00", "24 hours", "2011-12-31T10:00"),
        ("Africa/Casablanca", "2026-02-14T12:00", "1 day", "2026-02-15T12:00"),
        ("Africa/Casablanca", "2026-02-14T12:00", "24 hours", "2026-02-15T11:00"),
        ("America/Sao_Paulo", "2018-11-03T00:30", "1 day", "2018-11-04T01:30"),  # no midnight
    ],
)
def test_zones_with_odd_changes(zone_name: str, start: str, text: str, expected: str) -> None:
    """Half hours, missing dates and missing midnights follow the same rule."""
    result = add(local(start, zone_name), parse_duration(text), zone(zone_name), None)
    assert result == local(expected, zone_name)


def test_a_date_that_never_was_is_no_business_day() -> None:
    """Samoa left out Friday 2011-12-30: the business day after Thursday was Monday."""
    samoa = Calendar.parse(
        "samoa",
        {"zone": "Pacific/Apia", "hours": {day: ["08:00-16:00"] for day in ("mon", "thu", "fri")}},
    )
    start = local("2011-12-29T10:00", "Pacific/Apia")
    assert add(start, parse_duration("1 business day"), NEW_YORK, samoa) == local("2012-01-02T10:00", "Pacific/Apia")
    assert add(date(2011, 12, 29), parse_duration("1 business day"), NEW_YORK, samoa) == date(2012, 1, 2)


def test_days_are_of_the_instance_and_business_days_of_the_calendar() -> None:
    """Plain days keep the local time of the instance's zone, business days that of the calendar's."""
    start = local("2026-03-06T16:00")
    berlin = zone("Europe/Berlin")
    assert add(start, parse_duration("3 days"), berlin, CLINIC) == start + timedelta(hours=72)
    assert add(start, parse_duration("1 business day"), berlin, CLINIC) == local("2026-03-09T16:00")


def test_the_second_of_two_equal_times_keeps_its_place() -> None:
    """Adding nothing to the second 01:30 of a night changes nothing, and an hour on is 02:30."""
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert add(second, parse_duration("0 days"), NEW_YORK, None) == second
    assert add(second, parse_duration("60 minutes"), NEW_YORK, None) == local("2026-11-01T02:30")
    assert add(second, parse_duration("1 day"), NEW_YORK, None) == local("2026-11-02T01:30")


def test_a_result_is_in_utc_whatever_the_start_was_in() -> None:
    """The zone in which the start was written changes neither the result nor its form."""
    start = datetime(2026, 7, 10, 16, 0, 30, 123456, tzinfo=NEW_YORK)
    for text in ("1 business day", "90 minutes", "3 days", "8 business hours"):
        result = add(start, parse_duration(text), NEW_YORK, CLINIC)
        assert result.tzinfo is UTC
        assert result == add(start.astimezone(UTC), parse_duration(text), NEW_YORK, CLINIC)
        assert (result.second, result.microsecond) == (30, 123456)


# Dates


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2026-07-02", "1 business day", "2026-07-06"),
        ("2026-07-06", "-1 business day", "2026-07-02"),
        ("2026-07-04", "1 business day", "2026-07-06"),
        ("2026-07-04", "-1 business day", "2026-07-02"),
        ("2026-07-04", "0 business days", "2026-07-04"),
        ("2026-08-31", "6 months", "2027-02-28"),
        ("2028-02-29", "P1Y", "2029-02-28"),
        ("2026-12-31", "1 day", "2027-01-01"),
        ("2026-03-01", "-2 weeks", "2026-02-15"),
    ],
)
def test_dates_stay_dates(start: str, text: str, expected: str) -> None:
    """A date plus whole days, months or business days is a date, whatever the zone."""
    result = add(date.fromisoformat(start), parse_duration(text), NEW_YORK, CLINIC)
    assert result == date.fromisoformat(expected)
    assert not isinstance(result, datetime)


@pytest.mark.parametrize("text", ["1 hour", "PT0S", "P1DT1H", "1 business hour"])
def test_a_date_has_no_hours(text: str) -> None:
    """Hours cannot be added to a date."""
    with pytest.raises(DurationError, match="no time of day"):
        add(date(2026, 7, 2), parse_duration(text), NEW_YORK, CLINIC)


@pytest.mark.parametrize(
    ("zone_name", "day", "start", "end"),
    [
        ("America/New_York", "2026-07-02", "2026-07-02T04:00Z", "2026-07-03T04:00Z"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00Z", "2026-03-09T04:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00Z", "2018-11-05T02:00Z"),  # starts at 01:00
        ("America/Havana", "2019-11-03", "2019-11-03T04:00Z", "2019-11-04T05:00Z"),  # midnight twice
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00Z", "2011-12-30T10:00Z"),
        ("UTC", "2026-12-31", "2026-12-31T00:00Z", "2027-01-01T00:00Z"),
    ],
)
def test_a_date_starts_and_ends_in_its_zone(zone_name: str, day: str, start: str, end: str) -> None:
    """A date as a deadline is its first instant or the first after it."""
    tz = zone(zone_name)
    assert deadline_of_date(date.fromisoformat(day), tz, "start") == datetime.fromisoformat(start)
    assert deadline_of_date(date.fromisoformat(day), tz, "end") == datetime.fromisoformat(end)


# What is refused


def test_business_time_needs_a_calendar() -> None:
    """Business days without a calendar are an error, for instants and for dates."""
    with pytest.raises(DurationError, match="no calendar says when"):
        add(local("2026-07-02T12:00"), parse_duration("1 business day"), NEW_YORK, None)
    with pytest.raises(DurationError, match="no calendar says when"):
        add(date(2026, 7, 2), parse_duration("1 business day"), NEW_YORK, None)


def test_a_time_without_offset_is_no_instant() -> None:
    """Naive times are refused wherever an instant is asked for."""
    naive = datetime(2026, 7, 2, 12)  # noqa: DTZ001 - the point of the test
    with pytest.raises(DurationError, match="no offset"):
        add(naive, parse_duration("1 hour"), NEW_YORK, None)
    with pytest.raises(DurationError, match="no offset"):
        working_seconds(naive, local("2026-07-02T12:00"))
    with pytest.raises(DurationError, match="no offset"):
        add_working_seconds(naive, 1)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(sorted(LIMITS)),
    st.floats(-1, 1),
    st.sampled_from(["America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "UTC"]),
)
def test_any_start_and_amount_give_a_time_or_a_clear_refusal(
    start: datetime, unit: Unit, share: float, zone_name: str
) -> None:
    """No start and no amount that can be written ends in anything but a result or a `DurationError`."""
    always = Calendar.parse("always", {"zone": zone_name, "hours": {"mon": ["00:00-24:00"], "wed": ["08:00-09:00"]}})
    # Long spans of business time are tested for their bound elsewhere; here a few years do.
    most = LIMITS[unit] // 50 if unit.startswith("business") else LIMITS[unit]
    duration = parse_duration(f"{int(most * share)} {unit}")
    for moment in (start, start.date()):
        try:
            result = add(moment, duration, zone(zone_name), always)
        except DurationError:
            continue
        if isinstance(result, datetime) and isinstance(moment, datetime) and int(most * share) > 0:
            assert result > moment - timedelta(hours=3)
