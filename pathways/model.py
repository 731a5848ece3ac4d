"""A definition as it was written, with the place of everything: what lint reads and the compiler turns into a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pathways.datatypes import DataType
from pathways.diagnostics import Mark

Json = Any


@dataclass(frozen=True)
class Text:
    """A text and its place."""

    value: str
    mark: Mark

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Authored:
    """A value that may hold expressions: its JSON, its place, and the places of the scalars inside it by path."""

    source: Json
    mark: Mark
    places: dict[tuple[str | int, ...], Mark] = field(default_factory=dict)

    def place(self, path: tuple[str | int, ...]) -> Mark:
        """The place of what stands at a path inside the value."""
        return self.places.get(path, self.mark)


# -- what steps have in common --------------------------------------------------------------------------------------


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
    """`undo: {do, with, retry}`: the action that takes back what the step did."""

    mark: Mark
    action: Text
    given: Authored | None = None
    retry: RetryDecl | None = None


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


# -- the kinds of step ----------------------------------------------------------------------------------------------


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
    keep: bool = False


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
    | ChildDecl
    | EmitDecl
    | EndDecl
)


@dataclass(frozen=True)
class StepDecl:
    """A step: its body by kind, and what every step may have. `next` is None where none was written."""

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

    @property
    def inner(self) -> tuple[tuple[str, tuple[StepDecl, ...]], ...]:
        """The blocks of steps inside it, each with what its path adds to the step's: `/branch`, or nothing."""
        match self.body:
            case ParallelDecl(branches=branches):
                return tuple((f"/{one.id}", one.steps) for one in branches)
            case RepeatDecl(steps=steps):
                return (("", steps),)
            case _:
                return ()


# -- the pathway ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InputDecl:
    """An input."""

    name: Text
    type: DataType
    required: bool = False
    default: Json = None


@dataclass(frozen=True)
class GiveDecl:
    """A value that an outcome gives to a parent; `type` where it is declared."""

    name: Text
    value: Authored
    type: DataType | None = None


@dataclass(frozen=True)
class OutcomeDecl:
    """An outcome of the pathway."""

    id: Text
    title: str
    kind: Literal["success", "unsuccessful", "cancelled"] = "unsuccessful"
    undo: bool = False
    give: tuple[GiveDecl, ...] = ()


@dataclass(frozen=True)
class ContractDecl:
    """The contract with the core."""

    mark: Mark
    reads: tuple[Text, ...] = ()
    writes: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BreachDecl(AlertDecl):
    """`breach` of a clock: the task that it opens."""

    mark: Mark
    queue: Authored | None = None
    title: Authored | None = None
    role: Text | None = None
    priority: Authored | None = None
    help: Authored | None = None


@dataclass(frozen=True, kw_only=True)
class ClockDecl(AlertDecl):
    """A clock. `calendar` is None where none was written, and its text `none` where that was."""

    id: Text
    limit: Text
    title: str | None = None
    calendar: Text | None = None
    warn: float | None = None
    breach: BreachDecl | None = None


@dataclass(frozen=True)
class OfferDecl:
    """`offer` of a side flow: a person may start it."""

    mark: Mark
    title: Authored | None = None
    when: Text | None = None
    queue: Text | None = None
    role: Text | None = None


@dataclass(frozen=True)
class SideFlowDecl:
    """A small flow beside the main one."""

    id: Text
    steps: tuple[StepDecl, ...]
    title: str | None = None
    once: bool = False
    offer: OfferDecl | None = None


@dataclass(frozen=True)
class StartOnDecl:
    """An entry of `starts_on`: `{event, when, inputs}`."""

    type: Text
    mark: Mark
    when: Text | None = None
    inputs: Authored | None = None


@dataclass(frozen=True)
class Placed:
    """A step with its path, and the path of the block it stands in."""

    path: str
    block: str
    step: StepDecl


@dataclass(frozen=True)
class Definition:
    """One version of one pathway, as written. `steps` are those of the pathway itself; others lie inside them."""

    file: str
    pathway: Text
    version: Text
    title: str
    steps: tuple[StepDecl, ...]
    inputs: tuple[InputDecl, ...] = ()
    outcomes: tuple[OutcomeDecl, ...] = ()
    stages: tuple[Text, ...] = ()
    attributes: tuple[tuple[Text, Authored], ...] = ()
    contract: ContractDecl | None = None
    calendar: Text | None = None
    purpose: Text | None = None
    owner: Text | None = None
    success: Authored | None = None
    review_by: Text | None = None
    exit_plan: Text | None = None
    clocks: tuple[ClockDecl, ...] = ()
    on: tuple[HandlerDecl, ...] = ()
    side_flows: tuple[SideFlowDecl, ...] = ()
    unique: Authored | None = None
    on_duplicate: Literal["join", "refuse"] = "refuse"
    starts_on: tuple[StartOnDecl, ...] = ()
    coverage: tuple[tuple[str, float], ...] = ()
    effective_from: Text | None = None

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every step of every block with its path, in the plan's order: authored, those inside a step after it."""
        found = [*_walk(self.steps, "")]
        for flow in self.side_flows:
            found += _walk(flow.steps, f"~{flow.id}")
        return tuple(found)

    @cached_property
    def blocks(self) -> dict[str, tuple[StepDecl, ...]]:
        """The steps of every block by its path: "" the pathway's own, `~flow` a side flow's."""
        found = {"": self.steps} | {f"~{flow.id}": flow.steps for flow in self.side_flows}
        for one in self.placed:
            found |= {f"{one.path}{added}": steps for added, steps in one.step.inner}
        return found

    @cached_property
    def step(self) -> dict[str, StepDecl]:
        """The steps by path."""
        return {one.path: one.step for one in self.placed}


def _walk(steps: tuple[StepDecl, ...], block: str) -> Iterator[Placed]:
    for step in steps:
        path = f"{block}/{step.id}" if block else step.id.value
        yield Placed(path, block, step)
        for added, inner in step.inner:
            yield from _walk(inner, f"{path}{added}")
