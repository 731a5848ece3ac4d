"""A worker killed at the worst moment: between a deed and its result, between a record's commit and its answer."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.plans import PlanShelf
from local.processes import Child, Program
from local.temporal_server import TemporalServer
from pathways.messages import Migrate
from tests.support.interpreted import pathway
from tests.support.interpreter import Interpreter, until
from tests.support.mortal_worker import World
from workflows.pathway import Pathway

ROOT = Path(__file__).parents[2]


PLAN = pathway("""
  prepare: {do: test.prepare, retry: {attempts: 5, first: 1 second}}
  ask: {task: {title: Ask, queue: intake}}
  finished: {end: completed}
""")
PARENT = pathway("""
  sub: {pathway: {name: child, version: ^1}, save: sub}
  finished: {end: completed}
""")
CHILD = pathway(
    """
  prepare: {do: test.prepare, retry: {attempts: 5, first: 1 second}}
  finished: {end: completed}
""",
    name="child",
)


ASKING_CHILD = pathway(
    """
  ask: {task: {title: Ask, queue: intake}, timeout: {after: 30 days, to: lapsed}}
  finished: {end: completed}
  lapsed: {end: expired}
""",
    name="child",
)
LATER = pathway(
    """
  prepare: {do: test.prepare, retry: {attempts: 5, first: 1 second}}
  inquire: {task: {title: Inquire, queue: intake}}
  deed: {do: test.prepare}
  finished: {end: completed}
""",
    version="1.1.0",
)


@contextmanager
def _worker(server: TemporalServer, queue: str, world: World) -> Iterator[Child]:
    command = [sys.executable, "-m", "tests.support.mortal_worker", server.address, queue, str(world.folder)]
    command += [world.moment] if world.moment else []
    child = Child(Program("worker", command, world.folder / "worker.log", folder=ROOT))
    try:
        yield child
    finally:
        child.kill()


@pytest.mark.faults
@pytest.mark.parametrize("moment", ["effect", "record"])
async def test_killed(client: Client, temporal_server: TemporalServer, tmp_path: Path, moment: str) -> None:
    """After a restart the instance goes on, in a third of the attempt's limit; nothing is done or recorded twice."""
    world = World(tmp_path)
    PlanShelf(tmp_path / "plans").add(PLAN)
    interpreter = Interpreter(client, [PLAN])
    with _worker(temporal_server, interpreter.queue, replace(world, moment=moment)) as doomed:
        instance = await interpreter.start(PLAN)
        await until(lambda: doomed.exit_status is not None, seconds=30)
    with _worker(temporal_server, interpreter.queue, world):
        await until(lambda: world.revs(instance.id) == [1, 2], seconds=25)
        await instance.complete("ask")
        assert await instance.handle.result() == "completed"
    assert world.deeds == [f"{instance.id}/prepare"]
    assert len(world.tried) == (2 if moment == "effect" else 1)
    assert world.revs(instance.id) == [1, 2, 3]


@pytest.mark.faults
@pytest.mark.parametrize("moment", ["effect", "record", "version"])
async def test_killed_with_a_child(
    client: Client, temporal_server: TemporalServer, tmp_path: Path, moment: str
) -> None:
    """A parent and its child both go on: one child, one deed, one report, whenever the worker was killed."""
    world, shelf = World(tmp_path), PlanShelf(tmp_path / "plans")
    shelf.add(PARENT)
    shelf.add(CHILD)
    interpreter = Interpreter(client, [PARENT, CHILD])
    with _worker(temporal_server, interpreter.queue, replace(world, moment=moment)) as doomed:
        instance = await interpreter.start(PARENT)
        await until(lambda: doomed.exit_status is not None, seconds=30)
    with _worker(temporal_server, interpreter.queue, world):
        assert await instance.handle.result() == "completed"
    assert len(set(world.looked_up)) == 1
    assert len(world.deeds) == 1
    for one in (instance.id, world.looked_up[0]):
        revs = world.revs(one)
        assert revs == list(range(1, len(revs) + 1))


@pytest.mark.faults
async def test_killed_while_it_is_migrated(client: Client, temporal_server: TemporalServer, tmp_path: Path) -> None:
    """The migration is in history before the store hears of it: it stands, once, and whoever asks again is told so."""
    world, shelf = World(tmp_path), PlanShelf(tmp_path / "plans")
    shelf.add(PLAN)
    shelf.add(LATER)
    interpreter = Interpreter(client, [PLAN, LATER])
    order = Migrate(LATER.digest, {"steps": {"ask": {"to": "inquire"}}}, "operator", "a better version")
    with _worker(temporal_server, interpreter.queue, world):
        instance = await interpreter.start(PLAN)
        await until(lambda: world.revs(instance.id) == [1, 2], seconds=30)
    with _worker(temporal_server, interpreter.queue, replace(world, moment="record")) as doomed:
        first = await instance.latest.execute_update(Pathway.migrate, order, id="migrate")
        await until(lambda: doomed.exit_status is not None, seconds=30)
    with _worker(temporal_server, interpreter.queue, world):
        assert await instance.latest.execute_update(Pathway.migrate, order, id="migrate") == first
        await instance.complete("inquire")
        assert await instance.handle.result() == "completed"
    assert world.revs(instance.id) == [1, 2, 3, 4, 5]
    assert world.deeds == [f"{instance.id}/prepare", f"{instance.id}/deed"]


@pytest.mark.faults
@pytest.mark.parametrize(
    "moment",
    ["one-has", pytest.param("at-once", marks=pytest.mark.chaos), pytest.param("both-have", marks=pytest.mark.chaos)],
)
async def test_killed_while_parent_and_child_continue_as_new(
    client: Client, temporal_server: TemporalServer, tmp_path: Path, moment: str
) -> None:
    """Both stand where they stood, there is still one child, and its report reaches the parent's newest run."""
    world, shelf = World(tmp_path), PlanShelf(tmp_path / "plans")
    shelf.add(PARENT)
    shelf.add(ASKING_CHILD)
    interpreter = Interpreter(client, [PARENT, ASKING_CHILD])
    with _worker(temporal_server, interpreter.queue, world) as doomed:
        parent = await interpreter.start(PARENT)
        await until(lambda: bool(world.looked_up), seconds=30)
        child = interpreter.child(world.looked_up[0])
        await until(lambda: world.revs(child.id) == [1] and world.revs(parent.id) == [1, 2], seconds=30)
        before = [(one, await one.run_id()) for one in (parent, child)]
        for one, _ in before:
            await one.latest.signal(Pathway.drain)

        async def renewed() -> int:
            return sum([await one.run_id() != run for one, run in before])

        if moment != "at-once":
            await until(lambda: _at_least(renewed(), 1 if moment == "one-has" else 2))
        doomed.kill()
    with _worker(temporal_server, interpreter.queue, world):
        await until(lambda: _at_least(renewed(), 2), seconds=30)
        await child.complete("ask")
        assert await child.latest.result() == "completed"
        assert await parent.latest.result() == "completed"
    assert len(set(world.looked_up)) == 1
    for one in (parent, child):
        revs = world.revs(one.id)
        assert revs == list(range(1, len(revs) + 1))


async def _at_least(count: Awaitable[int], wanted: int) -> bool:
    return await count >= wanted
