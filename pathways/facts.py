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

from pathways.state import IncidentKind, Source

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
    fact: Literal["instance-started"] = "instance-started"


@dataclass(frozen=True, slots=True)
class InstanceEnded:
    """The last fact of every instance: its outcome and that outcome's kind."""

    at: datetime
    outcome: str
    title: str
    kind: Literal["success", "unsuccessful", "cancelled"]
    by: str | None = None
    reason: str | None = None
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
    """A position left a step: well (`completed`), by its timeout, by a problem that was caught, or from outside.

    `to` is the step it went to, where there is one.
    """

    at: datetime
    address: str
    step: str
    how: Literal["completed", "timeout", "problem", "cancelled"]
    to: str | None = None
    detail: str | None = None
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
    """A position waits for events of `type` with `key`, received since `armed_at`."""

    at: datetime
    address: str
    type: str
    key: str
    armed_at: datetime
    rev: int
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


Fact = Annotated[
    InstanceStarted
    | InstanceEnded
    | StageReached
    | AttributesChanged
    | DataSaved
    | StepEntered
    | StepLeft
    | ActionStarted
    | ActionEnded
    | TaskOpened
    | TaskClosed
    | ListenerArmed
    | ListenerDisarmed
    | WaitStarted
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
