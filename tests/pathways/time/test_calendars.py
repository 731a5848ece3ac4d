"""Calendars: how they are read, what is refused, and what their digest stands for."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pathways.time.arithmetic import add, working_seconds
from pathways.time.calendars import WEEKDAYS, Calendar, CalendarError
from pathways.time.durations import parse_duration
from pathways.time.zones import zone

OFFICE: dict[str, Any] = {
    "zone": "America/New_York",
    "hours": {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "closed": ["2026-12-25", "2026-11-26"],
}


def office(**changes: object) -> dict[str, Any]:
    """Return the office calendar with some entries changed."""
    return copy.deepcopy(OFFICE) | changes


def test_reads_a_calendar() -> None:
    """Zone, hours by weekday and closed dates are read as written."""
    calendar = Calendar.parse("office", office(hours={"mon": ["13:00-24:00", "08:00-12:30"], "sun": "09:00-10:00"}))
    assert calendar.name == "office"
    assert calendar.zone == "America/New_York"
    assert calendar.zone_info is zone("America/New_York")
    assert calendar.hours == (((480, 750), (780, 1440)), (), (), (), (), (), ((540, 600),))
    assert calendar.closed == {date(2026, 11, 26), date(2026, 12, 25)}


def test_weekdays_may_be_written_out_and_together() -> None:
    """Whatever they are called, the calendar and its digest are the same."""
    plain = office(hours={day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": "09:00-12:00"})
    for hours in (
        {"mon-fri": "8:00-17:00", "Saturday": ["9:00 - 12:00"]},
        {"Monday-Thursday": ["08:00-17:00"], "fri": "08:00-17:00", "SAT": "09:00-12:00", "sunday": []},
    ):
        assert Calendar.parse("office", office(hours=hours)).digest == Calendar.parse("office", plain).digest


def test_a_zone_and_dates_under_their_other_names() -> None:
    """`timezone` is the zone, and holidays may be dates."""
    given = office(holidays=["2026-11-26", "2026-12-25"], timezone="America/New_York")
    del given["zone"], given["closed"]
    assert Calendar.parse("office", given).digest == Calendar.parse("office", office()).digest


def test_yaml_dates_are_dates() -> None:
    """Dates that a YAML reader has already made are taken as such."""
    assert Calendar.parse("office", office(closed=[date(2026, 12, 25)])).closed == {date(2026, 12, 25)}


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"zone": "America/New_Yrok"}, 'no time zone "America/New_Yrok"', 'Did you mean "America/New_York"?'),
        ({"zone": "../../etc/passwd"}, "no time zone", "IANA names"),
        ({"zone": None}, "has no zone", "IANA name"),
        ({"hours": None}, "has no hours", "by weekday"),
        ({"hours": {}}, "never open", "at least one day"),
        ({"hours": {"mon": []}}, "never open", "at least one day"),
        ({"hours": {"tues": ["08:00-17:00"]}}, '"tues" is no weekday', 'Did you mean "tue"?'),
        ({"hours": {1: ["08:00-17:00"]}}, '"1" is no weekday', "mon, tue"),
        ({"hours": {"mon-fri": "08:00-17:00", "tue": "09:00-12:00"}}, "tue stands twice", "once"),
        ({"hours": {"fri-mon": "08:00-17:00"}}, '"fri-mon" is no weekday', "mon"),
        ({"hours": {"mon": 8}}, "no list of hours", "08:00-17:00"),
        ({"hours": {"mon": ["8-17"]}}, '"8-17" is no opening time', "08:00-17:00"),
        ({"hours": {"mon": [None]}}, '"None" is no opening time', "08:00-17:00"),
        ({"hours": {"mon": ["08:60-17:00"]}}, "no time of day", "00:00 to 24:00"),
        ({"hours": {"mon": ["08:00-24:01"]}}, "no time of day", "00:00 to 24:00"),
        ({"hours": {"mon": ["17:00-08:00"]}}, "closes before it opens", "over midnight"),
        ({"hours": {"mon": ["08:00-08:00"]}}, "closes before it opens", "over midnight"),
        ({"hours": {"mon": ["08:00-12:00", "11:30-17:00"]}}, "overlap from 11:30 to 12:00", "Each interval"),
        ({"closed": "2026-12-25"}, "list of dates", "2026-12-25"),
        ({"closed": ["2026-02-29"]}, '"2026-02-29" is no date', "year-month-day"),
        ({"closed": ["20261225"]}, '"20261225" is no date', "year-month-day"),
        ({"closed": [datetime(2026, 12, 25, tzinfo=UTC)]}, "is no date", "year-month-day"),
        ({"holidays": "XX"}, "no holidays are known", "ISO 3166"),
        ({"holidays": {"country": "US", "subdivision": "QQ"}}, "no holidays are known", "ISO 3166"),
        ({"holidays": {"subdivision": "NY"}}, "no rule for holidays", "country"),
        ({"holidays": {"country": "US", "observe": True}}, "no rule for holidays", "country"),
        ({"holidays": True}, "no rule for holidays", "country"),
        ({"close": []}, 'unknown entry "close"', 'Did you mean "closed"?'),
        ({"name": "other"}, 'calls itself "other"', "one name"),
    ],
)
def test_says_what_is_wrong_with_a_calendar(changes: dict[str, object], message: str, hint: str) -> None:
    """Every mistake names the calendar, what is wrong, and what would be right."""
    with pytest.raises(CalendarError) as caught:
        Calendar.parse("office", office(**changes))
    assert "office" in caught.value.message
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.code == "invalid-calendar"


def test_a_list_is_no_calendar() -> None:
    """What is not a mapping is refused."""
    with pytest.raises(CalendarError, match="not a mapping"):
        Calendar.parse("office", [])  # type: ignore[arg-type]


def test_the_digest_is_of_what_it_says() -> None:
    """The order of writing does not matter to the digest; every hour, date and the zone does."""
    digest = Calendar.parse("office", office()).digest
    backwards = {key: OFFICE[key] for key in reversed(OFFICE)} | {"closed": OFFICE["closed"][::-1]}
    assert Calendar.parse("office", backwards).digest == digest
    assert Calendar.parse("office", office(title="For people")).digest == digest
    others = [
        office(zone="America/Toronto"),
        office(closed=["2026-12-25"]),
        office(hours=OFFICE["hours"] | {"fri": ["08:00-16:59"]}),
    ]
    digests = {Calendar.parse("office", other).digest for other in others}
    assert len(digests | {digest, Calendar.parse("clinic", office()).digest}) == 5


def test_the_digest_never_changes_between_versions() -> None:
    """Deadlines in flight name calendars by digest, so that of a given calendar is fixed for good."""
    expected = "5cb97de398a2e7bc72be44bac1b8762346175523851fde3f82fe69633f151c43"
    assert Calendar.parse("office", office()).digest == expected


@given(
    st.dictionaries(
        st.sampled_from(WEEKDAYS),
        st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(sorted),
        min_size=1,
    ),
    st.lists(st.dates(date(1990, 1, 1), date(2100, 1, 1)), max_size=4),
)
def test_json_comes_back(boundaries: dict[str, list[int]], closed: list[date]) -> None:
    """A calendar written as JSON is read back as an equal one with the same digest."""

    def clock(minutes: int) -> str:
        return f"{minutes // 60:02}:{minutes % 60:02}"

    hours = {
        day: [f"{clock(a)}-{clock(b)}" for a, b in zip(times[::2], times[1::2], strict=False)]
        for day, times in boundaries.items()
    }
    calendar = Calendar.parse("any", {"zone": "UTC", "hours": hours, "closed": closed})
    again = Calendar.parse("any", calendar.to_json())
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert again.digest == calendar.digest


def test_a_calendar_can_be_sent_to_another_process() -> None:
    """A pickled or copied calendar is equal to the one it was made from, and found by its hash."""
    calendar = Calendar.parse("office", office())
    assert calendar in {pickle.loads(pickle.dumps(calendar)), copy.deepcopy(calendar)}  # noqa: S301 - our own
    assert hash(calendar) == int(calendar.digest[:15], 16)


def test_holidays_of_a_country() -> None:
    """A country's holidays are closed, on the day on which they are observed too, until the year 2100."""
    calendar = Calendar.parse("office", office(closed=[], holidays="US"))
    assert date(2026, 7, 4) in calendar.closed  # a Saturday
    assert date(2026, 7, 3) in calendar.closed  # so observed on the Friday before
    assert date(2027, 7, 5) in calendar.closed  # 2027-07-04 is a Sunday
    assert date(2100, 12, 25) in calendar.closed
    start = datetime(2026, 7, 2, 20, tzinfo=UTC)
    assert add(start, parse_duration("1 business day"), zone("UTC"), calendar) == datetime(2026, 7, 6, 20, tzinfo=UTC)


