"""Facts about where an instance stands and what it waits for: steps, scopes, actions, children, events, times."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pathways.records import dataclass
from pathways.state import Departure

Json = Any


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
class EventEmitted:
    """A domain event to publish; `id` is stable, so that receivers can tell a repetition."""

    at: datetime
    id: str
    address: str
    type: str
    data: Json = None
    fact: Literal["event-emitted"] = "event-emitted"


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
class StepHeld:
    """A position reached a step while the instance is suspended, or the step held: it begins when that is over."""

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
    kind: Literal["branch", "section", "iteration", "side"]
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
    """A handler took an event: it interrupted what it stands on (`to`), or started a side flow (`side`).

    `ignored`: the side flow runs already and may run once at a time, so that nothing was started.
    """

    at: datetime
    address: str
    event: str
    to: str | None = None
    side: str | None = None
    ignored: bool = False
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
class DeadlineMoved:
    """Data changed, and with it a time that was worked out from it: a task's due time, a wait's end, a timeout."""

    at: datetime
    address: str
    what: Literal["due", "wait", "timeout"]
    until: datetime | None = None
    task: str | None = None
    fact: Literal["deadline-moved"] = "deadline-moved"
