"""What lasts takes some time, and goes forward."""

from __future__ import annotations

import pytest

from tests.support.authored import found, one, place

TASK = "a: {task: {queue: intake, %s}}\nb: {end: done}"
WAIT = "a: {wait: {event: order.revoked, key: one, %s}, timeout: {after: 1 day, to: b}}\nb: {end: done}"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("a: {wait: {for: 0 days}}\nb: {end: done}", "0 days"),
        ("a: {wait: {until: 0 hours}}\nb: {end: done}", "0 hours"),
        ("a: {wait: {any: {soon: {for: PT0S}, later: {for: 1 day}}}}\nb: {end: done}", "PT0S"),
        ("a: {wait: {for: -1 days}}\nb: {end: done}", "-1 days"),
        ("a: {task: {queue: intake}, timeout: {after: 0 minutes, to: b}}\nb: {end: done}", "0 minutes"),
        (TASK % "due: 0 days", "0 days"),
        (TASK % "due: 1 day, remind: {before: 2026-03-02}", "2026-03-02"),
        (TASK % "due: 1 day, remind: {before: -1 hours}", "-1 hours"),
        (WAIT % "lookback: 2026-03-02", "2026-03-02"),
        (WAIT % "lookback: -1 days", "-1 days"),
    ],
)
def test_what_lasts_is_a_time_that_takes_some(text: str, at: str) -> None:
    """Nothing waits for a time that is over when it begins, and a day is no length of time."""
    finding = one(found(text), "bad-duration")
    assert place(text, finding).startswith(at)


def test_no_business_day_from_now_is_the_next_opening() -> None:
    """So at night it is something to wait for."""
    assert found("calendar: clinic\nsteps: {a: {wait: {for: 0 business days}}, b: {end: done}}") == []
