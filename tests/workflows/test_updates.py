"""Completing, delivering, operating: answered at once, once, or refused before anything enters history."""

from __future__ import annotations

import asyncio

from temporalio.client import Client, WorkflowUpdateFailedError

from pathways.events import Cancelled, MessageReceived, Retried
from pathways.messages import ActionRequest, ActionResult, Answer
from tests.support.interpreted import ACTIONS, SPINE, pathway
from tests.support.interpreter import Interpreter, refused
from workflows.pathway import Pathway


async def test_the_same_completion_twice(client: Client) -> None:
    """A repeated click gets the first answer and changes nothing."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        first = await instance.complete("review", "accept", key="click-1")
        assert await instance.complete("review", "accept", key="click-1") == first
        await instance.stands_at("await-note")
    assert instance.facts.count("task-closed") == 1


async def test_a_repeated_click_after_continuing_as_new(client: Client) -> None:
    """While the store is away, the first answer is kept across runs."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        interpreter.store.away = True
        first = await instance.complete("review", "accept", key="click-1")
        await instance.renew()
        assert await instance.complete("review", "accept", key="click-1") == first
        interpreter.store.away = False
        await instance.stands_at("await-note")
    assert instance.facts.count("task-closed") == 1


async def test_two_people_at_once(client: Client) -> None:
    """Of two completions at the same moment one wins, and the other is told that the task is closed."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        answers = await asyncio.gather(
            instance.complete("review", "accept", key="one"),
            instance.complete("review", "decline", key="other"),
            return_exceptions=True,
        )
        won = [answer for answer in answers if isinstance(answer, Answer)]
        lost = [answer for answer in answers if isinstance(answer, WorkflowUpdateFailedError)]
        assert (len(won), len(lost)) == (1, 1)
        assert won[0].result["outcome"] in {"accept", "decline"}
        await instance.handle.terminate()


async def test_refusals_leave_no_trace(client: Client) -> None:
    """What the engine refuses is refused with its code, and history does not grow."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        before = await instance.settled_events()
        assert (await refused(instance.complete("review", "maybe"))).code == "unknown-outcome"
        assert (await refused(instance.complete("nowhere", "accept"))).code == "unknown-task"
        retried = Retried("review", by="tester", reason="why not")
        assert (await refused(instance.handle.execute_update(Pathway.operate, retried))).code == "no-incident"
        assert await instance.settled_events() == before
        await instance.handle.terminate()


async def test_an_event_nobody_waits_for(client: Client) -> None:
    """An event that no listener takes is answered as ignored and changes nothing."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        rev = (await instance.describe()).rev
        event = MessageReceived("e1", "note.received", "N-1", {})
        answer = await instance.handle.execute_update(Pathway.deliver, event, id="e1/0")
        assert answer.result == {"verdict": "ignored", "by": []}
        assert (await instance.describe()).rev == rev
        await instance.handle.terminate()


async def test_after_the_end(client: Client) -> None:
    """An ended instance waits for the store alone, refuses updates as ended, and answers repeated ones."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        interpreter.store.away = True
        first = await instance.complete("review", "decline", key="click-1")
        refusal = await refused(instance.complete("review", "accept", key="click-2"))
        assert (refusal.code, refusal.detail) == ("ended", {"outcome": "expired"})
        assert await instance.complete("review", "decline", key="click-1") == first
        interpreter.store.away = False
        assert await instance.handle.result() == "expired"
    assert instance.facts[-1] == "instance-ended"


async def test_a_failing_action_is_retried_by_an_operator(client: Client) -> None:
    """An incident stays until the operator's retry succeeds; the idempotency key stays the same."""
    broken = True

    def work(request: ActionRequest) -> ActionResult:
        if broken:
            raise RuntimeError("broken")
        return ActionResult({})

    plan = pathway("  act: {do: test.work, retry: {attempts: 2, first: 1 second}}\n  finished: {end: completed}\n")
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.work": work})
    async with interpreter.running():
        instance = await interpreter.start(plan)
        await instance.has_fact("incident-opened")
        assert len(interpreter.ran) == 2
        broken = False
        retried = Retried("act", by="operator", reason="mended")
        await instance.handle.execute_update(Pathway.operate, retried)
        assert await instance.handle.result() == "completed"
    assert {request.key for request in interpreter.ran} == {f"{instance.id}/act"}
    assert instance.facts.count("incident-closed") == 1


async def test_cancelling(client: Client) -> None:
    """An operator's cancel ends the instance as cancelled and closes its task."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        await instance.handle.execute_update(Pathway.operate, Cancelled("operator", "not needed"))
        assert await instance.handle.result() == "cancelled"
    assert "task-closed" in instance.facts


async def test_cancelling_in_temporal(client: Client) -> None:
    """Temporal's own cancel means the same, and the store learns of it."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        await instance.handle.cancel()
        assert await instance.handle.result() == "cancelled"
    assert instance.facts[-1] == "instance-ended"


async def test_time_cannot_be_moved_outside_demonstrations(client: Client) -> None:
    """Without a demonstration clock, moving it is refused."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        assert (await refused(instance.handle.execute_update(Pathway.move_clock, None))).code == "not-demo"
        await instance.handle.terminate()
