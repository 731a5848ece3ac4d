"""The steps, kind by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from pathways.datatypes import DataType
from pathways.diagnostics import Mark
from pathways.model.ways import (
    AlertDecl,
    CatchDecl,
    ClockVerbDecl,
    EdgeDecl,
    HandlerDecl,
    ListeningDecl,
    RetryDecl,
    TimeoutDecl,
    UndoDecl,
)
from pathways.model.written import Authored, Text


@dataclass(frozen=True)
class DoDecl:
    """`do`, `with`."""

    action: Text
    given: Authored | None = None
    retry: RetryDecl | None = None
    catch: tuple[CatchDecl, ...] = ()


@dataclass(frozen=True)
class FieldDecl:
    """A field of a form."""

    name: Text
    label: str
    type: DataType
    required: bool = False
    required_when: Text | None = None
    show_when: Text | None = None
    help: str | None = None


@dataclass(frozen=True)
class TaskOutcomeDecl:
    """An outcome of a task."""

    id: Text
    title: str
    role: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ReminderDecl(AlertDecl):
    """An entry of `remind`: `after` the opening, `before` the due time, or `at` a time."""

    mark: Mark
    after: Text | None = None
    before: Text | None = None
    at: Text | None = None


@dataclass(frozen=True, kw_only=True)
class EscalationDecl(AlertDecl):
    """An entry of `escalate`: `{after, queue}`."""

    mark: Mark
    after: Text
    queue: Authored


@dataclass(frozen=True, kw_only=True)
class TaskDecl(AlertDecl):
    """`task`."""

    mark: Mark
    title: Authored | None = None
    help: Authored | None = None
    queue: Authored | None = None
    role: Text | None = None
    priority: Authored | None = None
    due: Text | None = None
    remind: tuple[ReminderDecl, ...] = ()
    escalate: tuple[EscalationDecl, ...] = ()
    form: tuple[FieldDecl, ...] = ()
    outcomes: tuple[TaskOutcomeDecl, ...] = ()
    skill: Text | None = None
    bulk: bool = False
    separate_from: Text | None = None


@dataclass(frozen=True)
class CellDecl:
    """A cell of a decision table: the expression of its column, and the tests on it."""

    input: Text
    tests: Text


@dataclass(frozen=True)
class RowDecl:
    """A row of a decision table; the one of `otherwise` has no cells."""

    mark: Mark
    cells: tuple[CellDecl, ...] = ()
    to: Text | None = None
    give: Authored | None = None
    otherwise: bool = False


@dataclass(frozen=True)
class TableDecl:
    """`table`."""

    mark: Mark
    rows: tuple[RowDecl, ...]


@dataclass(frozen=True)
class DecideDecl:
    """`decide`: by rules, or by a table."""

    rules: tuple[EdgeDecl, ...]
    mark: Mark
    table: TableDecl | None = None


@dataclass(frozen=True)
class SetDecl:
    """`set`."""

    assignments: tuple[tuple[Text, Authored], ...]


@dataclass(frozen=True, kw_only=True)
class WaitForEventDecl(ListeningDecl):
    """`wait: {event, key, when, lookback}`."""


@dataclass(frozen=True)
class WaitForTimeDecl:
    """`wait: {until}` or `wait: {for}`."""

    mark: Mark
    until: Text | None = None
    duration: Text | None = None


@dataclass(frozen=True)
class WayDecl:
    """One of the named ways in which `wait: {any: …}` may end."""

    name: Text
    wait: WaitForEventDecl | WaitForTimeDecl


@dataclass(frozen=True)
class WaitForAnyDecl:
    """`wait: {any: {name: …}}`."""

    mark: Mark
    ways: tuple[WayDecl, ...]


@dataclass(frozen=True)
class BranchDecl:
    """A branch of a `parallel`."""

    id: Text
    steps: tuple[StepDecl, ...]
    title: str | None = None


@dataclass(frozen=True)
class ParallelDecl:
    """`parallel: {branches, join, undo_rest}`; `join` is a number where that many branches are enough."""

    mark: Mark
    branches: tuple[BranchDecl, ...]
    join: Literal["all", "any"] | int = "all"
    undo_rest: bool = False


@dataclass(frozen=True, kw_only=True)
class RepeatDecl:
    """`repeat`: `for_each` with `as` and `mode`, or `while`, or `until`, over `steps`."""

    mark: Mark
    steps: tuple[StepDecl, ...]
    for_each: Authored | None = None
    name: Text | None = None
    mode: Literal["one-by-one", "at-once"] = "one-by-one"
    while_: Text | None = None
    until: Text | None = None
    limit: Authored | None = None
    collect: tuple[tuple[Text, Authored], ...] = ()
    carry: tuple[tuple[Text, Authored], ...] = ()
    keep: bool = False


@dataclass(frozen=True)
class SectionDecl:
    """`steps` of a step: those that it holds together."""

    mark: Mark
    steps: tuple[StepDecl, ...]


@dataclass(frozen=True)
class ChildDecl:
    """`pathway: {name, version, inputs, detached}`."""

    mark: Mark
    name: Text
    range: Text | None = None
    inputs: Authored | None = None
    detached: bool = False


@dataclass(frozen=True)
class EmitDecl:
    """`emit`."""

    type: Text
    data: Authored | None = None


@dataclass(frozen=True)
class EndDecl:
    """`end`: an outcome, or `branch`."""

    outcome: Text

    @property
    def ends_branch(self) -> bool:
        """Whether it ends only the branch, iteration or side flow it stands in."""
        return self.outcome.value == BRANCH


BRANCH = "branch"
"""What `end` says to end a nested scope only; no outcome has this id."""

Body = (
    DoDecl
    | TaskDecl
    | DecideDecl
    | SetDecl
    | WaitForEventDecl
    | WaitForTimeDecl
    | WaitForAnyDecl
    | ParallelDecl
    | RepeatDecl
    | SectionDecl
    | ChildDecl
    | EmitDecl
    | EndDecl
)


def gives_something(body: Body) -> bool:
    """Whether a step of this kind has a result that `save` keeps."""
    match body:
        case DoDecl() | TaskDecl() | DecideDecl() | WaitForEventDecl() | WaitForAnyDecl() | ChildDecl():
            return True
        case SetDecl() | WaitForTimeDecl() | ParallelDecl() | RepeatDecl() | SectionDecl() | EmitDecl() | EndDecl():
            return False
        case _:
            assert_never(body)


def is_over_at_once(body: Body) -> bool:
    """Whether nothing ever finds an instance at a step of this kind: it goes on in the event that entered it."""
    match body:
        case DecideDecl() | EmitDecl() | EndDecl() | SetDecl():
            return True
        case ChildDecl(detached=detached):
            return detached
        case (
            DoDecl()
            | TaskDecl()
            | WaitForEventDecl()
            | WaitForTimeDecl()
            | WaitForAnyDecl()
            | ParallelDecl()
            | RepeatDecl()
            | SectionDecl()
        ):
            return False
        case _:
            assert_never(body)


@dataclass(frozen=True)
class StepDecl:
    """A step: its body by kind, and what every step may have. `next` is None where none was written.

    `catch` is of one that holds others: what it catches is what the actions inside report and do not catch themselves.
    """

    id: Text
    body: Body
    title: str | None = None
    stage: Text | None = None
    note: str | None = None
    save: Text | None = None
    timeout: TimeoutDecl | None = None
    accept: tuple[Text, ...] = ()
    next: tuple[EdgeDecl, ...] | None = None
    on: tuple[HandlerDecl, ...] = ()
    clocks: tuple[ClockVerbDecl, ...] = ()
    undo: UndoDecl | None = None
    gate: Text | None = None
    catch: tuple[CatchDecl, ...] = ()

    @property
    def edges(self) -> tuple[EdgeDecl, ...]:
        """The ways on, as far as any are written: the rules of a `decide`, else `next`."""
        if isinstance(self.body, DecideDecl) and self.body.table is None:
            return self.body.rules
        return self.next or ()

    @property
    def inner(self) -> tuple[tuple[str, tuple[StepDecl, ...]], ...]:
        """The blocks of steps inside it, each with what its path adds to the step's: `/branch`, or nothing."""
        match self.body:
            case ParallelDecl(branches=branches):
                return tuple((f"/{one.id}", one.steps) for one in branches)
            case RepeatDecl(steps=steps) | SectionDecl(steps=steps):
                return (("", steps),)
            case _:
                return ()
