"""Holding: running instances hear of what a paused version holds, and of the end of it.

What is to be held stands in the registry, what each instance holds on its own row; those that differ are told, as
often as it takes. So it does not matter who is interrupted, or by which way an instance came to a version.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from pathways.events import Held, Released
from relaying.port import GoneError, NoAnswerError, Pathways
from store.database import Database
from store.holds import Astray

AT_ONCE = 10
"""Instances that are told at the same time."""

BATCH = 100

AGAIN = timedelta(seconds=10)
"""How long after an instance was told it may still be about to record it, or not to answer."""

_LIFTED = "The version does not hold it any more."

_log = structlog.get_logger("carelane.relay")


class Holder:
    """Goes through the instances that are to be told, a batch at a time, round and round."""

    def __init__(
        self,
        database: Database,
        pathways: Pathways,
        *,
        batch: int = BATCH,
        again: timedelta = AGAIN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._pathways = pathways
        self._batch = batch
        self._again = again.total_seconds()
        self._clock = clock
        self._place = ""
        self._asked: dict[tuple[str, str], float] = {}

    async def step(self) -> bool:
        """Tell the next batch; False at the end of a round, after which the next begins."""
        async with self._database.transaction() as unit:
            batch = await unit.holds.astray(after=self._place, limit=self._batch)
        room = asyncio.Semaphore(AT_ONCE)

        async def tell(one: Astray) -> None:
            async with room:
                await self._tell(one)

        await asyncio.gather(*(tell(one) for one in batch if self._is_due(one)))
        self._place = batch[-1].instance if len(batch) == self._batch else ""
        return bool(self._place)

    def _is_due(self, one: Astray) -> bool:
        """Whether it is time to tell an instance (again); that it is, is noted."""
        now = self._clock()
        self._asked = {key: at for key, at in self._asked.items() if now - at < self._again}
        key = (one.instance, _ident(one))
        if key in self._asked:
            return False
        self._asked[key] = now
        return True

    async def _tell(self, one: Astray) -> None:
        pause = one.pause or {}
        by, reason = str(pause.get("by", "")), str(pause.get("reason", ""))
        event: Held | Released = Released(by, reason or _LIFTED)
        if one.steps:
            event = Held(one.steps, by, reason, _ident(one))
        try:
            refused = await self._pathways.hold(one.instance, event, update_id=f"hold/{_ident(one)}/{one.rev}")
        except (NoAnswerError, GoneError) as error:  # it is told later, or found to be gone by whoever looks for that
            _log.info("An instance could not be told what is held", instance=one.instance, problem=error.message)
            return
        if refused is not None:
            _log.info("An instance refused what is held", instance=one.instance, code=refused)


def _ident(one: Astray) -> str:
    return str((one.pause or {}).get("id", ""))
