"""How many events of history each thing costs, recording included: the budgets of the architecture, measured."""

from __future__ import annotations

import pytest
from temporalio.client import Client

from pathways.plan import Plan
from tests.support.interpreted import ACTIONS, pathway
from tests.support.interpreter import Instance, Interpreter

TASKS = pathway("""
  first: {task: {title: First, queue: intake}}
  second: {task: {title: Second, queue: intake}, timeout: {after: 3 days, to: finished}}
  third: {task: {title: Third, queue: intake}, timeout: {after: 3 days, to: finished}}
  finished: {end: completed}
""")
ONE_ACTION = pathway("""
  ask: {task: {title: Ask, queue: intake}}
  act: {do: test.work}
  ask-again: {task: {title: Ask again, queue: intake}}
  finished: {end: completed}
""")
FIVE_ACTIONS = pathway("""
  ask: {task: {title: Ask, queue: intake}}
  one: {do: test.work}
  two: {do: test.work}
  three: {do: test.work}
  four: {do: test.work}
  five: {do: test.work}
  ask-again: {task: {title: Ask again, queue: intake}}
  finished: {end: completed}
""")


async def _cost(client: Client, plan: Plan, task: str, following: str) -> int:
    """The events that completing a task adds until the instance stands at the next one, all recorded."""
    interpreter = Interpreter(client, [plan], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(plan)
        await _reach(instance, task)
        before = await instance.settled_events()
        await instance.complete(task)
        await instance.stands_at(following)
        return await instance.settled_events() - before


async def _reach(instance: Instance, task: str) -> None:
    taken = await instance.snapshot()
    first = taken["positions"][0]["address"]
    await instance.stands_at(first)
    if first != task:
        await instance.complete(first)
        await instance.stands_at(task)


@pytest.mark.parametrize(
    ("task", "following"), [("first", "second"), ("second", "third")], ids=["plain", "under-a-timeout"]
)
async def test_a_human_task(client: Client, task: str, following: str) -> None:
    """Completing a task costs at most twelve events, the next task's timer and the recording included."""
    cost = await _cost(client, TASKS, task, following)
    print(f"events per human task: {cost}")
    assert cost <= 12


async def test_an_action_alone(client: Client) -> None:
    """An action between two tasks costs at most twelve events beside the task's own."""
    cost = await _cost(client, ONE_ACTION, "ask", "ask-again")
    print(f"events per human task and one action: {cost}")
    assert cost <= 12 + 12


async def test_actions_in_a_row(client: Client) -> None:
    """Five actions in a row cost at most eight events each beside the task's own."""
    cost = await _cost(client, FIVE_ACTIONS, "ask", "ask-again")
    print(f"events per action of five in a row: {(cost - 12) / 5}")
    assert cost <= 12 + 5 * 8


async def test_a_start_that_acts_once(client: Client) -> None:
    """An action alone, from start to end, costs twelve events beside the start's own four and the end."""
    plan = pathway("  act: {do: test.work}\n  finished: {end: completed}\n")
    interpreter = Interpreter(client, [plan], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(plan)
        await instance.handle.result()
    cost = len(await instance.events()) - 5
    print(f"events per action alone: {cost}")
    assert cost <= 12
