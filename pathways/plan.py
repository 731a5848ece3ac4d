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

from pathways.addresses import block_of, local_of, path_of
from pathways.calendars import Calendar
from pathways.catalog import DEFAULT_RETRY, Retry
from pathways.datatypes import ANY, DataType, Field
from pathways.values import Computed, Condition, Timing, UnaryTests

Json = Any

OutcomeKind = Literal["success", "unsuccessful", "cancelled"]

NOTHING = Computed(None)
EMPTY = Computed("")
ROUTINE = Computed("routine")


@dataclass(frozen=True)
class Edge:
    """A way on: taken when `outcome` is the task's, or when `when` holds; without either, always.

    `to` is a step's path; "" ends the scope well. With `undo`, what was done in the scope that this way leaves is
    undone before the target is entered.
    """

    to: str
    when: Condition | None = None
    outcome: str | None = None
    undo: bool = False


@dataclass(frozen=True)
class Timeout:
    """How long a position may stand at the step, counted from its entry, and where it goes then."""

    after: Timing
    to: str
    undo: bool = False


@dataclass(frozen=True)
class Catch:
    """A named problem of the action, and the step that deals with it."""

    problem: str
    to: str
    undo: bool = False


@dataclass(frozen=True, kw_only=True)
class Listening:
    """What an event must be to be taken: its type, the correlation key where `keyed`, and `when` on its data.

    `lookback` says how long before its arming an event may have been received.
    """

    type: str = ""
    key: Computed = NOTHING
    keyed: bool = False
    when: Condition | None = None
    data: DataType = ANY
    lookback: Timing | None = None


@dataclass(frozen=True, kw_only=True)
class Handler(Listening):
    """A boundary event: it interrupts what it stands on and goes `to` a step, or starts the side flow `side`."""

    to: str | None = None
    side: str | None = None
    undo: bool = False


@dataclass(frozen=True)
class ClockVerb:
    """What a step does to a clock, on its entry or on its completion; `start` is when a clock that starts began."""

    verb: Literal["start", "stop", "pause", "resume", "restart"]
    clock: str
    at: Literal["entry", "completion"] = "entry"
    start: Computed | None = None


@dataclass(frozen=True)
class Undo:
    """The action that takes back what a step did; its input is worked out when the step completes."""

    action: str
    input: Computed = NOTHING
    takes: DataType = ANY
    retry: Retry = DEFAULT_RETRY
    timeout_seconds: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What every alert says: why there is one, until when that holds, and the cause that makes several one item."""

    why: str | None = None
    review_by: str | None = None
    cause: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reminder(Alert):
    """A reminder of an open task: `after` it opened, `before` it is due, or `at` a time."""

    after: Timing | None = None
    before: Timing | None = None
    at: Timing | None = None


@dataclass(frozen=True, kw_only=True)
class Escalation(Alert):
    """Moves an open task to a queue, `after` its due time (or, without one, after it opened)."""

    after: Timing
    queue: Computed


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

    @property
    def shown(self) -> str:
        """The step's title, else its id."""
        return self.title or self.local

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


@dataclass(frozen=True)
class Assignment:
    """A name, with its value: of a `set`, or collected from each iteration."""

    name: str
    value: Computed


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

    `name` is bound to the item in its iteration; `collect` appends a value per iteration to lists outside.
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
    keep: bool = False
    kind: Literal["repeat"]


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


Step = Annotated[
    Do | Task | Decide | Set | WaitForEvent | WaitForTime | WaitForAny | Parallel | Repeat | Child | Emit | End,
    Discriminated(discriminator="kind"),
]


@dataclass(frozen=True)
class Outcome:
    """How a pathway may end. `undo` asks for what was done to be undone; `give` is what a parent gets."""

    id: str
    title: str
    kind: OutcomeKind = "unsuccessful"
    undo: bool = False
    give: tuple[Assignment, ...] = ()
    gives: tuple[Field, ...] = ()


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
class ValueSet:
    """The codes of a value set as they were when the plan was published, by its name."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class CalendarContent:
    """A calendar as it was when the plan was published, by its name; `content` is the calendar's own JSON."""

    name: str
    content: Json


@dataclass(frozen=True, kw_only=True)
class Breach(Alert):
    """The task that a breached clock opens."""

    queue: Computed
    title: Computed
    role: str | None = None
    priority: Computed = ROUTINE
    help: Computed | None = None


@dataclass(frozen=True, kw_only=True)
class Clock(Alert):
    """A deadline that people are held to: it starts, may pause, and is met, late or breached.

    `calendar` counts the limit as working time (None: elapsed); `warn` is the share of it after which to warn.
    """

    id: str
    title: str
    limit: Timing
    calendar: str | None = None
    warn: float | None = None
    breach: Breach | None = None


@dataclass(frozen=True)
class Offer:
    """A side flow that a person may start, while `when` holds."""

    title: Computed
    queue: str | None = None
    when: Condition | None = None
    role: str | None = None


@dataclass(frozen=True)
class SideFlow:
    """A small flow beside the main one, the block `~<id>`. With `once`, a second does not start while one runs."""

    id: str
    title: str
    once: bool = False
    offer: Offer | None = None


