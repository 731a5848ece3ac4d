"""What came first stays first, also where a worker takes an instance over and replays its history."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import Client

from pathways.messages import ActionRequest, ActionResult
from tests.support.interpreted import pathway
from tests.support.interpreter import Interpreter, until

SERIES = pathway("""
  series:
    repeat:
      for_each: =[1, 2, 3]
      as: each_one
      mode: at-once
      steps:
        act: {do: test.work}
        ask: {task: {title: Ask, queue: intake}}
  finished: {end: completed}
""")


@pytest.mark.parametrize("cached", [0, 100])
async def test_results_before_the_update_that_follows_them(client: Client, cached: int) -> None:
    """Results that ask nothing of Temporal are not overtaken by the update that came after them."""
    answers = {f"series#{number}/act": asyncio.Event() for number in (1, 2, 3)}

    async def work(request: ActionRequest) -> ActionResult:
        await answers[request.address].wait()
        return ActionResult({})

    interpreter = Interpreter(client, [SERIES], {"test.work": work})
    async with interpreter.running(max_cached_workflows=cached):
        instance = await interpreter.start(SERIES)
        await until(lambda: len(interpreter.ran) == 3)
        for number in (1, 2):
            answers[f"series#{number}/act"].set()

            async def asked(rev: int = number + 1) -> bool:
                return (await instance.describe()).rev == rev and await instance.has_taken_everything_in()

            await until(asked)
        answer = await instance.complete("series#2/ask")
        assert (answer.rev, answer.refused) == (4, None)
        answers["series#3/act"].set()
        await instance.stands_at("series", "series#1/ask", "series#3/ask")
        await instance.terminate()
