"""Temporal's development server: it answers, it says its version, it keeps its state."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import Client

from local.errors import LocalError
from local.ports import free_port
from local.temporal_server import TemporalServer, require_version, server_version
from tests.support import servers


def test_the_version_is_read_from_the_server_itself(temporal_server: TemporalServer) -> None:
    """A running server tells its version, and it is recent enough."""
    require_version(server_version(temporal_server.address), where=temporal_server.address)


def test_an_old_server_is_refused_with_its_version() -> None:
    """A server elsewhere that is too old is refused before anything runs on it."""
    with pytest.raises(LocalError, match=r"version 1\.28; 1\.29 or later"):
        require_version((1, 28), where="temporal.example:7233")


def test_an_address_where_nobody_answers_is_named() -> None:
    """TEMPORAL_ADDRESS that leads nowhere is an error that says what to do."""
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(LocalError, match=address) as caught:
        server_version(address)
    assert "TEMPORAL_ADDRESS" in caught.value.hint


async def test_workflows_survive_kill_9(temporal_program: Path) -> None:
    """A server on a database file has, after `kill -9`, what it had acknowledged."""
    with servers.state_folder() as folder:
        server = servers.temporal_server(temporal_program, folder, on_file=True)
        try:
            server.start()
            client = await Client.connect(server.address)
            await client.start_workflow("Nothing", id="kept", task_queue="nobody")
            server.kill()
            server.start()
            again = await Client.connect(server.address)
            description = await again.get_workflow_handle("kept").describe()
            assert description.workflow_type == "Nothing"
        finally:
            server.kill()
