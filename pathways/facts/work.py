"""Facts about what people have to do with: tasks, clocks, incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pathways.records import dataclass
from pathways.state import ClockStatus, IncidentKind

Json = Any


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
class TaskReminded:
    """An open task asks for attention again; not `sent` while the instance is suspended."""

    at: datetime
    id: str
    address: str
    queue: str
    why: str | None = None
    review_by: str | None = None
    cause: str | None = None
    late: bool = False
    sent: bool = True
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
