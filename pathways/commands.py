"""What `advance` asks of the world. Tasks, events out and lists are facts (`pathways.facts`), not commands."""

from __future__ import annotations

from typing import Any, Literal

from pathways.catalog import Retry
from pathways.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class RunAction:
    """Run a registered action and report its result for (`address`, `run`).

    `key` is the idempotency key for every outside write; `timeout_seconds` is one attempt's limit. `slow` actions
    may take long, so what has happened so far is recorded before they are awaited.
    """

    address: str
    run: int
    action: str
    key: str
    input: Json
    retry: Retry
    timeout_seconds: float
    slow: bool = False
    command: Literal["run-action"] = "run-action"


@dataclass(frozen=True, slots=True)
class AbandonAction:
    """The position was left: the action's result is no longer awaited."""

    address: str
    run: int
    command: Literal["abandon-action"] = "abandon-action"


@dataclass(frozen=True, slots=True)
class StartChild:
    """Start a child pathway, of the highest version that fits `range`, and report its end to (`address`).

    `instance` is the child's id; of a `detached` child only that it has begun, or can't.
    """

    address: str
    run: int
    instance: str
    pathway: str
    range: str
    inputs: Json
    detached: bool = False
    command: Literal["start-child"] = "start-child"


@dataclass(frozen=True, slots=True)
class CancelChild:
    """Tell a child to cancel; its report is noted."""

    address: str
    instance: str
    reason: str
    command: Literal["cancel-child"] = "cancel-child"


Command = RunAction | AbandonAction | StartChild | CancelChild
