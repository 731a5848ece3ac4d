"""A series of thirty doses over three years: histories stay short, and nothing of its life is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic_core import to_json
from temporalio.client import Client, WorkflowHistory

from local.ports import free_port
from local.temporal_server import TemporalServer
from pathways.engine import advance, start_state
from pathways.events import ActionCompleted, Event, Started, TaskCompleted, TimePassed
from pathways.facts import Recorded, StepEntered, TaskOpened, recorded_to_json
from pathways.messages import ActionResult, StartInstance
from pathways.state import State, state_to_json
from tests.support import servers
from tests.support.interpreted import pathway
from tests.support.interpreter import Interpreter, connect, pace
from tests.support.plans import MONDAY
from workflows.converter import data_converter

DOSES = 30
LONG = 100
MARGIN = 60

SERIES = pathway(
    """
  series:
    repeat:
      while: count(doses) < 30
      limit: 40
      collect: {doses: =dose.given}
      steps:
        order: {do: test.prepare, with: {dose: =iteration}, save: ordered, clocks: {restart: [visit]}}
        give:
          task:
            title: "Give dose {{ iteration }}"
            queue: intake
            form: [{name: given, label: Given, type: integer, required: true}]
          save: dose
          timeout: {after: 14 days, to: missed}
          clocks: {stop: [visit]}
          next: rest
        missed: {end: branch}
        rest: {wait: {for: 37 days}}
  finished: {end: completed}
""",
    more="""
clocks:
  visit: {title: Visit due, limit: 10 days, why: The drug's label}
""",
)


class ImpatientServer(TemporalServer):
    """A server that finds a history of a hundred events long."""

    def _arguments(self) -> list[str]:
        return [*super()._arguments(), "--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={LONG}"]


def alone(instance: str) -> tuple[State, list[Recorded]]:
    """The same life in the engine alone."""
    now, state, recorded = MONDAY, start_state(SERIES, instance, "UTC", MONDAY), list[Recorded]()
    events: list[tuple[timedelta, Event]] = [(timedelta(), Started({}, "tester"))]
    for dose in range(1, DOSES + 1):
        scope = f"series#{dose}"
        form = {"given": dose}
        events += [
            (timedelta(), ActionCompleted(f"{scope}/order", 1, {"number": "N-1"})),
            (timedelta(), TaskCompleted(f"{scope}/give", "done", form, by="tester")),
            (timedelta(days=37), TimePassed()),
        ]
    for passing, event in events:
        now += passing
        found = advance(SERIES, state, event, now)
        assert found.refusal is None, found.refusal
        state = found.state
        recorded.append(Recorded(state.rev, found.facts))
    return state, recorded


async def test_thirty_doses(temporal_program: Path) -> None:
    """Every run's history is bounded, every dose has its address, the timeline is whole, and the state stays small."""
    with servers.state_folder() as folder:
        server = ImpatientServer(temporal_program, port=free_port(), log=folder / "temporal.log", database=None)
        server.start()
        try:
            client = await connect(server.address)
            interpreter = Interpreter(client, [SERIES], {"test.prepare": lambda _: ActionResult({"number": "N-1"})})
            async with interpreter.running():
                instance = await interpreter.start(SERIES, pace=pace())
                for dose in range(1, DOSES + 1):
                    await instance.stands_at("series", f"series#{dose}/give")
                    await instance.complete(f"series#{dose}/give", given=dose)
                    await instance.stands_at("series", f"series#{dose}/rest")
                    await instance.move_clock()
                assert await instance.latest.result() == "completed"
            runs = await histories(client, instance.handle.id, instance.handle.first_execution_run_id)
        finally:
            server.kill()
    assert len(runs) > 3
    assert max(len(run.events) for run in runs) < LONG + MARGIN
    state, expected = alone(instance.id)
    assert state.now - MONDAY > timedelta(days=3 * 365)
    recorded = interpreter.store.recorded[instance.id]
    assert facts_of(recorded) == facts_of(expected)
    facts = [fact for one in recorded for fact in one.facts]
    entered = [one.address for one in facts if isinstance(one, StepEntered)]
    assert len(set(entered)) == len(entered)
    assert sum(isinstance(one, TaskOpened) for one in facts) == DOSES
    assert max([await state_size(run) for run in runs[1:]]) <= 8 * 1024


def facts_of(recorded: list[Recorded]) -> object:
    """The facts by revision, whoever's request they answered."""
    return [(one["rev"], one["facts"]) for one in recorded_to_json(tuple(recorded))]


async def histories(client: Client, workflow: str, run: str | None) -> list[WorkflowHistory]:
    """The histories of all runs, from the first on."""
    found = []
    while run:
        history = await client.get_workflow_handle(workflow, run_id=run).fetch_history()
        found.append(history)
        last = history.events[-1]
        run = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return found


async def state_size(run: WorkflowHistory) -> int:
    """The bytes of the control state that a run was given."""
    payloads = run.events[0].workflow_execution_started_event_attributes.input.payloads
    (start,) = await data_converter.decode(payloads, [StartInstance])
    return len(to_json(state_to_json(start.carried.state)))
