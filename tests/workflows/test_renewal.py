"""Continuing as new keeps everything, and waits for what is in flight."""

from __future__ import annotations

import asyncio
from pathlib import Path

from temporalio.client import Client

from local.ports import free_port
from local.temporal_server import TemporalServer
from pathways.messages import ActionRequest, ActionResult
from tests.support import servers
from tests.support.interpreted import ACTIONS, SPINE, pathway
from tests.support.interpreter import Interpreter, connect, until
from workflows.pathway import Pathway


class ImpatientServer(TemporalServer):
    """A server that finds a history of twenty events long."""

    def _arguments(self) -> list[str]:
        return [*super()._arguments(), "--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=20"]


async def test_everything_is_carried_over(client: Client) -> None:
    """After it, the instance stands where it stood with the same revision, and goes on to its end."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        before = await instance.snapshot()
        await instance.renew()
        assert await instance.snapshot() == before
        await instance.complete("review", "accept")
        await instance.stands_at("await-note")
        await instance.latest.execute_update(Pathway.deliver, instance.note("N-1"))
        assert await instance.latest.result() == "completed"
    revs = [one.rev for one in interpreter.store.recorded[instance.id]]
    assert revs == list(range(1, len(revs) + 1))


async def test_a_timer_is_armed_again(client: Client) -> None:
    """A deadline that was waited for fires in the next run."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        await instance.renew()
        await until(instance.timer_is_armed)
        await instance.terminate()


async def test_an_action_in_flight(client: Client) -> None:
    """A drained instance first lets its action end."""
    answer = asyncio.Event()

    async def work(request: ActionRequest) -> ActionResult:
        await answer.wait()
        return ActionResult({})

    plan = pathway("""
  act: {do: test.work}
  ask: {task: {title: Ask, queue: intake}}
  finished: {end: completed}
""")
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.work": work})
    async with interpreter.running():
        instance = await interpreter.start(plan)
        await until(lambda: len(interpreter.ran) == 1)
        await instance.handle.signal(Pathway.drain)
        assert (await instance.describe()).rev == 1
        assert await instance.run_id() == instance.handle.first_execution_run_id
        answer.set()
        await instance.has_run_other_than(instance.handle.first_execution_run_id)
        await instance.stands_at("ask")
        await instance.complete("ask")
        assert await instance.latest.result() == "completed"
    assert len(interpreter.ran) == 1


async def test_with_the_store_away(client: Client) -> None:
    """A record in flight is no obstacle: the next run sends it, and the store has each revision once."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        interpreter.store.away = True
        await instance.complete("review", "accept")
        await instance.renew()
        interpreter.store.away = False
        await instance.stands_at("await-note")
        await instance.terminate()
    revs = [one.rev for one in interpreter.store.recorded[instance.id]]
    assert revs == list(range(1, len(revs) + 1))


async def test_when_temporal_suggests_it(temporal_program: Path) -> None:
    """A history that Temporal finds long is left behind, without anybody asking."""
    with servers.state_folder() as folder:
        server = ImpatientServer(temporal_program, port=free_port(), log=folder / "temporal.log", database=None)
        server.start()
        try:
            client = await connect(server.address)
            interpreter = Interpreter(client, [SPINE], ACTIONS)
            async with interpreter.running():
                instance = await interpreter.start(SPINE)
                await instance.stands_at("review")
                await instance.complete("review", "accept")
                await instance.has_run_other_than(instance.handle.first_execution_run_id)
                await instance.stands_at("await-note")
                await instance.terminate()
        finally:
            server.kill()
