"""Clocks count in the calendar that is meant, and steps name clocks that there are."""

from __future__ import annotations

import pytest

from pathways.plan import Clock, ClockVerb
from pathways.values import Computed
from tests.support import everything
from tests.support.authored import found, one, place, plan


def clock(text: str, top: str = "") -> Clock:
    """A clock of a pathway that compiles without findings."""
    return plan(f"clocks: {{answer: {text}}}\n{top}\nsteps: {{a: {{end: done}}}}").clock["answer"]


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("{limit: 3 business days}", "clinic"),
        ("{limit: 4 business hours}", "clinic"),
        ("{limit: 3 days}", None),
        ("{limit: =x}", None),
        ("{limit: 3 days, calendar: clinic}", "clinic"),
        ("{limit: =x, calendar: pharmacy}", "pharmacy"),
        ("{limit: 3 business days, calendar: pharmacy}", "pharmacy"),
        ("{limit: =x, calendar: none}", None),
    ],
)
def test_business_time_is_counted_in_the_pathways_calendar_unless_another_is_named(
    text: str, calendar: str | None
) -> None:
    """Elapsed time in none."""
    assert clock(text, "calendar: clinic").calendar == calendar


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{limit: 3 business days}", "no-calendar"),
        ("{limit: 3 business days, calendar: none}", "no-calendar"),
        ("{limit: 3 days, calendar: clinik}", "unknown-calendar"),
        ("{limit: 0 days}", "bad-duration"),
        ("{limit: -3 days}", "bad-duration"),
        ("{limit: 3 dayz}", "bad-duration"),
        ("{limit: =1 +}", "bad-expression"),
        ("{limit: 1 day, breach: {queue: intak}}", "unknown-queue"),
        ("{limit: 1 day, breach: {queue: intake, role: nures}}", "unknown-role"),
    ],
)
def test_what_a_clock_may_not_be(text: str, rule: str) -> None:
    """A limit of nothing is over when it begins."""
    one(found(f"clocks: {{answer: {text}}}\nsteps: {{a: {{end: done}}}}"), rule)


def test_a_breach_inherits_from_its_clock() -> None:
    """Why, until when and cause; its title says which clock, where it has none of its own."""
    text = "{title: Answer, limit: 1 day, why: A rule, cause: payer, breach: {queue: intake, why: Late}}"
    answer = clock(text, "review_by: 2027-05-05")
    assert answer.breach is not None
    assert (answer.why, answer.breach.why, answer.breach.cause) == ("A rule", "Late", "payer")
    assert (answer.review_by, answer.breach.review_by) == ("2027-05-05", "2027-05-05")
    assert answer.breach.title == Computed("Overdue: Answer")


def test_steps_do_to_clocks_what_they_say() -> None:
    """At entry or completion; `from` says when it began."""
    whole = everything.plan()
    assert whole.step["submit"].clocks == (
        ClockVerb("start", "payer-decision", "completion", Computed("=claim.received")),
    )
    assert whole.step["stopped"].clocks == (ClockVerb("stop", "payer-decision"),)


def test_an_unknown_clock_is_named_with_the_nearest() -> None:
    """Where it stands."""
    text = "clocks: {answer: {limit: 1 day}}\nsteps: {a: {end: done, clocks: {stop: [answer, anser]}}}"
    finding = one(found(text), "unknown-clock")
    assert place(text, finding).startswith("anser]")
    assert "answer" in finding.hint
