"""When a dose is due by its regimen, how much it is, and what a gap means. Pure; the rows come from the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from catalog.tables.regimens import DoseStep, Regimen
from pathways.time.arithmetic import add
from pathways.time.durations import parse_duration

Verdict = Literal["go", "clinician", "restart"]

_ANY_ZONE = ZoneInfo("UTC")
_NOTICE = timedelta(days=2)
"""What a patient and a chair need at least to make another date."""


@dataclass(frozen=True)
class Progress:
    """Where a series stands: the dates given since it began, or since it was started over."""

    given: tuple[date, ...]
    restarted: bool

    @property
    def number(self) -> int:
        """The next dose's number in the regimen, from 1."""
        return len(self.given) + 1


def progress(doses: Sequence[date | None], begun_after: int = 0) -> Progress:
    """Where the series stands by the days of its doses (None: not given), of which some were before it began anew."""
    return Progress(tuple(day for day in doses[begun_after:] if day is not None), begun_after > 0)


def step_of(regimen: Regimen, number: int) -> DoseStep:
    """Amount and chair of the regimen's n-th dose."""
    return regimen.doses[number - 1] if number <= len(regimen.doses) else regimen.maintenance


def due_date(regimen: Regimen, so_far: Progress, first: date, today: date) -> date:
    """The next dose's day: the beginning counts from the first dose, what follows from the last one."""
    if not so_far.given:
        return today + timedelta(days=7) if so_far.restarted else max(first, today)
    if so_far.number <= len(regimen.doses):
        return after(so_far.given[0], regimen.doses[so_far.number - 1].after)
    return after(so_far.given[-1], regimen.every)


def after(day: date, span: str) -> date:
    """A day, an authored duration later."""
    return add(day, parse_duration(span), _ANY_ZONE)


def before(day: date, span: str) -> date:
    """A day, an authored duration earlier."""
    return add(day, -parse_duration(span), _ANY_ZONE)


def judge(regimen: Regimen, so_far: Progress, due: date, today: date, wish: date | None = None) -> tuple[Verdict, date]:
    """What the regimen says to a dose that was due on a day and could not be: go, ask, or start over; and when.

    `wish` is the day that the patient asks for; without one it is as soon as patient and chair can be ready.
    """
    earliest = max(due, today + _NOTICE if wish is None else max(wish, today))
    if not so_far.given or earliest <= after(due, regimen.latest):
        return "go", earliest
    if earliest >= after(so_far.given[-1], regimen.restart_after):
        return "restart", earliest
    return "clinician", earliest


def amount_of(regimen: Regimen, step: DoseStep, weight: Decimal | None) -> Decimal | None:
    """The amount in the regimen's unit, rounded as its row says; None where a weight is needed and missing."""
    if not step.amount.per_kilogram:
        return step.amount.value
    if weight is None:
        return None
    steps = (step.amount.value * weight / regimen.rounding).to_integral_value(ROUND_HALF_UP)
    return steps * regimen.rounding
