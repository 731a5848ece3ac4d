"""A store of its own for each test: the relay looks at all instances."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from local.temporal_server import TemporalServer
from store.database import Database
from tests.support.interpreter import connect
from tests.support.played import Played
from tests.support.spine import RecordingInterpreter


@pytest_asyncio.fixture(loop_scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database for one test alone."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def pathways(database: Database) -> Played:
    """Instances that the test plays."""
    return Played(database)


@pytest.fixture
async def client(temporal_server: TemporalServer) -> Client:
    """A client with Carelane's converter."""
    return await connect(temporal_server.address)


@pytest.fixture
def interpreter(client: Client, database: Database) -> RecordingInterpreter:
    """An interpreter that records to the store."""
    return RecordingInterpreter(client, database)
