"""Plans from text, and a player that drives the engine by hand and prints what happened when a test fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pathways.catalog import Catalog, read_catalog
from pathways.commands import CancelChild, RunAction, StartChild
from pathways.compile import compile_definition
from pathways.engine import Transition, advance, next_deadline, start_state
from pathways.events import (
    ActionCompleted,
    ActionFailed,
    ActionProblem,
    Cancelled,
    ChildEnded,
    ChildFailed,
    ChildStarted,
    DataChanged,
    Event,
    Held,
    MessageReceived,
    Moved,
    OfferTaken,
    Released,
    Resumed,
    Retried,
    Skipped,
    Started,
    Suspended,
    TaskCompleted,
    TimePassed,
)
from pathways.facts import Fact, TaskClosed, TaskOpened
from pathways.parse import parse
from pathways.plan import Plan, plan_from_json
from pathways.state import Incident, Position, State, state_from_json, state_to_json
from pathways.time.calendars import Calendar

US_BUSINESS = {
    "zone": "America/New_York",
    "hours": {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
}
HEAD = """
language: 1
pathway: example
version: 1.0.0
title: Example
"""
MONDAY = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
"""Monday 2026-03-02, 09:00 in New York."""


def catalog_of(document: Mapping[str, Any] | None = None) -> Catalog:
    """A catalog from its document, with the built-in calendar."""
    base = Catalog(calendars={"us-business": Calendar.parse("us-business", US_BUSINESS)})
    return read_catalog(document or {}, base=base)


def make_plan(text: str, catalog: Mapping[str, Any] | None = None) -> Plan:
    """The plan of a definition's text (the head is added where it lacks one); fails on any error."""
    full = text if "language:" in text else HEAD + text
    parsed = parse(full, "example.yaml")
    assert parsed.definition is not None, parsed.diagnostics
    compiled = compile_definition(parsed.definition, catalog_of(catalog))
    errors = [str(one) for one in (*parsed.diagnostics, *compiled.diagnostics) if one.severity == "error"]
    assert compiled.plan is not None, errors
    assert not errors, errors
    return plan_from_json(compiled.plan.document)


def code(found: Transition) -> str | None:
    """The code of a refusal; None where nothing was refused."""
    return None if found.refusal is None else found.refusal.code


