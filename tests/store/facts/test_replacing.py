"""Replacing from a snapshot: what can be rebuilt is, what people left stays, and it is said that it happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete
from ulid import ULID

from store import tables
from store.database import Database, Unit
from store.inbox import NewEvent
from store.recording import record_in
from store.snapshots import stored_digest
from store.tasks import Comment, Task
from tests.support.histories import History, example_plan
from tests.support.stored import everything

PLAN = example_plan()


def begun() -> History:
    """A new instance."""
    return History(PLAN, str(ULID()))


async def digest_of(database: Database, instance: str) -> str:
    """The digest of what the tables hold."""
    async with database.transaction() as unit:
        stored = await unit.instances.get(instance)
        assert stored is not None
        return await stored_digest(unit, stored)


async def open_task(unit: Unit, instance: str) -> Task:
    """The only open task."""
    [task] = await unit.tasks.open_of(instance)
    return task


@pytest.mark.parametrize("stored_until", [0, 1, 4])
@pytest.mark.parametrize("last", [1, 2, 6, 7, 8, 9])
async def test_a_snapshot_mends_any_gap(database: Database, stored_until: int, last: int) -> None:
    """From nothing or from any revision, the tables come to be what the snapshot says."""
    history = begun().to_end()
    if stored_until:
        await record_in(database, history.request(1, stored_until))
    answer = await record_in(database, history.request(last, last, with_snapshot=True))
    assert (answer.rev, answer.needs_snapshot) == (last, False)
    assert await digest_of(database, history.instance) == history.digests[last]
    if last < history.rev:
        assert not (await record_in(database, history.request(last + 1))).needs_snapshot
        assert await digest_of(database, history.instance) == history.digests[history.rev]


async def test_the_gap_is_on_record_once(database: Database) -> None:
    """Timeline and audit get an entry, and the revisions that were told; a repeated request adds nothing."""
    history = begun().to_listening()
    await record_in(database, history.request(1, 1))
    request = history.request(3, with_snapshot=True)
    await record_in(database, request)
    before = await everything(database, history.instance)
    gaps = [one["detail"] for one in before["timeline"] if one["kind"] == "gap"]
    assert gaps == [{"stored": 1, "now": 3}]
    assert [one["rev"] for one in before["timeline"] if one["kind"] == "task-closed"] == [3]
    assert [one["action"] for one in before["audit"]].count("instance.rebuild") == 1
    assert [one["request"] for one in before["result"]] == ["click-check"]
    await record_in(database, request)
    assert await everything(database, history.instance) == before


async def test_what_people_left_beside_a_task_stays(database: Database) -> None:
    """Assignee, draft and comments survive; the version moves on, so that an old page is told."""
    history = begun().to_task()
    await record_in(database, history.request())
    async with database.transaction() as unit:
        task = await open_task(unit, history.instance)
        await unit.tasks.claim(task.id, "anna")
        await unit.tasks.save_draft(task.id, "anna", {"note": "half a"})
        await unit.tasks.comment(Comment(str(ULID()), task.id, "anna", "Called twice.", datetime.now(UTC)))
        await unit.connection.execute(
            tables.task.update().where(tables.task.c.id == task.id).values(queue="nowhere", title="Wrong")
        )
    await record_in(database, history.request(2, with_snapshot=True))
    async with database.transaction() as unit:
        rebuilt = await open_task(unit, history.instance)
        assert (rebuilt.queue, rebuilt.title, rebuilt.assignee) == ("intake", "Check the order", "anna")
        assert rebuilt.version > task.version
        draft = await unit.tasks.draft(task.id, "anna")
        assert draft is not None
        assert draft.values == {"note": "half a"}
        assert [one.text for one in await unit.tasks.comments(task.id)] == ["Called twice."]


async def test_lost_rows_come_back_and_wrong_ones_go(database: Database) -> None:
    """A task, incident or listener that the instance does not have is closed; one that is missing is made."""
    history = begun().fail("look")
    await record_in(database, history.request())
    async with database.transaction() as unit:
        for table in (tables.position, tables.incident):
            await unit.connection.execute(delete(table).where(table.c.instance == history.instance))
    await record_in(database, history.request(2, with_snapshot=True))
    rows = await everything(database, history.instance)
    assert [(one["status"], one["occurrences"]) for one in rows["incident"]] == [("open", 1)]
    assert [one["waits"] for one in rows["position"]] == ["operator"]


async def test_a_store_that_is_ahead_goes_back(database: Database) -> None:
    """After a restore of Temporal the instance knows less: the task that was completed is open again."""
    history = begun().to_listening()
    await record_in(database, history.request())
    await record_in(database, history.request(2, 2, with_snapshot=True))
    rows = await everything(database, history.instance)
    assert [(one["status"], one["closed_by"], one["values"]) for one in rows["task"]] == [("open", None, None)]
    assert rows["listener"] == []
    assert rows["instance"][0]["rev"] == 2
    other = replace(history.request(3), digest=history.digests[3])
    assert not (await record_in(database, other)).needs_snapshot


async def test_an_ending_that_was_lost_closes_everything(database: Database) -> None:
    """A snapshot of an ended instance leaves nothing open, and takes the outcome from the facts that tell it."""
    history = begun().to_task().cancel()
    await record_in(database, history.request(1, 2))
    await record_in(database, history.request(3, with_snapshot=True))
    rows = await everything(database, history.instance)
    ended = rows["instance"][0]
    assert (ended["status"], ended["outcome"], ended["outcome_kind"]) == ("ended", "cancelled", "cancelled")
    assert [one["status"] for one in rows["task"]] == ["cancelled"]
    assert rows["position"] == []


async def test_a_rebuilt_listener_is_matched_with_what_came_meanwhile(database: Database) -> None:
    """An event that arrived while the listener was missing is delivered after all."""
    key = str(ULID())
    history = History(PLAN, str(ULID()), order=key).to_listening()
    await record_in(database, history.request(1, 1))
    async with database.transaction() as unit:
        note, _ = await unit.inbox.receive(NewEvent("test", key, "note.arrived", key, {}))
    await record_in(database, history.request(3, with_snapshot=True))
    async with database.transaction() as unit:
        assert [one.instance for one in await unit.inbox.deliveries(note.id)] == [history.instance]
