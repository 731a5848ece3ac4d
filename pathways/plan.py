"""The plan: what a definition compiles to, and all that the engine reads. Immutable, JSON at rest, named by digest.

A plan carries everything it needs from the catalog (types, problems, calendars), so that an instance runs for years
on what was published. Things that have an order are lists, for JSON objects have none.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field as Discriminated
from pydantic import TypeAdapter

from pathways.calendars import Calendar
from pathways.catalog import DEFAULT_RETRY, Retry
from pathways.datatypes import ANY, DataType, Field
from pathways.values import Computed, Condition, Timing

Json = Any

OutcomeKind = Literal["success", "unsuccessful", "cancelled"]

NOTHING = Computed(None)
EMPTY = Computed("")
ROUTINE = Computed("routine")


@dataclass(frozen=True)
class Edge:
    """A way on: taken when `outcome` is the task's, or when `when` holds; without either, always."""

    to: str
    when: Condition | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Timeout:
    """How long a position may stand at the step, counted from its entry, and where it goes then."""

    after: Timing
    to: str


@dataclass(frozen=True)
class Catch:
    """A named problem of the action, and the step that deals with it."""

    problem: str
    to: str


@dataclass(frozen=True)
class FormField:
    """One field of a task's form. `required_when` and `show_when` see the fields as typed so far."""

    name: str
    label: str
    type: DataType = ANY
    required: bool = False
    required_when: Condition | None = None
    show_when: Condition | None = None
    help: str | None = None


@dataclass(frozen=True)
class TaskOutcome:
    """One way a person may complete a task; `role` narrows who may choose it."""

    id: str
    title: str
    role: str | None = None


@dataclass(frozen=True, kw_only=True)
class StepBase:
    """What every step may have."""

    id: str
    title: str | None = None
    stage: str | None = None
    next: tuple[Edge, ...] = ()
    timeout: Timeout | None = None


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


@dataclass(frozen=True, kw_only=True)
class Task(StepBase):
    """Open a task for people (BPMN user task)."""

    task_title: Computed = EMPTY
    help: Computed | None = None
    queue: Computed = EMPTY
    role: str | None = None
    priority: Computed = ROUTINE
    due: Timing | None = None
    form: tuple[FormField, ...] = ()
    outcomes: tuple[TaskOutcome, ...] = ()
    save: str | None = None
    kind: Literal["task"]


@dataclass(frozen=True, kw_only=True)
class Decide(StepBase):
    """Only routing (BPMN exclusive gateway); the rules are the step's `next`."""

    kind: Literal["decide"]


@dataclass(frozen=True)
class Assignment:
    """One name of a `set`, with its value."""

    name: str
    value: Computed


@dataclass(frozen=True, kw_only=True)
class Set(StepBase):
    """Compute data."""

    assignments: tuple[Assignment, ...] = ()
    kind: Literal["set"]


@dataclass(frozen=True, kw_only=True)
class WaitForEvent(StepBase):
    """Wait for a domain event with a correlation key (BPMN message catch event)."""

    type: str = ""
    key: Computed = NOTHING
    keyed: bool = False
    when: Condition | None = None
    data: DataType = ANY
    save: str | None = None
    kind: Literal["wait-for-event"]


@dataclass(frozen=True, kw_only=True)
class WaitForTime(StepBase):
    """Wait until a point in time, or for a duration (BPMN timer catch event)."""

    until: Timing | None = None
    duration: Timing | None = None
    kind: Literal["wait-for-time"]


@dataclass(frozen=True, kw_only=True)
class Emit(StepBase):
    """Publish a domain event of the catalog."""

    type: str = ""
    data: Computed = NOTHING
    schema: DataType = ANY
    kind: Literal["emit"]


@dataclass(frozen=True, kw_only=True)
class End(StepBase):
    """Finish the pathway with an outcome."""

    outcome: str = ""
    kind: Literal["end"]


Step = Annotated[
    Do | Task | Decide | Set | WaitForEvent | WaitForTime | Emit | End, Discriminated(discriminator="kind")
]


@dataclass(frozen=True)
class Outcome:
    """How a pathway may end. `undo` asks for what was done to be undone."""

    id: str
    title: str
    kind: OutcomeKind = "unsuccessful"
    undo: bool = False


