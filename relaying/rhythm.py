"""How often something is done, and how it waits while what it needs is away."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from pathways.errors import CarelaneError
from relaying.port import NoAnswerError
from store.errors import StoreUnavailableError

_log = structlog.get_logger("carelane.relay")


@dataclass
class Backoff:
    """Growing pauses, a little uneven so that many who wait don't come back at once."""

    first: float = 0.5
    longest: float = 15.0
    failures: int = 0

    def next(self) -> float:
        """The next pause, in seconds."""
        pause = min(self.longest, self.first * 2.0 ** min(self.failures, 20))
        self.failures += 1
        return pause * random.uniform(0.8, 1.2)  # noqa: S311 - unevenness, not secrecy

    def reset(self) -> None:
        """Begin anew: it worked."""
        self.failures = 0


async def keep_doing(
    name: str,
    work: Callable[[], Awaitable[float]],
    *,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Do `work` for ever. It returns after how many seconds to do it again; while something is away it waits longer."""
    backoff = Backoff()
    while True:
        try:
            wait = await work()
        except (StoreUnavailableError, NoAnswerError) as error:
            wait = backoff.next()
            _say(name, error, backoff)
        except Exception:  # noqa: BLE001 - one fault must not end what everybody depends on
            wait = backoff.next()
            _log.exception("The relay met a fault", work=name)
        else:
            if backoff.failures:
                _log.info("It works again", work=name)
            backoff.reset()
        await pause(wait)


def _say(name: str, error: CarelaneError, backoff: Backoff) -> None:
    if backoff.failures in (1, 5) or backoff.failures % 20 == 0:
        _log.warning("Waiting", work=name, problem=error.message, failures=backoff.failures)
