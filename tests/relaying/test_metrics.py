"""What the relay counts."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import delete

import relay
from store import tables
from store.database import Database
from tests.support.interpreter import until
from tests.support.played import Played


def repaired(how: str) -> float:
    """How many lists were repaired for a reason, in this process."""
    return REGISTRY.get_sample_value("carelane_list_repairs_total", {"how": how}) or 0.0


async def test_repairs_are_counted_by_how_the_lists_differed(
    database: Database, database_url: str, pathways: Played
) -> None:
    """A running relay finds what differs, has it recorded anew, and counts it for Prometheus."""
    history = await pathways.listening("N-1")
    async with database.transaction() as unit:
        mine = tables.listener.c.instance == history.instance
        await unit.connection.execute(delete(tables.listener).where(mine))
    before = repaired("different")
    running = asyncio.create_task(relay.relay(database, database_url, pathways))
    await until(lambda: repaired("different") == before + 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
