"""How a step answers when it is entered or when what it waited for has come."""

from __future__ import annotations

from typing import Any

from pathways.records import dataclass
from pathways.state import IncidentKind, Phase, Position

Json = Any


@dataclass(frozen=True, slots=True)
class Stand:
    """The position stays here and waits."""

    position: Position


@dataclass(frozen=True, slots=True)
class Pass:
    """The step is done; the way on is found by its `next`. `result` is what routing may ask (a task's outcome).

    `by` is the operator who skipped the step, with what reason.
    """

    position: Position
    result: Json = None
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """The step is done and says itself where to go: a row of a decision table."""

    position: Position
    to: str


@dataclass(frozen=True, slots=True)
class Halt:
    """The step can't go on: an incident."""

    position: Position
    kind: IncidentKind
    message: str
    phase: Phase
    detail: Json = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The pathway ends with an outcome."""

    position: Position
    outcome: str


@dataclass(frozen=True, slots=True)
class EndScope:
    """The branch, iteration or side flow that the position stands in ends well."""

    position: Position


Answer = Stand | Pass | Go | Halt | Finish | EndScope
