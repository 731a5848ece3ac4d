"""The deadlines of a state: which comes first, and in what order those of one moment fire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pathways.plan import Plan
from pathways.state import Position, State

_RANK = {"wait": 2, "timeout": 3}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment at which something happens at a position by itself: its wait is over, or its time is up."""

    at: datetime
    kind: Literal["wait", "timeout"]
    position: Position


def _deadlines(position: Position) -> Iterator[Deadline]:
    if position.wake_at is not None and position.waits == "time":
        yield Deadline(position.wake_at, "wait", position)
    if position.timeout_at is not None:
        yield Deadline(position.timeout_at, "timeout", position)


def next_deadline(state: State) -> datetime | None:
    """The nearest moment at which the instance moves by itself, or None."""
    return min((due.at for position in state.positions.values() for due in _deadlines(position)), default=None)


def first_due(plan: Plan, positions: Iterator[Position] | list[Position], at: datetime) -> Deadline | None:
    """The deadline that fires first among those not after `at`: by nominal time, kind, authored place and visit."""
    due = [one for position in positions for one in _deadlines(position) if one.at <= at]
    return min(due, key=lambda one: (one.at, _RANK[one.kind], place(plan, one.position)), default=None)


def place(plan: Plan, position: Position) -> tuple[int, int]:
    """The authored place of a position, then its visit: the order in which positions take their turn."""
    _, _, visit = position.address.rpartition("@")
    return plan.order.get(position.step, 0), int(visit) if visit.isdigit() else 1
