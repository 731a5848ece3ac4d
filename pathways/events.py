"""What happens to an instance: the events that `advance` takes.

Each is something the outside reports (an action's result, a domain event, time) or a person does (completes a task,
operates on an incident). `by` is a person's id, never a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pathways.records import dataclass
from pathways.state import Parent, Source

Json = Any


@dataclass(frozen=True, slots=True)
class Started:
    """The instance begins, with its inputs by name."""

    inputs: Mapping[str, Json]
    by: str | None = None
    parent: Parent | None = None
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
    """A person completed a task. `roles` are the person's roles, against which the task's role is checked.

    `seen` is the revision at which the person saw a gate's inputs; where one has changed since, the completion is
    refused with what changed, until it was seen. None: not asked.
    """

    address: str
    outcome: str
    form: Mapping[str, Json]
    by: str
    roles: tuple[str, ...] | None = None
    seen: int | None = None
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
class Skipped:
    """An operator lets a step count as completed. `output` is what it would have given, checked as if it had.

    For a task: its form's fields, and `outcome`; for a child: `outcome` and what it gives.
    """

    address: str
    by: str
    reason: str
    output: Json = None
    roles: tuple[str, ...] | None = None
    event: Literal["skipped"] = "skipped"


@dataclass(frozen=True, slots=True)
class Moved:
    """An operator moves a position to another step of its scope or of one around it, by the step's id or path.

    `undo` asks that what was done in the scope that is left be undone before.
    """

    address: str
    to: str
    by: str
    reason: str
    undo: bool = False
    roles: tuple[str, ...] | None = None
    event: Literal["moved"] = "moved"


@dataclass(frozen=True, slots=True)
class DataChanged:
    """An operator changes a saved value. `scope` is the iteration's or side flow run's; "" the pathway."""

    name: str
    value: Json
    by: str
    reason: str
    scope: str = ""
    roles: tuple[str, ...] | None = None
    event: Literal["data-changed"] = "data-changed"


@dataclass(frozen=True, slots=True)
class Suspended:
    """An operator suspends the instance: no new step starts until it is resumed; clocks go on unless paused."""

    by: str
    reason: str
    pause_clocks: bool = False
    event: Literal["suspended"] = "suspended"


@dataclass(frozen=True, slots=True)
class Resumed:
    """An operator ends a suspension."""

    by: str
    reason: str
    event: Literal["resumed"] = "resumed"


@dataclass(frozen=True, slots=True)
class Held:
    """Steps, by their paths, are not entered until they are released. In place of what was held before.

    What stands inside them goes on, and so do clocks. `id` names the pause of the version that asks for it. `own`: of
    this instance alone, beside what its version holds.
    """

    steps: tuple[str, ...]
    by: str
    reason: str
    id: str = ""
    own: bool = False
    event: Literal["held"] = "held"


@dataclass(frozen=True, slots=True)
class Released:
    """The end of a hold: what reached a held step enters it. `own`: of what is held of this instance alone."""

    by: str
    reason: str
    own: bool = False
    event: Literal["released"] = "released"


@dataclass(frozen=True, slots=True)
class OfferTaken:
    """A person starts a side flow that is offered."""

    side: str
    by: str
    roles: tuple[str, ...] | None = None
    event: Literal["offer-taken"] = "offer-taken"


@dataclass(frozen=True, slots=True)
class TaskAdded:
    """A person adds a task by hand, with a reason (`help` says what to do)."""

    title: str
    queue: str
    by: str
    priority: str = "routine"
    role: str | None = None
    help: str | None = None
    due_at: datetime | None = None
    event: Literal["task-added"] = "task-added"


@dataclass(frozen=True, slots=True)
class ChildStarted:
    """A child was started and runs a version; `run` is the number its command carried."""

    address: str
    run: int
    version: str
    digest: str
    event: Literal["child-started"] = "child-started"


@dataclass(frozen=True, slots=True)
class ChildEnded:
    """A child reports its end: its outcome, that outcome's kind, and what it gives."""

    address: str
    instance: str
    outcome: str
    give: Json = None
    event: Literal["child-ended"] = "child-ended"


@dataclass(frozen=True, slots=True)
class ChildFailed:
    """A child could not be started (no version fits, its inputs were refused), or was ended from outside."""

    address: str
    instance: str
    message: str
    detail: Json = None
    event: Literal["child-failed"] = "child-failed"


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
    | Skipped
    | Moved
    | DataChanged
    | Suspended
    | Resumed
    | Held
    | Released
    | OfferTaken
    | TaskAdded
    | ChildStarted
    | ChildEnded
    | ChildFailed
    | Cancelled
)

Operation = (
    Retried | Skipped | Moved | DataChanged | Suspended | Resumed | Held | Released | OfferTaken | TaskAdded | Cancelled
)
"""What a person or operator does to an instance, completing a task aside."""
