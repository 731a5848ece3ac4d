"""The work list: order, pages that stay put, filters and counts."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ulid import ULID

from store import tables
from store.database import Database
from store.gone import mark
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
        deep = base64.urlsafe_b64encode(b"[" * 3_000).decode()
        for text in ("", "?", "WzFd", "bm9uc2Vuc2U", deep, *foreign):
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
    assert await found(hidden_queues=frozenset({"intake"}), person="anna") == await found() - {late}
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
    """Open and overdue: per queue, and only what the roles allow."""
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
        counts = await unit.worklist.counts(now=OPENED)
        assert counts.queues == (QueueCount("intake", 2, 1, 2), QueueCount("triage", 1, 0, 1))
        assert counts.all.open == 3
        limited = await unit.worklist.counts(now=OPENED, roles=frozenset({"coordinator"}))
        assert [one.queue for one in limited.queues] == ["intake"]


async def test_nothing_open_counts_as_nothing(own_database: Database) -> None:
    """In no queue, and altogether."""
    async with own_database.transaction() as unit:
        counts = await unit.worklist.counts(now=OPENED)
        assert (counts.queues, counts.all.open, counts.all.tasks) == ((), 0, 0)


async def test_a_cause_counts_once(own_database: Database) -> None:
    """In each queue where it is, and once for all of them; `tasks` tells how many there are."""
    late = OPENED - timedelta(hours=1)
    for _ in range(2):
        await add_tasks(
            own_database,
            await add_instance(own_database),
            [
                {"queue": "intake", "cause": "late", "due_at": late, "assignee": "anna"},
                {"queue": "intake", "cause": "late", "due_at": late},
                {"queue": "triage", "cause": "late"},
                {"queue": "triage", "cause": "other"},
                {"queue": "intake"},
            ],
        )
    async with own_database.transaction() as unit:
        counts = await unit.worklist.counts(now=OPENED)
        assert counts.queues == (QueueCount("intake", 4, 2, 6), QueueCount("triage", 4, 0, 4))
        assert (counts.all.open, counts.all.overdue, counts.all.tasks) == (6, 2, 10)
        hidden = await unit.worklist.counts(now=OPENED, hidden_queues=frozenset({"intake"}))
        assert ([one.queue for one in hidden.queues], hidden.all.open) == (["triage"], 4)


_caused = st.fixed_dictionaries(
    {
        "instance": st.integers(0, 2),
        "cause": st.sampled_from([None, "late", "stale"]),
        "queue": st.sampled_from(["intake", "triage", "secret"]),
        "priority": st.sampled_from(sorted(RANKS)),
        "due_at": st.one_of(st.none(), st.integers(0, 3).map(lambda hours: OPENED + timedelta(hours=hours))),
        "assignee": st.sampled_from([None, "anna"]),
        "status": st.sampled_from(["open", "open", "open", "completed"]),
    }
)


@given(
    st.lists(_caused, max_size=14),
    st.integers(1, 4),
    st.sampled_from(["due", "priority"]),
    st.sampled_from([{}, {"queues": frozenset({"intake"})}, {"unassigned": True}, {"priority": "routine"}]),
)
@settings(max_examples=40, deadline=None)
async def test_a_cause_is_one_item_on_whatever_page(
    database: Database, tasks: list[dict[str, Any]], limit: int, order: Order, filters: dict[str, Any]
) -> None:
    """Of those that the filter finds the first in the list's order, which leads to all others that one may see."""
    site = str(ULID())
    instances = [await add_instance(database) for _ in range(3)]
    for place, instance in enumerate(instances):
        own = [one for one in tasks if one["instance"] == place]
        rows = [{name: one[name] for name in one if name != "instance"} | {"attributes": {"site": site}} for one in own]
        if rows:
            await add_tasks(database, instance, rows)
    wanted = WorkFilter(attributes={"site": site}, hidden_queues=frozenset({"secret"}), **filters)
    async with database.transaction() as unit:
        apart = (await unit.worklist.page(wanted, limit=200, order=order, together=False)).items
        everything = WorkFilter(attributes={"site": site}, hidden_queues=frozenset({"secret"}))
        seen = (await unit.worklist.page(everything, limit=200, together=False)).items
        listed = (await unit.worklist.page(wanted, limit=200, order=order)).items
        others = await unit.worklist.same_cause(listed, hidden_queues=frozenset({"secret"}))
    first: dict[object, TaskSummary] = {}
    for one in apart:
        first.setdefault((one.instance, one.cause) if one.cause else one.id, one)
    assert listed == tuple(first.values())
    found = await pages(database, wanted, limit=limit, order=order)
    assert [ident for page in found for ident in page] == [one.id for one in listed]
    assert all(len(page) == limit for page in found[:-1])
    for one in listed:
        same = [each.id for each in seen if each.cause and (each.instance, each.cause) == (one.instance, one.cause)]
        assert [each.id for each in others.get(one.id, ())] == [each for each in same if each != one.id]


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


async def test_what_stands_still_is_not_handed_out(database: Database) -> None:
    """Who asks for the next task gets one that can be completed; those of a lost workflow stay in the list."""
    lost, other, queue = await add_instance(database), await add_instance(database), f"q-{ULID()}".lower()
    [first] = await add_tasks(database, lost, [{"due_at": OPENED, "queue": queue}])
    [second] = await add_tasks(database, other, [{"queue": queue}])
    wanted = WorkFilter(queues=frozenset({queue}))
    async with database.transaction() as unit:
        await mark(unit, lost, "terminated")
        found = await unit.worklist.next_for("anna", wanted)
    assert found is not None
    assert found.id == second
    assert [one.id for one in await all_tasks(database, wanted)] == [first, second]
