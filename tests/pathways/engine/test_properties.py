"""What must hold whatever happens: random events at random times to a plan that uses every construct."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pathways.commands import RunAction
from pathways.engine import advance, next_deadline, snapshot, start_state
from pathways.events import (
    ActionCompleted,
    ActionFailed,
    ActionProblem,
    Cancelled,
    Event,
    MessageReceived,
    Retried,
    Started,
    TaskCompleted,
    TimePassed,
)
from pathways.facts import Recorded, recorded_from_json, recorded_to_json
from pathways.state import state_from_json, state_to_json
from tests.support.plans import MONDAY, make_plan

PLAN = make_plan(
    """
calendar: us-business
inputs: {key: {type: text, default: K}, limit: {type: duration, default: 2 days}}
stages: [one, two]
attributes: {tries: =tries}
outcomes: {well: {title: Well, kind: success}, badly: Badly}
steps:
  begin: {set: {tries: 0}}
  act:
    stage: one
    do: a.b
    with: {n: =tries}
    save: found
    retry: {attempts: 2}
    catch: {gone: ask}
    timeout: {after: 1 day, to: ask}
  judge: {decide: {rules: [{when: found.ok, to: listen}, {when: tries > 2, to: badly}, {to: ask}]}}
  ask:
    stage: two
    task:
      queue: q
      due: 4 business hours
      form: [{name: text, type: text, required_when: sure}, {name: sure, type: boolean}]
      outcomes: {again: Again, listen: Listen, stop: Stop}
    save: answer
    timeout: {after: =limit, to: count}
    next: {again: count, listen: listen, stop: badly}
  count: {set: {tries: =tries + 1}, next: act}
  listen:
    wait: {event: x.y, key: =key, when: event.data.good}
    save: heard
    timeout: {after: 1 business day, to: rest}
    next: say
  rest: {wait: {for: 90 minutes}}
  say: {emit: {type: z.z, data: {tries: =tries}}}
  well: {end: well}
  badly: {end: badly}
""",
    {
        "actions": {"a.b": {"input": {"n": "integer"}, "output": {"ok": "boolean"}, "problems": ["gone", "worse"]}},
        "events": {"x.y": {"schema": {"good": "boolean"}}, "z.z": {"schema": {"tries": "integer"}}},
    },
)

ADDRESSES = st.sampled_from(
    [f"{step}{visit}" for step in ("act", "ask", "listen", "judge", "no") for visit in ("", "@2", "@3")]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["ok", "good", "text", "sure"]), inner, max_size=3)
    ),
    max_leaves=4,
)
OUTPUT = JSON | st.fixed_dictionaries({"ok": st.booleans() | st.none()})
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(TimePassed),
    st.builds(ActionCompleted, ADDRESSES, st.integers(1, 3), OUTPUT),
    st.builds(ActionProblem, ADDRESSES, st.integers(1, 3), st.sampled_from(["gone", "worse", "unheard-of"])),
    st.builds(ActionFailed, ADDRESSES, st.integers(1, 3), st.just("away")),
    st.builds(
        TaskCompleted,
        ADDRESSES,
        st.sampled_from(["again", "listen", "stop", "", "nothing"]),
        st.dictionaries(st.sampled_from(["text", "sure", "other"]), JSON, max_size=2) | st.just({"sure": False}),
        st.just("p-1"),
    ),
    st.builds(
        MessageReceived,
        st.sampled_from(["e1", "e2"]),
        st.sampled_from(["x.y", "q.q"]),
        st.sampled_from(["K", "L", None]),
        JSON | st.fixed_dictionaries({"good": st.booleans()}),
    ),
    st.builds(Retried, ADDRESSES, st.just("p-2"), st.just("why"), st.none() | st.just({"n": 1}), st.booleans()),
    st.builds(Cancelled, st.just("p-2"), st.just("why")).filter(lambda _: False) | st.builds(TimePassed),
)
STORM = st.lists(st.tuples(EVENTS, st.integers(0, 4000)), max_size=25)


@given(STORM, st.booleans())
def test_total_deterministic_and_json(storm: list[tuple[Event, int]], cancel_at_end: bool) -> None:
    """Any event in any state gives a transition or a typed refusal; equal inputs give equal outputs, JSON between."""
    state = start_state(PLAN, "01J0", "America/New_York", MONDAY)
    at = MONDAY
    history: list[tuple[Event, int]] = [(Started({}), 0), *storm]
    if cancel_at_end:
        history.append((Cancelled("p", "over"), 1))
    for event, minutes in history:
        at += timedelta(minutes=minutes)
        found = advance(PLAN, state, event, at)
        assert advance(PLAN, state_from_json(state_to_json(state)), event, at) == found
        assert found.state.rev == state.rev + (1 if found.facts else 0)
        assert (found.state is state) == (not found.facts)
        assert found.state.status == "ended" or next_deadline(found.state) is None or next_deadline(found.state) > at  # type: ignore[operator]
        recorded = (Recorded(found.state.rev, found.facts),)
        assert recorded_from_json(recorded_to_json(recorded)) == recorded
        snapshot(PLAN, found.state)
        state = found.state
    if cancel_at_end:
        assert state.status == "ended"
        assert not state.positions


@given(STORM)
def test_lists_follow_from_facts(storm: list[tuple[Event, int]]) -> None:
    """The open tasks, incidents and listeners that the facts leave open are those of the state."""
    state = start_state(PLAN, "01J0", "America/New_York", MONDAY)
    tasks: set[str] = set()
    incidents: set[str] = set()
    listeners: set[str] = set()
    at = MONDAY
    for event, minutes in [(Started({}), 0), *storm]:
        at += timedelta(minutes=minutes)
        found = advance(PLAN, state, event, at)
        state = found.state
        for fact in found.facts:
            match fact.fact:
                case "task-opened":
                    assert fact.id not in tasks
                    tasks.add(fact.id)
                case "task-closed":
                    tasks.remove(fact.id)
                case "incident-opened":
                    incidents.add(fact.id)
                case "incident-closed":
                    incidents.remove(fact.id)
                case "listener-armed":
                    listeners.add(fact.address)
                case "listener-disarmed":
                    listeners.remove(fact.address)
        shown = snapshot(PLAN, state)
        assert tasks == {task.id for task in shown.tasks}
        assert incidents == {incident.id for incident in shown.incidents}
        assert listeners == {listener.address for listener in shown.listeners}


@given(STORM)
def test_no_event_is_applied_twice(storm: list[tuple[Event, int]]) -> None:
    """Every action's answer and every task's completion counts once: a repetition changes nothing but a late fact."""
    state = start_state(PLAN, "01J0", "America/New_York", MONDAY)
    at = MONDAY
    for event, minutes in [(Started({}), 0), *storm]:
        at += timedelta(minutes=minutes)
        found = advance(PLAN, state, event, at)
        state = found.state
        if isinstance(event, (ActionCompleted, TaskCompleted)) and found.refusal is None:
            again = advance(PLAN, state, event, at)
            if isinstance(event, TaskCompleted):
                assert again.refusal is not None
            assert again.state.positions == state.positions
            assert not any(isinstance(command, RunAction) for command in again.commands)
