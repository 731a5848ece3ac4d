"""What the engine and its expressions cost: `advance` on a plan of sixty steps, and a comparison in FEEL."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from pathways import feel
from pathways.commands import RunAction
from pathways.engine import advance, start_state
from pathways.events import ActionCompleted, Event, MessageReceived, Started, TaskCompleted
from pathways.plan import Plan
from pathways.state import State
from tests.scale.report import Row, at_most, percentile, told
from tests.support.plans import MONDAY, make_plan

BLOCKS = 12
ADVANCE_SECONDS = 100e-6
COMPARISON_SECONDS = 5e-6

_CATALOG = {
    "actions": {"bench.look": {"input": {"order": "text"}, "output": {"found": "boolean", "score": "decimal"}}},
    "events": {"bench.note": {"schema": {"text": "text"}}},
    "queues": ["intake"],
}
_HEAD = """
inputs: {order: {type: text, required: true}}
attributes: {round: =round, urgent: '=round > 3'}
outcomes: {completed: {title: Completed, kind: success}, given-up: {title: Given up}}
"""
_BLOCK = """
  look-NUMBER:
    do: bench.look
    with: {order: =order}
    save: looked_NUMBER
  count-NUMBER: {set: {round: NUMBER}}
  judge-NUMBER:
    decide:
      rules:
        - {when: not(looked_NUMBER.found), to: given-up}
        - {when: looked_NUMBER.score >= 100, to: given-up}
        - {to: review-NUMBER}
  review-NUMBER:
    task:
      title: "Review {{ order }}"
      queue: intake
      priority: '=if round > 3 then "urgent" else "routine"'
      due: 2 days
      form:
        - {name: note, label: Note, type: text, required: true}
        - {name: reason, label: Reason, type: text, show_when: 'note = "other"'}
      outcomes: {go-on: Go on, stop: Stop}
    timeout: {after: 3 days, to: given-up}
    save: review_NUMBER
    next: {go-on: note-NUMBER, stop: given-up}
  note-NUMBER:
    wait: {event: bench.note, key: =order}
    timeout: {after: 7 days, to: given-up}
"""
_COMPARISONS = (
    "round < 3",
    "check.complete = true",
    'service = "cardiology"',
    "looked.score >= 42.5",
    'status in ("booked", "pending")',
)


def sixty_steps() -> Plan:
    """Twelve times: an action, a value set, a decision, a task with a form, an event waited for."""
    blocks = "".join(_BLOCK.replace("NUMBER", str(number)) for number in range(BLOCKS))
    ends = "  finished: {end: completed}\n  given-up: {end: given-up}\n"
    return make_plan(f"{_HEAD}steps:{blocks}{ends}", _CATALOG)


@dataclass
class Played:
    """An instance that was played through: its state after each event, and how long each event took."""

    states: list[State]
    seconds: list[float]


def play(plan: Plan) -> Played:
    """Play an instance of `sixty_steps` to its end, and time each transition."""
    state = start_state(plan, "01JTEST0000000000000000000", "America/New_York", MONDAY)
    played = Played([], [])
    orders: list[RunAction] = []
    event: Event | None = Started({"order": "ServiceRequest/1"}, by="tester")
    at = MONDAY
    while event is not None:
        at += timedelta(minutes=5)
        begun = time.perf_counter()
        found = advance(plan, state, event, at)
        played.seconds.append(time.perf_counter() - begun)
        if found.refusal is not None:
            raise RuntimeError(f"{event} was refused: {found.refusal}")
        state = found.state
        played.states.append(state)
        orders += [one for one in found.commands if isinstance(one, RunAction)]
        event = _following(state, orders)
    return played


def _following(state: State, orders: list[RunAction]) -> Event | None:
    if state.status == "ended":
        return None
    (position,) = state.positions.values()
    match position.waits:
        case "action":
            return ActionCompleted(position.address, orders[-1].run, {"found": True, "score": 7})
        case "people":
            return TaskCompleted(position.address, "go-on", {"note": "Seen, and fine."}, "coordinator")
        case "event":
            return MessageReceived(f"e-{state.rev}", "bench.note", position.listeners[""].key, {"text": "It is here."})
        case _:
            raise RuntimeError(f"It stands at {position}.")


def measure(say: Callable[[str], None]) -> Iterator[Row]:
    """Time the engine and FEEL."""
    plan = sixty_steps()
    say(f"engine: {len(plan.steps) - 2} steps, again and again")
    play(plan)
    with _undisturbed():
        seconds = [one for _ in range(60) for one in play(plan).seconds]
    yield at_most("advance on a plan of 60 steps, median", median(seconds), "seconds", ADVANCE_SECONDS)
    yield told("advance on a plan of 60 steps, p95", percentile(seconds, 95), "seconds")
    say("FEEL: comparisons")
    yield at_most("a comparison in FEEL, median", _comparison(), "seconds", COMPARISON_SECONDS)


def _comparison() -> float:
    env = feel.Environment(datetime.now(ZoneInfo("UTC")), ZoneInfo("America/New_York"))
    scope: dict[str, Any] = {
        "round": 2,
        "check": {"complete": True},
        "service": "cardiology",
        "looked": {"score": 42},
        "status": "booked",
    }
    conditions = [feel.parse_expression(text).condition for text in _COMPARISONS]
    found: list[float] = []
    with _undisturbed():
        for _ in range(200):
            for condition in conditions:
                begun = time.perf_counter()
                for _ in range(50):
                    condition(scope, env)
                found.append((time.perf_counter() - begun) / 50)
    return median(found)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the collector of garbage out of what is timed."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
