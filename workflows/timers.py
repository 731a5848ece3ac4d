"""The one timer of an instance, for its nearest deadline.

It is set anew only when an earlier deadline appears. One that turns out to have nothing due costs a workflow task and
is set again; that is cheaper than two events of history at each deadline that comes and goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from workflows.clock import Clock


class DeadlineTimer:
    """Calls `on_fire` when the armed deadline has come in pathway time."""

    def __init__(self, clock: Clock, on_fire: Callable[[], None]) -> None:
        self._clock = clock
        self._on_fire = on_fire
        self._armed: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def arm(self, deadline: datetime | None) -> bool:
        """See to it that the timer fires no later than `deadline`; whether one was set for that."""
        if deadline is None or (self._armed is not None and self._armed <= deadline):
            return False
        delay = self._clock.until(deadline)
        self.disarm()
        if delay is None:
            return False
        self._armed = deadline
        self._task = asyncio.create_task(self._fire_after(delay))
        return True

    def disarm(self) -> None:
        """Forget the armed deadline, as when the clock was moved."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._armed = None

    async def _fire_after(self, delay: timedelta) -> None:
        await workflow.sleep(delay)
        self._task = self._armed = None
        self._on_fire()
