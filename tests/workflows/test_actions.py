"""Actions: their retries, their problems, and results that come too late."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities import liveness
from pathways.events import Moved, TaskCompleted
from pathways.facts import ActionEnded, IncidentOpened
from pathways.messages import ActionRequest, ActionResult
from pathways.plan import Do, Plan
from tests.support.interpreted import ACTIONS, SPINE, pathway
from tests.support.interpreter import Action, Instance, Interpreter, pace, until

ONE = pathway("  act: {do: test.work, retry: {attempts: 3, first: 1 second}}\n  finished: {end: completed}\n")


async def _incident(client: Client, work: Action, plan: Plan = ONE) -> tuple[IncidentOpened, Interpreter]:
    """The incident that an action opens."""
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.work": work})
    async with interpreter.running():
        instance = await interpreter.start(plan, pace=pace(1000))
        await instance.has_fact("incident-opened")
        await instance.handle.terminate()
    return _opened(interpreter, instance), interpreter


def _opened(interpreter: Interpreter, instance: Instance) -> IncidentOpened:
    facts = interpreter.store.facts(instance.id)
    return next(fact for fact in facts if isinstance(fact, IncidentOpened))


async def test_retries_end_in_an_incident(client: Client) -> None:
    """A failure that may pass is tried as often as the step says, then it is an incident with the system's words."""

    def work(request: ActionRequest) -> ActionResult:
        raise ApplicationError("The core answered 503", 1, {"status": 503}, type="fhir-unavailable")

    incident, interpreter = await _incident(client, work)
    assert len(interpreter.ran) == 3
    assert len({request.key for request in interpreter.ran}) == 1
    assert incident.kind == "action-failed"
    assert "The core answered 503" in incident.message
    assert incident.detail["detail"] == {"status": 503}


async def test_a_final_failure_is_not_tried_again(client: Client) -> None:
    """What trying again cannot mend is an incident after one attempt."""

    def work(request: ActionRequest) -> ActionResult:
        raise ApplicationError("Not valid", 1, {"outcome": "status is wrong"}, non_retryable=True)

    incident, interpreter = await _incident(client, work)
    assert len(interpreter.ran) == 1
    assert incident.detail == {"attempts": 1, "detail": {"outcome": "status is wrong"}}


async def test_a_contract_violation(client: Client) -> None:
    """Reaching past the contract is an incident of its own kind."""

    def work(request: ActionRequest) -> ActionResult:
        raise ApplicationError("May not write Task", 1, None, type="contract", non_retryable=True)

    incident, _ = await _incident(client, work)
    assert incident.kind == "contract"


async def test_no_answer_in_time(client: Client) -> None:
    """An attempt that does not answer is given up after the step's limit."""

    async def work(request: ActionRequest) -> ActionResult:
        await asyncio.Event().wait()
        raise AssertionError

    plan = pathway("  act: {do: test.work, retry: {attempts: 1}}\n  finished: {end: completed}\n")
    step = plan.step["act"]
    assert isinstance(step, Do)
    quick = replace(plan, steps=(replace(step, timeout_seconds=0.5), *plan.steps[1:]))
    incident, _ = await _incident(client, work, quick)
    assert "No answer within 0.5 seconds" in incident.message


async def test_the_wait_that_the_core_asks_for(client: Client) -> None:
    """A Retry-After is honoured instead of the step's own first wait."""
    calls = 0

    def work(request: ActionRequest) -> ActionResult:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ApplicationError("Slow down", 1, None, next_retry_delay=timedelta(milliseconds=10))
        return ActionResult({})

    plan = pathway("  act: {do: test.work, retry: {attempts: 2, first: 10 minutes}}\n  finished: {end: completed}\n")
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.work": work})
    async with interpreter.running():
        instance = await interpreter.start(plan)
        assert await instance.handle.result() == "completed"


async def test_a_caught_problem(client: Client) -> None:
    """A named problem goes where the pathway catches it."""
    gone = {"test.prepare": lambda _: ActionResult(problem="gone", message="The order is gone.")}
    interpreter = Interpreter(client, [SPINE], ACTIONS | gone)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        assert await instance.handle.result() == "expired"


