"""What people and operators do beside completing tasks: each a single update, answered at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.client import Client

from pathways.events import (
    Cancelled,
    DataChanged,
    MessageReceived,
    Moved,
    OfferTaken,
    Resumed,
    Skipped,
    Suspended,
    TaskAdded,
)
from pathways.messages import ActionRequest, ActionResult
from tests.support.interpreted import ACTIONS, SPINE, pathway
from tests.support.interpreter import Instance, Interpreter, pace, refused, until
from tests.support.plans import MONDAY

PLAN = pathway(
    """
  ask: {task: {title: Ask, queue: intake}, clocks: {start: [answer]}, timeout: {after: 9 days, to: lapsed}}
  hear: {wait: {event: note.received, key: =order.reference}, timeout: {after: 9 days, to: lapsed}}
  finished: {end: completed}
  lapsed: {end: expired}
""",
    more="""
clocks:
  answer: {title: Answer due, limit: 4 days, breach: {queue: intake, title: Overdue}, why: It was promised}
side_flows:
  call:
    title: Call
    offer: {title: Call now, queue: intake}
    steps:
      call: {task: {title: Call, queue: intake}}
      called: {end: branch}
""",
)
WITH_UNDO = pathway("""
  act: {do: test.work, undo: {do: test.close}}
  ask: {task: {title: Ask, queue: intake}}
  finished: {end: completed}
""")
LEFT_BEHIND = pathway("""
  act: {do: test.work, undo: {do: test.close}, timeout: {after: 1 hour, to: ask}}
  ask: {task: {title: Ask, queue: intake}}
  finished: {end: completed}
""")
ORDER = {"reference": "ServiceRequest/1"}
BY = ("operator", "a reason")


async def _begun(interpreter: Interpreter) -> Instance:
    instance = await interpreter.start(PLAN, pace=pace(), order=ORDER)
    await instance.stands_at("ask")
    return instance


async def test_suspended(client: Client) -> None:
    """A suspended instance defers events, each without a trace; sent again with the same id it then takes them."""
    interpreter = Interpreter(client, [PLAN], ACTIONS)
    async with interpreter.running():
        instance = await _begun(interpreter)
        await instance.complete("ask")
        await instance.stands_at("hear")
        await instance.operate(Suspended(*BY))
        await until(instance.is_acknowledged)
        before = await instance.settled_events()
        event = MessageReceived("e-1", "note.received", ORDER["reference"], {})
        for _ in range(2):
            assert (await refused(instance.deliver(event, key="e-1/0"))).code == "deferred"
        assert await instance.settled_events() == before
        await instance.operate(Resumed(*BY))
        answer = await instance.deliver(event, key="e-1/0")
        assert answer.result == {"verdict": "consumed", "by": ["hear"]}
        assert await instance.handle.result() == "completed"


async def test_a_side_flow_that_is_offered(client: Client) -> None:
    """A person takes an offer, and what it started ends beside the main flow."""
    interpreter = Interpreter(client, [PLAN], ACTIONS)
    async with interpreter.running():
        instance = await _begun(interpreter)
        await instance.operate(OfferTaken("call", "nurse-1"))
        await instance.stands_at("ask", "~call#1/call")
        await instance.complete("~call#1/call")
        await instance.stands_at("ask")
        await instance.terminate()


async def test_a_task_that_is_added(client: Client) -> None:
    """A task that a person adds is completed like any other, and moves nothing."""
    interpreter = Interpreter(client, [PLAN], ACTIONS)
    async with interpreter.running():
        instance = await _begun(interpreter)
        answer = await instance.operate(TaskAdded("Look again", "intake", "nurse-1", help="Please."))
        assert answer.result == {"address": "+1"}
        await instance.complete("+1")
        await until(lambda: "task-closed" in instance.facts)
        await instance.stands_at("ask")
        assert (await refused(instance.complete("+1"))).code == "task-closed"
        await instance.terminate()


async def test_the_task_of_a_clock(client: Client) -> None:
    """A clock that is breached opens a task, in its own time, and the task can be completed."""
    interpreter = Interpreter(client, [PLAN], ACTIONS)
    async with interpreter.running():
        instance = await _begun(interpreter)
        await instance.move_clock()
        assert (await instance.describe()).now == MONDAY + timedelta(days=4)
        await instance.complete("!answer")
        await until(lambda: "task-closed" in instance.facts)
        await instance.terminate()


async def test_skipping_moving_and_changing(client: Client) -> None:
    """An operator changes data, skips a step and moves the instance back; keys are answered once."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE, order=ORDER)
        await instance.stands_at("review")
        change = DataChanged("prepared", {"number": "N-9"}, *BY)
        first = await instance.operate(change, key="change-1")
        assert await instance.operate(change, key="change-1") == first
        await instance.operate(Skipped("review", *BY, output={"outcome": "accept"}))
        await instance.stands_at("await-note")
        await instance.operate(Moved("await-note", "review", *BY))
        await instance.stands_at("review@2")
        await instance.complete("review@2", "accept")
        await instance.stands_at("await-note@2")
        answer = await instance.deliver(instance.note("N-9"))
        assert answer.result["by"] == ["await-note@2"]
        assert await instance.handle.result() == "completed"
    assert instance.facts.count("operated") == 3


