"""Events while an instance is suspended: kept for it, and delivered again when that is over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from ulid import ULID

from pathways.facts import InstanceEnding, InstanceHeld, InstanceResumed, InstanceSuspended, ListenerArmed
from store import tables
from store.database import Database
from store.deliveries import Due
from store.inbox import Delivery, NewEvent
from tests.support.stated import Stated

LEASE = timedelta(seconds=30)
WAIT = timedelta(seconds=1)


async def waiting(database: Database) -> Stated:
    """An instance that waits for a note with its own id as key."""
    instance = await Stated(database).begin()
    await instance.say(*instance.waits("note", instance.id))
    return instance


async def suspend(instance: Stated) -> None:
    """An operator suspends it."""
    await instance.say(InstanceSuspended(instance.at, "boss", "The patient travels."))


async def resume(instance: Stated) -> None:
    """An operator resumes it."""
    await instance.say(InstanceResumed(instance.at, "boss", "The patient is back."))


async def receive(database: Database, key: str) -> str:
    """A note arrives; the event's id."""
    async with database.transaction() as unit:
        event, _ = await unit.inbox.receive(NewEvent("test", str(ULID()), "note.arrived", key, {}))
        return event.id


async def claim(database: Database) -> tuple[Due, ...]:
    """What is due."""
    async with database.transaction() as unit:
        return await unit.deliveries.claim(limit=10, lease=LEASE)


async def defer(database: Database, due: Due) -> bool:
    """The instance answers that it is suspended."""
    async with database.transaction() as unit:
        return await unit.deliveries.defer(due.delivery, WAIT)


async def deliveries(database: Database, event: str) -> tuple[Delivery, ...]:
    """Where an event went."""
    async with database.transaction() as unit:
        return await unit.inbox.deliveries(event)


async def test_a_deferred_event_comes_again_with_the_resuming(own_database: Database) -> None:
    """Not before; then as another update, for Temporal knows the first one's answer."""
    instance = await waiting(own_database)
    event = await receive(own_database, instance.id)
    await suspend(instance)
    [due] = await claim(own_database)
    assert await defer(own_database, due)
    assert [one.verdict for one in await deliveries(own_database, event)] == ["deferred"]
    assert await claim(own_database) == ()
    await resume(instance)
    verdicts = {one.arming: one.verdict for one in await deliveries(own_database, event)}
    assert verdicts == {0: "superseded", instance.rev: None}
    [again] = await claim(own_database)
    assert (again.event.id, again.delivery.update_id) == (event, f"{event}/{instance.rev}")


async def test_a_second_suspension_keeps_it_again(own_database: Database) -> None:
    """As often as it is suspended."""
    instance = await waiting(own_database)
    event = await receive(own_database, instance.id)
    for _ in range(2):
        await suspend(instance)
        [due] = await claim(own_database)
        assert await defer(own_database, due)
        await resume(instance)
    assert [one.verdict for one in await deliveries(own_database, event)] == ["superseded", "superseded", None]


async def test_a_deferral_that_comes_late_is_tried_again(own_database: Database) -> None:
    """The end of the suspension was recorded before the relay could write that it was deferred: nothing is lost."""
    instance = await waiting(own_database)
    event = await receive(own_database, instance.id)
    [due] = await claim(own_database)
    await suspend(instance)
    await resume(instance)
    assert not await defer(own_database, due)
    [one] = await deliveries(own_database, event)
    assert (one.verdict, one.problem) == (None, "Deferred while the pathway is suspended.")


async def test_an_arming_during_the_suspension_delivers_it_once(own_database: Database) -> None:
    """A key that changed meanwhile matches the event too; on resuming it comes once."""
    instance = await waiting(own_database)
    event = await receive(own_database, instance.id)
    await suspend(instance)
    [due] = await claim(own_database)
    await defer(own_database, due)
    since = instance.at - timedelta(hours=1)
    await instance.say(ListenerArmed(instance.at, "note", "note.arrived", instance.id, since, instance.rev + 1, "note"))
    [due] = await claim(own_database)
    await defer(own_database, due)
    await resume(instance)
    assert [one.event.id for one in await claim(own_database)] == [event]
    verdicts = [one.verdict for one in await deliveries(own_database, event)]
    assert sorted(map(str, verdicts)) == ["None", "superseded", "superseded"]


async def test_what_is_deferred_is_no_dead_letter(own_database: Database) -> None:
    """Its window may be over: it is not forgotten, until the instance has ended."""
    instance = await waiting(own_database)
    event = await receive(own_database, instance.id)
    await suspend(instance)
    [due] = await claim(own_database)
    await defer(own_database, due)
    async with own_database.transaction() as unit:
        await unit.event_starts.looked_at(event)
        past = {"expires_at": tables.inbox.c.received_at}
        await unit.connection.execute(update(tables.inbox).where(tables.inbox.c.id == event).values(past))
        assert await unit.deliveries.bury() == 0
    await instance.end()
    assert [one.verdict for one in await deliveries(own_database, event)] == ["gone"]
    async with own_database.transaction() as unit:
        assert await unit.deliveries.bury() == 1


async def test_an_end_that_is_under_way_frees_it(own_database: Database) -> None:
    """What ends is neither suspended nor held any more, though something still settles; nothing comes to it again."""
    instance = await waiting(own_database)
    event = await receive(own_database, instance.id)
    await suspend(instance)
    await instance.say(InstanceHeld(instance.at, ("note",), "anna", "a recall"))
    [due] = await claim(own_database)
    await defer(own_database, due)
    await instance.say(InstanceEnding(instance.at, "cancelled", "anna", "Not needed."))
    async with own_database.transaction() as unit:
        stored = await unit.instances.get(instance.id)
    assert stored is not None
    assert (stored.status, stored.suspended, stored.suspension, stored.hold) == ("cancelling", False, None, None)
    assert [one.verdict for one in await deliveries(own_database, event)] == ["gone"]


async def test_a_wait_looks_back(own_database: Database) -> None:
    """An event that came before the wait began counts, as long before as the wait says."""
    early = await receive(own_database, "K-1")
    for lookback, expected in ((timedelta(0), []), (timedelta(hours=1), [early])):
        instance = await Stated(own_database).begin()
        await instance.say(*instance.waits("note", "K-1", lookback=lookback))
        assert [one.event.id for one in await claim(own_database)] == expected


async def test_a_wait_looks_back_also_where_time_runs_ahead(own_database: Database) -> None:
    """In a demonstration pathway time is not the time in which events come: what counts is how far it looks back."""
    early = await receive(own_database, "K-1")
    instance = await Stated(own_database).begin()
    instance.at += timedelta(days=30)
    await instance.say(*instance.waits("note", "K-1", lookback=timedelta(hours=1)))
    assert [one.event.id for one in await claim(own_database)] == [early]
