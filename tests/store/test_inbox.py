"""Events in: accepted once, matched, delivered one after another to each instance, and never lost silently."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import update
from ulid import ULID

from store import tables
from store.database import Database
from store.deliveries import Due
from store.inbox import InboxEvent, NewEvent
from store.recording import record_in
from tests.support.histories import History, example_plan

PLAN = example_plan()
LEASE = timedelta(seconds=30)


async def listening(database: Database, key: str) -> History:
    """An instance that waits for a note with a key."""
    history = History(PLAN, str(ULID()), order=key).to_listening()
    await record_in(database, history.request())
    return history


async def receive(database: Database, key: str | None, *, ident: str | None = None) -> tuple[InboxEvent, bool]:
    """A note arrives."""
    async with database.transaction() as unit:
        new = NewEvent("test", ident or str(ULID()), "note.arrived", key, {"text": "Hello."})
        return await unit.inbox.receive(new)


async def claim(database: Database, limit: int = 10) -> tuple[Due, ...]:
    """Claim what is due."""
    async with database.transaction() as unit:
        return await unit.deliveries.claim(limit=limit, lease=LEASE)


async def test_the_same_event_is_accepted_once(own_database: Database) -> None:
    """Source and id name an event: a repetition is told apart, also when both come at the same moment."""
    await listening(own_database, "N-1")
    both = await asyncio.gather(*(receive(own_database, "N-1", ident="e-1") for _ in range(2)))
    assert sorted(new for _, new in both) == [False, True]
    assert both[0][0].id == both[1][0].id
    async with own_database.transaction() as unit:
        assert len(await unit.inbox.deliveries(both[0][0].id)) == 1
        other = await unit.inbox.receive(NewEvent("another", "e-1", "note.arrived", "N-1", {}))
        assert other[1]


async def test_an_event_goes_to_those_who_listen_for_its_key(own_database: Database) -> None:
    """Each instance once; not to those with another key, and to nobody without a key."""
    first, second = await listening(own_database, "N-1"), await listening(own_database, "N-1")
    await listening(own_database, "N-2")
    event, _ = await receive(own_database, "N-1")
    async with own_database.transaction() as unit:
        found = await unit.inbox.deliveries(event.id)
        assert {one.instance for one in found} == {first.instance, second.instance}
        assert {one.update_id for one in found} == {f"{event.id}/0"}
    keyless, _ = await receive(own_database, None)
    async with own_database.transaction() as unit:
        assert await unit.inbox.deliveries(keyless.id) == ()


async def test_what_is_claimed_is_not_claimed_again_until_the_claim_runs_out(own_database: Database) -> None:
    """Two relays that look at once share the work; a claim that ran out counts as another attempt."""
    for _ in range(4):
        await listening(own_database, "N-1")
    await receive(own_database, "N-1")
    taken = await asyncio.gather(*(claim(own_database, 3) for _ in range(3)))
    keys = [one.delivery.instance for some in taken for one in some]
    assert len(keys) == len(set(keys))
    keys += [one.delivery.instance for one in await claim(own_database)]
    assert len(set(keys)) == len(keys) == 4
    async with own_database.transaction() as unit:
        await unit.connection.execute(update(tables.delivery).values(next_at=tables.delivery.c.next_at - LEASE))
    assert {one.delivery.attempts for one in await claim(own_database)} == {2}


async def test_an_instance_gets_its_events_one_after_another(own_database: Database) -> None:
    """A second event waits for the first one's verdict; other instances do not."""
    slow, quick = await listening(own_database, "N-1"), await listening(own_database, "N-2")
    first, _ = await receive(own_database, "N-1")
    second, _ = await receive(own_database, "N-1")
    other, _ = await receive(own_database, "N-2")
    due = {one.delivery.instance: one for one in await claim(own_database)}
    oldest = min(first.id, second.id)
    assert {ident: one.event.id for ident, one in due.items()} == {slow.instance: oldest, quick.instance: other.id}
    assert await claim(own_database) == ()
    async with own_database.transaction() as unit:
        await unit.deliveries.settle(due[slow.instance].delivery, "ignored")
    assert [one.event.id for one in await claim(own_database)] == [max(first.id, second.id)]


async def test_a_consumed_event_is_not_delivered_again_by_a_later_arming(own_database: Database) -> None:
    """What an instance consumed is not matched again, and what was matched meanwhile is superseded."""
    history = await listening(own_database, "N-1")
    event, _ = await receive(own_database, "N-1")
    [due] = await claim(own_database)
    async with own_database.transaction() as unit:
        row = {"event": event.id, "instance": history.instance, "arming": 9, "attempts": 0}
        await unit.connection.execute(
            tables.delivery.insert().values(row | {"next_at": due.delivery.next_at - 2 * LEASE})
        )
        await unit.deliveries.settle(due.delivery, "consumed", ["note"])
    assert await claim(own_database) == ()
    async with own_database.transaction() as unit:
        verdicts = {one.arming: one.verdict for one in await unit.inbox.deliveries(event.id)}
        assert verdicts == {0: "consumed", 9: "superseded"}
        stored = await unit.inbox.get(event.id)
        assert stored is not None
        assert stored.status == "consumed"
        [(found, delivery)] = (await unit.inbox.of_instance(history.instance))[:1]
        assert (found.id, delivery.taken_by) == (event.id, ["note"])


async def test_events_that_nobody_took_become_dead_letters_with_the_reason(own_database: Database) -> None:
    """Not before their window is over, not while a delivery is under way, and once."""
    await listening(own_database, "N-1")
    unmatched, _ = await receive(own_database, "N-9")
    ignored, _ = await receive(own_database, "N-1")
    under_way, _ = await receive(own_database, "N-1")
    await receive(own_database, "N-8")
    [due] = await claim(own_database)
    async with own_database.transaction() as unit:
        await unit.deliveries.settle(due.delivery, "ignored")
        for one in (unmatched, ignored, under_way):
            await unit.event_starts.looked_at(one.id)
        waiting = {ignored.id, under_way.id} - {due.event.id}
        over = [unmatched.id, ignored.id, under_way.id]
        past = tables.inbox.c.received_at
        await unit.connection.execute(update(tables.inbox).where(tables.inbox.c.id.in_(over)).values(expires_at=past))
    async with own_database.transaction() as unit:
        assert await unit.deliveries.bury() == 2
        assert await unit.deliveries.bury() == 0
        letters = {one.event: one.reason for one in (await unit.inbox.dead_letters()).items}
        assert letters == {
            unmatched.id: "No pathway was waiting for it.",
            due.event.id: "It reached 1 pathway, and none took it.",
        }
        [left] = waiting
        stored = await unit.inbox.get(left)
        assert stored is not None
        assert stored.status == "waiting"


async def test_events_are_listed_the_latest_first(own_database: Database) -> None:
    """In pages that join without a gap."""
    events = [(await receive(own_database, f"N-{n}"))[0].id for n in range(5)]
    async with own_database.transaction() as unit:
        page = await unit.inbox.page(limit=3)
        rest = await unit.inbox.page(limit=3, after=page.next)
    assert [one.id for one in (*page.items, *rest.items)] == events[::-1]
    assert rest.next is None
