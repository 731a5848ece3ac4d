"""What surrounds an evaluation: the host's time, zone and functions, and the work done so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final, TypeVar

from pathways.feel import limits, types
from pathways.feel.errors import FeelLimitError
from pathways.feel.values import Value

T = TypeVar("T")

_NO_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {}


@dataclass(frozen=True, slots=True)
class HostFunction:
    """A function that the host adds, with its declared type.

    It is called with as many positional arguments as the expression gives; arguments that do not fit their
    declared types make the call null before it is made. It must be pure; whatever it raises makes the call null.
    """

    call: Callable[..., Value]
    type: types.FunctionType


class Allowance:
    """How many steps several evaluations may take together."""

    __slots__ = ("left", "steps")

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.left = steps

    def take(self, steps: int) -> None:
        """Take some of it; raises FeelLimitError where that is more than is left."""
        self.left -= steps
        if self.left < 0:
            raise FeelLimitError(f"all that is worked out at once takes more than {self.steps} steps")


class Environment:
    """The time that `now()` and `today()` give, the zone they give it in, and the host's functions.

    A function is a `HostFunction`, or any callable of positional FEEL values. `now` must be aware. Where there is an
    `allowance`, evaluations take from it what they spend on lists and texts; once it is used up they spend no more.
    """

    __slots__ = ("allowance", "functions", "now", "zone")

    def __init__(
        self,
        now: datetime,
        zone: tzinfo,
        functions: Mapping[str, Callable[..., Any] | HostFunction] = _NO_FUNCTIONS,
        allowance: Allowance | None = None,
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("the time of an evaluation needs a zone")
        self.now = now
        self.zone = zone
        self.functions = functions
        self.allowance = allowance

    def local_now(self) -> datetime:
        """Give the time of the evaluation in its zone."""
        return self.now.astimezone(self.zone)

    def local_today(self) -> date:
        """Give the date of the evaluation in its zone."""
        return self.local_now().date()


NOWHEN: Final = Environment(datetime(2000, 1, 1, tzinfo=UTC), UTC)
"""For what is computed without any host."""


class Run:
    """One evaluation: what names mean in it, what it may still spend, and why values became null."""

    __slots__ = ("environment", "levels", "reasons", "scope", "steps")

    def __init__(self, scope: Mapping[str, Value], environment: Environment, reasons: list[str] | None = None) -> None:
        self.scope = scope
        self.environment = environment
        self.reasons = reasons
        self.steps = limits.STEPS
        self.levels = limits.LEVELS

    def spend(self, steps: int) -> None:
        """Count work; raises FeelLimitError when the evaluation has done too much."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelLimitError(f"it takes more than {limits.STEPS} steps")
        if self.environment.allowance is not None:
            self.environment.allowance.take(steps)

    def fail(self, reason: str) -> T | None:
        """Note why a value is null (and be that null)."""
        if self.reasons is not None and reason not in self.reasons and len(self.reasons) < 20:
            self.reasons.append(reason)
        return None
