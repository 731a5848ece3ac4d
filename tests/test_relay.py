"""The relay as a process: it waits for what is away, quietly, and goes on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

import relay
import settings
from local.postgres import PostgresServer
from pathways.errors import CarelaneError
from relaying import rhythm
from store.database import Database
from tests.support import servers
from tests.support.interpreter import until
from tests.support.played import Played


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel, and wait for the end."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_it_runs_while_everything_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PostgreSQL and Temporal it is ready, tries now and then, and ends when it is told to."""
    failures: list[str] = []
    monkeypatch.setattr(rhythm, "_say", lambda name, _error, _backoff: failures.append(name))
    configured = settings.load(database_url="postgresql://nobody@127.0.0.1:1/none", temporal_address="127.0.0.1:1")
    ready = asyncio.Event()
    running = asyncio.create_task(relay.run(configured, ready=ready.set))
    await asyncio.wait_for(ready.wait(), 20)
    await until(lambda: {"listening", "delivering", "starting", "reconciling"} <= set(failures))
    assert len(failures) < 20, "it does not spin"
    await ended(running)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server for one test alone, which may kill it."""
    with servers.state_folder() as folder:
        server = servers.postgres_server(folder)
        try:
            server.start()
            yield server
        finally:
            server.delete()


async def test_it_goes_on_after_a_restart_of_postgresql(own_postgres: PostgresServer) -> None:
    """An event that comes after all connections were cut is delivered without anybody's doing."""
    url = own_postgres.url(servers.migrated_template(own_postgres))
    database = Database(url)
    pathways = Played(database)
    running = asyncio.create_task(relay.relay(database, url, pathways))
    await pathways.listening("N-1")
    await pathways.note("N-1")
    await until(lambda: len(pathways.delivered) == 1)
    await asyncio.to_thread(own_postgres.kill)
    await asyncio.to_thread(own_postgres.start)

    async def listens_again() -> bool:
        try:
            await pathways.listening("N-2")
        except CarelaneError:
            return False
        return True

    await until(listens_again)
    await pathways.note("N-2")
    await until(lambda: len(pathways.delivered) == 2, seconds=60)
    await ended(running)
    await database.close()
