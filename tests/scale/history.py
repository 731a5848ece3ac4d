"""How many events of history each thing costs, recording included: counted, so the same on every machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

from pathways.plan import Plan
from tests.scale.ground import Case, Ground
from tests.scale.report import Row, at_most
from tests.scale.short_plans import short_plans

TASK_EVENTS = 12
ACTION_EVENTS = 12
ROW_EVENTS = 8

_SETTLED = "workflow_task_completed_event_attributes"


async def measure(ground: Ground, say: Callable[[str], None]) -> list[Row]:
    """Count events around the completion of tasks."""
    say("history: events for tasks and actions")
    tasks, one_action, five_actions = short_plans()
    begins, goes_on, plain = await _costs(ground, tasks, "first", "second", "third", "fourth")
    (one,) = await _costs(ground, one_action, "ask", "ask-again")
    (five,) = await _costs(ground, five_actions, "ask", "ask-again")
    return [
        at_most("a human task completed", plain, "events", TASK_EVENTS),
        at_most("a human task completed, the next one under a timer", begins, "events", TASK_EVENTS),
        at_most("a human task completed, under a timer that goes on", goes_on, "events", TASK_EVENTS),
        at_most("an action alone, beside the task before it", one - plain, "events", ACTION_EVENTS),
        at_most("an action, of five in a row", (five - plain) / 5, "events", ROW_EVENTS),
    ]


async def _costs(ground: Ground, plan: Plan, *tasks: str) -> list[int]:
    """The events from each task's completion until the next task is open and recorded."""
    case = await ground.start(plan)
    await case.opened(tasks[0])
    lengths = [await settled_length(case)]
    for task, following in pairwise(tasks):
        await case.complete(task)
        await case.opened(following)
        lengths.append(await settled_length(case))
    await case.handle.terminate()
    return [after - before for before, after in pairwise(lengths)]


async def settled_length(case: Case) -> int:
    """The length of the history once its last workflow task is done."""
    while True:
        history = await case.handle.fetch_history()
        if history.events[-1].WhichOneof("attributes") == _SETTLED:
            return len(history.events)
        await asyncio.sleep(0.05)
