"""A worker killed at the worst moment: between a deed and its result, between a record's commit and its answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.plans import PlanShelf
from local.processes import Child, Program
from local.temporal_server import TemporalServer
from tests.support.interpreted import pathway
from tests.support.interpreter import Interpreter, until
from tests.support.mortal_worker import World

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
