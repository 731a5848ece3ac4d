"""Recording: each revision once, whatever happens to the requests that carry it."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from ulid import ULID

from pathways.messages import RecordRequest
from store import tables
from store.database import Database
from store.inbox import NewEvent
from store.instances import NewInstance
from store.recording import record_in
from store.snapshots import stored_digest
from tests.support.histories import History, example_plan
from tests.support.stored import anonymous, everything

PLAN = example_plan()
FULL = History(PLAN, "01FULL00000000000000000000").to_end()


def begun() -> History:
    """A new instance that waits for its first action."""
    return History(PLAN, str(ULID()))


async def test_every_revision_leaves_the_tables_as_the_instance_pictures_itself(database: Database) -> None:
    """After each revision the digest of what the tables hold is that of the instance's own snapshot."""
    history = begun().to_end()
    for rev in range(1, history.rev + 1):
        answer = await record_in(database, history.request(rev, rev))
        assert (answer.rev, answer.needs_snapshot) == (rev, False)
        async with database.transaction() as unit:
            stored = await unit.instances.get(history.instance)
            assert stored is not None
            assert await stored_digest(unit, stored) == history.digests[rev], f"revision {rev}"


async def test_an_ended_instance_has_its_outcome_and_nothing_open(database: Database) -> None:
    """At the end outcome and kind are known, nothing stands, and the records remain."""
    history = begun().to_end()
    await record_in(database, history.request())
    rows = await everything(database, history.instance)
    instance = rows["instance"][0]
    assert (instance["status"], instance["outcome"], instance["outcome_kind"]) == ("ended", "done", "success")
    assert instance["attributes"] == {"found": True, "urgent": False}
    assert instance["data"][""]["checked"]["by"] == "coordinator"
    assert rows["position"] == rows["listener"] == []
    assert [(one["status"], one["closed_by"], one["values"]) for one in rows["task"]] == [
        ("completed", "coordinator", {"note": "Seen."})
    ]
    assert [(one["status"], one["occurrences"], one["retries"]) for one in rows["incident"]] == [("closed", 2, 2)]
    assert [one["type"] for one in rows["outbox"]] == ["case.done"]
    assert [one["request"] for one in rows["result"]] == ["click-check"]
    assert len(rows["timeline"]) == sum(len(one.facts) for one in history.recorded)
    assert [one["actor"] for one in rows["audit"]] == [
        "person:tester",
        "person:supervisor",
        "person:supervisor",
        "person:coordinator",
        "rule:example@1.0.0",
    ]


async def test_an_open_task_carries_what_its_list_shows(database: Database) -> None:
    """Queue, priority, due time, stage, form and the instance's attributes are on the task's own row."""
    history = History(PLAN, str(ULID()), order="urgent").to_task()
    await record_in(database, history.request())
    async with database.transaction() as unit:
        [task] = await unit.tasks.open_of(history.instance)
    assert (task.queue, task.priority, task.rank, task.stage) == ("intake", "urgent", 2, "work")
    assert task.due_at is not None
    assert task.due_order == task.due_at
    assert task.attributes == {"found": True, "urgent": True}
    assert [one["name"] for one in task.form] == ["note"]
    assert [one["id"] for one in task.outcomes] == ["ok", "stop"]
    assert (task.assignee, task.version) == (None, 1)


async def test_a_wanted_row_becomes_the_running_instance(database: Database) -> None:
    """A `starting` row keeps its inputs and gets the rest from the first facts."""
    history = begun()
    new = NewInstance(
        history.instance, "example", "1.0.0", PLAN.digest, "Example", "UTC", {"order": "x"}, history.at, "tester"
    )
    async with database.transaction() as unit:
        assert (await unit.instances.add(new))[1]
    await record_in(database, history.request())
    async with database.transaction() as unit:
        stored = await unit.instances.get(history.instance)
    assert stored is not None
    assert (stored.status, stored.inputs, stored.zone) == ("running", {"order": "x"}, "America/New_York")


async def test_a_repeated_request_changes_nothing(database: Database) -> None:
    """A request whose answer was lost comes again, and gets the same answer."""
    history = begun().to_listening()
    request = history.request()
    first = await record_in(database, request)
    before = await everything(database, history.instance)
    assert await record_in(database, request) == first
    assert await everything(database, history.instance) == before


async def test_a_gap_is_answered_by_asking_for_a_snapshot(database: Database) -> None:
    """Revisions that do not follow what is stored are not written."""
    history = begun().to_listening()
    await record_in(database, history.request(1, 1))
    answer = await record_in(database, history.request(3, 3))
    assert (answer.rev, answer.needs_snapshot) == (1, True)
    unknown = begun().to_task()
    answer = await record_in(database, unknown.request(2, 2))
    assert (answer.rev, answer.needs_snapshot) == (0, True)


async def test_another_history_of_the_same_revision_is_noticed(database: Database) -> None:
    """The same revision with another digest means that one side was restored from a backup."""
    history = begun().to_task()
    await record_in(database, history.request())
    answer = await record_in(database, replace(history.request(), digest="another"))
    assert (answer.rev, answer.needs_snapshot) == (history.rev, True)


