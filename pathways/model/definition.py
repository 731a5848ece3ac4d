"""A definition as a whole: what stands around its steps, and its steps on every level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pathways.datatypes import DataType
from pathways.diagnostics import Mark
from pathways.model.steps import DoDecl, StepDecl
from pathways.model.ways import AlertDecl, CatchDecl, HandlerDecl
from pathways.model.written import Authored, Text

Json = Any


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
    def _containers(self) -> dict[str, Placed]:
        return {f"{one.path}{added}": one for one in self.placed for added, _ in one.step.inner}

    def containers(self, block: str) -> Iterator[Placed]:
        """The steps that a block lies in, from the inside out."""
        while (found := self._containers.get(block)) is not None:
            yield found
            block = found.block

    def caught(self, placed: Placed) -> Iterator[tuple[CatchDecl, Placed]]:
        """What is caught of a step's action, each problem once, with the step that does: it or one around it."""
        own = placed.step.body.catch if isinstance(placed.step.body, DoDecl) else ()
        seen: set[str] = set()
        for one, by in ((one, placed) for one in own):
            seen.add(one.problem.value)
            yield one, by
        for around in self.containers(placed.block):
            for one in around.step.catch:
                if one.problem.value not in seen:
                    seen.add(one.problem.value)
                    yield one, around

    def accepted(self, placed: Placed) -> Iterator[Text]:
        """What is accepted of a step, by itself or by one around it."""
        yield from placed.step.accept
        for around in self.containers(placed.block):
            yield from around.step.accept

    def inside(self, container: Placed) -> Iterator[Placed]:
        """The steps inside one, at any depth."""
        return (one for one in self.placed if any(around is container for around in self.containers(one.block)))

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
