"""What has become true: the facts that each transition states, from which the store keeps lists, timeline and audit.

Facts are recorded in order, those of one revision together. Every fact has `at` (the engine's time, UTC). Positions
are named by their address; people by their id. Facts carry what a reader of lists and timelines needs, so that no
reader has to know the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from pathways.state import ClockStatus, Departure, IncidentKind, Parent, Source

Json = Any


@dataclass(frozen=True, slots=True)
class InstanceStarted:
    """The first fact of every instance."""

    at: datetime
    pathway: str
    version: str
    digest: str
    title: str
    zone: str
    by: str | None = None
    parent: Parent | None = None
    fact: Literal["instance-started"] = "instance-started"


@dataclass(frozen=True, slots=True)
class InstanceEnded:
    """The last fact of every instance: its outcome, that outcome's kind, and what it gives to a parent."""

    at: datetime
    outcome: str
    title: str
    kind: Literal["success", "unsuccessful", "cancelled"]
    by: str | None = None
    reason: str | None = None
    give: Json = None
    fact: Literal["instance-ended"] = "instance-ended"


@dataclass(frozen=True, slots=True)
class StageReached:
    """Progress as a person sees it."""

    at: datetime
    stage: str
    fact: Literal["stage-reached"] = "stage-reached"


@dataclass(frozen=True, slots=True)
class AttributesChanged:
    """The typed values that lists filter and sort on; nothing in them identifies a patient."""

    at: datetime
    attributes: Mapping[str, Json]
    fact: Literal["attributes-changed"] = "attributes-changed"


@dataclass(frozen=True, slots=True)
class DataSaved:
    """A name got a value, with where it came from."""

    at: datetime
    scope: str
    name: str
    value: Json
    address: str
    by: str | None = None
    sources: tuple[Source, ...] = ()
    reason: str | None = None
    fact: Literal["data-saved"] = "data-saved"


@dataclass(frozen=True, slots=True)
class StepEntered:
    """A position reached a step. `kind` is the step's kind (do, task, decide, …)."""

    at: datetime
    address: str
    step: str
    kind: str
    title: str
    fact: Literal["step-entered"] = "step-entered"


@dataclass(frozen=True, slots=True)
class StepLeft:
    """A position left a step. `to` is the path of the step it went to, where there is one.

    `detail` is the problem, the event or the reason; `by` the operator who skipped or moved it.
    """

    at: datetime
    address: str
    step: str
    how: Departure
    to: str | None = None
    detail: str | None = None
    by: str | None = None
    fact: Literal["step-left"] = "step-left"


@dataclass(frozen=True, slots=True)
class ActionStarted:
    """An action was ordered; `run` counts the orders from this position, from 1."""

    at: datetime
    address: str
    action: str
    run: int
    key: str
    fact: Literal["action-started"] = "action-started"


