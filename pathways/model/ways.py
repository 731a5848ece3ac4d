"""What steps of every kind may say: where they lead, what interrupts and undoes them, what they do to clocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pathways.diagnostics import Mark
from pathways.model.written import Authored, Text


@dataclass(frozen=True)
class EdgeDecl:
    """A way on: `{when, to, undo}`, or an outcome's, or the plain next step."""

    to: Text
    when: Text | None = None
    outcome: Text | None = None
    undo: bool = False


@dataclass(frozen=True)
class TimeoutDecl:
    """`timeout: {after, to, undo}`."""

    after: Text
    to: Text
    undo: bool = False


@dataclass(frozen=True)
class CatchDecl:
    """An entry of `catch`: a problem, and a step's id or `{to, undo}`."""

    problem: Text
    to: Text
    undo: bool = False


@dataclass(frozen=True)
class RetryDecl:
    """`retry: {attempts, first, factor, most}`; times in seconds, None where not given."""

    mark: Mark
    attempts: int | None = None
    first: float | None = None
    factor: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class UndoDecl:
    """`undo: {do, with, retry, until}`: the action that takes back what the step did, until another has completed."""

    mark: Mark
    action: Text
    given: Authored | None = None
    retry: RetryDecl | None = None
    until: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ListeningDecl:
    """`{event, key, when, lookback}`: the events that are listened for."""

    type: Text
    mark: Mark
    key: Authored | None = None
    when: Text | None = None
    lookback: Text | None = None


@dataclass(frozen=True, kw_only=True)
class HandlerDecl(ListeningDecl):
    """An entry of `on`: it goes `to` a step and interrupts, or starts the side flow `side`."""

    to: Text | None = None
    side: Text | None = None
    undo: bool = False


Verb = Literal["start", "stop", "pause", "resume", "restart"]
"""What a step may do to a clock."""


@dataclass(frozen=True)
class ClockVerbDecl:
    """One clock under `clocks: {start, stop, pause, resume, restart, from, at}` of a step."""

    verb: Verb
    clock: Text
    at: Literal["entry", "completion"] = "entry"
    start: Authored | None = None


@dataclass(frozen=True, kw_only=True)
class AlertDecl:
    """What every alert may say: `why`, `review_by`, `cause`."""

    why: Text | None = None
    review_by: Text | None = None
    cause: Text | None = None
