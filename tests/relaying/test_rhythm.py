"""How the relay waits while something is away: ever longer, and never for good."""

from __future__ import annotations

import asyncio

import pytest

from relaying.port import NoAnswerError
from relaying.rhythm import Backoff, keep_doing
from store.errors import StoreUnavailableError


class Enough(asyncio.CancelledError):
    """Ends the loop under test."""


async def pauses_of(outcomes: list[float | Exception]) -> list[float]:
    """The pauses that follow these outcomes."""
    pauses: list[float] = []
    left = list(outcomes)

    async def work() -> float:
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if not left:
            raise Enough

    with pytest.raises(Enough):
        await keep_doing("test", work, pause=pause)
    return pauses


async def test_pauses_grow_while_it_fails_and_shrink_once_it_works() -> None:
    """Each failure waits longer, up to a limit; after a success it begins anew."""
    away = StoreUnavailableError("Away.")
    pauses = await pauses_of([1.0, away, away, away, 2.0, away])
    assert pauses[0] == 1.0
    assert pauses[1] < pauses[2] < pauses[3]
    assert pauses[4] == 2.0
    assert pauses[5] == pytest.approx(0.5, rel=0.2)


async def test_no_fault_ends_the_loop() -> None:
    """Neither what is foreseen nor what is not."""
    pauses = await pauses_of([NoAnswerError("Away."), KeyError("a mistake"), 3.0])
    assert pauses[-1] == 3.0


def test_pauses_have_a_limit() -> None:
    """However long it is away, it is asked again four times a minute."""
    backoff = Backoff()
    assert max(backoff.next() for _ in range(200)) <= 15.0 * 1.2
