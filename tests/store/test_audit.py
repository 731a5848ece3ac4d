"""The audit chain: nothing in it can be changed, put in, taken out or cut off unnoticed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import delete, update

from store import tables
from store.audit import NewAuditEntry, Verification, person
from store.database import Database

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def entry(number: int, **more: Any) -> NewAuditEntry:
    """An entry."""
    return NewAuditEntry(AT, person("anna"), "task.claim", f"task/{number}", **more)


async def append(database: Database, *entries: NewAuditEntry) -> None:
    """Put entries on record in a transaction of its own."""
    async with database.transaction() as unit:
        await unit.audit.append(*entries)


async def verify(database: Database) -> Verification:
    """Go through the chain."""
    async with database.transaction() as unit:
        return await unit.audit.verify()


async def test_an_untouched_chain_holds(own_database: Database) -> None:
    """From an empty chain on, whatever the details are."""
    assert await verify(own_database) == Verification(0)
    details: list[Any] = [1.0, 1e16, -0.0, 0.1, 1e-7, 2**60, "é\x00\ud800", None, [{"b": 1, "a": [True]}], ""]
    await append(own_database, *(entry(n, detail={"value": one}) for n, one in enumerate(details)))
    local = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    await append(own_database, NewAuditEntry(local, "rule:x", "y", "z\x00"))
    found = await verify(own_database)
    assert found.holds, found
    assert found.entries == len(details) + 1


async def test_writers_at_the_same_time_make_one_chain(own_database: Database) -> None:
    """Appending takes turns: numbers have no gap and each entry follows the one before it."""
    await asyncio.gather(*(append(own_database, entry(n), entry(n)) for n in range(8)))
    assert await verify(own_database) == Verification(16)


async def test_what_is_rolled_back_leaves_no_gap(own_database: Database) -> None:
    """An entry belongs to its transaction."""

    async def fail() -> None:
        async with own_database.transaction() as unit:
            await unit.audit.append(entry(1))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    await append(own_database, entry(2))
    assert await verify(own_database) == Verification(1)


CHANGES = {
    "actor": update(tables.audit).where(tables.audit.c.number == 2).values(actor="person:eve"),
    "detail": update(tables.audit).where(tables.audit.c.number == 2).values(detail={"value": 3}),
    "time": update(tables.audit).where(tables.audit.c.number == 2).values(at=AT + timedelta(seconds=1)),
    "instance": update(tables.audit).where(tables.audit.c.number == 2).values(instance="another"),
    "taken out": delete(tables.audit).where(tables.audit.c.number == 2),
    "hash": update(tables.audit).where(tables.audit.c.number == 2).values(hash="0" * 64),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
async def test_a_change_to_the_past_shows_where(own_database: Database, change: str) -> None:
    """Whatever of an entry is changed, the chain breaks at it."""
    await append(own_database, *(entry(n, detail={"value": n}) for n in range(1, 5)))
    async with own_database.transaction() as unit:
        await unit.connection.execute(CHANGES[change])
    assert (await verify(own_database)).broken_at == 2


async def test_a_chain_that_was_cut_off_shows(own_database: Database) -> None:
    """The head remembers the last entry, even where the entries that are left fit together."""
    await append(own_database, *(entry(n) for n in range(1, 5)))
    async with own_database.transaction() as unit:
        await unit.connection.execute(delete(tables.audit).where(tables.audit.c.number > 2))
    found = await verify(own_database)
    assert (found.holds, found.broken_at) == (False, 3)


async def test_entries_are_found_by_whom_and_what(own_database: Database) -> None:
    """The latest first, by instance, actor or subject, in pages."""
    await append(own_database, *(entry(n, instance="i-1" if n % 2 else "i-2") for n in range(1, 6)))
    async with own_database.transaction() as unit:
        page = await unit.audit.page(instance="i-1", limit=2)
        assert [one.number for one in page.items] == [5, 3]
        rest = await unit.audit.page(instance="i-1", limit=2, after=page.next)
        assert ([one.number for one in rest.items], rest.next) == ([1], None)
        assert [one.number for one in (await unit.audit.page(subject="task/4")).items] == [4]
        assert (await unit.audit.page(actor="person:nobody")).items == ()
