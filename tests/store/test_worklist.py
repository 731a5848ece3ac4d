"""The work list: order, pages that stay put, filters and counts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import tables
from store.database import Database
from store.paging import BadCursorError, cursor
from store.tasks import RANKS, TaskSummary
from store.worklist import Order, QueueCount, WorkFilter
from tests.support.work import OPENED, add_instance, add_tasks


async def pages(database: Database, wanted: WorkFilter, *, limit: int, order: Order = "due") -> list[list[str]]:
    """All pages of a list, as ids."""
    found: list[list[str]] = []
    after: str | None = None
    while True:
        async with database.transaction() as unit:
            page = await unit.worklist.page(wanted, after=after, limit=limit, order=order)
        found.append([one.id for one in page.items])
        if page.next is None:
            return found
        after = page.next


async def all_tasks(database: Database, wanted: WorkFilter, order: Order = "due") -> list[TaskSummary]:
    """A whole list."""
    async with database.transaction() as unit:
        return list((await unit.worklist.page(wanted, limit=200, order=order)).items)


_task = st.fixed_dictionaries(
    {
        "priority": st.sampled_from(sorted(RANKS)),
        "due_at": st.one_of(st.none(), st.integers(0, 3).map(lambda hours: OPENED + timedelta(hours=hours))),
    }
)


@given(st.lists(_task, min_size=1, max_size=12), st.integers(1, 5), st.sampled_from(["due", "priority"]))
@settings(max_examples=15)
async def test_pages_put_together_are_the_list_in_order(
    database: Database, tasks: list[dict[str, Any]], limit: int, order: Order
) -> None:
    """Every task once, by due time with the undated last, then priority, then id; or by priority first."""
    instance = await add_instance(database)
    await add_tasks(database, instance, tasks)
    wanted = WorkFilter(instance=instance)
    listed = await all_tasks(database, wanted, order)
    found = await pages(database, wanted, limit=limit, order=order)
    assert [ident for page in found for ident in page] == [one.id for one in listed]
    assert all(len(page) == limit for page in found[:-1])

    def due(one: TaskSummary) -> tuple[bool, object]:
        return one.due_at is None, one.due_at or OPENED

    by_due = sorted(listed, key=lambda one: (due(one), one.rank, one.id))
    by_priority = sorted(listed, key=lambda one: (one.rank, due(one), one.id))
    assert listed == (by_due if order == "due" else by_priority)
    assert len(listed) == len(tasks)


async def test_rows_that_come_and_go_move_nothing(database: Database) -> None:
    """After the first page a task opens before it and one of it closes: the second page is as it would have been."""
    instance = await add_instance(database)
    tasks = [{"due_at": OPENED + timedelta(hours=hour)} for hour in range(6)]
    ids = await add_tasks(database, instance, tasks)
    wanted = WorkFilter(instance=instance)
    async with database.transaction() as unit:
        first = await unit.worklist.page(wanted, limit=3)
    assert [one.id for one in first.items] == ids[:3]
    await add_tasks(database, instance, [{"due_at": OPENED, "priority": "stat"}])
    async with database.transaction() as unit:
        closing = tables.task.update().where(tables.task.c.id == ids[2]).values(status="cancelled")
        await unit.connection.execute(closing)
        second = await unit.worklist.page(wanted, after=first.next, limit=3)
    assert [one.id for one in second.items] == ids[3:]


async def test_a_text_that_is_no_cursor_is_refused(database: Database) -> None:
    """A made-up or foreign cursor is an error with words, not a fault."""
    async with database.transaction() as unit:
        foreign = [cursor([1]), cursor(["a", 1, "c"]), cursor([OPENED, 2**80, "x"]), cursor(["2026-01-01", 1, "x"])]
        for text in ("", "?", "WzFd", "bm9uc2Vuc2U", *foreign):
            with pytest.raises(BadCursorError):
                await unit.worklist.page(WorkFilter(), after=text)


async def test_filters_narrow(database: Database) -> None:
    """Queue, person, nobody, role, stage, priority, due time and attributes, each by itself and together."""
    instance = await add_instance(database)
    mine, free, late, nurse = await add_tasks(
        database,
        instance,
        [
            {"queue": "intake", "assignee": "anna", "stage": "look"},
            {"queue": "triage", "priority": "urgent", "attributes": {"site": "north", "urgent": True}},
            {"queue": "intake", "due_at": OPENED - timedelta(hours=1)},
            {"queue": "triage", "role": "nurse-reviewer"},
        ],
    )

    async def found(**filters: Any) -> set[str]:
        return {one.id for one in await all_tasks(database, WorkFilter(instance=instance, **filters))}

    assert await found(queues=frozenset({"intake"})) == {mine, late}
    assert await found(queues=frozenset()) == set()
    assert await found(hidden_queues=frozenset({"intake"})) == await found() - {mine, late}
    assert await found(assignee="anna") == {mine}
    assert await found(unassigned=True) == {free, late, nurse}
    assert await found(roles=frozenset({"coordinator"})) == {mine, free, late}
    assert await found(roles=frozenset({"nurse-reviewer"})) == {mine, free, late, nurse}
    assert await found(stage="look") == {mine}
    assert await found(priority="urgent") == {free}
    assert await found(priority="no-such") == set()
    assert await found(due_before=OPENED) == {late}
    assert await found(attributes={"site": "north"}) == {free}
    assert await found(queues=frozenset({"intake"}), unassigned=True) == {late}
    assert await found(pathway="another") == set()


async def test_queues_are_counted_in_one_query(own_database: Database) -> None:
    """Open, with nobody, mine, overdue: per queue, and only what the roles allow."""
    instance = await add_instance(own_database)
    await add_tasks(
        own_database,
        instance,
        [
            {"queue": "intake", "assignee": "anna"},
            {"queue": "intake", "due_at": OPENED - timedelta(hours=1)},
            {"queue": "triage", "role": "nurse-reviewer"},
            {"queue": "triage", "status": "completed"},
        ],
    )
    async with own_database.transaction() as unit:
        counts = await unit.worklist.counts(now=OPENED, person="anna")
        assert counts == (QueueCount("intake", 2, 1, 1, 1), QueueCount("triage", 1, 1, 0, 0))
        limited = await unit.worklist.counts(now=OPENED, roles=frozenset({"coordinator"}))
        assert [one.queue for one in limited] == ["intake"]


async def test_two_who_ask_for_the_next_task_get_different_ones(database: Database) -> None:
    """Claiming the next passes over a row that somebody else is about to take."""
    instance = await add_instance(database)
    ids = await add_tasks(database, instance, [{"due_at": OPENED}, {"due_at": OPENED + timedelta(hours=1)}])
    both = asyncio.Barrier(2)

    async def take(person: str) -> str:
        async with database.transaction() as unit:
            found = await unit.worklist.next_for(person, WorkFilter(instance=instance))
            assert found is not None
            await both.wait()
            assert (await unit.tasks.claim(found.id, person)).done
            return found.id

    assert sorted(await asyncio.gather(take("anna"), take("ben"))) == sorted(ids)