async def test_a_piece_of_a_large_request_has_no_digest_and_is_taken(database: Database) -> None:
    """Only a request that ends at the instance's present revision says how it then looks."""
    history = begun().to_listening()
    for rev in range(1, history.rev + 1):
        request = replace(history.request(rev, rev), digest="")
        assert not (await record_in(database, request)).needs_snapshot
        assert not (await record_in(database, request)).needs_snapshot


async def test_two_recorders_of_one_instance_take_turns(database: Database) -> None:
    """The same and overlapping requests at the same time write each revision once."""
    history = begun().to_end()
    requests = [history.request(), history.request(1, 3), history.request(), history.request(1, 5)]
    answers = await asyncio.gather(*(record_in(database, one) for one in requests))
    assert max(one.rev for one in answers) == history.rev
    twin = History(PLAN, str(ULID())).to_end()
    await record_in(database, twin.request())
    left, right = await everything(database, history.instance), await everything(database, twin.instance)
    assert anonymous(left) == anonymous(right)


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Ranges of revisions as a bad day would send them: cut anywhere, repeated, overlapping, some late."""
    last = FULL.rev
    cuts = sorted(draw(st.sets(st.integers(1, last - 1))) | {0, last})
    pieces = [(first + 1, end) for first, end in itertools.pairwise(cuts)]
    sent: list[tuple[int, int]] = []
    for first, end in pieces:
        sent.append((draw(st.integers(1, first)), end))
        if draw(st.booleans()):
            sent.append(draw(st.sampled_from(sent)))
    return sent


@given(deliveries())
@settings(max_examples=12)
async def test_the_tables_do_not_depend_on_how_revisions_arrive(
    database: Database, ranges: list[tuple[int, int]]
) -> None:
    """However the same revisions are cut, repeated or overlap, the same tables come of it."""
    whole, pieces = begun().to_end(), begun().to_end()
    await record_in(database, whole.request())
    for first, last in ranges:
        answer = await record_in(database, pieces.request(first, last))
        assert not answer.needs_snapshot
    left, right = await everything(database, whole.instance), await everything(database, pieces.instance)
    assert anonymous(left) == anonymous(right)


async def test_text_that_postgresql_cannot_hold_is_recorded_all_the_same(database: Database) -> None:
    """A NUL or half a character, typed by a person, does not keep the instance from being recorded."""
    history = begun().to_task().complete("check", note="a\x00b\ud800c")
    answer = await record_in(database, history.request())
    assert answer.rev == history.rev
    rows = await everything(database, history.instance)
    assert rows["task"][0]["values"] == {"note": "a\ufffdb\ufffdc"}


async def test_a_typical_record_takes_few_statements(database: Database) -> None:
    """An action's result that opens a task is written in six statements at most."""
    history = begun().to_task()
    await record_in(database, history.request(1, 1))
    statements: list[str] = []
    engine = database._engine.sync_engine

    def count(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        await record_in(database, history.request(2, 2))
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(statements) <= 6, statements


async def test_an_event_that_came_before_its_listener_was_recorded_is_delivered(database: Database) -> None:
    """Arming matches again what was received since it was armed, in the same transaction."""
    key = str(ULID())
    history = History(PLAN, str(ULID()), order=key).to_listening()
    await record_in(database, history.request(1, 2))
    async with database.transaction() as unit:
        note, _ = await unit.inbox.receive(NewEvent("test", str(ULID()), "note.arrived", key, {"text": "Hello."}))
        assert await unit.inbox.deliveries(note.id) == ()
    await record_in(database, history.request())
    async with database.transaction() as unit:
        [delivery] = await unit.inbox.deliveries(note.id)
    assert (delivery.instance, delivery.arming) == (history.instance, history.rev)


async def test_an_event_and_its_listener_written_at_once_find_each_other(database: Database) -> None:
    """Whichever of the two transactions comes second sees the first."""
    for _ in range(5):
        key = str(ULID())
        history = History(PLAN, str(ULID()), order=key).to_listening()
        await record_in(database, history.request(1, 2))

        async def receive(key: str = key) -> str:
            async with database.transaction() as unit:
                new = NewEvent("test", str(ULID()), "note.arrived", key, {})
                return (await unit.inbox.receive(new))[0].id

        ident, _ = await asyncio.gather(receive(), record_in(database, history.request()))
        async with database.transaction() as unit:
            assert len(await unit.inbox.deliveries(ident)) == 1


async def test_a_row_that_contradicts_is_answered_like_a_gap(database: Database) -> None:
    """A task that is already there, under a revision not yet stored, does not stop recording for good."""
    history = begun().to_task()
    await record_in(database, history.request())
    async with database.transaction() as unit:
        row = tables.instance.update().where(tables.instance.c.id == history.instance)
        await unit.connection.execute(row.values(rev=1, snapshot_digest=None))
    answer = await record_in(database, history.request())
    assert answer.needs_snapshot
    mended = await record_in(database, history.request(with_snapshot=True))
    assert (mended.rev, mended.needs_snapshot) == (history.rev, False)


async def test_an_empty_request_is_answered(database: Database) -> None:
    """A request without revisions says only what is stored."""
    answer = await record_in(database, RecordRequest("01UNKNOWN00000000000000000", (), ""))
    assert (answer.rev, answer.needs_snapshot) == (0, False)
    async with database.transaction() as unit:
        found = await unit.connection.execute(select(tables.instance.c.id).where(tables.instance.c.rev < 0))
        assert found.first() is None
