"""Pathway time: what the engine takes for now.

Outside demonstrations it is Temporal's. In one, a `Pace` maps it: time runs by a factor, or stands until it is moved.
Retries' waits and an attempt's limit shrink with it, but not to less than real systems need to answer or to come back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from temporalio import workflow

from pathways.messages import Pace

# Standing time cannot scale anything; waits then shrink as if a day took a minute.
_STANDING = 1440.0
_SHORTEST_WAIT = 5.0
_SHORTEST_LIMIT = 10.0
# A timer asks for whole milliseconds; this much more makes sure that its deadline has passed when it fires.
_SLACK = timedelta(milliseconds=1)


class Clock:
    """Pathway time in one instance."""

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace

    def now(self) -> datetime:
        """The present moment in pathway time."""
        real = workflow.now()
        if self.pace is None:
            return real
        return self.pace.shown + (real - self.pace.anchor) * self.pace.factor

    def until(self, deadline: datetime) -> timedelta | None:
        """How long to really wait until pathway time has reached `deadline`; None where time stands."""
        ahead = max(deadline - self.now(), timedelta())
        if self.pace is None:
            return ahead + _SLACK
        if self.pace.factor == 0:
            return None if ahead else _SLACK
        return ahead / self.pace.factor + _SLACK

    def move(self, to: datetime) -> None:
        """Set pathway time forward; it goes on from there at its pace. Does nothing without a pace."""
        if self.pace is not None:
            self.pace = replace(self.pace, anchor=workflow.now(), shown=max(to, self.now()))

    def wait(self, seconds: float) -> timedelta:
        """A retry's wait in real time."""
        if self.pace is None:
            return timedelta(seconds=seconds)
        return timedelta(seconds=max(seconds / self._factor, min(seconds, _SHORTEST_WAIT)))

    def limit(self, seconds: float) -> timedelta:
        """An attempt's limit in real time."""
        if self.pace is None:
            return timedelta(seconds=seconds)
        return timedelta(seconds=max(seconds / self._factor, min(seconds, _SHORTEST_LIMIT)))

    @property
    def _factor(self) -> float:
        return (self.pace.factor if self.pace else 1.0) or _STANDING
