"""What passes between the interpreting workflow, the activities and those who call it. Plain data, JSON at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pathways.events import ChildEnded, ChildFailed, ChildStarted
from pathways.facts import Recorded
from pathways.plan import Contract
from pathways.state import Hold, Parent, Source, State

Json = Any


@dataclass(frozen=True)
class Pace:
    """The demonstration clock: pathway time runs `factor` times as fast as real time since `anchor`.

    At the real moment `anchor` it was `shown` in pathway time. A factor of 0 means that time stands until it is moved.
    """

    factor: float
    anchor: datetime
    shown: datetime


@dataclass(frozen=True)
class Carried:
    """What an instance takes along when it continues as new: its state, and what the store has not confirmed yet."""

    state: State
    tail: tuple[Recorded, ...] = ()
    recorded_rev: int = 0
    pace: Pace | None = None


@dataclass(frozen=True)
class Wanted:
    """The version that a child asks for: the highest of `pathway` that fits `range`.

    `run` is the number that the parent's command carried. `told` is the place that is told that the child runs, or why
    it can't: for a detached one too, whose end nobody awaits.
    """

    pathway: str
    range: str
    run: int = 1
    told: Parent | None = None


@dataclass(frozen=True)
class StartInstance:
    """The workflow's argument: a new instance by its plan's digest and inputs, or one carried over.

    A child has no digest: it says what is `wanted`, looks that up when it begins, and reports its end to its `parent`.
    `pathway` and `version` are for Temporal's own lists. `site` is what expressions see as `instance.site`.
    """

    instance: str
    digest: str = ""
    zone: str = "UTC"
    inputs: Mapping[str, Json] = field(default_factory=dict)
    by: str | None = None
    pace: Pace | None = None
    carried: Carried | None = None
    parent: Parent | None = None
    wanted: Wanted | None = None
    pathway: str = ""
    version: str = ""
    site: str | None = None


@dataclass(frozen=True)
class ChildReport:
    """What a child tells its parent, by signal. `now` is the child's pathway time, which demonstrations share."""

    event: ChildStarted | ChildEnded | ChildFailed
    now: datetime


@dataclass(frozen=True)
class CancelOrder:
    """By whom and why a child is told to cancel, by signal. `now` is the parent's pathway time."""

    by: str
    reason: str
    now: datetime


@dataclass(frozen=True)
class Migrate:
    """An order to go on with another plan. `mapping` says where what stands has to go, as it is authored.

    `rev`: only if the instance stands at this revision still, as when a migration is taken back. `hold` is what that
    plan's version holds, where it is paused.
    """

    digest: str
    mapping: Json
    by: str
    reason: str
    rev: int | None = None
    hold: Hold | None = None


@dataclass(frozen=True)
class Refused:
    """Why an event was refused: a stable code, words for the person, and detail for the page (form errors, say)."""

    code: str
    message: str
    detail: Json = None


@dataclass(frozen=True)
class Answer:
    """What an update answers: the revision that it made, and its result or why it was refused."""

    rev: int
    result: Json = None
    refused: Refused | None = None


@dataclass(frozen=True)
class ActionRequest:
    """An order to an action: its input, and for whom and what it acts.

    `key` is the idempotency key of every outside write; `contract` narrows what may be read and written. `now` is
    pathway time, and `zone` the instance's, for what people read. An action that `beats` tells Temporal that it is
    alive, so that the loss of its worker is noticed before its time is up. `by` is the person whose deed led here, by
    nothing but actions in between.
    """

    instance: str
    pathway: str
    version: str
    digest: str
    step: str
    address: str
    key: str
    input: Json
    contract: Contract
    now: datetime
    zone: str = "UTC"
    beats: bool = False
    by: str | None = None


@dataclass(frozen=True)
class ActionResult:
    """What an action gives: its output and the versions of what it read in the core; or the problem it reports."""

    output: Json = None
    sources: tuple[Source, ...] = ()
    problem: str | None = None
    message: str = ""
    detail: Json = None


@dataclass(frozen=True)
class VersionRequest:
    """Which version a child that is about to start will run; `now` is its pathway time."""

    start: StartInstance
    now: datetime


@dataclass(frozen=True)
class VersionAnswer:
    """The version and its plan's digest; no digest where the child can't be started: `message` then says why."""

    digest: str = ""
    version: str = ""
    message: str = ""
    detail: Json = None


@dataclass(frozen=True)
class RecordRequest:
    """Revisions for the store, in order, without gaps. `snapshot` replaces what can be rebuilt, if the store asked.

    `digest` is that of the instance's snapshot at the last of these revisions.
    """

    instance: str
    recorded: tuple[Recorded, ...]
    digest: str
    snapshot: Json = None


@dataclass(frozen=True)
class RecordAnswer:
    """What the store has now; `needs_snapshot` when it found a gap or a different history."""

    rev: int
    needs_snapshot: bool = False


@dataclass(frozen=True)
class Description:
    """Where an instance stands: its revision, how far the store confirmed it, and the nearest deadline.

    `digest` is that of its snapshot; `at_rest` is whether no action runs; `now` is pathway time.
    """

    rev: int
    recorded_rev: int
    status: str
    now: datetime
    deadline: datetime | None
    digest: str
    at_rest: bool