async def test_cancelled_with_undo(client: Client) -> None:
    """What was done is undone before the instance ends, and is recorded on the way."""
    interpreter = Interpreter(client, [WITH_UNDO], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(WITH_UNDO)
        await instance.stands_at("ask")
        await instance.operate(Cancelled(*BY))
        assert await instance.handle.result() == "cancelled"
    assert [(request.address, request.step) for request in interpreter.ran] == [("act", "act"), ("act/undo", "act")]
    assert instance.facts[-1] == "instance-ended"


async def test_an_action_that_settles(client: Client) -> None:
    """An action that was left and can be undone is awaited, and nobody waits for it: lists go on."""
    answer = asyncio.Event()

    async def work(request: ActionRequest) -> ActionResult:
        await answer.wait()
        return ActionResult({})

    interpreter = Interpreter(client, [LEFT_BEHIND], ACTIONS | {"test.work": work})
    async with interpreter.running():
        instance = await interpreter.start(LEFT_BEHIND, pace=pace())
        await until(lambda: len(interpreter.ran) == 1)
        await instance.move_clock()
        await instance.stands_at("ask")
        await instance.operate(Cancelled(*BY))
        await until(lambda: "instance-ending" in instance.facts)
        answer.set()
        assert await instance.handle.result() == "cancelled"
    assert [request.address for request in interpreter.ran] == ["act", "act/undo"]


async def test_ordered_and_abandoned_at_once(client: Client) -> None:
    """An action that is left in the very moment that ordered it never runs, and holds up nothing."""
    plan = pathway("""
  ask: {task: {title: Ask, queue: intake}}
  act: {do: test.work}
  ask-again: {task: {title: Ask again, queue: intake}}
  finished: {end: completed}
""")
    interpreter = Interpreter(client, [plan], ACTIONS)
    async with interpreter.running(max_cached_workflows=0):
        instance = await interpreter.start(plan)
        await instance.stands_at("ask")
    completing = asyncio.create_task(instance.complete("ask"))
    moving = asyncio.create_task(_moved_as_soon_as_it_can(instance))
    async with interpreter.running():
        await asyncio.gather(completing, moving)
        await instance.stands_at("ask-again")
        await instance.renew()
        await instance.complete("ask-again")
        assert await instance.latest.result() == "completed"


async def _moved_as_soon_as_it_can(instance: Instance) -> None:
    """Leave the action for the next task; where it had an answer before, that is where it stands anyway."""
    await asyncio.gather(instance.operate(Moved("act", "ask-again", *BY)), return_exceptions=True)


async def test_parallel_branches_do_not_hide_each_other(client: Client) -> None:
    """A task that is completed beside a long action shows in the lists at once."""
    answer = asyncio.Event()

    async def work(request: ActionRequest) -> ActionResult:
        await answer.wait()
        return ActionResult({})

    plan = pathway("""
  both:
    parallel:
      branches:
        deed: {steps: {act: {do: test.work}}}
        people: {steps: {ask: {task: {title: Ask, queue: intake}}, then: {task: {title: Then, queue: intake}}}}
  finished: {end: completed}
""")
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.work": work})
    async with interpreter.running():
        instance = await interpreter.start(plan)
        await until(lambda: len(interpreter.ran) == 1)
        await instance.complete("both/people/ask")
        await until(lambda: "task-closed" in instance.facts)
        answer.set()
        await instance.complete("both/people/then")
        assert await instance.handle.result() == "completed"
