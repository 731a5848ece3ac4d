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
from pathways.plan import Do, Plan
from tests.support.interpreted import pathway
from tests.support.interpreter import Interpreter, until
from tests.support.mortal_worker import World

ROOT = Path(__file__).parents[2]


def _impatient() -> Plan:
    """A pathway of one action, whose attempts are given up after two seconds."""
    plan = pathway("""
  prepare: {do: test.prepare, retry: {attempts: 5, first: 1 second}}
  ask: {task: {title: Ask, queue: intake}}
  finished: {end: completed}
""")
    prepare = plan.step["prepare"]
    assert isinstance(prepare, Do)
    return replace(plan, steps=(replace(prepare, timeout_seconds=2.0), *plan.steps[1:]))


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
    """After a restart the instance goes on; no deed is done twice, and each revision is in the store once."""
    plan, world = _impatient(), World(tmp_path)
    PlanShelf(tmp_path / "plans").add(plan)
    interpreter = Interpreter(client, [plan])
    with _worker(temporal_server, interpreter.queue, replace(world, moment=moment)) as doomed:
        instance = await interpreter.start(plan)
        await until(lambda: doomed.exit_status is not None, seconds=30)
    with _worker(temporal_server, interpreter.queue, world):
        await until(lambda: world.revs == [1, 2], seconds=40)
        await instance.complete("ask")
        assert await instance.handle.result() == "completed"
    assert world.deeds == [f"{instance.id}/prepare"]
    assert len(world.tried) == (2 if moment == "effect" else 1)
    assert world.revs == [1, 2, 3]
