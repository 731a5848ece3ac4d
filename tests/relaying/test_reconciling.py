"""Reconciling: whatever differs is found, recorded anew, and counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import delete, update

from relaying.reconciling import Finding, Reconciler, rebuild
from store import tables
from store.database import Database
from store.recording import record_in
from store.snapshots import stored_digest
from tests.support.histories import History
from tests.support.played import Played


async def assert_same(database: Database, history: History) -> None:
    """The tables say what the instance says."""
    async with database.transaction() as unit:
        stored = await unit.instances.get(history.instance)
        assert stored is not None
        assert stored.rev == history.rev
        assert await stored_digest(unit, stored) == history.digests[history.rev]


async def test_what_agrees_is_left_alone(database: Database, pathways: Played) -> None:
    """Nothing is recorded anew where nothing differs."""
    history = await pathways.listening("N-1")
    assert await Reconciler(database, pathways).look(history.instance) == "same"
    assert pathways.resent == []


async def drop_listener(database: Database, history: History, _: Played) -> None:
    """A row of what stands is gone."""
    async with database.transaction() as unit:
        mine = tables.listener.c.instance == history.instance
        await unit.connection.execute(delete(tables.listener).where(mine))


async def change_attributes(database: Database, history: History, _: Played) -> None:
    """A row says something else."""
    async with database.transaction() as unit:
        mine = tables.instance.c.id == history.instance
        await unit.connection.execute(update(tables.instance).where(mine).values(attributes={"found": False}))


async def restore_store(database: Database, history: History, pathways: Played) -> None:
    """The database is that of yesterday: it lacks what was confirmed."""
    async with database.transaction() as unit:
        for table in (tables.task_draft, tables.result, tables.timeline, tables.listener, tables.position, tables.task):
            await unit.connection.execute(delete(table))
        await unit.connection.execute(delete(tables.instance))
    await record_in(database, history.request(1, 1))


async def restore_temporal(_: Database, history: History, pathways: Played) -> None:
    """Temporal is that of yesterday: the instance knows less than its lists."""
    earlier = History(history.plan, history.instance, order=history.order).to_task()
    pathways.histories[history.instance] = earlier
    pathways.confirmed[history.instance] = earlier.rev


Damage = Callable[[Database, History, Played], Awaitable[None]]
DAMAGES: dict[Finding, tuple[Damage, ...]] = {
    "different": (drop_listener, change_attributes),
    "lost": (restore_store,),
    "ahead": (restore_temporal,),
}


@pytest.mark.parametrize(
    ("finding", "damage"), [(finding, damage) for finding, some in DAMAGES.items() for damage in some]
)
async def test_whatever_differs_is_repaired(
    database: Database, pathways: Played, finding: Finding, damage: Damage
) -> None:
    """After the repair the tables say what the instance says, and the repair was counted."""
    history = await pathways.listening("N-1")
    await damage(database, history, pathways)
    repaired: list[Finding] = []
    reconciler = Reconciler(database, pathways, repaired=repaired.append)
    assert await reconciler.look(history.instance) == finding
    assert repaired == [finding]
    await assert_same(database, pathways.histories[history.instance])
    assert await reconciler.look(history.instance) == "same"


async def test_what_is_behind_gets_a_moment(database: Database, pathways: Played) -> None:
    """A record on its way is not disturbed; one that did not come until the next look is asked for."""
    history = await pathways.listening("N-1")
    history.deliver("N-1")
    reconciler = Reconciler(database, pathways)
    assert await reconciler.look(history.instance) == "behind"
    assert pathways.resent == []
    assert await reconciler.look(history.instance) == "behind"
    assert pathways.resent == [(history.instance, history.rev)]
    await assert_same(database, history)


async def test_an_end_that_was_never_recorded_is_read_from_the_closed_workflow(
    database: Database, pathways: Played
) -> None:
    """A workflow that has returned takes no signal, and still answers."""
    history = await pathways.listening("N-1")
    history.cancel()
    reconciler = Reconciler(database, pathways)
    await reconciler.look(history.instance)
    await reconciler.look(history.instance)
    await assert_same(database, history)


async def test_silence_and_absence_change_nothing(database: Database, pathways: Played) -> None:
    """An instance that does not answer is asked again in the next round; one without workflow is reported."""
    history = await pathways.listening("N-1")
    reconciler = Reconciler(database, pathways)
    pathways.mute.add(history.instance)
    assert await reconciler.look(history.instance) == "silent"
    pathways.mute.clear()
    del pathways.histories[history.instance]
    assert await reconciler.look(history.instance) == "gone"


async def test_a_round_looks_at_every_open_instance(
    database: Database, pathways: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batch by batch, then from the beginning."""
    monkeypatch.setattr("relaying.reconciling.BATCH", 2)
    for _ in range(3):
        history = await pathways.listening("N-1")
        await drop_listener(database, history, pathways)
    reconciler = Reconciler(database, pathways)
    assert await reconciler.step()
    assert len(pathways.resent) == 2
    assert not await reconciler.step()
    assert {ident for ident, _ in pathways.resent} == set(pathways.histories)


async def test_a_lost_database_is_rebuilt_from_the_instances(database: Database, pathways: Played) -> None:
    """Every running instance has its row, lists and listeners again; who does not answer is counted."""
    histories = [await pathways.listening(f"N-{n}", recorded=False) for n in range(3)]
    pathways.mute.add(histories[2].instance)
    assert await rebuild(database, pathways) == (3, 1)
    for history in histories[:2]:
        await assert_same(database, history)
