"""Waiting for a revision: told of it in every process that listens, and seen by whoever was not told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
from ulid import ULID

from pathways.messages import RecordRequest
from store.database import Database
from store.recording import record_in
from store.revisions import Revisions
from tests.support.histories import History, example_plan
from tests.support.interpreter import until

PLAN = example_plan()
LONG = 20.0


async def nowhere(_: str) -> int | None:
    """What somebody sees who looks at a table that has nothing."""
    return None


@asynccontextmanager
async def listening(url: str, stored: Callable[[str], Awaitable[int | None]] = nowhere) -> AsyncIterator[Revisions]:
    """Those of a process that listens, and has begun to."""
    revisions = Revisions(stored)
    task = asyncio.create_task(revisions.listen(url))
    await until(lambda: revisions.listens)
    yield revisions
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def answered(database: Database) -> tuple[RecordRequest, int]:
    """A recorded instance, the request that records an answer, and the answer's revision."""
    history = History(PLAN, str(ULID())).to_task()
    await record_in(database, history.request())
    rev = history.complete("check").rev
    return history.request(rev), rev


async def cut_off(url: str) -> None:
    """End the connections that listen."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN %'"
        )


async def test_all_who_listen_are_told_when_an_answer_is_recorded(database: Database, module_database_url: str) -> None:
    """Each process hears of it by itself, without a look at the table."""
    request, rev = await answered(database)
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(listening(module_database_url)) for _ in range(2)]
        waiting = [asyncio.create_task(one.reached(request.instance, rev, LONG)) for one in processes]
        await record_in(database, request)
        assert [await one for one in waiting] == [True, True]


async def test_who_waits_for_something_else_is_not_told(database: Database, module_database_url: str) -> None:
    """Neither another instance nor a later revision is there."""
    request, rev = await answered(database)
    async with listening(module_database_url) as revisions:
        another = asyncio.create_task(revisions.reached(str(ULID()), rev, 0.2))
        later = asyncio.create_task(revisions.reached(request.instance, rev + 1, 0.2))
        there = asyncio.create_task(revisions.reached(request.instance, rev, LONG))
        await record_in(database, request)
        assert [await one for one in (another, later, there)] == [False, False, True]


async def test_what_was_recorded_before_anybody_waited_is_seen(database: Database, module_database_url: str) -> None:
    """A notification that came too early is made up for by looking."""
    request, rev = await answered(database)
    async with listening(module_database_url, database.revisions.stored) as revisions:
        await record_in(database, request)
        assert await revisions.reached(request.instance, rev, LONG)


async def test_without_the_connection_it_is_seen_and_then_heard_again(
    database: Database, module_database_url: str
) -> None:
    """Who waits while nobody listens finds it in the table; a new connection listens by itself."""
    first, rev = await answered(database)
    second, later = await answered(database)
    async with (
        listening(module_database_url, database.revisions.stored) as looking,
        listening(module_database_url) as hearing,
    ):
        await cut_off(module_database_url)
        await until(lambda: not looking.listens and not hearing.listens)
        waiting = asyncio.create_task(looking.reached(first.instance, rev, LONG))
        await record_in(database, first)
        assert await waiting
        await until(lambda: hearing.listens)
        waiting = asyncio.create_task(hearing.reached(second.instance, later, LONG))
        await record_in(database, second)
        assert await waiting
