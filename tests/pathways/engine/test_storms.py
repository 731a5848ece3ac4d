"""What must hold whatever happens, to an instance of the pathway that uses every construct, or of any other."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.commands import CancelChild, RunAction, StartChild
from pathways.engine import advance, next_deadline, snapshot, snapshot_digest, start_state
from pathways.events import ActionCompleted, Cancelled, ChildEnded, Event, Retried
from pathways.facts import (
    Fact,
    IncidentClosed,
    IncidentOpened,
    ListenerArmed,
    ListenerDisarmed,
    Recorded,
    ScopeEntered,
    ScopeLeft,
    StepEntered,
    TaskClosed,
    TaskEscalated,
    TaskOpened,
    recorded_from_json,
    recorded_to_json,
)
from pathways.plan import Container, Plan
from pathways.state import State, state_from_json, state_to_json
from tests.support.plans import MONDAY
from tests.support.storms import draw_event, opening, some_plan


class Ledger:
    """What the facts alone say is open."""

    def __init__(self) -> None:
        self.tasks: dict[str, str] = {}
        self.incidents: set[str] = set()
        self.listeners: set[str] = set()
        self.entered: set[str] = set()
        self.scopes: set[str] = set()

    def take(self, facts: tuple[Fact, ...]) -> None:
        """Take the facts of a transition; each must follow from those before."""
        for fact in facts:
            match fact:
                case TaskOpened():
                    assert fact.id not in self.tasks
                    self.tasks[fact.id] = fact.queue
                case TaskEscalated():
                    self.tasks[fact.id] = fact.queue
                case TaskClosed():
                    del self.tasks[fact.id]
                case IncidentOpened():
                    self.incidents.add(fact.id)
                case IncidentClosed():
                    self.incidents.remove(fact.id)
                case ListenerArmed():
                    assert fact.address not in self.listeners
                    self.listeners.add(fact.address)
                case ListenerDisarmed():
                    self.listeners.remove(fact.address)
                case StepEntered():
                    assert fact.address not in self.entered, "an address is used once"
                    self.entered.add(fact.address)
                case ScopeEntered():
                    assert fact.scope not in self.scopes
                    self.scopes.add(fact.scope)
                case ScopeLeft():
                    self.scopes.remove(fact.scope)


def check_standing(plan: Plan, state: State) -> None:
    """Every scope has one position, every container that waits inside has something inside, and nothing is orphaned."""
    steps = [one for one in state.positions.values() if one.role == "step"]
    assert len({one.scope for one in steps}) == len(steps), "one position in each scope"
    for position in steps:
        container = plan.container_of(position.scope) if position.scope else ""
        assert not container or container in state.positions, "what stands inside has what it stands in"
        if position.waits == "inner" and position.incident is None:
            assert isinstance(plan.step[position.step], Container)
            assert any(plan.container_of(one.scope) == position.address for one in steps if one.scope)
    if state.status == "running":
        assert any(not one.scope for one in steps), "the main flow stands somewhere"
    if state.status == "ended":
        assert not state.positions
        assert not state.settling


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_storm_leaves_a_whole_instance(data: st.DataObject) -> None:
    """Total, deterministic, JSON between; lists follow from facts; scopes are whole; addresses are used once."""
    plan, at = some_plan(data.draw), MONDAY
    state, ledger = start_state(plan, "01J0", "America/New_York", at), Ledger()
    upcoming = opening(data.draw, plan)
    for _ in range(data.draw(st.integers(1, 40))):
        event = upcoming.pop(0) if upcoming else draw_event(data.draw, plan, state)
        found = advance(plan, state, event, at)
        assert advance(plan, state_from_json(state_to_json(state)), event, at) == found
        assert (found.state is state) == (not found.facts and not found.commands)
        recorded = (Recorded(found.state.rev, found.facts),)
        assert recorded_from_json(recorded_to_json(recorded)) == recorded
        ledger.take(found.facts)
        state = found.state
        check_standing(plan, state)
        shown = snapshot(plan, state)
        assert snapshot_digest(shown)
        assert ledger.tasks == {one.id: one.queue for one in shown.tasks}
        assert ledger.incidents == {one.id for one in shown.incidents}
        assert ledger.listeners == {one.address for one in shown.listeners}
        due = next_deadline(state)
        assert state.status != "running" or due is None or due > at
        at += timedelta(minutes=data.draw(st.sampled_from([0, 1, 60, 1440, 10_000])))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_cancelled_instance_ends_when_all_has_answered(data: st.DataObject) -> None:
    """Whatever came before: after a cancel, answers to what settles and is undone lead to the end."""
    plan, at = some_plan(data.draw), MONDAY
    state = start_state(plan, "01J0", "America/New_York", at)
    upcoming = opening(data.draw, plan)
    for _ in range(data.draw(st.integers(1, 25))):
        event = upcoming.pop(0) if upcoming else draw_event(data.draw, plan, state)
        state = advance(plan, state, event, at).state
        at += timedelta(minutes=data.draw(st.sampled_from([1, 60, 1440])))
    state = advance(plan, state, Cancelled("boss", "over"), at).state
    for _ in range(200):
        if state.status == "ended":
            break
        standing = [*state.positions.values(), *state.settling.values()]
        assert standing, "something must be left to wait for"
        one = standing[0]
        if one.waits == "operator":
            answer: Event = Retried(one.address, "boss", "again")
        elif one.waits == "child":
            answer = ChildEnded(one.address, one.key or "", "cancelled")
        else:
            output = {"identifier": "C", "received": "2026-03-02T09:00:00-05:00", "final": True, "chair": "x"}
            answer = ActionCompleted(one.address, one.run, output)
        state = advance(plan, state, answer, at).state
    assert state.status == "ended"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_effects_are_ordered_once(data: st.DataObject) -> None:
    """A key names one effect: the same key is only ever ordered again for the same address or business key."""
    plan, at = some_plan(data.draw), MONDAY
    state = start_state(plan, "01J0", "America/New_York", at)
    upcoming = opening(data.draw, plan)
    keys: dict[str, tuple[str, str]] = {}
    children: set[str] = set()
    for _ in range(data.draw(st.integers(1, 40))):
        event = upcoming.pop(0) if upcoming else draw_event(data.draw, plan, state)
        found = advance(plan, state, event, at)
        for command in found.commands:
            match command:
                case RunAction():
                    business = "claims.submit/" in command.key
                    named = (command.action, "" if business else command.address)
                    assert keys.setdefault(command.key, named) == named
                case StartChild():
                    assert command.instance not in children
                    children.add(command.instance)
                case CancelChild():
                    assert command.instance in children
        state = found.state
        at += timedelta(minutes=data.draw(st.sampled_from([0, 60, 1440])))
