"""Waiting until the store has a revision of an instance.

Whoever records the answer to a request tells so when the transaction commits, and one connection of each process
listens for all who wait in it. A notification may be lost with that connection, or come before anybody waits: so
everybody looks at the table as well, seldom while notifications come, and often while none can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from store.errors import StoreUnavailableError
from store.notify import RECORDED, listening

_LISTEN_AGAIN_SECONDS = 1.0
_FIRST_LOOK_SECONDS = 0.02
_LEAST_PAUSE, _MOST_PAUSE = 0.003, 0.2

Stored = Callable[[str], Awaitable[int | None]]


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    instance: str
    rev: int
    told: asyncio.Event = field(default_factory=asyncio.Event)


class Revisions:
    """Those of one process who wait, all on one event loop.

    `stored` looks at the table for the revision of an instance; `listens` while notifications come.
    """

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self._waiters: set[_Waiter] = set()
        self.listens = False

    async def reached(self, instance: str, rev: int, within: float) -> bool:
        """Wait until the store has an instance's revision, `within` seconds at most; whether it has."""
        waiter = _Waiter(instance, rev)
        self._waiters.add(waiter)
        try:
            return await self._told_or_seen(waiter, within)
        finally:
            self._waiters.remove(waiter)

    async def _told_or_seen(self, waiter: _Waiter, left: float) -> bool:
        pause = _FIRST_LOOK_SECONDS if self.listens else 0.0
        while True:
            if await _is_set(waiter.told, min(pause, left)):
                return True
            stored = await self.stored(waiter.instance)
            if stored is not None and stored >= waiter.rev:
                return True
            left -= pause
            if left <= 0:
                return False
            pause = min(max(pause * 1.6, _LEAST_PAUSE), _MOST_PAUSE)

    async def listen(self, url: str) -> None:
        """Hear what is recorded, until cancelled; where PostgreSQL goes away, again when it is back.

        `url` is a plain `postgresql://…`.
        """
        while True:
            try:
                async with listening(url, RECORDED) as bell:
                    self.listens = True
                    async for told in bell.told():
                        self._tell(told)
            except StoreUnavailableError:
                self.listens = False
                await asyncio.sleep(_LISTEN_AGAIN_SECONDS)

    def _tell(self, told: str) -> None:
        instance, _, rev = told.rpartition(" ")
        for waiter in self._waiters:
            if waiter.instance == instance and waiter.rev <= int(rev):
                waiter.told.set()


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
