"""Durations as authors write them: what is read, what is refused, and what is told of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.time.durations import LIMITS, DurationError, Unit, parse_duration


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("90 minutes", ((90, "minutes"),)),
        ("72 hours", ((72, "hours"),)),
        ("3 days", ((3, "days"),)),
        ("2 weeks", ((2, "weeks"),)),
        ("6 months", ((6, "months"),)),
        ("1 year", ((1, "years"),)),
        ("10 seconds", ((10, "seconds"),)),
        ("1 business day", ((1, "business-days"),)),
        ("4 business hours", ((4, "business-hours"),)),
        ("4  Business Hours", ((4, "business-hours"),)),
        ("2 business-days", ((2, "business-days"),)),
        ("-3 business days", ((-3, "business-days"),)),
        ("P7D", ((7, "days"),)),
        ("PT90M", ((90, "minutes"),)),
        ("P1Y2M", ((1, "years"), (2, "months"))),
        ("P1Y2M3W4DT5H6M7S", (
            (1, "years"), (2, "months"), (3, "weeks"), (4, "days"), (5, "hours"), (6, "minutes"), (7, "seconds"),
        )),
        ("-P1DT2H", ((-1, "days"), (-2, "hours"))),
        ("P0D", ((0, "days"),)),
    ],
)  # fmt: skip
def test_reads_the_authored_and_the_iso_forms(text: str, parts: tuple[tuple[int, Unit], ...]) -> None:
    """Every form of the language gives its amounts in the units they were written in."""
    assert parse_duration(text).parts == parts


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("3 wekks", 'Did you mean "3 weeks"?'),
        ("1 buisness day", 'Did you mean "1 business day"?'),
        ("90m", 'Did you mean "90 minutes"?'),
        ("-2 working days", 'Did you mean "-2 business days"?'),
        ("3days", 'Did you mean "3 days"?'),
        ("1.5 hours", "Fractions are not read"),
        ("PT0.5S", "Fractions are not read"),
        ("soon", "Write a whole number and a unit"),
        ("", "business hours, business days"),
        ("P", "ISO 8601"),
        ("PT", "ISO 8601"),
        ("P1DT", "ISO 8601"),
        ("P1H", "ISO 8601"),
        ("P-7D", "ISO 8601"),
        ("+3 days", "Write a whole number"),
        ("1 day 4 hours", "Write a whole number"),
        ("١ days", "Write a whole number"),
        ("x" * 10_000, "Write a whole number"),
        ("9" * 5_000 + " days", "Write a whole number"),
        ("1001 years", "At most 1,000 years"),
        ("-26001 business days", "At most 26,000 business days"),
        ("P9999Y", "At most 1,000 years"),
    ],
)
def test_says_what_is_wrong_with_a_duration(text: str, hint: str) -> None:
    """A duration that cannot be read says which forms can, and the unit that was probably meant."""
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert hint in caught.value.hint
    assert caught.value.code == "invalid-duration"
    assert len(str(caught.value)) < 500


def test_a_number_is_no_duration() -> None:
    """YAML's bare 5 is refused as any other malformed duration is."""
    with pytest.raises(DurationError, match="text, not 5"):
        parse_duration(5)  # type: ignore[arg-type]


@given(st.sampled_from(sorted(LIMITS)), st.integers(-26_000, 26_000))
def test_text_comes_back(unit: Unit, amount: int) -> None:
    """A duration that was read is written again as it was authored, and can be read again."""
    amount %= LIMITS[unit]
    text = f"{amount} {unit.replace('-', ' ')}"
    duration = parse_duration(f"  {text} ")
    assert str(duration) == text
    assert parse_duration(str(duration)) == duration
    assert parse_duration(str(-duration)) == -duration
    back = -duration
    assert -back == duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 seconds", 30),
        ("30 minutes", 1800),
        ("PT1H1M1S", 3661),
        ("-2 hours", -7200),
        ("1 day", None),
        ("P1DT1H", None),
        ("1 business hour", None),
    ],
)
def test_elapsed_seconds_are_known_only_of_elapsed_time(text: str, seconds: int | None) -> None:
    """A day is not 24 hours, so only hours and smaller have a fixed length."""
    assert parse_duration(text).elapsed_seconds == seconds


def test_tells_its_kind() -> None:
    """Whether a duration is nothing, goes back, or needs a calendar can be asked."""
    assert parse_duration("P0DT0H").is_zero
    assert not parse_duration("P0DT1H").is_zero
    assert parse_duration("-1 day").is_negative
    assert not parse_duration("0 days").is_negative
    assert parse_duration("1 business hour").needs_calendar
    assert not parse_duration("1 hour").needs_calendar
