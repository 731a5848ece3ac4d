"""What one process learns of another at once, by PostgreSQL's LISTEN and NOTIFY: relays that there is work, workers
that a plan was published, the API that an answer is recorded.

A notification comes when what it tells of is committed. It may be lost with its connection: whoever waits looks at the
tables now and then without one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import sql
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.errors import StoreUnavailableError

CHANNEL = "carelane_relay"
PLANS = "carelane_plans"
RECORDED = "carelane_recorded"
"""Tells of instance and revision, with a space between."""


async def announce(connection: AsyncConnection, channel: str = CHANNEL) -> None:
    """Tell whoever listens, when this transaction commits: relays, that there is something to deliver."""
    await connection.execute(select(func.pg_notify(channel, "")))


class Bell:
    """A connection on which notifications arrive."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection

    async def wait(self, seconds: float) -> bool:
        """Wait for a notification, that long at most; whether one came."""
        async for _ in self._connection.notifies(timeout=seconds, stop_after=1):
            return True
        return False

    async def told(self) -> AsyncIterator[str]:
        """What each notification says, without end."""
        async for notification in self._connection.notifies():
            yield notification.payload


@asynccontextmanager
async def listening(url: str, channel: str = CHANNEL) -> AsyncIterator[Bell]:
    """A bell that rings when there is something to deliver, or what else is told by a channel.

    `url` is a plain `postgresql://…`.

    Raises `StoreUnavailableError`, also inside the block, where PostgreSQL is away or goes away.
    """
    try:
        connection = await psycopg.AsyncConnection.connect(
            url, autocommit=True, connect_timeout=5, keepalives_idle=30, keepalives_interval=10, keepalives_count=3
        )
        async with connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            yield Bell(connection)
    except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
        raise StoreUnavailableError("The database does not answer now.") from error
