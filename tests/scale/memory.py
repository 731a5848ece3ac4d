"""The memory of a worker whose cache is full of instances that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.scale import subject
from tests.scale.ground import Ground
from tests.scale.report import Row, at_most, told
from workflows.names import WORKFLOW

DEFAULT_INSTANCES = 2_000
FULL_INSTANCES = 10_000
BUDGETED = 10_000
IN_FLIGHT = 48
MOST = 1024**3
"""Bytes of a worker with as many open instances as are budgeted."""


def measured_with(instances: int) -> Callable[[Ground, Callable[[str], None]], Awaitable[list[Row]]]:
    """The measurement with so many instances; what more would take is told from what these do."""

    async def measure(ground: Ground, say: Callable[[str], None]) -> list[Row]:
        await _wait_at_their_task(ground, IN_FLIGHT)  # for what is loaded once
        before = (await ground.worker.used()).memory
        say(f"memory: {instances} instances that wait")
        await _wait_at_their_task(ground, instances)
        each = ((await ground.worker.used()).memory - before) / instances
        return [
            at_most("memory of a worker with 10,000 open instances cached", before + each * BUDGETED, "bytes", MOST),
            told("of it, each instance", each, "bytes"),
        ]

    return measure


async def _wait_at_their_task(ground: Ground, instances: int) -> None:
    """Start instances and have each come to its first task."""
    numbers = iter(range(instances))

    async def lane() -> None:
        for _ in numbers:
            case = await ground.start(subject.plan(), workflow=WORKFLOW, **subject.INPUTS)
            await case.opened("review")

    await asyncio.gather(*(lane() for _ in range(IN_FLIGHT)))
