"""What has become true: the facts that each transition states, from which the store keeps lists, timeline and audit.

Facts are recorded in order, those of one revision together. Every fact has `at` (the engine's time, UTC). Positions
are named by their address; people by their id. Facts carry what a reader of lists and timelines needs, so that no
reader has to know the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from pathways.facts.instances import (
    AttributesChanged,
    DataSaved,
    InstanceEnded,
    InstanceEnding,
    InstanceHeld,
    InstanceMigrated,
    InstanceReleased,
    InstanceResumed,
    InstanceStarted,
    InstanceSuspended,
    OffersChanged,
    Operated,
    StageReached,
)
from pathways.facts.steps import (
    ActionEnded,
    ActionStarted,
    ChildCancelled,
    ChildOrdered,
    ChildReported,
    ChildRuns,
    DeadlineMoved,
    EventEmitted,
    HandlerTaken,
    InnerAwaited,
    ListenerArmed,
    ListenerDisarmed,
    PositionRenamed,
    ScopeEntered,
    ScopeLeft,
    StepEntered,
    StepHeld,
    StepLeft,
    WaitStarted,
)
from pathways.facts.work import (
    ClockMoved,
    IncidentClosed,
    IncidentOpened,
    IncidentRetried,
    TaskChanged,
    TaskClosed,
    TaskEscalated,
    TaskOpened,
    TaskReminded,
)

Json = Any


__all__ = [
    "ActionEnded",
    "ActionStarted",
    "AttributesChanged",
    "ChildCancelled",
    "ChildOrdered",
    "ChildReported",
    "ChildRuns",
    "ClockMoved",
    "DataSaved",
    "DeadlineMoved",
    "EventEmitted",
    "Fact",
    "HandlerTaken",
    "IncidentClosed",
    "IncidentOpened",
    "IncidentRetried",
    "InnerAwaited",
    "InstanceEnded",
    "InstanceEnding",
    "InstanceHeld",
    "InstanceMigrated",
    "InstanceReleased",
    "InstanceResumed",
    "InstanceStarted",
    "InstanceSuspended",
    "ListenerArmed",
    "ListenerDisarmed",
    "OffersChanged",
    "Operated",
    "PositionRenamed",
    "Recorded",
    "ScopeEntered",
    "ScopeLeft",
    "StageReached",
    "StepEntered",
    "StepHeld",
    "StepLeft",
    "TaskChanged",
    "TaskClosed",
    "TaskEscalated",
    "TaskOpened",
    "TaskReminded",
    "WaitStarted",
    "recorded_from_json",
    "recorded_to_json",
]

Fact = Annotated[
    InstanceStarted
    | InstanceEnding
    | InstanceEnded
    | InstanceSuspended
    | InstanceResumed
    | InstanceHeld
    | InstanceReleased
    | InstanceMigrated
    | StageReached
    | AttributesChanged
    | DataSaved
    | StepEntered
    | PositionRenamed
    | TaskChanged
    | StepHeld
    | StepLeft
    | ScopeEntered
    | ScopeLeft
    | InnerAwaited
    | HandlerTaken
    | ActionStarted
    | ActionEnded
    | ChildOrdered
    | ChildRuns
    | ChildReported
    | ChildCancelled
    | TaskOpened
    | TaskReminded
    | TaskEscalated
    | TaskClosed
    | ListenerArmed
    | ListenerDisarmed
    | WaitStarted
    | DeadlineMoved
    | ClockMoved
    | OffersChanged
    | Operated
    | IncidentOpened
    | IncidentRetried
    | IncidentClosed
    | EventEmitted,
    Field(discriminator="fact"),
]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The facts of one revision, together with the idempotent result that revision answered, if it answered one.

    `request` is the idempotency key under which `result` was given.
    """

    rev: int
    facts: tuple[Fact, ...]
    request: str | None = None
    result: Json = None


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[tuple[Recorded, ...]]:
    return TypeAdapter(tuple[Recorded, ...])


def recorded_to_json(recorded: tuple[Recorded, ...]) -> Json:
    """The revisions as JSON."""
    return _adapter().dump_python(recorded, mode="json")


def recorded_from_json(document: Json) -> tuple[Recorded, ...]:
    """The revisions from their JSON."""
    return _adapter().validate_python(document)
