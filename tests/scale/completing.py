"""What a person waits for who completes a task: from the click to the next page, against a bare Temporal Update.

The click goes through the API in this process: claim, update, the wait until the store shows it, the list anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from statistics import median

from ulid import ULID

from tests.scale.bare import WORKFLOW as BARE
from tests.scale.bare import Bare
from tests.scale.ground import Ground, Handle
from tests.scale.office import Office, office
from tests.scale.report import Row, at_most_times, told
from tests.scale.short_plans import short_plans

CASES = 25
TASKS = ("first", "second", "third")
MOST = 3.0


async def measure(ground: Ground, say: Callable[[str], None]) -> list[Row]:
    """Complete tasks one by one, each followed by a bare update."""
    clicks: list[float] = []
    completions: list[float] = []
    updates: list[float] = []
    bare = await ground.client.start_workflow(BARE, id=f"bare/{ULID()}", task_queue=ground.queue)
    await bare.execute_update(Bare.touch)
    async with office(ground) as at:
        say(f"completing: {CASES * len(TASKS)} clicks, each followed by a bare update")
        for number in range(CASES + 1):
            case = await ground.start(short_plans()[0])
            await case.opened(TASKS[0])
            for _ in TASKS:
                task = await _open_task(at, case.instance)
                completion, click = await _click(at, task)
                update = await _update(bare)
                if number:  # the first is for warming up
                    completions.append(completion)
                    clicks.append(click)
                    updates.append(update)
            await case.handle.terminate()
    await bare.signal(Bare.end)
    reference, against = median(updates), "a bare update"
    return [
        at_most_times("completing a task, click to next page", median(clicks), "seconds", reference, against, MOST),
        told("of it, until the completion is answered", median(completions), "seconds", reference, against),
    ]


async def _open_task(at: Office, instance: str) -> str:
    """The instance's open task, once the store shows it."""
    while True:
        found = (await at.api.get("/api/v1/tasks", params={"instance": instance})).raise_for_status().json()["items"]
        if found:
            return str(found[0]["id"])
        await asyncio.sleep(0.01)


async def _click(at: Office, task: str) -> tuple[float, float]:
    """Complete a task and look at the list; the seconds until the answer, and until the list."""
    begun = time.perf_counter()
    answer = await at.api.post(f"/api/v1/tasks/{task}/complete", json={}, headers={"Idempotency-Key": f"click-{task}"})
    answered = time.perf_counter() - begun
    if answer.raise_for_status().json()["lists_lag"]:
        raise RuntimeError("The store did not show it within two seconds.")
    (await at.api.get("/api/v1/tasks")).raise_for_status()
    return answered, time.perf_counter() - begun


async def _update(bare: Handle) -> float:
    begun = time.perf_counter()
    await bare.execute_update(Bare.touch)
    return time.perf_counter() - begun
