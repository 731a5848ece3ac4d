"""Makes the committed histories: `python -m tests.replay.make_histories`, or `… nested` for that case alone.

All are made anew when a change of the workflow may break with the past on purpose, which until 1.0 it may; a case that
is added is made alone, so that the others go on telling whether the past replays. Each is a small pathway driven one
way on a real server; its history and its plan are written beside this file.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from temporalio.client import Client

from pathways.events import Cancelled, Retried, Skipped
from pathways.facts import ChildOrdered
from pathways.messages import ActionRequest, ActionResult, Migrate
from pathways.plan import Plan
from tests.support import servers
from tests.support.interpreted import ACTIONS, SPINE, pathway
from tests.support.interpreter import Instance, Interpreter, connect, pace, until
from tests.support.twins import CHILD as STORM_CHILD
from tests.support.twins import NAMES, STORM, Gates, Storm, Twin
from workflows.pathway import Pathway

FOLDER = Path(__file__).parent
HISTORIES = FOLDER / "histories"
PLANS = FOLDER / "plans"

_TRACES = ("stackTrace", "identity")
_STICKY_QUEUE = re.compile(r"^[0-9]+@[A-Za-z0-9-]+$")

FAILING = pathway("""
  act: {do: test.work, retry: {attempts: 2, first: 1 second}}
  slow: {do: test.slow}
  wait: {wait: {for: 2 hours}}
  finished: {end: completed}
""")
LATE = pathway("""
  act:
    do: test.work
    timeout: {after: 1 hour, to: too-late}
    next: finished
  too-late: {task: {title: Too late, queue: intake}}
  finished: {end: completed}
""")
CHILD = pathway("  ask: {task: {title: Ask, queue: intake}}\n  finished: {end: completed}\n", name="child")
PARENT = pathway("""
  missing: {pathway: {name: nothing, version: ^1}}
  sub: {pathway: {name: child, version: ^1}, save: sub}
  again: {pathway: {name: child, version: ^1}, timeout: {after: 1 day, to: lapsed}}
  finished: {end: completed}
  lapsed: {end: expired}
""")
BEFORE = pathway("""
  act: {do: test.work}
  ask: {task: {title: Ask, queue: intake}}
  finished: {end: completed}
""")
AFTER = pathway(
    """
  deed: {do: test.work}
  inquire: {task: {title: Inquire, queue: intake}}
  finished: {end: completed}
""",
    version="1.1.0",
)
NESTED = pathway(
    """
  begin: {set: {rounds: 0}}
  visit:
    steps:
      doses:
        repeat:
          for_each: =["a", "b"]
          as: drug
          carry: {rounds: =rounds + 1}
          steps:
            give: {do: test.work, with: {drug: =drug}, undo: {do: test.slow}}
            watch: {wait: {for: 1 hour}}
        undo: {do: test.prepare, until: leave}
      both:
        parallel:
          join: any
          branches:
            tidy: {steps: {tidy: {task: {title: Tidy up, queue: intake}}}}
            charge: {steps: {charge: {do: test.work, save: charged}}}
      worth: {decide: {table: [{rounds: ">= 2", to: leave}, {otherwise: lapsed}]}}
      leave: {task: {title: Say goodbye, queue: intake}}
    on: [{event: note.received, key: =order.reference, side: note}]
    timeout: {after: 3 days, to: lapsed, undo: true}
  finished: {end: completed}
  lapsed: {end: expired}
side_flows:
  note: {title: A note, steps: {read: {task: {title: Read it, queue: intake}}}}
