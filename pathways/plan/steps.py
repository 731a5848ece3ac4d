"""The kinds of step of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field as Discriminated

from pathways.addresses import block_of, local_of
from pathways.catalog import DEFAULT_RETRY, Retry
from pathways.datatypes import ANY, DataType, Field
from pathways.plan.parts import (
    EMPTY,
    FORM,
    NOTHING,
    ROUTINE,
    Assignment,
    Catch,
    ClockVerb,
    Edge,
    Escalation,
    FormField,
    Handler,
    Listening,
    Reminder,
    TaskOutcome,
    Timeout,
    Undo,
    slots,
)
from pathways.values import Computed, Condition, Timing, UnaryTests

Json = Any


@dataclass(frozen=True, kw_only=True)
class StepBase:
    """What every step may have."""

    id: str
    title: str | None = None
    stage: str | None = None
    next: tuple[Edge, ...] = ()
    timeout: Timeout | None = None
    handlers: tuple[Handler, ...] = ()
    clocks: tuple[ClockVerb, ...] = ()
    undo: Undo | None = None
    gate: str | None = None
    gate_roles: tuple[str, ...] = ()

    @cached_property
    def block(self) -> str:
        """The path of the block in which the step stands: "" for the pathway's own."""
        return block_of(self.id)

    @cached_property
    def local(self) -> str:
        """The step's id within its block."""
        return local_of(self.id)

    @cached_property
    def shown(self) -> str:
        """The step's title, else its id."""
        return self.title or self.local

    @property
    def asks(self) -> bool:
        """Whether it asks something of the world: nobody loses time to an outage, so it begins when that is over."""
        return False

    @cached_property
    def live_names(self) -> frozenset[str]:
        """The names on which its deadlines and listeners depend: a change of one works them out anew."""
        keys = [one.key.names for one in self.handlers]
        times = [self.timeout.after.names] if self.timeout else []
        return frozenset().union(*keys, *times, *self._live())

    def _live(self) -> list[frozenset[str]]:
        return []

    @cached_property
    def listenings(self) -> dict[str, Listening]:
        """What a position at the step listens for, by slot: its own wait or ways, and its handlers from `1`."""
        return {**self._own_listenings(), **slots(self.handlers)}

    def _own_listenings(self) -> dict[str, Listening]:
        return {}


@dataclass(frozen=True, kw_only=True)
class Do(StepBase):
    """Run a registered action (BPMN service task)."""

    action: str = ""
    input: Computed = NOTHING
    takes: DataType = ANY
    save: str | None = None
    output: DataType = ANY
    problems: tuple[str, ...] = ()
    catch: tuple[Catch, ...] = ()
    accept: tuple[str, ...] = ()
    retry: Retry = DEFAULT_RETRY
    timeout_seconds: float = 30.0
    business_key: str | None = None
    slow: bool = False
    kind: Literal["do"]

    @property
    def asks(self) -> bool:
        """An answer is waited for."""
        return True


