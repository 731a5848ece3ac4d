"""What a pathway declares beside its steps: outcomes, inputs, clocks, side flows, what starts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pathways.datatypes import ANY, DataType, Field
from pathways.plan.parts import NOTHING, ROUTINE, Alert, Assignment
from pathways.values import Computed, Condition, Timing

Json = Any


OutcomeKind = Literal["success", "unsuccessful", "cancelled"]


@dataclass(frozen=True)
class Outcome:
    """How a pathway may end. `undo` asks for what was done to be undone; `give` is what a parent gets."""

    id: str
    title: str
    kind: OutcomeKind = "unsuccessful"
    undo: bool = False
    give: tuple[Assignment, ...] = ()
    gives: tuple[Field, ...] = ()


CANCELLED = Outcome("cancelled", "Cancelled", "cancelled", undo=True)
"""The outcome that every pathway has, reached by an operator's or parent's cancel."""


@dataclass(frozen=True)
class Input:
    """An input of the pathway."""

    name: str
    type: DataType = ANY
    required: bool = False
    default: Json = None


@dataclass(frozen=True)
class Attribute:
    """A typed value that lists filter and sort on."""

    name: str
    value: Computed


@dataclass(frozen=True)
class Contract:
    """The resource types that the pathway's steps may read and write in the core."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


NO_CONTRACT = Contract()
"""The core is neither read nor written."""


@dataclass(frozen=True)
class ValueSet:
    """The codes of a value set as they were when the plan was published, by its name."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class CalendarContent:
    """A calendar as it was when the plan was published, by its name; `content` is the calendar's own JSON."""

    name: str
    content: Json


@dataclass(frozen=True, kw_only=True)
class Breach(Alert):
    """The task that a breached clock opens."""

    queue: Computed
    title: Computed
    role: str | None = None
    priority: Computed = ROUTINE
    help: Computed | None = None


@dataclass(frozen=True, kw_only=True)
class Clock(Alert):
    """A deadline that people are held to: it starts, may pause, and is met, late or breached.

    `calendar` counts the limit as working time (None: elapsed); `warn` is the share of it after which to warn.
    """

    id: str
    title: str
    limit: Timing
    calendar: str | None = None
    warn: float | None = None
    breach: Breach | None = None


@dataclass(frozen=True)
class Offer:
    """A side flow that a person may start, while `when` holds."""

    title: Computed
    queue: str | None = None
    when: Condition | None = None
    role: str | None = None


@dataclass(frozen=True)
class SideFlow:
    """A small flow beside the main one, the block `~<id>`. With `once`, a second does not start while one runs."""

    id: str
    title: str
    once: bool = False
    offer: Offer | None = None


@dataclass(frozen=True)
class StartOn:
    """A domain event that starts the pathway, and the inputs it starts with."""

    type: str
    when: Condition | None = None
    inputs: Computed = NOTHING
    data: DataType = ANY


@dataclass(frozen=True)
class Thresholds:
    """The share of each that scenarios must go through before the version may be published, from 0 to 1."""

    steps: float = 1.0
    transitions: float = 1.0
    conditions: float = 0.0
    timeouts: float = 0.0
    catches: float = 0.0
    handlers: float = 0.0


EVERY_WAY = Thresholds()
"""What is asked where a definition asks for nothing else: every step and every way on."""
