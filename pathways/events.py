"""What happens to an instance: the events that `advance` takes.

Each is something the outside reports (an action's result, a domain event, time) or a person does (completes a task,
operates on an incident). `by` is a person's id, never a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pathways.state import Source

Json = Any


@dataclass(frozen=True, slots=True)
class Started:
    """The instance begins, with its inputs by name."""

    inputs: Mapping[str, Json]
    by: str | None = None
    event: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class ActionCompleted:
    """An action gave its output. `run` is the number its command carried; `sources` is what it read in the core."""

    address: str
    run: int
    output: Json
    sources: tuple[Source, ...] = ()
    event: Literal["action-completed"] = "action-completed"


@dataclass(frozen=True, slots=True)
class ActionProblem:
    """An action reported one of its named problems: an answer, not a failure, so it is not tried again."""

    address: str
    run: int
    problem: str
    message: str = ""
    detail: Json = None
    event: Literal["action-problem"] = "action-problem"


@dataclass(frozen=True, slots=True)
class ActionFailed:
    """An action failed for good: its retries are used up, or its error says that trying again can't help."""

    address: str
    run: int
    message: str
    attempts: int = 1
    kind: Literal["action-failed", "contract"] = "action-failed"
    detail: Json = None
    event: Literal["action-failed"] = "action-failed"


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """A person completed a task. `roles` are the person's roles, against which the task's role is checked."""

    address: str
    outcome: str
    form: Mapping[str, Json]
    by: str
    roles: tuple[str, ...] | None = None
    event: Literal["task-completed"] = "task-completed"


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A domain event was delivered: `type` and correlation `key` select who takes it."""

    id: str
    type: str
    key: str | None
    data: Json
    time: datetime | None = None
    event: Literal["message-received"] = "message-received"


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing but time: every deadline up to the given moment fires."""

    event: Literal["time-passed"] = "time-passed"


@dataclass(frozen=True, slots=True)
class Retried:
    """An operator tries an incident's step again.

    `input` replaces the action's input; only together with `had_no_effect`, the operator's word that the first
    attempt did nothing, does the attempt get a new idempotency key.
    """

    address: str
    by: str
    reason: str
    input: Json = None
    had_no_effect: bool = False
    event: Literal["retried"] = "retried"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An operator or parent cancels the whole instance."""

    by: str
    reason: str
    event: Literal["cancelled"] = "cancelled"


Event = (
    Started
    | ActionCompleted
    | ActionProblem
    | ActionFailed
    | TaskCompleted
    | MessageReceived
    | TimePassed
    | Retried
    | Cancelled
)
