"""How a step answers when it is entered or when what it waited for has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pathways.state import IncidentKind, Phase, Position

Json = Any


@dataclass(frozen=True, slots=True)
class Stand:
    """The position stays here and waits."""

    position: Position


@dataclass(frozen=True, slots=True)
class Pass:
    """The step is done; the way on is found by its `next`. `result` is what routing may ask (a task's outcome)."""

    position: Position
    result: Json = None


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


Answer = Stand | Pass | Halt | Finish