def test_holidays_of_a_subdivision_and_unobserved() -> None:
    """A subdivision adds its own; `observed: false` leaves out the days in their stead."""
    state = {"country": "US", "subdivision": "NY"}
    new_york = Calendar.parse("office", office(closed=["2026-01-02"], holidays=state)).closed
    assert date(2026, 2, 12) in new_york  # Lincoln's birthday
    assert date(2026, 1, 2) in new_york
    assert date(2026, 7, 3) not in Calendar.parse("o", office(holidays=state | {"observed": False})).closed


def test_holidays_are_written_out() -> None:
    """What is stored holds the dates, not the rule, so that a new edition of the rules changes nothing."""
    calendar = Calendar.parse("office", office(holidays="US"))
    stored = calendar.to_json()
    assert "holidays" not in stored
    assert "2050-07-04" in stored["closed"]
    assert Calendar.parse("office", stored) == calendar


def test_a_holiday_on_a_weekend_changes_no_working_time() -> None:
    """A closed date on which the office does not open anyway changes no result."""
    plain, more = Calendar.parse("a", office()), Calendar.parse("b", office(closed=[*OFFICE["closed"], "2026-07-04"]))
    start, end = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
    assert working_seconds(start, end, plain) == working_seconds(start, end, more)


def test_the_calendar_that_comes_with_carelane() -> None:
    """`us-business` is weekdays from eight to five in New York."""
    text = resources.files("catalog").joinpath("calendars", "us-business.yaml").read_text(encoding="utf-8")
    calendar = Calendar.parse("us-business", yaml.safe_load(text))
    assert calendar.zone == "America/New_York"
    assert calendar.hours == (((480, 1020),),) * 5 + ((), ())
    assert not calendar.closed
