"""Which steps, ways on, conditions, timeouts and catches of a plan its scenarios went through, and which not.

It reads what the engine did (`Result.seen`), so that it counts what happened rather than what was meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pathways.addresses import PATHWAY
from pathways.engine import Transition
from pathways.engine.scope import environment, names_of
from pathways.events import Event, MessageReceived
from pathways.facts import DataSaved, StepEntered, StepLeft, TaskClosed
from pathways.plan import Do, Edge, Plan, Step, WaitForEvent
from pathways.scenarios.run import Result
from pathways.state import Saved, State

Json = Any
Kind = Literal["step", "transition", "condition", "timeout", "catch"]
KINDS: tuple[Kind, ...] = ("step", "transition", "condition", "timeout", "catch")


@dataclass(frozen=True, order=True)
class Item:
    """Something that scenarios should go through. `detail` tells those of one step apart."""

    step: str
    kind: Kind
    number: int = 0
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.step}: {self.detail}" if self.detail else self.step


@dataclass(frozen=True)
class Coverage:
    """All there is to go through, and what was, in authored order."""

    items: tuple[Item, ...]
    covered: frozenset[Item]

    @property
    def missing(self) -> tuple[Item, ...]:
        """What no scenario went through."""
        return tuple(one for one in self.items if one not in self.covered)

    def counts(self) -> dict[Kind, tuple[int, int]]:
        """By kind, how many were gone through, of how many."""
        return {
            kind: (
                sum(one.kind == kind for one in self.covered),
                sum(one.kind == kind for one in self.items),
            )
            for kind in KINDS
        }


def items_of(plan: Plan) -> tuple[Item, ...]:
    """Everything of a plan that scenarios should go through."""
    return tuple(item for step in plan.steps for item in _of_step(step))


def _of_step(step: Step) -> Iterator[Item]:
    yield Item(step.id, "step")
    for number, edge in enumerate(step.next):
        yield _way(step, number)
        if edge.when is not None:
            yield _condition(step, number, True)
            yield _condition(step, number, False)
    if isinstance(step, WaitForEvent) and step.when is not None:
        yield Item(step.id, "condition", -1, f"event when {step.when.source} is true")
        yield Item(step.id, "condition", -2, f"event when {step.when.source} is false")
    if step.timeout is not None:
        yield Item(step.id, "timeout", 0, f"timeout to {step.timeout.to}")
    if isinstance(step, Do):
        for number, catch in enumerate(step.catch):
            yield Item(step.id, "catch", number, f"problem {catch.problem} to {catch.to}")


def _way(step: Step, number: int) -> Item:
    edge = step.next[number]
    why = f"{edge.outcome} " if edge.outcome else f"when {edge.when.source} " if edge.when else ""
    return Item(step.id, "transition", number, f"{why}to {edge.to}")


def _condition(step: Step, number: int, value: bool) -> Item:
    when = step.next[number].when
    text = when.source if when else ""
    return Item(step.id, "condition", 2 * number + (not value), f"{text} is {'true' if value else 'false'}")


def measure(plan: Plan, results: Iterable[Result]) -> Coverage:
    """What the scenarios went through."""
    covered = {item for result in results for item in _gone_through(plan, result)}
    return Coverage(items_of(plan), frozenset(covered))


def _gone_through(plan: Plan, result: Result) -> Iterator[Item]:
    data: dict[str, Saved] = {}
    chosen: dict[str, str] = {}
    for before, event, transition in result.seen:
        yield from _heard(plan, before, event, transition)
        for fact in transition.facts:
            match fact:
                case StepEntered():
                    yield Item(fact.step, "step")
                case DataSaved(scope=scope) if scope == PATHWAY:
                    data[fact.name] = Saved(fact.value, fact.address, fact.at)
                case TaskClosed(outcome=str(outcome)):
                    chosen[fact.address] = outcome
                case StepLeft():
                    state = transition.state
                    yield from _left(plan, fact, chosen.get(fact.address), _Scope(plan, state, data, result.zone))
                case _:
                    pass


def _heard(plan: Plan, before: State, event: Event, transition: Transition) -> Iterator[Item]:
    """Whether the `when` of a wait judged an event, and how."""
    if not isinstance(event, MessageReceived) or not isinstance(transition.result, dict):
        return
    takers = transition.result.get("by", [])
    for position in before.positions.values():
        step = plan.step[position.step]
        listens = isinstance(step, WaitForEvent) and step.type == event.type and position.key in ("", event.key)
        if listens and isinstance(step, WaitForEvent) and step.when is not None and position.waits == "event":
            taken = position.address in takers
            halted = taken and transition.state.positions.get(position.address) is not None
            number, word = (-1, "true") if taken else (-2, "false")
            if not halted:
                yield Item(step.id, "condition", number, f"event when {step.when.source} is {word}")


@dataclass
class _Scope:
    """The data as it was when a step was left, for conditions whose outcome the facts alone don't tell."""

    plan: Plan
    state: State
    data: dict[str, Saved]
    zone: str

    def holds(self, edge: Edge, at: StepLeft) -> bool:
        if edge.when is None:
            return True
        scope = names_of(self.plan, self.state.instance, self.state.started_at, self.data)
        return edge.when.holds(scope, environment(self.plan, self.zone, at.at)) is True


def _left(plan: Plan, fact: StepLeft, outcome: str | None, scope: _Scope) -> Iterator[Item]:
    step = plan.step[fact.step]
    match fact.how:
        case "timeout" if step.timeout is not None:
            yield Item(step.id, "timeout", 0, f"timeout to {step.timeout.to}")
        case "problem" if isinstance(step, Do):
            for number, catch in enumerate(step.catch):
                if catch.problem == fact.detail:
                    yield Item(step.id, "catch", number, f"problem {catch.problem} to {catch.to}")
        case "completed" if fact.to is not None:
            yield from _taken(step, fact, outcome, scope)
        case _:
            pass


def _taken(step: Step, fact: StepLeft, outcome: str | None, scope: _Scope) -> Iterator[Item]:
    fitting = [
        number
        for number, edge in enumerate(step.next)
        if edge.to == fact.to and (edge.outcome is None or edge.outcome == outcome)
    ]
    if len(fitting) > 1:
        fitting = [number for number in fitting if scope.holds(step.next[number], fact)] or fitting
    if not fitting:
        return
    taken = fitting[0]
    yield _way(step, taken)
    for number, edge in enumerate(step.next[: taken + 1]):
        if edge.when is not None and edge.outcome in (None, outcome):
            yield _condition(step, number, number == taken)


def lines(coverage: Coverage) -> Iterator[str]:
    """The report as text."""
    names = {
        "step": "steps",
        "transition": "transitions",
        "condition": "conditions, each way",
        "timeout": "timeouts",
        "catch": "catches",
    }
    yield "coverage"
    for kind, (covered, total) in coverage.counts().items():
        yield f"  {names[kind]}: {covered} of {total}"
    if coverage.missing:
        yield "  no scenario went through:"
        yield from (f"    {one.kind} {one}" for one in coverage.missing)


def to_json(coverage: Coverage) -> Json:
    """The report as JSON."""
    return {
        "counts": {kind: {"covered": covered, "of": total} for kind, (covered, total) in coverage.counts().items()},
        "missing": [{"kind": one.kind, "step": one.step, "what": one.detail} for one in coverage.missing],
    }