@dataclass(frozen=True, kw_only=True)
class Task(StepBase):
    """Open a task for people (BPMN user task)."""

    task_title: Computed = EMPTY
    help: Computed | None = None
    queue: Computed = EMPTY
    role: str | None = None
    priority: Computed = ROUTINE
    due: Timing | None = None
    remind: tuple[Reminder, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    form: tuple[FormField, ...] = ()
    outcomes: tuple[TaskOutcome, ...] = ()
    skill: str | None = None
    bulk: bool = False
    separate_from: str | None = None
    why: str | None = None
    review_by: str | None = None
    cause: str | None = None
    save: str | None = None
    kind: Literal["task"]

    @property
    def asks(self) -> bool:
        """An answer is waited for."""
        return True

    @cached_property
    def form_document(self) -> Json:
        """The form as JSON, for lists and pages."""
        return FORM.dump_python(self.form, mode="json", exclude_defaults=True)

    @cached_property
    def outcomes_document(self) -> Json:
        """The outcomes as JSON, for lists and pages."""
        return [{"id": one.id, "title": one.title, "role": one.role} for one in self.outcomes]

    def _live(self) -> list[frozenset[str]]:
        reminders = [time for one in self.remind for time in (one.after, one.before, one.at)]
        times = [self.due, *reminders, *(one.after for one in self.escalate)]
        return [one.names for one in times if one is not None]

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names that a person sees in the task, or that its form's rules ask."""
        texts = [one.names for one in (self.task_title, self.help) if one is not None]
        rules = [rule.names for one in self.form for rule in (one.required_when, one.show_when) if rule is not None]
        return frozenset().union(*texts, *rules)


@dataclass(frozen=True)
class Cell:
    """One cell of a decision table: the place of its input among the table's, and the tests that it must pass."""

    input: int
    tests: UnaryTests


@dataclass(frozen=True)
class Row:
    """A row of a decision table: without cells it matches always. It gives a value, or leads to a step, or both."""

    cells: tuple[Cell, ...] = ()
    to: str | None = None
    give: Computed | None = None


@dataclass(frozen=True)
class Table:
    """A decision table (DMN, hit policy first): the first row whose cells all match is taken."""

    inputs: tuple[Computed, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Decide(StepBase):
    """Only routing (BPMN exclusive gateway): by the rules, which are the step's `next`, or by a table.

    A table's row without `to` goes on by `next`; what it gives is saved.
    """

    table: Table | None = None
    save: str | None = None
    gives: DataType = ANY
    kind: Literal["decide"]


@dataclass(frozen=True, kw_only=True)
class Set(StepBase):
    """Compute data."""

    assignments: tuple[Assignment, ...] = ()
    kind: Literal["set"]


@dataclass(frozen=True, kw_only=True)
class WaitForEvent(StepBase, Listening):
    """Wait for a domain event with a correlation key (BPMN message catch event)."""

    save: str | None = None
    kind: Literal["wait-for-event"]

    @property
    def asks(self) -> bool:
        """An answer is waited for."""
        return True

    def _live(self) -> list[frozenset[str]]:
        return [self.key.names]

    def _own_listenings(self) -> dict[str, Listening]:
        return {"": self}


@dataclass(frozen=True, kw_only=True)
class WaitForTime(StepBase):
    """Wait until a point in time, or for a duration (BPMN timer catch event)."""

    until: Timing | None = None
    duration: Timing | None = None
    kind: Literal["wait-for-time"]

    def _live(self) -> list[frozenset[str]]:
        return [one.names for one in (self.until, self.duration) if one is not None]


@dataclass(frozen=True, kw_only=True)
class Way(Listening):
    """One of the named ways in which a wait may end: an event, or a point in time."""

    name: str
    until: Timing | None = None
    duration: Timing | None = None

    @property
    def timed(self) -> bool:
        """Whether it is a point in time that ends the wait."""
        return self.until is not None or self.duration is not None


@dataclass(frozen=True, kw_only=True)
class WaitForAny(StepBase):
    """Wait for whichever of several comes first (BPMN event-based gateway). Saves `which` and the event's `data`."""

    ways: tuple[Way, ...] = ()
    save: str | None = None
    kind: Literal["wait-for-any"]

    @property
    def asks(self) -> bool:
        """Unless all its ways are points in time."""
        return any(not one.timed for one in self.ways)

    def _live(self) -> list[frozenset[str]]:
        times = [time.names for one in self.ways for time in (one.until, one.duration) if time is not None]
        return [*times, *(one.key.names for one in self.ways)]

    def _own_listenings(self) -> dict[str, Listening]:
        return {one.name: one for one in self.ways if not one.timed}


@dataclass(frozen=True, kw_only=True)
class Parallel(StepBase):
    """Branches that run side by side (BPMN parallel gateway); it passes when `join` of them have ended well.

    The branches' steps are the blocks `<step>/<branch>`. With `undo_rest`, what the others did is undone.
    """

    branches: tuple[str, ...] = ()
    join: int = 0
    undo_rest: bool = False
    kind: Literal["parallel"]


@dataclass(frozen=True, kw_only=True)
class Repeat(StepBase):
    """Repeats the block `<step>`: for each of a list, while a condition holds, or until one does.

    `name` is bound to the item in its iteration; `collect` appends a value per iteration to lists outside;
    `carry` replaces the values of names outside.
    """

    mode: Literal["one-by-one", "at-once"] = "one-by-one"
    items: Computed | None = None
    name: str | None = None
    item: DataType = ANY
    while_: Condition | None = None
    until: Condition | None = None
    limit: Computed | None = None
    collect: tuple[Assignment, ...] = ()
    collected: tuple[Field, ...] = ()
    carry: tuple[Assignment, ...] = ()
    keep: bool = False
    kind: Literal["repeat"]


@dataclass(frozen=True, kw_only=True)
class Section(StepBase):
    """The steps of the block `<step>`, held together (BPMN embedded sub-process): what it has holds for all of them."""

    kind: Literal["section"]


@dataclass(frozen=True, kw_only=True)
class Child(StepBase):
    """Start another pathway and wait for its outcome (BPMN call activity). Saves `outcome` and what it gives."""

    pathway: str = ""
    range: str = ""
    inputs: Computed = NOTHING
    detached: bool = False
    save: str | None = None
    gives: DataType = ANY
    kind: Literal["pathway"]

    @property
    def asks(self) -> bool:
        """An answer is waited for."""
        return True


@dataclass(frozen=True, kw_only=True)
class Emit(StepBase):
    """Publish a domain event of the catalog."""

    type: str = ""
    data: Computed = NOTHING
    schema: DataType = ANY
    kind: Literal["emit"]


@dataclass(frozen=True, kw_only=True)
class End(StepBase):
    """Finish the pathway with an outcome; without one, only the branch, iteration or side flow it stands in."""

    outcome: str = ""
    kind: Literal["end"]


Container = Parallel | Repeat | Section
"""The kinds that run others inside themselves, each list of them as a block of the plan."""

Step = Annotated[
    Do | Task | Decide | Set | WaitForEvent | WaitForTime | WaitForAny | Container | Child | Emit | End,
    Discriminated(discriminator="kind"),
]
