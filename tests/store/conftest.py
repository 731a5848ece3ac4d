"""The store over a real PostgreSQL, for the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from store.database import Database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(module_database_url: str) -> AsyncIterator[Database]:
    """A database that the tests of a module share: they keep apart by the ids of their instances."""
    opened = Database(module_database_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def own_database(database_url: str) -> AsyncIterator[Database]:
    """A database for one test alone, for what looks at all instances."""
    opened = Database(database_url)
    yield opened
    await opened.close()
