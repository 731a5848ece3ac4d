"""Signs of life: given while an action works, and what ends an action early."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.activity import ActivityCancellationDetails
from temporalio.testing import ActivityEnvironment

from activities import liveness
from activities.liveness import beating


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> ActivityEnvironment:
    """An activity's surroundings, in which a beat is due every few milliseconds."""
    monkeypatch.setattr(liveness, "BEAT_SECONDS", 0.005)
    return ActivityEnvironment()


async def test_it_beats_until_it_is_done(environment: ActivityEnvironment) -> None:
    """A long action says that it goes on; its result is its own."""
    beats = 0
    enough = asyncio.Event()

    def beat(*_: object) -> None:
        nonlocal beats
        beats += 1
        if beats == 3:
            enough.set()

    async def work() -> str:
        await enough.wait()
        return "done"

    environment.on_heartbeat = beat
    assert await environment.run(beating, work()) == "done"


async def test_a_short_action_says_nothing(environment: ActivityEnvironment) -> None:
    """What is done at once needs no sign of life."""
    beats: list[object] = []
    environment.on_heartbeat = beats.append

    async def work() -> str:
        return "done"

    assert await environment.run(beating, work()) == "done"
    assert beats == []


async def test_its_failure_is_its_own(environment: ActivityEnvironment) -> None:
    """An error comes out as it is."""

    async def work() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await environment.run(beating, work())


async def test_an_action_that_nobody_awaits_goes_on(environment: ActivityEnvironment) -> None:
    """That the pathway has left the step does not cut its effect off."""
    begun, answer = asyncio.Event(), asyncio.Event()

    async def work() -> str:
        begun.set()
        await answer.wait()
        return "done"

    running = asyncio.ensure_future(environment.run(beating, work()))
    await begun.wait()
    environment.cancel(ActivityCancellationDetails(cancel_requested=True))
    answer.set()
    assert await running == "done"


@pytest.mark.parametrize("why", ["timed_out", "worker_shutdown", "not_found"])
async def test_what_ends_it(environment: ActivityEnvironment, why: str) -> None:
    """An attempt whose time is up, or whose worker shuts down, is ended, and what it does with it."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    running = asyncio.ensure_future(environment.run(beating, work()))
    await begun.wait()
    environment.cancel(ActivityCancellationDetails(**{why: True}))
    with pytest.raises(asyncio.CancelledError):
        await running
    await ended.wait()
