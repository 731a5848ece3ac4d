"""What paused versions hold: instances say it in their tables, and those that hold something else are found."""

from __future__ import annotations

from datetime import UTC, datetime

from ulid import ULID

from pathways.events import Held, Released
from store.database import Database
from store.definitions import Definition, Pause
from store.holds import Astray, Holding
from store.recording import record_in
from store.snapshots import stored_digest, stored_snapshot
from tests.support.histories import History, example_plan
from tests.support.stored import anonymous, everything

PLAN = example_plan()
AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


async def published(database: Database) -> None:
    """The example's version."""
    definition = Definition(
        PLAN.pathway, PLAN.version, PLAN.digest, PLAN.title, "published", AT, "ina", AT, "ina", plan=PLAN.document
    )
    async with database.transaction() as unit:
        await unit.definitions.publish(definition)


async def pause(database: Database, ident: str, *steps: str, paused: bool = True) -> None:
    """Somebody pauses it, or lets it go on."""
    why = Pause(ident, "ina", "A recall." if paused else "It is over.", AT)
    async with database.transaction() as unit:
        await unit.definitions.set_pause(PLAN.pathway, PLAN.version, why, paused=paused, held_steps=steps)


async def astray(database: Database) -> list[Astray]:
    """Who is to be told."""
    async with database.transaction() as unit:
        return list(await unit.holds.astray(limit=10))


def holding() -> History:
    """An instance that stands before a held step, and is let on."""
    history = History(PLAN, str(ULID()))
    history.play(Held(("check",), "ina", "A recall.", "p-1")).to_task()
    return history


async def test_each_revision_is_as_the_instance_pictures_itself(own_database: Database) -> None:
    """Held, waiting before the step, released; cut into requests however it comes."""
    history = holding()
    history.play(Released("ina", "It is over.")).complete("check")
    for rev in range(1, history.rev + 1):
        await record_in(own_database, history.request(rev, rev))
        async with own_database.transaction() as unit:
            stored = await unit.instances.get(history.instance)
            assert stored is not None
            assert await stored_digest(unit, stored) == history.digests[rev], f"revision {rev}"
    whole = History(PLAN, str(ULID()))
    whole.play(Held(("check",), "ina", "A recall.", "p-1")).to_task()
    whole.play(Released("ina", "It is over.")).complete("check")
    await record_in(own_database, whole.request())
    rows = [anonymous(await everything(own_database, one.instance)) for one in (history, whole)]
    assert rows[0] == rows[1]


async def test_what_is_entered_and_left_after_a_hold_stands_nowhere(own_database: Database) -> None:
    """Its row came with the hold; it goes, though its entry and its end are recorded together."""
    history = holding()
    await record_in(own_database, history.request())
    held = history.rev
    history.play(Released("ina", "It is over.")).complete("check")
    await record_in(own_database, history.request(held + 1))
    async with own_database.transaction() as unit:
        assert [one.address for one in await unit.instances.positions(history.instance)] == ["note"]


async def test_who_holds_and_why_is_kept_and_rebuilt(own_database: Database) -> None:
    """On the instance's row, in the audit, and in what the instance says of itself."""
    history = holding()
    await record_in(own_database, history.request())
    async with own_database.transaction() as unit:
        stored = await unit.instances.get(history.instance)
        assert stored is not None
        assert (stored.hold["steps"], stored.hold["by"], stored.hold["reason"]) == (["check"], "ina", "A recall.")
        snapshot = await stored_snapshot(unit, stored)
        assert snapshot.hold == history.state.hold
        page = await unit.audit.page(instance=history.instance)
        assert ("person:ina", "instance.hold") in [(one.actor, one.action) for one in page.items]
        waiting = await unit.instances.held([history.instance])
        assert [one.step for one in waiting[history.instance]] == ["check"]
    history.cancel()
    await record_in(own_database, history.request(history.rev, with_snapshot=True))
    async with own_database.transaction() as unit:
        ended = await unit.instances.get(history.instance)
        assert ended is not None
        assert (ended.status, ended.hold) == ("ended", None)


async def test_those_that_hold_something_else_are_found(own_database: Database) -> None:
    """Before a pause, after another, and after its end; what holds nothing is left alone where nothing is held."""
    await published(own_database)
    knows, does_not = holding(), History(PLAN, str(ULID())).to_task()
    for one in (knows, does_not):
        await record_in(own_database, one.request())
    assert [(one.instance, one.steps, one.pause) for one in await astray(own_database)] == [(knows.instance, (), None)]
    await pause(own_database, "p-1", "check")
    [found] = await astray(own_database)
    assert (found.instance, found.rev, found.steps) == (does_not.instance, does_not.rev, ("check",))
    assert (found.pause["id"], found.pause["by"], found.pause["reason"]) == ("p-1", "ina", "A recall.")
    async with own_database.transaction() as unit:
        assert await unit.holds.of_version(PLAN.pathway, PLAN.version) == Holding(2, 1, {"check": 1})
    await pause(own_database, "p-2", "note", "check")
    assert sorted(one.instance for one in await astray(own_database)) == sorted((knows.instance, does_not.instance))
    await pause(own_database, "p-3")
    assert [(one.instance, one.steps) for one in await astray(own_database)] == [(knows.instance, ())]
    await pause(own_database, "p-4", paused=False)
    [found] = await astray(own_database)
    assert (found.instance, found.pause["reason"]) == (knows.instance, "It is over.")
    async with own_database.transaction() as unit:
        [only] = await unit.holds.astray(after="", limit=1)
        assert await unit.holds.astray(after=only.instance, limit=1) == ()
