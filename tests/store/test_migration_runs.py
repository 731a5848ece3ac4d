"""Runs of migration: on record before anything moves, and what has not moved on since can be taken back."""

from __future__ import annotations

from ulid import ULID

from pathways.facts import InstanceMigrated, StageReached
from store.database import Database
from store.migration_runs import Candidate, NewRun
from tests.support.stated import Stated

BEFORE, AFTER = "d" * 64, "e" * 64


async def run_over(database: Database, *instances: Stated) -> str:
    """A run that is to move these instances."""
    new = NewRun(str(ULID()), "told", "1.0.0", "1.1.0", AFTER, {"steps": {}}, False, "boss", "A better step.")
    async with database.transaction() as unit:
        await unit.migration_runs.begin(new, [Candidate(one.id, "note", "1.0.0", BEFORE) for one in instances])
    return new.id


async def move(database: Database, run: str, instance: Stated) -> None:
    """An instance is moved."""
    await instance.say(
        InstanceMigrated(
            instance.at, "told", "1.1.0", AFTER, "Told anew", "1.0.0", BEFORE, by="boss", reason="A better step."
        )
    )
    async with database.transaction() as unit:
        await unit.migration_runs.note(run, instance.id, "moved", rev=instance.rev, detail={"moves": ["stays"]})


async def test_a_run_says_what_came_of_each_instance(own_database: Database) -> None:
    """Progress while it runs, results by instance, and the runs that an instance was in."""
    moved, refused, waiting = [await Stated(own_database).begin() for _ in range(3)]
    run = await run_over(own_database, moved, refused, waiting)
    await move(own_database, run, moved)
    async with own_database.transaction() as unit:
        runs = unit.migration_runs
        await runs.note(run, refused.id, "refused", message="note: there is no such step.")
        assert await runs.counts(run) == {"moved": 1, "refused": 1, "waiting": 1}
        [result] = (await runs.results(run, verdict="moved")).items
        assert (result.instance, result.rev, result.detail) == (moved.id, moved.rev, {"moves": ["stays"]})
        assert len((await runs.results(run)).items) == 3
        await runs.finish(run, "done")
        [known] = (await runs.page(pathway="told")).items
        assert (known.id, known.status, known.finished_at is None) == (run, "done", False)
        assert [one.run for one in await runs.of_instance(refused.id)] == [run]
        stored = await unit.instances.get(moved.id)
        assert stored is not None
        assert (stored.version, stored.digest, stored.title) == ("1.1.0", AFTER, "Told anew")


async def test_only_what_has_not_moved_on_can_be_taken_back(own_database: Database) -> None:
    """Nor what has ended, nor what was taken back already."""
    stays, goes_on, ends, back = [await Stated(own_database).begin() for _ in range(4)]
    run = await run_over(own_database, stays, goes_on, ends, back)
    for one in (stays, goes_on, ends, back):
        await move(own_database, run, one)
    await goes_on.say(StageReached(goes_on.at, "further"))
    await ends.end()
    async with own_database.transaction() as unit:
        runs = unit.migration_runs
        await runs.note(run, back.id, "taken-back")
        assert [one.instance for one in (await runs.returnable(run)).items] == [stays.id]