class Player:
    """Plays events to one instance. Each transition is checked for what must always hold."""

    def __init__(self, plan: Plan, inputs: Mapping[str, Any] | None = None, *, zone: str = "America/New_York") -> None:
        self.plan = plan
        self.at = MONDAY
        self.state: State = start_state(plan, "01JTEST0000000000000000000", zone, self.at)
        self.facts: list[Fact] = []
        self.orders: dict[str, RunAction] = {}
        self.children: dict[str, StartChild] = {}
        self.children_cancelled: list[str] = []
        self.last = self.play(Started(inputs or {}, by="tester"))

    def play(self, event: Event) -> Transition:
        """Play an event now. The state survives JSON, and a second try gives the same."""
        before = self.state
        found = advance(self.plan, before, event, self.at)
        again = advance(self.plan, state_from_json(state_to_json(before)), event, self.at)
        assert again == found, "equal inputs give equal outputs"
        assert state_from_json(state_to_json(found.state)) == found.state
        assert found.state.rev - before.rev == (1 if found.facts else 0)
        self.state = found.state
        self.facts += found.facts
        for command in found.commands:
            if isinstance(command, RunAction):
                self.orders[command.address] = command
            if isinstance(command, StartChild):
                self.children[command.address] = command
            if isinstance(command, CancelChild):
                self.children_cancelled.append(command.address)
        self.last = found
        return found

    def after(self, **time: float) -> Player:
        """Let time pass, firing nothing yet."""
        self.at += timedelta(**time)
        return self

    def tick(self) -> Transition:
        """Fire what is due."""
        return self.play(TimePassed())

    def give(self, address: str, output: Any = None) -> Transition:
        """An action answers."""
        return self.play(ActionCompleted(address, self.orders[address].run, {} if output is None else output))

    def problem(self, address: str, name: str) -> Transition:
        """An action reports a problem."""
        return self.play(ActionProblem(address, self.orders[address].run, name))

    def fail(self, address: str, message: str = "the core is away") -> Transition:
        """An action fails for good."""
        return self.play(ActionFailed(address, self.orders[address].run, message, attempts=3))

    def complete(
        self, address: str, outcome: str = "", form: Mapping[str, Any] | None = None, **more: Any
    ) -> Transition:
        """A person completes a task."""
        return self.play(TaskCompleted(address, outcome, form or {}, more.pop("by", "coordinator-1"), **more))

    def deliver(self, kind: str, key: str | None = None, data: Any = None, ident: str = "e-1") -> Transition:
        """A domain event arrives."""
        return self.play(MessageReceived(ident, kind, key, data or {}))

    def retry(self, address: str, **more: Any) -> Transition:
        """An operator tries again."""
        return self.play(Retried(address, "supervisor-1", "repaired", **more))

    def child_begins(self, address: str) -> Transition:
        """A child runs."""
        return self.play(ChildStarted(address, self.children[address].run, "1.0.0", "d" * 64))

    def child_ends(self, address: str, outcome: str, give: Any = None) -> Transition:
        """A child reports its end."""
        return self.play(ChildEnded(address, self.children[address].instance, outcome, give))

    def child_fails(self, address: str, message: str = "no version fits") -> Transition:
        """A child can't be started."""
        return self.play(ChildFailed(address, self.children[address].instance, message))

    def skip(self, address: str, output: Any = None, **more: Any) -> Transition:
        """An operator lets a step count as completed."""
        return self.play(Skipped(address, "supervisor-1", "done by phone", output, **more))

    def move(self, address: str, to: str, **more: Any) -> Transition:
        """An operator moves a position."""
        return self.play(Moved(address, to, "supervisor-1", "went astray", **more))

    def set(self, name: str, value: Any, **more: Any) -> Transition:
        """An operator changes data."""
        return self.play(DataChanged(name, value, "supervisor-1", "a correction", **more))

    def suspend(self, **more: Any) -> Transition:
        """An operator suspends the instance."""
        return self.play(Suspended("supervisor-1", "the patient travels", **more))

    def resume(self) -> Transition:
        """An operator resumes the instance."""
        return self.play(Resumed("supervisor-1", "the patient is back"))

    def hold(self, *steps: str, **more: Any) -> Transition:
        """Steps are held."""
        return self.play(Held(steps, "informaticist-1", "a recall", **more))

    def release(self, **more: Any) -> Transition:
        """What is held goes on."""
        return self.play(Released("informaticist-1", "the recall is over", **more))

    def offer(self, side: str, **more: Any) -> Transition:
        """A person takes an offer."""
        return self.play(OfferTaken(side, "coordinator-1", **more))

    def cancel(self) -> Transition:
        """An operator cancels."""
        return self.play(Cancelled("supervisor-1", "no longer needed"))

    @property
    def standing(self) -> list[str]:
        """The addresses where the instance stands."""
        return sorted(self.state.positions)

    def at_address(self, address: str) -> Position:
        """The position at an address."""
        return self.state.positions[address]

    def incident(self, address: str) -> Incident:
        """The incident at an address."""
        found = self.state.positions[address].incident
        assert found is not None
        return found

    def value(self, name: str, scope: str = "") -> Any:
        """A saved value."""
        saved = self.state.data.get(scope, {}).get(name)
        return None if saved is None else saved.value

    def of(self, kind: str) -> list[Any]:
        """The facts of a kind so far."""
        return [fact for fact in self.facts if fact.fact == kind]

    @property
    def open_tasks(self) -> list[str]:
        """The addresses of open tasks, by the facts."""
        open_: dict[str, str] = {}
        for fact in self.facts:
            if isinstance(fact, TaskOpened):
                assert fact.id not in open_, "a task is opened once"
                open_[fact.id] = fact.address
            elif isinstance(fact, TaskClosed):
                del open_[fact.id]
        return sorted(open_.values())

    def clock(self, name: str) -> str | None:
        """Where a clock stands."""
        found = self.state.clocks.get(name)
        return None if found is None else found.status

    @property
    def deadline(self) -> datetime | None:
        """The next deadline."""
        return next_deadline(self.state)
