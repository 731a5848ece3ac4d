"""Finishing starts: a row that was written becomes a running instance, whoever died meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ulid import ULID

from pathways.messages import Pace
from relaying.port import NoAnswerError
from relaying.starting import finish_starts
from store.database import Database
from store.instances import NewInstance
from tests.support.played import PLAN, Played

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
AT_ONCE = timedelta(0)


async def wanted(database: Database) -> str:
    """A row whose workflow was not started."""
    pace = {"factor": 2.0, "anchor": AT.isoformat(), "shown": AT.isoformat()}
    new = NewInstance(
        str(ULID()),
        "example",
        "1.0.0",
        PLAN.digest,
        "Example",
        "Europe/Rome",
        {"order": "N-1"},
        AT,
        "anna",
        None,
        pace,
        site="rome",
    )
    async with database.transaction() as unit:
        await unit.instances.add(new)
    return new.id


async def test_a_row_that_waits_for_long_is_started(database: Database, pathways: Played) -> None:
    """With all that was asked for, and not while whoever wrote it may still do so."""
    ident = await wanted(database)
    assert await finish_starts(database, pathways) == 0
    assert await finish_starts(database, pathways, patience=AT_ONCE) == 1
    [start] = pathways.started
    assert (start.instance, start.digest, start.zone, start.by) == (ident, PLAN.digest, "Europe/Rome", "anna")
    assert start.site == "rome"
    assert (start.inputs, start.pace) == ({"order": "N-1"}, Pace(2.0, AT, AT))


async def test_once_it_is_recorded_it_is_left_alone(database: Database, pathways: Played) -> None:
    """Starting again what runs does no harm, and ends with the first record."""
    ident = await wanted(database)
    await finish_starts(database, pathways, patience=AT_ONCE)
    assert await finish_starts(database, pathways, patience=AT_ONCE) == 1
    await pathways.record(pathways.histories[ident])
    assert await finish_starts(database, pathways, patience=AT_ONCE) == 0


async def test_while_temporal_is_away_the_row_stays(database: Database, pathways: Played) -> None:
    """Nothing is lost: it is started when Temporal is back."""
    await wanted(database)
    pathways.away = True
    with pytest.raises(NoAnswerError):
        await finish_starts(database, pathways, patience=AT_ONCE)
    pathways.away = False
    assert await finish_starts(database, pathways, patience=AT_ONCE) == 1
