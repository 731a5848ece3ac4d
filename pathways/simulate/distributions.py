"""Durations that are drawn: fixed, even between two, exponential, log-normal, or one of those that were observed.

A duration in business units counts open time in a calendar; any other counts elapsed time, for which a day is 24
hours and a month 30 days: what is drawn is never exact to the hour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import Literal

from pathways.time.arithmetic import add_working_seconds
from pathways.time.calendars import Calendar
from pathways.time.durations import Duration, DurationError

Shape = Literal["fixed", "between", "mean", "median", "observed"]

_SECONDS = {
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86_400.0,
    "weeks": 604_800.0,
    "months": 2_592_000.0,
    "years": 31_557_600.0,
    "business-hours": 3600.0,
    "business-days": 28_800.0,
}
"""What a unit comes to; a business day is counted as eight open hours."""

_P90 = 1.2815515655446004
"""The 90th percentile of the standard normal distribution."""

MOST_SECONDS = 3_155_760_000.0
"""A hundred years: nothing that is drawn is longer."""


@dataclass(frozen=True)
class Distribution:
    """A distribution of durations, in seconds; `working` seconds count open time only."""

    shape: Shape
    parameters: tuple[float, ...]
    working: bool = False

    def draw(self, random: Random) -> float:
        """A duration in seconds."""
        first = self.parameters[0]
        match self.shape:
            case "fixed":
                drawn = first
            case "between":
                drawn = random.uniform(first, self.parameters[1])
            case "mean":
                drawn = random.expovariate(1 / first) if first > 0 else 0.0
            case "median":
                spread = math.log(max(self.parameters[1] / first, 1.0)) / _P90 if first > 0 else 0.0
                drawn = first * math.exp(random.gauss(0.0, 1.0) * spread)
            case "observed":
                drawn = self.parameters[int(random.random() * len(self.parameters))]
        return min(max(drawn, 0.0), MOST_SECONDS)

    @cached_property
    def always(self) -> timedelta | None:
        """What is added, where that is always the same and counts elapsed time."""
        same = self.shape == "fixed" and not self.working
        return timedelta(seconds=int(min(max(self.parameters[0], 0.0), MOST_SECONDS))) if same else None

    def after(self, start: datetime, random: Random, calendar: Calendar | None) -> datetime:
        """The moment at which a drawn duration from `start` is over. Raises `DurationError` without a calendar."""
        if self.always is not None:
            return start + self.always
        seconds = self.draw(random)
        if not self.working:
            return start + timedelta(seconds=int(seconds))
        if calendar is None:
            raise DurationError("Business time is drawn, and no calendar says when that is.", hint="Name a calendar.")
        return add_working_seconds(start, int(seconds), calendar)


def seconds_of(duration: Duration) -> tuple[float, bool]:
    """What a duration comes to in seconds, and whether they are open time."""
    return sum(amount * _SECONDS[unit] for amount, unit in duration.parts), duration.needs_calendar


def fixed(seconds: float, *, working: bool = False) -> Distribution:
    """Always the same."""
    return Distribution("fixed", (seconds,), working)


def lognormal(median: float, p90: float, *, working: bool = False) -> Distribution:
    """Log-normal, by its median and its 90th percentile."""
    return Distribution("median", (median, p90), working)
