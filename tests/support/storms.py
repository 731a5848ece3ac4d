"""Storms: random but mostly plausible events to an instance, drawn from where it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pathways.datatypes import DataType
from pathways.engine.clocks import task_address
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
    TaskAdded,
    TaskCompleted,
    TimePassed,
)
from pathways.plan import Child, Do, Plan, Task
from pathways.source import read_source
from pathways.state import Position, State
from tests.support.definitions import written
from tests.support.plans import make_plan

EVERYTHING = Path(__file__).parents[1] / "pathways" / "everything.yaml"
INPUTS: dict[str, Any] = {
    "patient": {"reference": "Patient/1", "display": "A"},
    "order": {"reference": "ServiceRequest/1", "display": "B"},
}
Draw = Callable[[st.SearchStrategy[Any]], Any]

_JUNK: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3) | st.just([1])
_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "integer": st.integers(0, 6),
    "decimal": st.integers(0, 6),
    "date": st.sampled_from(["2026-03-01", "2026-03-04", "2026-04-10"]),
    "instant": st.sampled_from(["2026-03-02T09:00:00-05:00", "2026-03-09T12:00:00Z"]),
    "duration": st.sampled_from(["P2D", "PT4H", "3 business days"]),
    "Reference": st.sampled_from([{"reference": "Claim/1"}, {"reference": "Claim/2"}]),
}


@lru_cache(maxsize=1)
def everything() -> Plan:
    """The plan that uses every construct."""
    catalog = EVERYTHING.with_name("everything.catalog.yaml")
    return make_plan(EVERYTHING.read_text(), read_source(catalog.read_text()).plain)


@lru_cache(maxsize=512)
def of_type(declared: DataType) -> st.SearchStrategy[Any]:
    """JSON values of a type, and now and then none."""
    if declared.kind == "object":
        return st.fixed_dictionaries({one.name: of_type(one.type) for one in declared.fields})
    if declared.kind == "list" and declared.item is not None:
        return st.lists(of_type(declared.item), max_size=3)
    if declared.options:
        return st.sampled_from(declared.options)
    return _PLAIN.get(declared.kind, st.sampled_from(["a", "b"])) | st.none()


def some_plan(draw: Draw) -> Plan:
    """The plan that uses every construct, or one that was written at random."""
    seed = draw(st.none() | st.integers(0, 100_000))
    return everything() if seed is None else written(seed)


def opening(draw: Draw, plan: Plan) -> list[Event]:
    """How a storm begins: started, and often moved on to some step with the data that it may ask for."""
    if plan is not everything():
        return [Started({"bound": draw(st.sampled_from([None, 1, 3]))})]
    events: list[Event] = [Started(INPUTS)]
    if draw(st.booleans()):
        names = ("requirement", "rule", "claim", "administered", "attempts")
        events += [DataChanged(name, draw(of_type(plan.types[name])), "boss", "a storm") for name in names]
        steps = [one.id for one in plan.steps if not one.block and one.kind not in ("end", "do")]
        events.append(Moved("check", draw(st.sampled_from(steps)), "boss", "a storm"))
    return events


def draw_event(draw: Draw, plan: Plan, state: State) -> Event:
    """The next event: mostly something that the instance waits for, sometimes nonsense."""
    kinds = ["people", "action", "event", "time", "child", "operator", "nonsense"]
    weights = [4, 4, 3, 3, 2, 3, 1]
    kind = draw(st.sampled_from([one for one, weight in zip(kinds, weights, strict=True) for _ in range(weight)]))
    return {
        "people": _person,
        "action": _action,
        "event": _message,
        "time": lambda _draw, _plan, _state: TimePassed(),
        "child": _child,
        "operator": _operator,
        "nonsense": _nonsense,
    }[kind](draw, plan, state)


def _pick(draw: Draw, positions: list[Position]) -> Position | None:
    return draw(st.sampled_from(positions)) if positions else None


def _person(draw: Draw, plan: Plan, state: State) -> Event:
    tasks = [one for one in state.positions.values() if one.waits == "people"]
    others = [task_address(name, one.number) for name, one in state.clocks.items() if one.task_at] + [*state.added]
    person = draw(st.sampled_from(["ana", "ben"]))
    if others and draw(st.integers(0, 3)) == 0:
        return TaskCompleted(draw(st.sampled_from(others)), "done", {}, person)
    position = _pick(draw, tasks)
    step = plan.step[position.step] if position is not None else None
    if position is None or not isinstance(step, Task):
        return TimePassed()
    form = {one.name: draw(of_type(one.type) | _JUNK) for one in step.form}
    return TaskCompleted(position.address, draw(st.sampled_from([one.id for one in step.outcomes])), form, person)


def _action(draw: Draw, plan: Plan, state: State) -> Event:
    running = [one for one in (*state.positions.values(), *state.settling.values()) if one.waits == "action"]
    position = _pick(draw, running)
    if position is None:
        return TimePassed()
    step = plan.step[position.step]
    how = draw(st.sampled_from(["good", "good", "good", "problem", "failed", "odd"]))
    if how == "problem" and isinstance(step, Do):
        problem = draw(st.sampled_from([*step.problems, "unheard-of"]))
        return ActionProblem(position.address, position.run, problem)
    if how == "failed":
        return ActionFailed(position.address, position.run, "away", attempts=2)
    output = draw(of_type(step.output)) if isinstance(step, Do) and how == "good" else draw(_JUNK)
    return ActionCompleted(position.address, position.run, output)


def _message(draw: Draw, plan: Plan, state: State) -> Event:
    kind = draw(st.sampled_from(sorted(plan.event_data)))
    listeners = [one for position in state.positions.values() for one in position.listeners.values()]
    keys = sorted({one.key for one in (*listeners, *state.listeners.values())})
    key = draw(st.sampled_from([*keys, "nobody"])) if keys else None
    number = draw(st.integers(1, 10_000))
    return MessageReceived(f"e-{number}", kind, key, draw(of_type(plan.event_data[kind])))


def _child(draw: Draw, plan: Plan, state: State) -> Event:
    waiting = [one for one in (*state.positions.values(), *state.settling.values()) if one.waits == "child"]
    position = _pick(draw, waiting)
    if position is None:
        return TimePassed()
    step, instance = plan.step[position.step], position.key or ""
    how = draw(st.sampled_from(["ended", "ended", "failed", "started"]))
    if how == "failed":
        return ChildFailed(position.address, instance, "no version fits")
    if how == "started":
        return ChildStarted(position.address, position.run, "1.0.0", "d")
    outcomes = ["arranged", "declined", "cancelled"]
    given = draw(of_type(step.gives)) if isinstance(step, Child) else None
    give = given if isinstance(given, dict) else None
    return ChildEnded(position.address, instance, draw(st.sampled_from(outcomes)), give)


def _operator(draw: Draw, plan: Plan, state: State) -> Event:
    addresses = [*state.positions, *state.settling] or ["nowhere"]
    address = draw(st.sampled_from(addresses))
    by, why = "boss", "because"
    acts = ["retry", "retry", "retry", "skip", "skip", "move", "set", "suspend", "suspend", "hold", "hold", "offer"]
    acts += ["add", "end"]
    match draw(st.sampled_from(acts)):
        case "retry":
            halted = [one.address for one in state.positions.values() if one.incident] or [address]
            return Retried(draw(st.sampled_from(halted)), by, why)
        case "skip":
            position = state.positions.get(address)
            step = plan.step[position.step] if position is not None else None
            output = draw(of_type(step.output)) if isinstance(step, Do) else draw(_JUNK)
            return Skipped(address, by, why, output)
        case "move":
            target = draw(st.sampled_from(plan.steps))
            return Moved(address, draw(st.sampled_from([target.id, target.local])), by, why, draw(st.booleans()))
        case "set":
            name = draw(st.sampled_from(sorted(plan.types)))
            scope = draw(st.sampled_from(sorted(state.data) or [""]))
            return DataChanged(name, draw(of_type(plan.types[name]) | _JUNK), by, why, scope)
        case "suspend":
            return Resumed(by, why) if state.suspension else Suspended(by, why, draw(st.booleans()))
        case "hold":
            return _hold(draw, plan, state)
        case "offer":
            return OfferTaken(draw(st.sampled_from([one.id for one in plan.side_flows] or ["none"])), by)
        case "add":
            return TaskAdded("Look", "intake", by)
        case _:
            return Cancelled(by, why) if draw(st.integers(0, 3)) == 0 else TimePassed()


def _hold(draw: Draw, plan: Plan, state: State) -> Event:
    own = draw(st.booleans())
    if (state.own_hold if own else state.hold) is not None and draw(st.booleans()):
        return Released("boss", "because", own)
    chosen = draw(st.lists(st.sampled_from([one.id for one in plan.steps]), max_size=8))
    return Held(tuple(chosen), "boss", "because", "" if own else draw(st.sampled_from(["", "h-1", "h-2"])), own)


def _nonsense(draw: Draw, plan: Plan, state: State) -> Event:
    addresses = ["", "no", "a/b", "!x", "+9", "series#9/give", "~call-back#1/call", "^1", "#", "@/"]
    address = draw(st.sampled_from(addresses))
    found: Event = draw(
        st.sampled_from(
            [
                ActionCompleted(address, 1, {}),
                TaskCompleted(address, "done", {}, "ana"),
                Retried(address, "ana", "w"),
                Skipped(address, "ana", "w"),
                Moved(address, plan.steps[0].id, "ana", "w"),
                DataChanged(address, 1, "ana", "w", address),
                ChildEnded(address, state.instance, "x"),
                OfferTaken(address, "ana"),
                MessageReceived("e", address, address, None),
            ]
        )
    )
    return found
