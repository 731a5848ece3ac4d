"""`carelane drain`: every running pathway goes on with an empty history."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import Client
from typer.testing import CliRunner

import cli
from commands import drain
from local.ports import free_port
from local.temporal_server import TemporalServer
from relaying.port import NoAnswerError
from tests.support.interpreted import ACTIONS, SPINE
from tests.support.interpreter import Interpreter, connect, until


async def test_they_go_on_as_they_stand(temporal_server: TemporalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance that waits continues as new, where it stood."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    client: Client = await connect(temporal_server.address)
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE, order={"reference": "ServiceRequest/1"})
        await instance.stands_at("review")
        before, run = await instance.snapshot(), await instance.run_id()

        async def is_listed() -> bool:
            found = client.list_workflows(f"WorkflowId = '{instance.handle.id}' AND ExecutionStatus = 'Running'")
            return [one.id async for one in found] != []

        await until(is_listed)
        done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["drain"])
        assert done.exit_code == 0, done.exception
        assert done.output.endswith("running pathways leave their histories behind.\n")
        await instance.has_run_other_than(run)
        assert await instance.snapshot() == before
        await instance.terminate()


def test_a_temporal_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Temporal nothing is told, and the command says so."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    done = CliRunner().invoke(cli.app, ["drain"])
    assert done.exit_code == 1
    assert isinstance(done.exception, NoAnswerError)


def test_silence_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could not be told is counted, and the command fails."""

    async def told(_: object) -> tuple[int, int]:
        return 2, 1

    monkeypatch.setattr(drain, "_drain", told)
    done = CliRunner().invoke(cli.app, ["drain"])
    assert done.exit_code == 1
    assert isinstance(done.exception, drain.IncompleteError)