async def test_lists_do_not_wait_for_a_system_that_is_down(client: Client) -> None:
    """Once an attempt has failed, what happened before it is recorded, while it is tried again."""
    up = asyncio.Event()

    def close(request: ActionRequest) -> ActionResult:
        if not up.is_set():
            raise ConnectionError("down")
        return ActionResult({})

    plan = pathway("""
  ask: {task: {title: Ask, queue: intake}}
  close: {do: test.close, retry: {attempts: 50, first: 1 second, factor: 1}}
  finished: {end: completed}
""")
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.close": close})
    async with interpreter.running():
        instance = await interpreter.start(plan)
        await instance.stands_at("ask")
        await instance.complete("ask")
        await instance.has_fact("task-closed")
        assert "instance-ended" not in instance.facts
        up.set()
        assert await instance.handle.result() == "completed"


async def test_a_slow_action(client: Client) -> None:
    """Before a slow action answers, what led to it is recorded."""
    up = asyncio.Event()

    async def slow(request: ActionRequest) -> ActionResult:
        await up.wait()
        return ActionResult({})

    plan = pathway("  act: {do: test.slow}\n  finished: {end: completed}\n")
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.slow": slow})
    async with interpreter.running():
        instance = await interpreter.start(plan)
        await instance.has_fact("action-started")
        up.set()
        assert await instance.handle.result() == "completed"


async def test_a_late_result(client: Client) -> None:
    """A result that nobody awaits any more is a fact and moves nothing."""
    answer = asyncio.Event()

    async def work(request: ActionRequest) -> ActionResult:
        await answer.wait()
        return ActionResult({})

    plan = pathway("""
  act:
    do: test.work
    timeout: {after: 1 hour, to: too-late}
    next: finished
  too-late: {task: {title: Too late, queue: intake}}
  finished: {end: completed}
""")
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.work": work})
    async with interpreter.running():
        instance = await interpreter.start(plan, pace=pace(0))
        await until(lambda: len(interpreter.ran) == 1)
        await instance.move_clock()
        await instance.stands_at("too-late")
        answer.set()
        await instance.has_fact("action-ended")
        await instance.stands_at("too-late")
        await instance.complete("too-late")
        assert await instance.handle.result() == "completed"
    ended = [fact for fact in interpreter.store.facts(instance.id) if isinstance(fact, ActionEnded)]
    assert [fact.late for fact in ended] == [True]


async def test_on_whose_behalf(client: Client) -> None:
    """An action knows the person whose deed led to it, through other actions too; what time does is nobody's."""
    plan = pathway("""
  prepare: {do: test.prepare}
  ask: {task: {title: Ask, queue: intake}}
  act: {do: test.work}
  act-again: {do: test.work}
  rest: {wait: {for: 2 hours}}
  close: {do: test.close}
  finished: {end: completed}
""")
    interpreter = Interpreter(client, [plan], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(plan, pace=pace())
        await instance.stands_at("ask")
        await instance.finish(TaskCompleted("ask", "done", {}, by="nurse-1"))
        await instance.stands_at("rest")
        await instance.move_clock()
        assert await instance.handle.result() == "completed"
    assert [(one.step, one.by) for one in interpreter.ran] == [
        ("prepare", "tester"),
        ("act", "nurse-1"),
        ("act-again", "nurse-1"),
        ("close", None),
    ]


async def test_an_abandoned_action_is_not_cut_off(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """An action hears with a sign of life that nobody awaits it, ends what it does, and its late result is a fact."""
    answer, heard = asyncio.Event(), asyncio.Event()
    merely_abandoned = liveness._is_merely_abandoned

    def hears() -> bool:
        heard.set()
        return merely_abandoned()

    async def work(request: ActionRequest) -> ActionResult:
        await answer.wait()
        return ActionResult({})

    monkeypatch.setattr(liveness, "BEAT_SECONDS", 0.5)
    monkeypatch.setattr(liveness, "_is_merely_abandoned", hears)
    plan = pathway("""
  act: {do: test.work}
  instead: {task: {title: Instead, queue: intake}}
  finished: {end: completed}
""")
    interpreter = Interpreter(client, [plan], ACTIONS | {"test.work": work})
    async with interpreter.running():
        instance = await interpreter.start(plan)
        await until(lambda: len(interpreter.ran) == 1)
        await instance.operate(Moved("act", "instead", "operator", "not needed"))
        await instance.stands_at("instead")
        await asyncio.wait_for(heard.wait(), 20)
        answer.set()
        await until(lambda: "action-ended" in instance.facts)
        await instance.terminate()
    ended = [fact for fact in interpreter.store.facts(instance.id) if isinstance(fact, ActionEnded)]
    assert [(fact.how, fact.late) for fact in ended] == [("completed", True)]
