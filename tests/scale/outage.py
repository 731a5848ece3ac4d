"""PostgreSQL away while an instance waits: its history must not grow, and all must be recorded soon afterwards.

Ten minutes are shortened to a few attempts of the recording: what an attempt adds to history shows in the first as in
the thirtieth, and how long the store waits for the next one at most is read from history.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from temporalio.api.history.v1 import HistoryEvent

from tests.scale.ground import Case, Ground
from tests.scale.history import settled_length
from tests.scale.report import Row, at_most
from tests.scale.short_plans import short_plans

ATTEMPTS = 5
"""Attempts of the recording that are waited for; with pauses of 1, 2, 4 and 8 seconds between them."""

LIMIT_SECONDS = 60.0


async def measure(ground: Ground, say: Callable[[str], None]) -> list[Row]:
    """Take PostgreSQL away, complete a task meanwhile, and bring it back."""
    say("outage: PostgreSQL is killed, and a task completed without it")
    case = await ground.start(short_plans()[0])
    await case.opened("first")
    await settled_length(case)
    await asyncio.to_thread(ground.postgres.kill)
    answer = await case.complete("first")
    await _attempted(case, 2)
    before = len(await _events(case))
    say(f"outage: until the recording was tried {ATTEMPTS} times")
    await _attempted(case, ATTEMPTS)
    after = await _events(case)
    recorded = asyncio.create_task(ground.worker.recorded(case.instance, answer.rev))
    say("outage: PostgreSQL comes back")
    await asyncio.to_thread(ground.postgres.start)
    begun = time.monotonic()
    await recorded
    seconds = time.monotonic() - begun
    await case.handle.terminate()
    return [
        at_most("growth of a waiting history while the store is away", len(after) - before, "events", 0),
        at_most("until all is recorded once the store is back", seconds, "seconds", LIMIT_SECONDS),
        at_most("the longest pause between two attempts to record", _longest_pause(after), "seconds", LIMIT_SECONDS),
    ]


async def _attempted(case: Case, times: int) -> None:
    """Wait until the activity in flight has been tried so often."""
    while True:
        pending = (await case.handle.describe()).raw_description.pending_activities
        if pending and pending[0].attempt >= times:
            return
        await asyncio.sleep(0.1)


async def _events(case: Case) -> list[HistoryEvent]:
    return list((await case.handle.fetch_history()).events)


def _longest_pause(events: list[HistoryEvent]) -> float:
    scheduled = [one for one in events if one.HasField("activity_task_scheduled_event_attributes")]
    policy = scheduled[-1].activity_task_scheduled_event_attributes.retry_policy
    return policy.maximum_interval.ToTimedelta().total_seconds()