@dataclass(frozen=True, slots=True)
class ActionEnded:
    """An action's result arrived; `late` when nobody waited for it any more."""

    at: datetime
    address: str
    run: int
    how: Literal["completed", "problem", "failed"]
    message: str = ""
    late: bool = False
    fact: Literal["action-ended"] = "action-ended"


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A task is open for people. `id` is derived from instance, address and time, so a rebuilt list has the same.

    `form` and `outcomes` are the plan's, as JSON; `rules` of the form are evaluated with `data` of the instance.
    """

    at: datetime
    id: str
    address: str
    step: str
    title: str
    queue: str
    priority: str
    role: str | None = None
    help: str | None = None
    due_at: datetime | None = None
    stage: str | None = None
    form: Json = None
    outcomes: Json = None
    origin: Literal["step", "clock", "added"] = "step"
    skill: str | None = None
    bulk: bool = False
    gate: str | None = None
    why: str | None = None
    review_by: str | None = None
    cause: str | None = None
    by: str | None = None
    fact: Literal["task-opened"] = "task-opened"


@dataclass(frozen=True, slots=True)
class TaskClosed:
    """A task is no longer open: completed by a person, or cancelled because its position was left."""

    at: datetime
    id: str
    address: str
    how: Literal["completed", "cancelled"]
    outcome: str | None = None
    by: str | None = None
    form: Json = None
    reason: str | None = None
    fact: Literal["task-closed"] = "task-closed"


@dataclass(frozen=True, slots=True)
class ListenerArmed:
    """A position (or, by its address, one of its handlers or ways) waits for events of `type` with `key`.

    Events count that were received since `armed_at`, which a wait's `lookback` puts before the arming. `position`
    is where it stands; "" for the pathway's own handlers.
    """

    at: datetime
    address: str
    type: str
    key: str
    armed_at: datetime
    rev: int
    position: str = ""
    fact: Literal["listener-armed"] = "listener-armed"


@dataclass(frozen=True, slots=True)
class ListenerDisarmed:
    """A position no longer waits for its event."""

    at: datetime
    address: str
    type: str
    key: str
    consumed: str | None = None
    fact: Literal["listener-disarmed"] = "listener-disarmed"


@dataclass(frozen=True, slots=True)
class WaitStarted:
    """A position waits for a point in time."""

    at: datetime
    address: str
    until: datetime
    fact: Literal["wait-started"] = "wait-started"


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    """A position stands still and needs an operator. `fingerprint` groups the same trouble across instances.

    A retry that fails again states the same incident (`id`) anew, with what happened this time.
    """

    at: datetime
    id: str
    number: int
    address: str
    step: str
    kind: IncidentKind
    message: str
    fingerprint: str
    detail: Json = None
    input: Json = None
    fact: Literal["incident-opened"] = "incident-opened"


@dataclass(frozen=True, slots=True)
class IncidentRetried:
    """An operator had the step tried again; the incident stays open until the step has really passed."""

    at: datetime
    id: str
    by: str
    reason: str
    changed_input: bool = False
    fact: Literal["incident-retried"] = "incident-retried"


@dataclass(frozen=True, slots=True)
class IncidentClosed:
    """The step completed, or was really left."""

    at: datetime
    id: str
    how: Literal["completed", "left"]
    fact: Literal["incident-closed"] = "incident-closed"


@dataclass(frozen=True, slots=True)
class EventEmitted:
    """A domain event to publish; `id` is stable, so that receivers can tell a repetition."""

    at: datetime
    id: str
    address: str
    type: str
    data: Json = None
    fact: Literal["event-emitted"] = "event-emitted"


@dataclass(frozen=True, slots=True)
class InstanceEnding:
    """The instance is on its way to an outcome: what runs settles, what was done is undone. Then it ends."""

    at: datetime
    outcome: str
    by: str | None = None
    reason: str | None = None
    fact: Literal["instance-ending"] = "instance-ending"


@dataclass(frozen=True, slots=True)
class InstanceSuspended:
    """No new step starts until it is resumed."""

    at: datetime
    by: str
    reason: str
    fact: Literal["instance-suspended"] = "instance-suspended"


@dataclass(frozen=True, slots=True)
class InstanceResumed:
    """The suspension is over; events that were deferred may come again."""

    at: datetime
    by: str
    reason: str
    fact: Literal["instance-resumed"] = "instance-resumed"


@dataclass(frozen=True, slots=True)
class InstanceMigrated:
    """The instance runs another version from here on."""

    at: datetime
    pathway: str
    version: str
    digest: str
    title: str
    before: str
    before_digest: str
    by: str
    reason: str
    fact: Literal["instance-migrated"] = "instance-migrated"


@dataclass(frozen=True, slots=True)
class PositionRenamed:
    """A migration gave a position another address or step; what it waits for stays."""

    at: datetime
    before: str
    address: str
    step: str
    title: str
    fact: Literal["position-renamed"] = "position-renamed"


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """A migration changed what an open task says; who has it, what was typed, its queue and due time stay."""

    at: datetime
    id: str
    address: str
    step: str
    title: str
    role: str | None = None
    help: str | None = None
    form: Json = None
    outcomes: Json = None
    skill: str | None = None
    bulk: bool = False
    gate: str | None = None
    fact: Literal["task-changed"] = "task-changed"


@dataclass(frozen=True, slots=True)
class StepHeld:
    """A position reached a step while the instance is suspended: the step begins when it is resumed."""

    at: datetime
    address: str
    step: str
    title: str
    fact: Literal["step-held"] = "step-held"


@dataclass(frozen=True, slots=True)
class ScopeEntered:
    """A branch, an iteration or a side flow's run began. `scope` is the prefix of the addresses in it."""

    at: datetime
    scope: str
    kind: Literal["branch", "iteration", "side"]
    title: str
    by: str | None = None
    fact: Literal["scope-entered"] = "scope-entered"


@dataclass(frozen=True, slots=True)
class ScopeLeft:
    """A branch, an iteration or a side flow's run is over: it ended well, or was left."""

    at: datetime
    scope: str
    how: Literal["ended", "left"]
    fact: Literal["scope-left"] = "scope-left"


