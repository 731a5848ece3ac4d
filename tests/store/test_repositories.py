"""Instances, incidents, people, results: what the repositories promise."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ulid import ULID

from store.database import Database
from store.errors import StoreUnavailableError
from store.instances import InstanceFilter, NewInstance
from store.people import Acting, ApiToken, Person, Session
from store.recording import record_in
from tests.support.histories import History, example_plan

PLAN = example_plan()
ANNA = Acting("p-1", "anna", "Anna B.", frozenset({"coordinator"}))
AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def wish(**changes: object) -> NewInstance:
    """An instance that somebody wants."""
    new = NewInstance(str(ULID()), "example", "1.0.0", "d", "Example", "UTC", {"order": "x"}, AT, "anna")
    return replace(new, **changes)  # type: ignore[arg-type]


async def test_a_repeated_wish_gives_the_first_instance(database: Database) -> None:
    """Two clicks with one key at the same moment make one row, and both get it."""

    async def add() -> tuple[str, bool]:
        async with database.transaction() as unit:
            found, new = await unit.instances.add(wish(request="key-1"))
            return found.id, new

    both = await asyncio.gather(add(), add())
    assert both[0][0] == both[1][0]
    assert sorted(new for _, new in both) == [False, True]


async def test_rows_that_wait_for_their_workflow_are_found(own_database: Database) -> None:
    """Those inserted before a moment, and only while they are `starting`."""
    history = History(PLAN, str(ULID()))
    async with own_database.transaction() as unit:
        waiting, _ = await unit.instances.add(wish())
        await unit.instances.add(wish(id=history.instance))
    await record_in(own_database, history.request())
    async with own_database.transaction() as unit:
        now = datetime.now(UTC)
        found = await unit.instances.starting(since_before=now + timedelta(seconds=1), limit=10)
        assert [one.id for one in found] == [waiting.id]
        assert await unit.instances.starting(since_before=now - timedelta(minutes=1), limit=10) == ()
        assert [one.id for one in await unit.instances.open_after("", limit=10)] == [history.instance]


async def test_instances_are_listed_the_youngest_first(own_database: Database) -> None:
    """In pages, by pathway, status and attributes."""
    started = [History(PLAN, str(ULID()), at=AT + timedelta(hours=hour)) for hour in range(3)]
    started[0].to_task().cancel()
    for one in started:
        await record_in(own_database, one.request())
    async with own_database.transaction() as unit:
        page = await unit.instances.page(InstanceFilter(pathway="example"), limit=2)
        rest = await unit.instances.page(InstanceFilter(pathway="example"), limit=2, after=page.next)
        assert [one.id for one in (*page.items, *rest.items)] == [one.instance for one in started[::-1]]
        ended = await unit.instances.page(InstanceFilter(status="ended"))
        assert [one.id for one in ended.items] == [started[0].instance]
        assert len((await unit.instances.page(InstanceFilter(open=True))).items) == 2
        found = await unit.instances.page(InstanceFilter(attributes={"found": True}))
        assert [one.id for one in found.items] == [started[0].instance]
        assert await unit.instances.counts() == {("example", "running"): 2, ("example", "ended"): 1}


async def test_the_same_trouble_is_one_line(own_database: Database) -> None:
    """Open incidents are grouped by fingerprint, with counts, first and last; closed ones don't count."""
    messages = ["Patient 12 is unknown.", "Patient 13 is unknown.", "The core is away."]
    stuck = [History(PLAN, str(ULID())).fail("look", message) for message in messages]
    stuck[0].retry("look").fail("look", messages[0])
    mended = History(PLAN, str(ULID())).fail("look").retry("look").to_task()
    for one in (*stuck, mended):
        await record_in(own_database, one.request())
    async with own_database.transaction() as unit:
        groups = await unit.incidents.groups()
        assert [(one.instances, one.occurrences) for one in groups] == [(2, 3), (1, 1)]
        assert groups[0].first_seen < groups[0].last_seen
        assert groups[0].message == "fetch failed: Patient 12 is unknown."
        page = await unit.incidents.page(fingerprint=groups[0].fingerprint)
        assert {one.instance for one in page.items} == {stuck[0].instance, stuck[1].instance}
        assert await unit.incidents.open_count() == 3
        [closed] = (await unit.incidents.page(status="closed")).items
        assert (closed.instance, closed.closed_how, closed.retried_at) == (mended.instance, "completed", None)


