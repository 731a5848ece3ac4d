"""Makes the committed histories anew: `python -m tests.replay.make_histories`.

To be run when a change of the workflow may break with the past on purpose, which until 1.0 it may. Each case is a
small pathway driven one way on a real server; its history and its plan are written beside this file.
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

from pathways.events import Cancelled, Retried
from pathways.messages import ActionRequest, ActionResult
from pathways.plan import Plan
from tests.support import servers
from tests.support.interpreted import ACTIONS, SPINE, pathway
from tests.support.interpreter import Instance, Interpreter, connect, pace, until
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

    @property
    def cases(self) -> list[Callable[[], Awaitable[None]]]:
        """Every case."""
        return [self.completed, self.expired, self.renewed, self.failing, self.late, self.resent]


async def make() -> None:
    """Make every history on a server of our own."""
    for folder in (HISTORIES, PLANS):
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.json"):
            old.unlink()
    with servers.state_folder() as folder:
        server = servers.temporal_server(servers.temporal_program(), folder)
        server.start()
        try:
            maker = Maker(await connect(server.address))
            for case in maker.cases:
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
    asyncio.run(make())
    sys.stdout.flush()
    os._exit(0)  # a process that used the Temporal SDK may crash at the interpreter's own end
