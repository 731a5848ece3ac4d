"""How large the control state of long-running instances is: what an instance takes along when it continues as new."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

from pathways.commands import RunAction
from pathways.engine import advance, start_state
from pathways.events import ActionCompleted, Event, Started, TaskCompleted, TimePassed
from pathways.plan import Plan
from pathways.state import State, state_to_json
from tests.scale.engine import play, sixty_steps
from tests.scale.report import Row, at_most, told
from tests.support.plans import MONDAY, make_plan

LIMIT = 8 * 1024
DOSES = 30

_CATALOG = {
    "actions": {
        "bench.schedule": {"input": {"dose": "integer"}, "output": {"appointment": "text", "site": "text"}},
        "bench.prepare": {"input": {"dose": "integer"}, "output": {"lot": "text", "units": "decimal"}},
    },
    "queues": ["infusion"],
}

_SERIES = """
inputs:
  patient: {type: Reference, target: [Patient], required: true}
  order: {type: Reference, target: [ServiceRequest], required: true}
attributes: {doses: =count(doses), last_lot: =last_lot}
outcomes: {completed: {title: Completed, kind: success}, stopped: {title: Stopped}}
steps:
  series:
    repeat:
      until: iteration = 36
      limit: 36
      collect: {doses: =date(given.at)}
      carry: {last_lot: =drug.lot}
      steps:
        schedule: {do: bench.schedule, with: {dose: =iteration}, save: visit}
        await-day: {wait: {for: 28 days}}
        prepare: {do: bench.prepare, with: {dose: =iteration}, save: drug}
        give:
          task:
            title: "Give dose {{ iteration }}"
            queue: infusion
            due: 2 days
            form:
              - {name: weight, label: Weight in kg, type: decimal, required: true}
              - {name: note, label: Note, type: text}
            outcomes: {given: Given, stop: Stop the series}
          timeout: {after: 14 days, to: stopped}
          save: given
          next: {given: dose-over, stop: stopped}
        dose-over: {end: branch}
  finished: {end: completed}
  stopped: {end: stopped}
"""


def measure(say: Callable[[str], None]) -> Iterator[Row]:
    """Weigh states as they are carried."""
    say(f"state: {DOSES} doses, and {len(sixty_steps().steps)} steps")
    yield at_most(f"control state of a series after {DOSES} doses", _size(_after_doses()), "bytes", LIMIT)
    largest = max(_size(state) for state in play(sixty_steps()).states)
    yield told("control state of 60 steps with 26 saved values, at its largest", largest, "bytes")


def _size(state: State) -> int:
    return len(json.dumps(state_to_json(state), separators=(",", ":")).encode())


def _after_doses() -> State:
    plan: Plan = make_plan(_SERIES, _CATALOG)
    at = MONDAY
    state = start_state(plan, "01JTEST0000000000000000000", "America/New_York", at)
    inputs = {"patient": {"reference": "Patient/p-1"}, "order": {"reference": "ServiceRequest/o-1"}}
    event: Event = Started(inputs, by="tester")
    doses = 0
    while True:
        found = advance(plan, state, event, at)
        state = found.state
        position = next(one for one in state.positions.values() if one.step != "series")
        match position.waits:
            case "action":
                order = next(one for one in found.commands if isinstance(one, RunAction))
                event = ActionCompleted(position.address, order.run, _OUTPUTS[order.action])
            case "time":
                at += timedelta(days=28)
                event = TimePassed()
            case "people" if doses == DOSES:
                return state
            case "people":
                doses += 1
                event = TaskCompleted(position.address, "given", {"weight": 71.5, "note": "No reaction."}, "nurse")
            case _:
                raise RuntimeError(f"It stands at {position}.")


_OUTPUTS = {
    "bench.schedule": {"appointment": "Appointment/a-1", "site": "Infusion center North"},
    "bench.prepare": {"lot": "LOT-2291-7", "units": 40},
}