async def test_a_retry_that_runs_shows(database: Database) -> None:
    """Between the retry and its result the incident is open and says since when it is tried again."""
    history = History(PLAN, str(ULID())).fail("look").retry("look")
    await record_in(database, history.request())
    async with database.transaction() as unit:
        [found] = await unit.incidents.of_instance(history.instance)
    assert (found.status, found.retries, found.retried_at) == ("open", 1, history.at)
    history.fail("look", "Again.")
    await record_in(database, history.request())
    async with database.transaction() as unit:
        again = await unit.incidents.get(found.id)
    assert again is not None
    assert (again.occurrences, again.retried_at, again.first_seen) == (2, None, found.first_seen)
    assert again.message == "fetch failed: Again."


async def test_people_roles_sessions_and_tokens(database: Database) -> None:
    """Roles hold at a site or everywhere; what has expired or was revoked is not found."""
    async with database.transaction() as unit:
        await unit.people.save(Person("p-1", "anna", "Anna", None, True, AT))
        await unit.people.save(Person("p-1", "anna", "Anna B.", None, True, AT))
        found = await unit.people.by_login("anna")
        assert found is not None
        assert (found.name, await unit.people.names(["p-1", "p-2"])) == ("Anna B.", {"p-1": "Anna B."})
        await unit.people.set_roles("p-1", ["coordinator"])
        await unit.people.set_roles("p-1", ["supervisor"], site="north")
        assert await unit.people.roles("p-1") == {"coordinator"}
        assert await unit.people.roles("p-1", "north") == {"coordinator", "supervisor"}
        hour = timedelta(hours=1)
        await unit.sessions.open(Session("hash", "p-1", "csrf", AT, AT, AT + hour))
        assert await unit.sessions.get("hash", now=AT) == (Session("hash", "p-1", "csrf", AT, AT, AT + hour), ANNA)
        assert await unit.sessions.get("hash", now=AT + hour) is None
        await unit.sessions.seen("hash", at=AT + hour, expires_at=AT + 2 * hour)
        assert await unit.sessions.get("hash", now=AT + hour) is not None
        assert await unit.sessions.close_expired(now=AT + 2 * hour) == 1
        await unit.sessions.add_token(ApiToken("t-1", "token", "p-1", "script", AT, None, None))
        assert await unit.sessions.bearer("token", now=AT) == ANNA
        assert await unit.sessions.bearer("another", now=AT) is None
        assert await unit.sessions.revoke_token("t-1", at=AT)
        assert await unit.sessions.bearer("token", now=AT) is None


async def test_nobody_acts_who_is_active_no_more(database: Database) -> None:
    """Sessions and tokens of somebody who left lead to nobody; without a role they lead to who has none."""
    soon = AT + timedelta(hours=1)
    async with database.transaction() as unit:
        await unit.people.save(Person("p-3", "cleo", "Cleo", None, True, AT))
        await unit.sessions.open(Session("cleo", "p-3", "csrf", AT, AT, soon))
        await unit.sessions.add_token(ApiToken("t-3", "cleo-token", "p-3", "script", AT, soon, None))
        assert await unit.sessions.bearer("cleo-token", now=AT) == Acting("p-3", "cleo", "Cleo", frozenset())
        assert await unit.sessions.bearer("cleo-token", now=soon) is None
        await unit.people.save(Person("p-3", "cleo", "Cleo", None, False, AT))
        assert await unit.sessions.bearer("cleo-token", now=AT) is None
        assert await unit.sessions.get("cleo", now=AT) is None


async def test_an_answer_is_found_by_its_request(database: Database) -> None:
    """What a request was answered is kept with the revision that it made."""
    history = History(PLAN, str(ULID())).to_listening()
    await record_in(database, history.request())
    async with database.transaction() as unit:
        found = await unit.results.get(history.instance, "click-check")
        assert found is not None
        assert found.rev == history.rev
        assert await unit.results.get(history.instance, "another") is None
        [task] = await unit.tasks.of_instance(history.instance)
        assert await unit.tasks.get_with_answer(task.id, "click-check") == (task, found)
        assert await unit.tasks.get_with_answer(task.id, "another") == (task, None)
        assert await unit.tasks.get_with_answer("none", "click-check") == (None, None)


async def test_waiting_for_a_revision_ends_when_it_is_there_or_time_is_up(database: Database) -> None:
    """True as soon as the store has it; False after the time given."""
    history = History(PLAN, str(ULID())).to_task()
    assert not await database.reached(history.instance, 1, within=0.01)
    waiting = asyncio.create_task(database.reached(history.instance, 2, within=20))
    await record_in(database, history.request())
    assert await waiting


async def test_a_database_that_is_away_is_said_to_be() -> None:
    """The error is typed and has words; nothing of the driver's comes through."""
    away = Database("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailableError) as caught:
        await away.check()
    assert "secret" not in str(caught.value)
    await away.close()