@dataclass(frozen=True)
class StartOn:
    """A domain event that starts the pathway, and the inputs it starts with."""

    type: str
    when: Condition | None = None
    inputs: Computed = NOTHING
    data: DataType = ANY


@dataclass(frozen=True)
class Thresholds:
    """The share of each that scenarios must go through before the version may be published, from 0 to 1."""

    steps: float = 1.0
    transitions: float = 1.0
    conditions: float = 0.0
    timeouts: float = 0.0
    catches: float = 0.0
    handlers: float = 0.0


@dataclass(frozen=True)
class Block:
    """A list of steps that one scope runs: the pathway's own (""), a branch's, an iteration's, a side flow's.

    `owner` is the path of the parallel or repeat that it belongs to, and "" for the pathway's and a side flow's.
    """

    path: str
    kind: Literal["pathway", "branch", "iteration", "side"]
    owner: str
    first: str


@dataclass(frozen=True)
class Plan:
    """A compiled definition. `steps` are in authored order, those inside a step after it; ids are paths.

    The first step is where an instance begins.
    """

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
    review_by: str | None = None
    success: Json = None
    clocks: tuple[Clock, ...] = ()
    handlers: tuple[Handler, ...] = ()
    side_flows: tuple[SideFlow, ...] = ()
    unique: Computed | None = None
    on_duplicate: Literal["join", "refuse"] = "refuse"
    starts_on: tuple[StartOn, ...] = ()
    thresholds: Thresholds = Thresholds()
    effective_from: str | None = None
    value_sets: tuple[ValueSet, ...] = ()
    language: int = 1

    @cached_property
    def step(self) -> dict[str, Step]:
        """The steps by path."""
        return {step.id: step for step in self.steps}

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """The blocks by path: the pathway's own, those of branches and iterations, and the side flows'."""
        found: dict[str, Block] = {}
        for step in self.steps:
            if step.block not in found:
                found[step.block] = self._block(step.block, step.id)
        return found

    def _block(self, path: str, first: str) -> Block:
        if not path:
            return Block(path, "pathway", "", first)
        if path.startswith("~") and "/" not in path:
            return Block(path, "side", "", first)
        if isinstance(self.step.get(path), Repeat):
            return Block(path, "iteration", path, first)
        return Block(path, "branch", block_of(path), first)

    @cached_property
    def clock(self) -> dict[str, Clock]:
        """The clocks by id."""
        return {one.id: one for one in self.clocks}

    @cached_property
    def side_flow(self) -> dict[str, SideFlow]:
        """The side flows by id."""
        return {one.id: one for one in self.side_flows}

    @cached_property
    def separations(self) -> frozenset[str]:
        """The task steps whose person is remembered, because another may not be done by the same."""
        return frozenset(one.separate_from for one in self.steps if isinstance(one, Task) and one.separate_from)

    @cached_property
    def live_names(self) -> frozenset[str]:
        """The names on which the pathway's own handlers and the clocks' limits depend."""
        keys = [one.key.names for one in self.handlers]
        return frozenset().union(*keys, *(one.limit.names for one in self.clocks))

    @cached_property
    def listenings(self) -> dict[str, Listening]:
        """The pathway's own handlers by slot, from `1`."""
        return dict(slots(self.handlers))

    @cached_property
    def event_data(self) -> dict[str, DataType]:
        """The schema of the data of every event type that something in the pathway listens for."""
        own = [*self.listenings.values(), *(one for step in self.steps for one in step.listenings.values())]
        return {one.type: one.data for one in own}

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
            saved |= {(step.id, one.name): one.type for one in saved_by(step)}
        return saved

    def type_of(self, name: str, address: str) -> DataType | None:
        """The declared type of a value that was saved under `name` at `address`."""
        return self.produced.get((path_of(address), name)) or self.types.get(name)

    @cached_property
    def order(self) -> dict[str, int]:
        """The authored place of each step by path, and of each block by that of its first step."""
        steps = {step.id: place for place, step in enumerate(self.steps)}
        return {block.path: steps[block.first] for block in self.blocks.values()} | steps

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


def slots(handlers: tuple[Handler, ...]) -> dict[str, Listening]:
    """Handlers by their slot: their number, from 1."""
    return {str(number): one for number, one in enumerate(handlers, 1)}


def saved_by(step: Step) -> tuple[Field, ...]:
    """The names that a step saves, with their types; a `set` aside, whose types are found by inference."""
    match step:
        case Do():
            return _field(step.save, step.output)
        case Task():
            return _field(step.save, _completed(step))
        case WaitForEvent():
            return _field(step.save, step.data)
        case WaitForAny():
            return _field(step.save, _came(step))
        case Decide() | Child():
            return _field(step.save, step.gives)
        case Repeat():
            return (*step.collected, *_field(step.name, step.item))
        case _:
            return ()


def _field(name: str | None, declared: DataType) -> tuple[Field, ...]:
    return (Field(name, declared),) if name is not None else ()


def _came(step: WaitForAny) -> DataType:
    """What a wait of several ways saves: which of them came, and the event's data."""
    which = DataType("code", options=tuple(one.name for one in step.ways))
    kinds = {one.data for one in step.ways if not one.timed}
    data = kinds.pop() if len(kinds) == 1 and all(not one.timed for one in step.ways) else ANY
    return DataType("object", fields=(Field("which", which, True), Field("data", data)))


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
