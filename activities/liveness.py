"""Telling Temporal that an action is alive, so that the loss of its worker is noticed before its time is up.

A beat also brings word that the pathway has left the step. That does not cut the action off: an effect that is under
way is better known than in doubt, and its late result is a fact. Only a worker that shuts down, or an attempt whose
time is up, ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from temporalio import activity

BEAT_SECONDS = 3.0

Done = TypeVar("Done")


async def beating(work: Coroutine[Any, Any, Done]) -> Done:
    """Do the work, and say every few seconds that it goes on."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            try:
                await asyncio.wait([task], timeout=BEAT_SECONDS)
            except asyncio.CancelledError:
                if not _is_merely_abandoned():
                    raise
            if not task.done():
                activity.heartbeat()
        return task.result()
    finally:
        task.cancel()


def _is_merely_abandoned() -> bool:
    details = activity.cancellation_details()
    if details is None:
        return False
    return details.cancel_requested and not (details.timed_out or details.worker_shutdown or details.not_found)