"""
)
STORMS = (313,)
"""The storm that goes through the most of what there is."""


class Maker:
    """Drives cases and writes their histories."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def write(self, name: str, instance: Instance, plan: Plan, run: str | None = None) -> None:
        """Write a run's history, and the plan that it needs."""
        handle = self._client.get_workflow_handle(instance.handle.id, run_id=run)
        history = await handle.fetch_history()
        _write(HISTORIES / f"{name}.json", _without_traces(json.loads(history.to_json())))
        _write(PLANS / f"{plan.digest}.json", plan.document)
        print(f"{name}: {len(history.events)} events")

    async def write_all(self, name: str, instance: Instance, *known: Plan) -> None:
        """Write the histories of all runs, numbered, and the plans that they need."""
        run: str | None = instance.handle.first_execution_run_id or await instance.run_id()
        number = 0
        while run:
            number += 1
            history = await self._client.get_workflow_handle(instance.handle.id, run_id=run).fetch_history()
            _write(HISTORIES / f"{name}-{number}.json", _without_traces(json.loads(history.to_json())))
            print(f"{name}-{number}: {len(history.events)} events")
            run = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
        for plan in known:
            _write(PLANS / f"{plan.digest}.json", plan.document)

    async def completed(self) -> None:
        """An action that fails once, a task, an event, an action; refusals on the way."""
        calls: list[str] = []

        def prepare(request: ActionRequest) -> ActionResult:
            calls.append(request.key)
            if len(calls) == 1:
                raise ConnectionError("down")
            return ActionResult({"number": "N-1"})

        interpreter = Interpreter(self._client, [SPINE], ACTIONS | {"test.prepare": prepare})
        async with interpreter.running():
            instance = await interpreter.start(SPINE, order={"reference": "ServiceRequest/1"})
            await instance.stands_at("review")
            await instance.complete("review", "accept", key="click-1")
            await instance.stands_at("await-note")
            await instance.handle.execute_update(Pathway.deliver, instance.note("N-2"), id="e-0/0")
            await instance.handle.execute_update(Pathway.deliver, instance.note("N-1"), id="e-1/0")
            await instance.handle.result()
        await self.write("completed", instance, SPINE)

    async def expired(self) -> None:
        """A deadline that fires, in demonstration time."""
        interpreter = Interpreter(self._client, [SPINE], ACTIONS)
        async with interpreter.running():
            instance = await interpreter.start(SPINE, pace=pace(200_000))
            await instance.handle.result()
        await self.write("expired", instance, SPINE)

    async def renewed(self) -> None:
        """Both runs of an instance that continued as new with facts unrecorded; the second is still open."""
        interpreter = Interpreter(self._client, [SPINE], ACTIONS)
        async with interpreter.running():
            instance = await interpreter.start(SPINE)
            await instance.stands_at("review")
            interpreter.store.away = True
            await instance.complete("review", "accept", key="click-1")
            first = await instance.run_id()
            await instance.renew()
            await instance.complete("review", "accept", key="click-1")
            interpreter.store.away = False
            await instance.stands_at("await-note")
            await instance.settled_events()
            await self.write("renewed-first", instance, SPINE, first)
            await self.write("renewed-second", instance, SPINE)
            await instance.terminate()

    async def failing(self) -> None:
        """An incident, an operator's retry, a slow action, a moved clock."""
        broken = True

        def work(request: ActionRequest) -> ActionResult:
            if broken:
                raise RuntimeError("broken")
            return ActionResult({})

        interpreter = Interpreter(self._client, [FAILING], ACTIONS | {"test.work": work})
        async with interpreter.running():
            instance = await interpreter.start(FAILING, pace=pace(0))
            await instance.has_fact("incident-opened")
            broken = False
            await instance.handle.execute_update(Pathway.operate, Retried("act", "operator", "mended"))
            await instance.stands_at("wait")
            await instance.move_clock()
            await instance.handle.result()
        await self.write("failing", instance, FAILING)

    async def late(self) -> None:
        """An action abandoned by its step's timeout, whose result comes all the same; then a cancel."""
        answer = asyncio.Event()

        async def work(request: ActionRequest) -> ActionResult:
            await answer.wait()
            return ActionResult({})

        interpreter = Interpreter(self._client, [LATE], ACTIONS | {"test.work": work})
        async with interpreter.running():
            instance = await interpreter.start(LATE, pace=pace(0))
            await until(lambda: len(interpreter.ran) == 1)
            await instance.move_clock()
            await instance.stands_at("too-late")
            answer.set()
            await instance.has_fact("action-ended")
            await instance.handle.execute_update(Pathway.operate, Cancelled("operator", "enough"))
            await instance.handle.result()
        await self.write("late", instance, LATE)

    async def resent(self) -> None:
        """A store that lost something and got a snapshot; then Temporal's own cancel."""
        interpreter = Interpreter(self._client, [SPINE], ACTIONS)
        async with interpreter.running():
            instance = await interpreter.start(SPINE)
            await instance.stands_at("review")
            interpreter.store.revs[instance.id] = 0
            await instance.complete("review", "accept")
            await instance.stands_at("await-note")
            await instance.handle.cancel()
            await instance.handle.result()
        await self.write("resent", instance, SPINE)

    async def family(self) -> None:
        """A child that outlives its parent's first run; one that no version fits; one that is cancelled."""
        interpreter = Interpreter(self._client, [PARENT, CHILD], ACTIONS)
        async with interpreter.running():
            parent = await interpreter.start(PARENT, pace=pace())
            await parent.has_fact("incident-opened")
            await parent.operate(Skipped("missing", "operator", "not there", output={"outcome": "completed"}))
            child = await self._child(interpreter, parent, 2)
            await parent.renew()
            await child.complete("ask")
            await child.handle.result()
            cancelled = await self._child(interpreter, parent, 3)
            await parent.move_clock()
            await parent.latest.result()
            await cancelled.handle.result()
        await self.write_all("parent", parent, PARENT)
        await self.write_all("child", child, CHILD)
        await self.write_all("child-cancelled", cancelled, CHILD)

    async def _child(self, interpreter: Interpreter, parent: Instance, number: int) -> Instance:
        await until(lambda: parent.facts.count("child-ordered") == number)
        await until(lambda: parent.facts.count("child-runs") == number - 1)
        facts = [one for one in interpreter.store.facts(parent.id) if isinstance(one, ChildOrdered)]
        child = interpreter.child(facts[-1].instance)
        await child.stands_at("ask")
        return child

    async def migrated(self) -> None:
        """A migration under a task and under an action in flight, and the run after it."""
        answer = asyncio.Event()

        async def work(request: ActionRequest) -> ActionResult:
            await answer.wait()
            return ActionResult({})

        interpreter = Interpreter(self._client, [BEFORE, AFTER], ACTIONS | {"test.work": work})
        mapping = {"steps": {"act": {"to": "deed"}, "ask": {"to": "inquire"}}}
        async with interpreter.running():
            instance = await interpreter.start(BEFORE)
            await until(lambda: len(interpreter.ran) == 1)
            order = Migrate(AFTER.digest, mapping, "operator", "a better version")
            await instance.handle.execute_update(Pathway.migrate, order)
            answer.set()
            await instance.stands_at("inquire")
            await instance.renew()
            await instance.complete("inquire")
            await instance.latest.result()
        await self.write_all("migrated", instance, BEFORE, AFTER)

    async def nested(self) -> None:
        """A section with a handler, whose steps repeat, run side by side and decide; what it did is undone."""
        interpreter = Interpreter(self._client, [NESTED], ACTIONS)
        async with interpreter.running():
            instance = await interpreter.start(NESTED, order={"reference": "ServiceRequest/1"}, pace=pace())
            for drug in (1, 2):
                await instance.stands_at("visit", "visit/doses", f"visit/doses#{drug}/watch")
                await instance.move_clock()
            await instance.stands_at("visit", "visit/leave")
            await instance.handle.execute_update(Pathway.deliver, instance.note("ServiceRequest/1"), id="e-0/0")
            await instance.stands_at("visit", "visit/leave", "~note#1/read")
            await instance.move_clock()
            await instance.handle.result()
        await self.write("nested", instance, NESTED)

    async def storms(self) -> None:
        """Random events on a pathway that has everything."""
        for seed in STORMS:
            gates = Gates()
            interpreter = Interpreter(self._client, [STORM, STORM_CHILD], dict.fromkeys(NAMES, gates.act))
            async with interpreter.running():
                twin = await Twin.begin(interpreter, gates)
                await Storm(twin, seed).blow(60)
                if not twin.ended:
                    await twin.update(Cancelled("operator", "Enough."))
                await twin.conclude()
            await self.write_all(f"storm-{seed}", twin.instance, STORM, STORM_CHILD)

    @property
    def cases(self) -> list[Callable[[], Awaitable[None]]]:
        """Every case."""
        return [
            self.completed,
            self.expired,
            self.renewed,
            self.failing,
            self.late,
            self.resent,
            self.family,
            self.migrated,
            self.nested,
            self.storms,
        ]


async def make(names: list[str]) -> None:
    """Make the named histories on a server of our own; every one anew where none is named."""
    for folder in (HISTORIES, PLANS):
        folder.mkdir(exist_ok=True)
        for old in () if names else folder.glob("*.json"):
            old.unlink()
    with servers.state_folder() as folder:
        server = servers.temporal_server(servers.temporal_program(), folder)
        server.start()
        try:
            maker = Maker(await connect(server.address))
            for case in maker.cases:
                if not names or case.__name__ in names:
                    await case()
        finally:
            server.kill()


def _without_traces(document: Any) -> Any:
    """A history without what tells of the machine that made it; no replay looks at that."""
    match document:
        case dict():
            return {name: _without_traces(one) for name, one in document.items() if name not in _TRACES}
        case list():
            return [_without_traces(one) for one in document]
        case str():
            return _STICKY_QUEUE.sub("worker", document)
        case _:
            return document


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(make(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)  # a process that used the Temporal SDK may crash at the interpreter's own end
