"""Starting: each instance once, with search attributes where the server has them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from ulid import ULID

from local.ports import free_port
from local.temporal_server import TemporalServer
from pathways.messages import StartInstance
from tests.support import servers
from tests.support.interpreted import ACTIONS, SPINE
from tests.support.interpreter import Instance, Interpreter, connect
from workflows.names import workflow_id
from workflows.search import PATHWAY, VERSION
from workflows.starting import Starter

ATTEMPT = timedelta(seconds=5)


def wish() -> StartInstance:
    """A start as the API and the relay make it."""
    inputs = {"order": {"reference": "ServiceRequest/1"}}
    return StartInstance(
        str(ULID()), SPINE.digest, inputs=inputs, by="tester", pathway=SPINE.pathway, version=SPINE.version
    )


def started(interpreter: Interpreter, start: StartInstance) -> Instance:
    """The instance that was started."""
    handle = interpreter.client.get_workflow_handle(workflow_id(start.instance))
    return Instance(interpreter, start.instance, handle)


async def test_the_search_attributes(client: Client) -> None:
    """Pathway and version show in Temporal's own lists, without an event of history for them."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        start = wish()
        await Starter(interpreter.queue, attempt=ATTEMPT).start(client, start)
        instance = started(interpreter, start)
        await instance.stands_at("review")
        shown = (await instance.handle.describe()).typed_search_attributes
        assert (shown.get(PATHWAY), shown.get(VERSION)) == ("example", "1.0.0")
        assert "upsert_workflow_search_attributes_event_attributes" not in await instance.events()
        await instance.terminate()


async def test_once(client: Client) -> None:
    """What runs already, or has ended, is left as it is."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        start, starter = wish(), Starter(interpreter.queue, attempt=ATTEMPT)
        await starter.start(client, start)
        await starter.start(client, start)
        instance = started(interpreter, start)
        await instance.stands_at("review")
        await instance.complete("review", "decline")
        assert await instance.handle.result() == "expired"
        await starter.start(client, start)
    assert instance.facts.count("instance-started") == 1


async def test_a_server_that_has_none(temporal_program: Path) -> None:
    """Where nobody has registered the search attributes, instances start without."""
    with servers.state_folder() as folder:
        server = TemporalServer(temporal_program, port=free_port(), log=folder / "temporal.log", database=None)
        server.start()
        try:
            client = await connect(server.address)
            interpreter = Interpreter(client, [SPINE], ACTIONS)
            async with interpreter.running():
                starter = Starter(interpreter.queue, attempt=ATTEMPT)
                for start in (wish(), wish()):
                    await starter.start(client, start)
                    instance = started(interpreter, start)
                    await instance.stands_at("review")
                    assert (await instance.handle.describe()).typed_search_attributes.get(PATHWAY) is None
        finally:
            server.kill()
