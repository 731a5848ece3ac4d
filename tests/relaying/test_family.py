"""Parents and children on real parts: Temporal, PostgreSQL, and a worker that looks versions up in the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client

from activities.versions import resolve_activity
from pathways.messages import VersionAnswer, VersionRequest
from pathways.plan import Plan
from relaying.children import ask_after, report_again
from relaying.reconciling import Reconciler
from relaying.temporal import TemporalPathways
from store.children import Child
from store.closing import close
from store.database import Database
from store.definitions import Definition
from store.gone import mark
from store.snapshots import stored_digest
from tests.support.interpreted import pathway
from tests.support.interpreter import Instance, until
from tests.support.spine import ORDER, RecordingInterpreter
from workflows.names import RESOLVE_VERSION

CHILD = pathway(
    """
  ask: {task: {title: Ask, queue: intake}, save: asked}
  finished: {end: completed}
""",
    name="child",
    version="1.1.0",
    more="unique: =order.reference\n",
)
PARENT = pathway("""
  sub: {pathway: {name: child, version: ^1, inputs: {order: =order}}, save: sub}
  after: {task: {title: After, queue: intake}}
  finished: {end: completed}
""")


class Family(RecordingInterpreter):
    """An interpreter whose children are looked up in the store."""

    def _resolve_version(self) -> Callable[..., Any]:
        looked_up = resolve_activity(self.database)

        @activity.defn(name=RESOLVE_VERSION)
        async def resolve_version(request: VersionRequest) -> VersionAnswer:
            await self.versions_known.wait()
            return await looked_up(request)

        return resolve_version


@pytest.fixture
async def family(client: Client, database: Database) -> Family:
    """An interpreter that knows parent and child, which are published."""
    interpreter = Family(client, database)
    for plan in (PARENT, CHILD):
        interpreter.plans.add(plan)
        await publish(database, plan)
    return interpreter


async def publish(database: Database, plan: Plan) -> None:
    """A version that may be started."""
    now = datetime.now(UTC)
    new = Definition(
        plan.pathway, plan.version, plan.digest, plan.title, "published", now, "anna", plan=plan.document, source=""
    )
    async with database.transaction() as unit:
        await unit.definitions.publish(new)


async def only_child(family: Family, parent: Instance) -> Child:
    """The child of an instance, as the store knows it."""
    async with family.database.transaction() as unit:
        [child] = await unit.children.of(parent.id)
    return child


async def has_child(family: Family, parent: Instance, status: str) -> Child:
    """Wait until the store knows the child of an instance in a status."""

    async def known() -> bool:
        async with family.database.transaction() as unit:
            return [one.status for one in await unit.children.of(parent.id)] == [status]

    await until(known)
    return await only_child(family, parent)


async def test_a_child_has_its_row_and_its_report(family: Family, client: Client) -> None:
    """Its own instance with inputs and parent, the version it was pinned to, and its end; digests agree on both."""
    async with family.running():
        parent = await family.start(PARENT, order=ORDER)
        known = await has_child(family, parent, "running")
        child = family.child(known.instance)
        await family.records(child)
        stored = await family.stored(known.instance)
        assert stored is not None
        assert (stored.pathway, stored.version) == ("child", "1.1.0")
        assert stored.inputs["order"]["reference"] == ORDER["reference"]
        assert (stored.parent_instance, stored.parent_address) == (parent.id, "sub")
        assert stored.unique_key == "ServiceRequest/1"
        await child.complete("ask")
        ended = await has_child(family, parent, "ended")
        assert (ended.outcome, ended.late) == ("completed", False)
        await family.records(parent)
        await same_on_both_sides(family, parent)
        pathways = TemporalPathways(client, task_queue=family.queue)
        assert await report_again(family.database, pathways, patience=timedelta(0)) == 0
        await parent.terminate()


async def test_a_child_that_runs_already_is_refused(family: Family) -> None:
    """A child is an instance of its own: where the same runs already, its parent has an incident that names it."""
    async with family.running():
        first = await family.start(PARENT, order=ORDER)
        running = await has_child(family, first, "running")
        second = await family.start(PARENT, order=ORDER)
        refused = await has_child(family, second, "failed")
        assert running.instance in (refused.failed or "")
        async with family.database.transaction() as unit:
            [incident] = await unit.incidents.of_instance(second.id)
        assert incident.kind == "child-failed"
        for one in (first, second):
            await same_on_both_sides(family, one)
            await one.terminate()
        await family.child(running.instance).terminate()


async def test_a_child_that_is_terminated_after_its_parent_continued_as_new(family: Family, client: Client) -> None:
    """The run that started it is over, and it says nothing itself: the relay finds it, and the parent hears."""
    async with family.running():
        parent = await family.start(PARENT, order=ORDER)
        known = await has_child(family, parent, "running")
        child = family.child(known.instance)
        await family.records(child)
        await parent.renew()
        await child.terminate()
        pathways = TemporalPathways(client, task_queue=family.queue)
        assert await Reconciler(family.database, pathways).look(child.id) == "gone"
        await has_child(family, parent, "failed")
        assert await only_incident(family, parent) == "child-failed"
        await same_on_both_sides(family, parent)
        await parent.terminate()


async def test_a_child_that_is_terminated_before_it_has_a_row(family: Family, client: Client) -> None:
    """Nothing was ever recorded of it: the relay asks after what was ordered and never heard of."""
    family.versions_known.clear()
    async with family.running():
        parent = await family.start(PARENT, order=ORDER)
        child = family.child((await has_child(family, parent, "ordered")).instance)
        pathways = TemporalPathways(client, task_queue=family.queue)
        assert await ask_after(family.database, pathways, patience=timedelta(0)) == 0
        await parent.renew()
        await child.terminate()
        assert await ask_after(family.database, pathways, patience=timedelta(0)) == 1
        await has_child(family, parent, "failed")
        assert await only_incident(family, parent) == "child-failed"
        await parent.terminate()
        family.versions_known.set()


async def only_incident(family: Family, instance: Instance) -> str:
    """The kind of the only incident of an instance."""
    await family.records(instance)
    async with family.database.transaction() as unit:
        [incident] = await unit.incidents.of_instance(instance.id)
    return incident.kind


async def same_on_both_sides(family: Family, instance: Instance) -> None:
    """The tables have the digest that the workflow tells."""
    described = await instance.describe()
    async with family.database.transaction() as unit:
        stored = await unit.instances.get(instance.id)
        assert stored is not None
        assert await stored_digest(unit, stored) == described.digest


async def test_a_closed_child_has_failed_for_its_parent(family: Family, client: Client) -> None:
    """Where nobody had told the parent before: it does not wait for ever, and does not take it for an end."""
    async with family.running():
        parent = await family.start(PARENT, order=ORDER)
        known = await has_child(family, parent, "running")
        child = family.child(known.instance)
        await family.records(child)
        await parent.renew()
        await child.terminate()
        async with family.database.transaction() as unit:
            assert await mark(unit, child.id, "terminated")
            stored = await unit.instances.lock(child.id)
            assert stored is not None
            await close(unit, stored, by="sam", reason="Over.", request="r-1", at=datetime.now(UTC))
        pathways = TemporalPathways(client, task_queue=family.queue)
        assert await report_again(family.database, pathways, patience=timedelta(0)) == 1
        await has_child(family, parent, "failed")
        assert await only_incident(family, parent) == "child-failed"
        await parent.terminate()