@dataclass(frozen=True, slots=True)
class InnerAwaited:
    """A position waits for what lies in it: branches or iterations, or the undo of what was in it."""

    at: datetime
    address: str
    waits: Literal["inner", "undo"]
    fact: Literal["inner-awaited"] = "inner-awaited"


@dataclass(frozen=True, slots=True)
class HandlerTaken:
    """A handler took an event: it interrupted what it stands on (`to`), or started a side flow (`side`)."""

    at: datetime
    address: str
    event: str
    to: str | None = None
    side: str | None = None
    fact: Literal["handler-taken"] = "handler-taken"


@dataclass(frozen=True, slots=True)
class ChildOrdered:
    """A child pathway was asked for; `instance` is its id, `run` counts the starts from this position."""

    at: datetime
    address: str
    run: int
    instance: str
    pathway: str
    range: str
    detached: bool = False
    fact: Literal["child-ordered"] = "child-ordered"


@dataclass(frozen=True, slots=True)
class ChildRuns:
    """A child was started, on this version."""

    at: datetime
    address: str
    instance: str
    version: str
    digest: str
    fact: Literal["child-runs"] = "child-runs"


@dataclass(frozen=True, slots=True)
class ChildReported:
    """A child ended, or could not be started (`failed`); `late` when nobody waited for it any more."""

    at: datetime
    address: str
    instance: str
    outcome: str | None = None
    failed: str | None = None
    late: bool = False
    fact: Literal["child-reported"] = "child-reported"


@dataclass(frozen=True, slots=True)
class ChildCancelled:
    """A child was told to cancel."""

    at: datetime
    address: str
    instance: str
    fact: Literal["child-cancelled"] = "child-cancelled"


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """A clock was started, stopped, paused, resumed or restarted, was dropped or breached, or warns.

    `ignored`: the verb did not fit where the clock stood, and nothing else happened. `late`: the moment had passed
    already when it was worked out. `left` is what remains of its budget in working seconds, while it is paused.
    """

    at: datetime
    clock: str
    title: str
    verb: Literal["start", "stop", "pause", "resume", "restart", "rearm", "warn", "breach", "drop"]
    status: ClockStatus | None
    number: int = 1
    started_at: datetime | None = None
    deadline: datetime | None = None
    warn_at: datetime | None = None
    budget: float | None = None
    left: float | None = None
    address: str | None = None
    ignored: bool = False
    late: bool = False
    why: str | None = None
    review_by: str | None = None
    cause: str | None = None
    fact: Literal["clock-moved"] = "clock-moved"


@dataclass(frozen=True, slots=True)
class TaskReminded:
    """An open task asks for attention again."""

    at: datetime
    id: str
    address: str
    queue: str
    why: str | None = None
    review_by: str | None = None
    cause: str | None = None
    late: bool = False
    fact: Literal["task-reminded"] = "task-reminded"


@dataclass(frozen=True, slots=True)
class TaskEscalated:
    """An open task moved to another queue."""

    at: datetime
    id: str
    address: str
    queue: str
    before: str
    why: str | None = None
    review_by: str | None = None
    cause: str | None = None
    late: bool = False
    fact: Literal["task-escalated"] = "task-escalated"


@dataclass(frozen=True, slots=True)
class DeadlineMoved:
    """Data changed, and with it a time that was worked out from it: a task's due time, a wait's end, a timeout."""

    at: datetime
    address: str
    what: Literal["due", "wait", "timeout"]
    until: datetime | None = None
    task: str | None = None
    fact: Literal["deadline-moved"] = "deadline-moved"


@dataclass(frozen=True, slots=True)
class OffersChanged:
    """The side flows that a person may start now, each with `side`, `title`, `queue` and `role`."""

    at: datetime
    offers: Json
    fact: Literal["offers-changed"] = "offers-changed"


@dataclass(frozen=True, slots=True)
class Operated:
    """A person intervened: skipped or moved a position, changed data, added a task, took an offer. For the audit."""

    at: datetime
    operation: Literal["skip", "move", "set", "add-task", "offer"]
    address: str
    by: str
    reason: str
    detail: Json = None
    fact: Literal["operated"] = "operated"


Fact = Annotated[
    InstanceStarted
    | InstanceEnding
    | InstanceEnded
    | InstanceSuspended
    | InstanceResumed
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
