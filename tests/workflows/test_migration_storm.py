"""Random events on real Temporal and a real store, with migrations in between: nothing is broken, nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from temporalio.client import Client

import settings
from store.database import Database
from tests.support.migrating import (
    FIRST,
    MigratingInterpreter,
    MigratingStorm,
    MigratingTwin,
    end,
    must_be_as_the_engine_alone,
)
from tests.support.twins import Gates


@pytest_asyncio.fixture(loop_scope="session")
async def store(database_url: str) -> AsyncIterator[Database]:
    """What Temporal records to."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def other_store(module_database_url: str) -> AsyncIterator[Database]:
    """What the engine alone is recorded to."""
    opened = Database(module_database_url)
    yield opened
    await opened.close()


async def storm(client: Client, seed: int, store: Database, other: Database, *, events: int = 60) -> MigratingTwin:
    """Let a storm blow, and hold what it left to what the engine alone says."""
    gates = Gates()
    interpreter = MigratingInterpreter(client, store, gates)
    cached = seed % 2 * 100
    async with AsyncExitStack() as running:
        await running.enter_async_context(interpreter.running(max_cached_workflows=cached))

        async def restart() -> None:
            await running.aclose()
            await running.enter_async_context(interpreter.running(max_cached_workflows=cached))

        twin = await MigratingTwin.begin(interpreter, gates, FIRST)
        assert isinstance(twin, MigratingTwin)
        await MigratingStorm(twin, seed, restart).blow(events)
        if seed % 3 == 0:
            await end(twin)
        await twin.conclude()
        await must_be_as_the_engine_alone(twin, store, other)
        if not twin.ended:
            await twin.instance.terminate()
    return twin


@pytest.mark.parametrize("seed", [1, 4, 17])
async def test_both_do_the_same(client: Client, store: Database, other_store: Database, seed: int) -> None:
    """Answers, facts, state and every row are what the engine alone gives, whenever it was migrated or taken back."""
    twin = await storm(client, seed, store, other_store, events=45)
    assert twin.counts["moved"]


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(100, 100 + 5 * settings.load().chaos_seeds))
async def test_both_do_the_same_for_many_seeds(
    client: Client, store: Database, other_store: Database, seed: int
) -> None:
    """The same with more of them, and longer."""
    await storm(client, seed, store, other_store, events=90)
