"""Instances that go on with another version, on a real server."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError
from temporalio.worker import Replayer

from pathways.events import Held, Released
from pathways.messages import ActionRequest, ActionResult, Migrate
from pathways.plan import Plan
from pathways.state import Hold
from tests.support.interpreted import ACTIONS, PlansInMemory, pathway
from tests.support.interpreter import Instance, Interpreter, pace, refused, until
from tests.support.plans import MONDAY
from workflows.converter import data_converter
from workflows.pathway import Pathway
from workflows.sandbox import runner

OLD = pathway("""
  ask: {task: {title: Ask, queue: intake}, timeout: {after: 5 days, to: lapsed}}
  act: {do: test.work}
  ask-again: {task: {title: Ask again, queue: intake}}
  finished: {end: completed}
  lapsed: {end: expired}
""")
NEW = pathway(
    """
  inquire: {task: {title: Inquire, queue: intake}, timeout: {after: 5 days, to: lapsed}}
  deed: {do: test.work}
  check: {task: {title: Check, queue: intake}}
  ask-again: {task: {title: Ask again, queue: intake}}
  finished: {end: completed}
  lapsed: {end: expired}
""",
    version="1.1.0",
)
MAPPING = {"steps": {"ask": {"to": "inquire"}, "act": {"to": "deed"}}}


def order(plan: Plan = NEW, mapping: object = MAPPING) -> Migrate:
    """The order to go on with a plan."""
    return Migrate(plan.digest, mapping, "operator", "a better version")


async def migrate(instance: Instance, wanted: Migrate, *, key: str | None = None) -> object:
    """Give the order."""
    return await instance.latest.execute_update(Pathway.migrate, wanted, id=key)


async def test_it_goes_on_with_another_version(client: Client) -> None:
    """The preview says what the migration then does; the rest of its life follows the new version, across runs."""
    interpreter = Interpreter(client, [OLD, NEW], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(OLD)
        await instance.stands_at("ask")
        preview = await instance.handle.query(Pathway.migration, order())
        assert (preview["blocked"], preview["positions"]) == ([], ["inquire"])
        assert (await instance.describe()).rev == 1
        first = await migrate(instance, order(), key="migrate-1")
        assert await migrate(instance, order(), key="migrate-1") == first
        await instance.stands_at("inquire")
        await instance.renew()
        await instance.complete("inquire")
        await instance.stands_at("check")
        history = await instance.handle.fetch_history()
        await instance.complete("check")
        await instance.stands_at("ask-again")
        await instance.complete("ask-again")
        assert await instance.latest.result() == "completed"
    assert instance.facts.count("instance-migrated") == 1
    replayer = Replayer(workflows=[Pathway], workflow_runner=runner(sandboxed=False), data_converter=data_converter)
    await replayer.replay_workflow(history)


async def test_what_is_held_is_the_versions_own(client: Client) -> None:
    """A hold goes along when it continues as new; another version holds what it says, and what waited goes on."""
    interpreter = Interpreter(client, [OLD, NEW], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(OLD)
        await instance.stands_at("ask")
        await instance.operate(Held(("act",), "ina", "A recall.", "p-1"))
        await instance.complete("ask")
        await until(lambda: "step-held" in instance.facts)
        await instance.renew()
        assert instance.facts.count("action-started") == 0
        hold = Hold(("check",), "ina", "Another recall.", MONDAY, "p-2")
        wanted = replace(order(mapping={"steps": {"act": {"to": "deed"}}}), hold=hold)
        await migrate(instance, wanted)
        await until(lambda: instance.facts.count("step-held") == 2)
        assert instance.facts.count("action-started") == 1
        picture = await instance.latest.query(Pathway.snapshot)
        assert (picture["hold"]["steps"], [one["address"] for one in picture["positions"]]) == (["check"], ["check"])
        assert (await refused(instance.complete("check"))).code == "task-closed"
        await instance.operate(Released("ina", "It is over."))
        await instance.complete("check")
        await instance.complete("ask-again")
        assert await instance.latest.result() == "completed"


@pytest.mark.parametrize("cached", [0, 100])
async def test_an_action_in_flight(client: Client, cached: int) -> None:
    """An action that was ordered under the old version's name answers under the new one's."""
    answer = asyncio.Event()

    async def work(request: ActionRequest) -> ActionResult:
        await answer.wait()
        return ActionResult({})

    interpreter = Interpreter(client, [OLD, NEW], ACTIONS | {"test.work": work})
    async with interpreter.running(max_cached_workflows=cached):
        instance = await interpreter.start(OLD)
        await instance.stands_at("ask")
        await instance.complete("ask")
        await until(lambda: len(interpreter.ran) == 1)
        await migrate(instance, order())
        answer.set()
        await instance.stands_at("check")
        await instance.terminate()
    assert len(interpreter.ran) == 1


async def test_what_is_due_happens_first(client: Client) -> None:
    """A deadline that passes before the migration fires under the old version."""
    interpreter = Interpreter(client, [OLD, NEW], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(OLD, pace=pace())
        await instance.stands_at("ask")
        await migrate(instance, order())
        await instance.move_clock()
        assert await instance.handle.result() == "expired"


async def test_what_is_in_the_way(client: Client) -> None:
    """Without a place for what stands, or with a map that is none, it is refused with the reasons, and stays."""
    interpreter = Interpreter(client, [OLD, NEW], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(OLD)
        await instance.stands_at("ask")
        refusal = await refused(migrate(instance, order(mapping={})))
        assert refusal.code == "migration-blocked"
        assert "inquire" in refusal.detail[0] or "ask" in refusal.detail[0]
        assert (await refused(migrate(instance, order(mapping={"steps": 1})))).code == "migration-blocked"
        await instance.stands_at("ask")
        await instance.terminate()


async def test_a_plan_that_is_not_here_yet(client: Client) -> None:
    """A worker that lacks the new plan refuses until it has it, without a trace; then the same id is taken."""
    known = PlansInMemory([OLD])
    interpreter = Interpreter(client, [OLD], ACTIONS)
    async with interpreter.running(known):
        instance = await interpreter.start(OLD)
        await instance.stands_at("ask")
        before = await instance.settled_events()
        assert (await refused(migrate(instance, order(), key="m"))).code == "plan-missing"
        assert await instance.settled_events() == before
        known.add(NEW)
        await migrate(instance, order(), key="m")
        await instance.stands_at("inquire")
        await instance.terminate()


async def test_another_worker_without_the_plan(client: Client) -> None:
    """A worker that takes the instance over and lacks the new plan fails the workflow task until it has it."""
    interpreter = Interpreter(client, [OLD, NEW], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(OLD)
        await instance.stands_at("ask")
        await migrate(instance, order())
        await instance.stands_at("inquire")
    known = PlansInMemory([OLD])
    async with interpreter.running(known):
        completing = asyncio.create_task(instance.complete("inquire"))
        await until(lambda: NEW.digest in known.missed)
        known.add(NEW)
        await completing
        await instance.stands_at("check")
        await instance.terminate()


async def test_while_the_store_is_away(client: Client) -> None:
    """Instances are moved, act and continue as new without it; afterwards it has each revision once, in order."""
    interpreter = Interpreter(client, [OLD, NEW], ACTIONS)
    async with interpreter.running():
        instances = [await interpreter.start(OLD) for _ in range(4)]
        for one in instances:
            await one.stands_at("ask")
        interpreter.store.away = True
        for one in instances:
            first = await migrate(one, order(), key=f"migrate-{one.id}")
            await one.complete("inquire")
            await one.renew()
            assert await migrate(one, order(), key=f"migrate-{one.id}") == first
        interpreter.store.away = False
        for one in instances:
            await one.renew()
            await one.stands_at("check")
            await one.terminate()
    for one in instances:
        revs = [recorded.rev for recorded in interpreter.store.recorded[one.id]]
        assert revs == list(range(1, len(revs) + 1))
        assert one.facts.count("instance-migrated") == 1


async def _work(instance: Instance) -> None:
    """Complete whatever task is open, again and again; one that has just gone is gone."""
    while True:
        taken = await instance.snapshot()
        if taken["status"] == "ended":
            return
        for task in taken["tasks"]:
            with suppress(WorkflowUpdateFailedError, RPCError):
                await instance.complete(task["address"])
        await asyncio.sleep(0.005)


async def _move(instance: Instance, delay: float) -> bool:
    """Migrate it at some moment of its life; whether it was still there to be migrated."""
    await asyncio.sleep(delay)
    try:
        await migrate(instance, order(), key=f"migrate-{instance.id}")
    except (WorkflowUpdateFailedError, RPCError):
        return False
    return True


async def test_those_that_act_while_they_are_migrated_are_not_broken(client: Client) -> None:
    """Many at once, each worked on by somebody while it is moved: all end well, each deed is done once."""
    interpreter = Interpreter(client, [OLD, NEW], ACTIONS)
    async with interpreter.running():
        instances = [await interpreter.start(OLD) for _ in range(16)]
        working = [asyncio.create_task(_work(one)) for one in instances]
        moved = await asyncio.gather(*(_move(one, number * 0.02) for number, one in enumerate(instances)))
        assert [await one.latest.result() for one in instances] == ["completed"] * len(instances)
        for worker in working:
            worker.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    assert any(moved)
    keys = [request.key for request in interpreter.ran]
    assert len(keys) == len(set(keys)) == len(instances)
    for one, was_moved in zip(instances, moved, strict=True):
        assert one.facts.count("instance-migrated") == was_moved