CANCELLED = Outcome("cancelled", "Cancelled", "cancelled", undo=True)
"""The outcome that every pathway has, reached by an operator's or parent's cancel."""


@dataclass(frozen=True)
class Input:
    """An input of the pathway."""

    name: str
    type: DataType = ANY
    required: bool = False
    default: Json = None


@dataclass(frozen=True)
class Attribute:
    """A typed value that lists filter and sort on."""

    name: str
    value: Computed


@dataclass(frozen=True)
class Contract:
    """The resource types that the pathway's steps may read and write in the core."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CalendarContent:
    """A calendar as it was when the plan was published, by its name; `content` is the calendar's own JSON."""

    name: str
    content: Json


@dataclass(frozen=True)
class Plan:
    """A compiled definition. `steps` are in authored order; the first is where an instance begins."""

    pathway: str
    version: str
    title: str
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...] = ()
    inputs: tuple[Input, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    contract: Contract = Contract()
    stages: tuple[str, ...] = ()
    calendar: str | None = None
    calendars: tuple[CalendarContent, ...] = ()
    names: tuple[Field, ...] = ()
    purpose: str | None = None
    owner: str | None = None
    language: int = 1

    @cached_property
    def step(self) -> dict[str, Step]:
        """The steps by id."""
        return {step.id: step for step in self.steps}

    @cached_property
    def outcome(self) -> dict[str, Outcome]:
        """The outcomes by id, `cancelled` included."""
        return {CANCELLED.id: CANCELLED} | {outcome.id: outcome for outcome in self.outcomes}

    @cached_property
    def types(self) -> dict[str, DataType]:
        """The declared type of every name that expressions may see: inputs and saved names."""
        inputs = {one.name: one.type for one in self.inputs}
        return inputs | {name.name: name.type for name in self.names}

    @cached_property
    def produced(self) -> dict[tuple[str, str], DataType]:
        """The declared type of a name by who saves it: a step's id, or "" for an input."""
        saved = {("", one.name): one.type for one in self.inputs}
        for step in self.steps:
            name, declared = saved_by(step)
            if name is not None:
                saved[step.id, name] = declared
        return saved

    def type_of(self, name: str, address: str) -> DataType | None:
        """The declared type of a value that was saved under `name` at `address`."""
        step = address.rpartition("/")[2].partition("@")[0].partition("#")[0]
        return self.produced.get((step, name)) or self.types.get(name)

    @cached_property
    def order(self) -> dict[str, int]:
        """The authored place of each step, by id."""
        return {step.id: place for place, step in enumerate(self.steps)}

    @cached_property
    def business_calendars(self) -> dict[str, Calendar]:
        """The calendars by name, ready to compute with."""
        return {one.name: Calendar.parse(one.name, one.content) for one in self.calendars}

    @cached_property
    def default_calendar(self) -> Calendar | None:
        """The calendar of the pathway's business durations, where it names one."""
        return self.business_calendars.get(self.calendar) if self.calendar else None

    @cached_property
    def document(self) -> Json:
        """The plan as JSON, defaults left out; `plan_from_json` gives back an equal plan."""
        return _adapter().dump_python(self, mode="json", exclude_defaults=True)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the plan's canonical JSON, in hexadecimal: the plan's name for good."""
        return digest_of(self.document)


def saved_by(step: Step) -> tuple[str | None, DataType]:
    """The name that a step saves its result under, with the result's type; without a name where it saves none."""
    match step:
        case Do():
            return step.save, step.output
        case Task():
            return step.save, _completed(step)
        case WaitForEvent():
            return step.save, step.data
        case _:
            return None, ANY


def _completed(step: Task) -> DataType:
    """What a completed task saves: its form's fields, and what is added to every one."""
    fields = [Field(one.name, one.type, one.required) for one in step.form]
    outcome = DataType("code", options=tuple(one.id for one in step.outcomes))
    own = [
        Field("outcome", outcome, True),
        Field("by", DataType("text"), True),
        Field("at", DataType("instant"), True),
    ]
    return DataType("object", fields=(*fields, *own))


def digest_of(document: Json) -> str:
    """The SHA-256 of a JSON document in canonical form: sorted keys, no white space, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Plan]:
    return TypeAdapter(Plan)


def plan_from_json(document: Json) -> Plan:
    """The plan from its JSON. Raises pydantic's `ValidationError` when it is not one."""
    return _adapter().validate_python(document)
