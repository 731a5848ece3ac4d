"""When doses are due, how much they are, and what a gap means: the arithmetic of the regimen table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from activities.steps.regimen_dates import (
    amount_of,
    due_date,
    judge,
    progress,
    step_of,
)
from catalog.tables.regimens import Regimen, regimens

FIRST = date(2026, 3, 23)


def row(ident: str) -> Regimen:
    """A row of the installed table."""
    return regimens().named(f"regimens/{ident}@2026.1")


def given(*days: str) -> list[date | None]:
    """Doses given on days."""
    return [date.fromisoformat(day) for day in days]


@pytest.mark.parametrize(
    ("doses", "due"),
    [
        ([], "2026-03-23"),
        (["2026-03-23"], "2026-04-06"),
        (["2026-03-23", "2026-04-06"], "2026-05-04"),
        (["2026-03-23", "2026-04-08"], "2026-05-04"),
        (["2026-03-23", "2026-04-06", "2026-05-05"], "2026-06-30"),
    ],
)
def test_weeks_0_2_6_then_every_8(doses: list[str], due: str) -> None:
    """The beginning counts from the first dose, what follows from the last."""
    found = due_date(row("infliximab-weight"), progress(given(*doses)), FIRST, date(2026, 3, 2))
    assert found == date.fromisoformat(due)


def test_every_six_months_is_calendar_months() -> None:
    """Not 26 weeks: the label says months, clamped to the month's end."""
    doses = progress(given("2026-08-17", "2026-08-31"))
    assert due_date(row("ocrelizumab-standard"), doses, FIRST, FIRST) == date(2027, 2, 28)


def test_after_a_restart_the_beginning_counts_again() -> None:
    """Doses before it count no more, and the first is soon."""
    so_far = progress([*given("2026-03-23"), None], 2)
    assert (so_far.number, so_far.restarted) == (1, True)
    assert due_date(row("infliximab-weight"), so_far, FIRST, date(2026, 12, 1)) == date(2026, 12, 8)


def test_doses_that_were_not_given_do_not_count() -> None:
    """Whyever they were not."""
    assert progress([*given("2026-03-23"), None, None]).number == 2


@pytest.mark.parametrize(
    ("today", "verdict", "on"),
    [
        ("2026-06-20", "go", "2026-06-29"),
        ("2026-06-29", "go", "2026-07-01"),
        ("2026-07-04", "go", "2026-07-06"),
        ("2026-07-05", "clinician", "2026-07-07"),
        ("2026-10-30", "clinician", "2026-11-01"),
        ("2026-10-31", "restart", "2026-11-02"),
    ],
)
def test_the_window_decides(today: str, verdict: str, on: str) -> None:
    """Within seven days: go; after that the clinician; from 26 weeks since the last dose: start over."""
    so_far = progress(given("2026-03-23", "2026-04-06", "2026-05-04"))
    found = judge(row("infliximab-weight"), so_far, date(2026, 6, 29), date.fromisoformat(today))
    assert found == (verdict, date.fromisoformat(on))


def test_before_the_first_dose_there_is_no_window() -> None:
    """Nothing was given that a gap could be counted from."""
    assert judge(row("infliximab-weight"), progress([]), FIRST, date(2026, 12, 1))[0] == "go"


@pytest.mark.parametrize(("weight", "amount"), [("82", "410"), ("81", "410"), ("79", "400"), ("62.9", "310")])
def test_amounts_by_weight(weight: str, amount: str) -> None:
    """5 mg a kilogram, rounded to 10 mg."""
    regimen = row("infliximab-weight")
    assert amount_of(regimen, step_of(regimen, 1), Decimal(weight)) == Decimal(amount)


def test_no_weight_no_amount() -> None:
    """It is left open, never guessed; a fixed dose needs none."""
    regimen = row("infliximab-weight")
    assert amount_of(regimen, step_of(regimen, 1), None) is None
    fixed = row("vedolizumab-standard")
    assert amount_of(fixed, step_of(fixed, 9), None) == 300


@pytest.mark.parametrize(
    ("wish", "verdict", "on"), [("2026-07-01", "go", "2026-07-01"), ("2026-07-10", "clinician", "2026-07-10")]
)
def test_the_day_that_the_patient_asks_for_is_judged(wish: str, verdict: str, on: str) -> None:
    """Not today: a wish for a day outside the window is the clinician's, however early it is said."""
    so_far = progress(given("2026-03-23", "2026-04-06", "2026-05-04"))
    found = judge(row("infliximab-weight"), so_far, date(2026, 6, 29), date(2026, 6, 1), date.fromisoformat(wish))
    assert found == (verdict, date.fromisoformat(on))
