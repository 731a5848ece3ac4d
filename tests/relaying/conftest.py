"""A store of its own for each test: the relay looks at all instances."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from store.database import Database
from tests.support.played import Played


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
