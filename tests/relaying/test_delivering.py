"""Delivering: each event reaches who listens, once, and nobody waits for somebody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from relaying.delivering import Deliverer
from store import tables
from store.database import Database
from store.inbox import Delivery
from store.recording import record_in
from tests.support.interpreter import until
from tests.support.played import Played


async def deliver_all(database: Database, pathways: Played) -> None:
    """Deliver what is due, until nothing is."""
    deliverer = Deliverer(database, pathways)
    while await deliverer.claim():
        await deliverer.all_settled()


async def deliveries(database: Database, event: str) -> tuple[Delivery, ...]:
    """What became of an event."""
    async with database.transaction() as unit:
        return await unit.inbox.deliveries(event)


async def status(database: Database, event: str) -> str:
    """The event's own status."""
    async with database.transaction() as unit:
        found = await unit.inbox.get(event)
    assert found is not None
    return found.status


async def make_due(database: Database) -> None:
    """Let the pause of every postponed delivery be over."""
    async with database.transaction() as unit:
        past = tables.delivery.c.next_at - timedelta(hours=1)
        await unit.connection.execute(update(tables.delivery).values(next_at=past))


async def test_an_event_is_consumed_by_who_waits_for_it(database: Database, pathways: Played) -> None:
    """The verdict and the addresses are kept, and the event is consumed."""
    history = await pathways.listening("N-1")
    event = await pathways.note("N-1")
    await deliver_all(database, pathways)
    [one] = await deliveries(database, event)
    assert (one.instance, one.verdict, one.taken_by) == (history.instance, "consumed", ["note"])
    assert await status(database, event) == "consumed"
    assert pathways.delivered == [f"{event}/0"]


async def test_an_ignored_event_goes_on_waiting(database: Database, pathways: Played) -> None:
    """The instance went on meanwhile: its verdict is kept, and the event waits for others."""
    history = await pathways.listening("N-1")
    event = await pathways.note("N-1")
    history.wait()  # the wait timed out, which is not recorded yet
    await deliver_all(database, pathways)
    assert [one.verdict for one in await deliveries(database, event)] == ["ignored"]
    assert await status(database, event) == "waiting"


async def test_an_instance_that_has_ended_can_take_nothing(database: Database, pathways: Played) -> None:
    """Once the store knows the end, the delivery is settled as gone; before, it is tried again."""
    history = await pathways.listening("N-1")
    event = await pathways.note("N-1")
    history.cancel()
    await deliver_all(database, pathways)
    assert [one.verdict for one in await deliveries(database, event)] == [None]
    await pathways.record(history)
    await make_due(database)
    await deliver_all(database, pathways)
    assert [one.verdict for one in await deliveries(database, event)] == ["gone"]


async def test_a_lost_answer_is_asked_for_again_under_the_same_id(database: Database, pathways: Played) -> None:
    """The event is applied once, however often it is sent."""
    history = await pathways.listening("N-1")
    event = await pathways.note("N-1")
    pathways.mute.add(history.instance)
    for _ in range(2):
        await deliver_all(database, pathways)
        await make_due(database)
    [one] = await deliveries(database, event)
    assert (one.verdict, one.attempts, one.problem) == (None, 2, "It did not answer in time.")
    pathways.mute.clear()
    await deliver_all(database, pathways)
    assert [one.verdict for one in await deliveries(database, event)] == ["consumed"]
    assert set(pathways.delivered) == {f"{event}/0"}


async def test_the_store_is_asked_before_a_second_attempt(database: Database, pathways: Played) -> None:
    """An answer that was lost on its way, and is recorded, is not asked for again."""
    history = await pathways.listening("N-1")
    event = await pathways.note("N-1")
    pathways.mute.add(history.instance)
    await deliver_all(database, pathways)
    history.deliver("N-1", event)
    history.recorded[-1] = replace(history.recorded[-1], request=f"{event}/0")
    await pathways.record(history)
    await make_due(database)
    await deliver_all(database, pathways)
    assert [one.verdict for one in await deliveries(database, event)] == ["consumed"]
    assert len(pathways.delivered) == 1


async def test_one_that_does_not_answer_holds_up_nobody(database: Database, pathways: Played) -> None:
    """While one instance hangs, all others get their events."""
    slow = await pathways.listening("N-1")
    quick = [await pathways.listening("N-1") for _ in range(4)]
    pathways.hanging[slow.instance] = asyncio.Event()
    event = await pathways.note("N-1")
    deliverer = Deliverer(database, pathways, at_once=3)

    async def all_but_one() -> bool:
        await deliverer.claim()
        found = await deliveries(database, event)
        return {one.instance for one in found if one.verdict} == {one.instance for one in quick}

    await until(all_but_one)
    pathways.hanging[slow.instance].set()
    await deliverer.all_settled()
    assert {one.verdict for one in await deliveries(database, event)} == {"consumed"}


async def test_a_suspended_instance_gets_it_later(database: Database, pathways: Played) -> None:
    """`deferred` is no verdict: the event comes again."""
    history = await pathways.listening("N-1")
    event = await pathways.note("N-1")
    pathways.deferring.add(history.instance)
    await deliver_all(database, pathways)
    assert [one.verdict for one in await deliveries(database, event)] == [None]
    pathways.deferring.clear()
    await make_due(database)
    await deliver_all(database, pathways)
    assert [one.verdict for one in await deliveries(database, event)] == ["consumed"]


async def test_an_event_before_its_listener_is_delivered_once_armed(database: Database, pathways: Played) -> None:
    """The second delivery carries the revision of the arming that caused it."""
    history = await pathways.listening("N-1", recorded=False)
    await pathways.note("N-2")
    await record_first(database, pathways, history.instance)
    event = await pathways.note("N-1")
    await pathways.record(history)
    await deliver_all(database, pathways)
    [one] = await deliveries(database, event)
    assert (one.arming, one.verdict) == (history.rev - 1, "consumed")


async def record_first(database: Database, pathways: Played, instance: str) -> None:
    """Record only the first revision."""
    await record_in(database, pathways.histories[instance].request(1, 1))


async def test_what_is_given_up_is_sent_again(database: Database, pathways: Played) -> None:
    """A relay that is stopped in the middle leaves its claim to run out; another sends it again."""
    history = await pathways.listening("N-1")
    event = await pathways.note("N-1")
    pathways.hanging[history.instance] = asyncio.Event()
    stopped = Deliverer(database, pathways)
    await stopped.claim()
    await until(lambda: bool(pathways.delivered))
    await stopped.stop()
    pathways.hanging.clear()
    assert await Deliverer(database, pathways).claim() == 0
    await make_due(database)
    await deliver_all(database, pathways)
    assert [one.verdict for one in await deliveries(database, event)] == ["consumed"]
