"""How large the state of long-running instances is: what an instance takes along when it continues as new.

The series of the library's infusion pathway are weighed, as their `simulation.yaml` plays them but with more doses,
each answer of an action with the version of what it read in the core; and a plain series, as a first one would be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pathways
from activities import registry
from catalog import load
from pathways.commands import RunAction
from pathways.compile import compile_definition
from pathways.engine import advance, start_state
from pathways.events import ActionCompleted, Event, Started, TaskCompleted, TimePassed
from pathways.parse import parse
from pathways.plan import Plan
from pathways.simulate import Simulation, read_simulation
from pathways.simulate.case import Case
from pathways.simulate.known import Behaviours
from pathways.state import Source, State, state_to_json
from tests.scale.engine import play, sixty_steps
from tests.scale.report import Row, at_most, told
from tests.support.plans import MONDAY, make_plan

LIMIT = 8 * 1024
DOSES = 30
CASES = 20
INFUSION = Path(pathways.__file__).parent / "library" / "infusion"

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
outcomes: {completed: {title: Completed, kind: success}, stopped: {title: Stopped}}
steps:
  series:
    repeat:
      until: iteration = 36 or given.outcome = "stop"
      limit: 40
      collect: {weights: =given.weight}
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
          save: given
          next: {given: noted, stop: noted}
          timeout: {after: 14 days, to: stopped}
        noted: {end: branch}
  finished: {end: completed}
  stopped: {end: stopped}
"""


def measure(say: Callable[[str], None]) -> Iterator[Row]:
    """Weigh states as they are carried."""
    say(f"state: {CASES} infusion series of the library, {DOSES} doses each; a plain series; 60 steps")
    states = list(_largest_of_series())
    control = max(_size(replace(state, data={})) for state in states)
    yield at_most("control state of an infusion series, saved values aside, at its largest", control, "bytes", LIMIT)
    yield told("with saved values and where they came from", max(map(_size, states)), "bytes")
    yield at_most(f"state of a plain series after {DOSES} doses", _size(_after_doses()), "bytes", LIMIT)
    largest = max(_size(state) for state in play(sixty_steps()).states)
    yield told("state of 60 steps with 26 saved values, at its largest", largest, "bytes")


def _size(state: State) -> int:
    return len(json.dumps(state_to_json(state), separators=(",", ":")).encode())


# -- the library's series ---------------------------------------------------------------------------------------


class _Weighed(Case):
    """A simulated case that remembers its largest state."""

    largest: State | None = None

    def _apply(self, event: Event) -> object:
        if isinstance(event, ActionCompleted):
            event = replace(event, sources=(Source("Observation/9f1c2b1e-44c6-4b9a-8d57", "3", self.now),))
        result = super()._apply(event)
        if self.largest is None or _size(self.state) > _size(self.largest):
            self.largest = self.state
        return result


def _largest_of_series() -> Iterator[State]:
    plan = _infusion()
    behaviours = Behaviours(plan, _declared(plan))
    for number in range(CASES):
        case = _Weighed(plan, behaviours, number, "bench", "America/New_York", MONDAY)
        case.play(timedelta(days=365 * 8))
        if case.largest is not None:
            yield case.largest


def _infusion() -> Plan:
    text = (INFUSION / "1.0.0.yaml").read_text(encoding="utf-8")
    definition = parse(text, "infusion").definition
    plan = compile_definition(definition, load.installed(registry.catalog().actions)).plan if definition else None
    if plan is None:
        raise RuntimeError("The library's infusion pathway does not compile.")
    return plan


def _declared(plan: Plan) -> Simulation:
    text = (INFUSION / "simulation.yaml").read_text(encoding="utf-8")
    for few, many in ((" = 7\n", f" = {DOSES - 1}\n"), (" > 7\n", f" > {DOSES - 1}\n")):
        if few not in text:
            raise RuntimeError("The simulation does not say any more when the last dose is given.")
        text = text.replace(few, many)
    return read_simulation(text, plan, "simulation.yaml").simulation


# -- a plain series ---------------------------------------------------------------------------------------------


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
        position = next(one for one in state.positions.values() if one.waits != "inner")
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
