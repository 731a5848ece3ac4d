"""The plan of a pathway: its steps, and what stands around them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from pathways.addresses import PATHWAY, block_of, path_of, scope_of
from pathways.datatypes import DataType, Field
from pathways.functions import Functions
from pathways.plan.declared import (
    CANCELLED,
    EVERY_WAY,
    NO_CONTRACT,
    Attribute,
    CalendarContent,
    Clock,
    Contract,
    Input,
    Outcome,
    SideFlow,
    StartOn,
    Thresholds,
    ValueSet,
)
from pathways.plan.parts import Handler, Listening, slots
from pathways.plan.saving import computed_by, saved_by
from pathways.plan.steps import Repeat, Section, Step, Task
from pathways.time.calendars import Calendar
from pathways.values import Computed, Condition

Json = Any

_CLOCK = frozenset({"now", "today"})
"""The functions of FEEL that read the time."""


BlockKind = Literal["pathway", "branch", "section", "iteration", "side"]

SHARING: Final[frozenset[BlockKind]] = frozenset({"branch", "section"})
"""The blocks whose steps share the data of the block around them; the others keep their own."""


@dataclass(frozen=True)
class Block:
    """A list of steps that one scope runs: those of the pathway (""), a branch, a section, an iteration, a side flow.

    `owner` is the path of the step that it lies in, and "" for the pathway's and a side flow's. A section's and an
    iteration's block is named as its owner is, a branch's has a name of its own below it.
    """

    path: str
    kind: BlockKind
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
    contract: Contract = NO_CONTRACT
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
    thresholds: Thresholds = EVERY_WAY
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
        match self.step.get(path):
            case Repeat():
                return Block(path, "iteration", path, first)
            case Section():
                return Block(path, "section", path, first)
            case _:
                return Block(path, "branch", block_of(path), first)

    def container_of(self, scope: str) -> str:
        """The address of the position that a scope stands in; "" where it stands in none (a side flow's run)."""
        block, inner = self.blocks.get(path_of(scope)), scope[:-1]
        match block.kind if block is not None else "pathway":
            case "iteration":
                return inner[: inner.rindex("#")]
            case "branch":
                return inner[: inner.rindex("/")]
            case "section":
                return inner
            case "pathway" | "side":
                return ""

    def parent_of(self, scope: str) -> str:
        """The scope around a scope; the pathway around a side flow's run."""
        container = self.container_of(scope)
        return scope_of(container) if container else PATHWAY

    @cached_property
    def clock(self) -> dict[str, Clock]:
        """The clocks by id."""
        return {one.id: one for one in self.clocks}

    @cached_property
    def side_flow(self) -> dict[str, SideFlow]:
        """The side flows by id."""
        return {one.id: one for one in self.side_flows}

    @cached_property
    def settles(self) -> dict[str, frozenset[str]]:
        """By step: those whose undo is given up when it has completed."""
        found: dict[str, set[str]] = {}
        for step in self.steps:
            if step.undo is not None and step.undo.until is not None:
                found.setdefault(step.undo.until, set()).add(step.id)
        return {until: frozenset(steps) for until, steps in found.items()}

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

    @cached_property
    def homes(self) -> dict[str, frozenset[str]]:
        """The blocks that keep a name: "" the pathway, a repeat's path its iterations, `~side` a side flow's runs."""
        found: dict[str, set[str]] = {one.name: {PATHWAY} for one in self.inputs}
        for step in self.steps:
            own = {step.name} if isinstance(step, Repeat) else set()
            names = [one.name for one in saved_by(step)]
            names += [one.name for one in computed_by(step)]
            for name in names:
                found.setdefault(name, set()).add(step.id if name in own else self._home_of(step.block))
        return {name: frozenset(blocks) for name, blocks in found.items()}

    def _home_of(self, block: str) -> str:
        """The nearest block around a step, or its own, that keeps what is saved there."""
        while self.blocks[block].kind in ("branch", "section"):
            block = block_of(self.blocks[block].owner)
        return block

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
    def codes_of_value_sets(self) -> dict[str, frozenset[str]]:
        """The codes of the value sets, by the sets' names."""
        return {one.name: frozenset(one.codes) for one in self.value_sets}

    @cached_property
    def host_functions(self) -> dict[str, Functions]:
        """The functions that the language adds to FEEL, by zone: kept here once they were made for it."""
        return {}

    @cached_property
    def attribute_names(self) -> frozenset[str]:
        """The names that the attributes are worked out from."""
        return frozenset().union(*(one.value.names for one in self.attributes))

    @cached_property
    def attributes_move(self) -> bool:
        """Whether an attribute depends on time, so that any change of data is an occasion to look again."""
        return any(one.builtins & _CLOCK for value in self.attributes for one in value.value.expressions)

    @cached_property
    def offer_names(self) -> frozenset[str]:
        """The names by which it is judged what is offered."""
        return frozenset().union(*(one.names for one in self._offer_conditions))

    @cached_property
    def offers_move(self) -> bool:
        """Whether what is offered depends on more than data: on time, or on what runs already."""
        timed = any(one.expression.builtins & _CLOCK for one in self._offer_conditions)
        return timed or any(one.once and one.offer is not None for one in self.side_flows)

    @property
    def _offer_conditions(self) -> Iterator[Condition]:
        offers = (one.offer for one in self.side_flows if one.offer is not None)
        return (one.when for one in offers if one.when is not None)

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
