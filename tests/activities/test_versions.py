"""The activity `resolve_version`: the version of a child, and its row, in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from ulid import ULID

from activities.record import STORE_AWAY
from activities.versions import resolve_activity
from pathways.messages import Pace, StartInstance, VersionAnswer, VersionRequest, Wanted
from pathways.plan import Plan
from pathways.state import Parent
from store.database import Database
from store.definitions import Definition, Pause
from store.instances import Instance
from tests.support.interpreted import pathway
from tests.support.plans import MONDAY
from workflows.names import RESOLVE_VERSION

STEPS = "  ask: {task: {title: Ask, queue: intake}}\n  finished: {end: completed}\n"
OLDER = pathway(STEPS, name="child", version="1.0.0")
NEWER = pathway(STEPS, name="child", version="1.2.0")
NEXT = pathway(STEPS, name="child", version="2.0.0")
ORDER = {"reference": "ServiceRequest/1"}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A store with two versions of 1 and one of 2."""
    opened = Database(database_url)
    async with opened.transaction() as unit:
        for plan in (OLDER, NEWER, NEXT):
            await unit.definitions.publish(definition(plan))
    yield opened
    await opened.close()


def definition(plan: Plan) -> Definition:
    """A plan, published."""
    now = datetime.now(UTC)
    return Definition(plan.pathway, plan.version, plan.digest, plan.title, "published", now, "x", plan=plan.document)


def request(wanted: str = "^1", **more: object) -> VersionRequest:
    """A child's question."""
    parent = Parent(str(ULID()), "sub")
    start = StartInstance(
        str(ULID()),
        inputs={"order": ORDER},
        by=f"parent/{parent.instance}",
        parent=parent,
        wanted=Wanted("child", wanted),
    )
    return VersionRequest(replace(start, **more), MONDAY)  # type: ignore[arg-type]


async def ask(database: Database, asked: VersionRequest) -> VersionAnswer:
    """Run the activity."""
    return await ActivityEnvironment().run(resolve_activity(database), asked)


async def row(database: Database, asked: VersionRequest) -> Instance | None:
    """The child's row."""
    async with database.transaction() as unit:
        return await unit.instances.get(asked.start.instance)


async def test_it_has_the_name_that_the_workflow_calls() -> None:
    """A wiring test: the worker registers what a child asks."""
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    found = resolve_activity(database).__temporal_activity_definition  # type: ignore[attr-defined]
    assert found.name == RESOLVE_VERSION
    await database.close()


async def test_the_highest_that_fits(database: Database) -> None:
    """The highest version of the range is the answer, and the child has a row of it with its inputs."""
    kept: list[Plan] = []
    asked = request()
    found = await ActivityEnvironment().run(resolve_activity(database, kept.append), asked)
    assert found == VersionAnswer(NEWER.digest, "1.2.0")
    assert [plan.digest for plan in kept] == [NEWER.digest]
    stored = await row(database, asked)
    assert stored is not None
    assert (stored.status, stored.version) == ("starting", "1.2.0")
    assert stored.inputs["order"]["reference"] == ORDER["reference"]
    assert stored.started_by == asked.start.by


async def test_asked_again(database: Database) -> None:
    """An answer that was lost is given again, though a newer version was published meanwhile."""
    asked = request()
    first = await ask(database, asked)
    async with database.transaction() as unit:
        await unit.definitions.publish(definition(pathway(STEPS, name="child", version="1.3.0")))
    assert await ask(database, asked) == first


async def test_what_may_not_be_started(database: Database) -> None:
    """A paused version is passed over; without another one the answer says why, and there is no row."""
    async with database.transaction() as unit:
        pause = Pause("p-1", "ina", "A recall.", datetime.now(UTC))
        await unit.definitions.set_pause("child", "1.2.0", pause, paused=True)
    assert (await ask(database, request())).version == "1.0.0"
    asked = request("^1.2")
    found = await ask(database, asked)
    assert found.digest == ""
    assert "1.2.0 is paused" in found.message
    assert await row(database, asked) is None


@pytest.mark.parametrize("wanted", ["^7", "no range"])
async def test_nothing_fits(database: Database, wanted: str) -> None:
    """A range that nothing fits, or that is none, is an answer and not a failure to try again."""
    found = await ask(database, request(wanted))
    assert (found.digest, bool(found.message)) == ("", True)


async def test_inputs_that_are_refused(database: Database) -> None:
    """A child whose inputs are refused gets no row, and its parent learns which they are."""
    asked = request(inputs={"colour": "red"})
    found = await ask(database, asked)
    assert found.digest == ""
    assert found.detail == {"colour": "is not an input of this pathway"}
    assert await row(database, asked) is None


async def test_what_may_run_only_once(database: Database) -> None:
    """A child of a pathway that runs already for the same is not started, and nobody else gets its parent's report."""
    only = pathway(STEPS, name="child", version="1.4.0", more="unique: =order.reference\n")
    async with database.transaction() as unit:
        await unit.definitions.publish(definition(only))
    first, second = request(), request()
    assert (await ask(database, first)).version == "1.4.0"
    found = await ask(database, second)
    assert (found.digest, found.detail) == ("", {"instance": first.start.instance})
    assert (await ask(database, first)).digest == only.digest
    keyless = await ask(database, request(inputs={}))
    assert keyless.digest == ""
    assert "only once" in keyless.message


async def test_a_demonstration(database: Database) -> None:
    """A child keeps its parent's demonstration clock, and versions are in effect in real time."""
    pace = Pace(0, datetime.now(UTC), MONDAY - timedelta(days=900))
    asked = request(pace=pace)
    assert (await ask(database, asked)).version == "1.2.0"
    stored = await row(database, asked)
    assert stored is not None
    assert stored.pace["factor"] == 0


async def test_a_database_that_is_away_is_tried_again() -> None:
    """The failure may be retried."""
    database = Database("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(ApplicationError) as raised:
        await ask(database, request())
    assert (raised.value.type, raised.value.non_retryable) == (STORE_AWAY, False)
    await database.close()
