"""Random kills of random processes under load; `make chaos` alone runs this. Each seed is a test of its own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from devcore.demo.cases import SCRIPTS
from tests.faults.checking import Trace, must_be_as_undisturbed, trace_of
from tests.faults.office import Office
from tests.faults.stack import PROCESSES, Stack

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]

LOAD = 2 * [script for script in SCRIPTS if not script.mixed_up]  # that one is an incident by itself
ROUNDS = 12
"""How often something is killed, at most; none is after the last case has ended."""

CORE_OUTAGE = 4.0
"""Seconds. Actions are tried for longer; what is tried in vain is an incident, and rightly so."""

OUTAGE = 25.0


@pytest_asyncio.fixture(scope="module")
async def undisturbed(office: Office) -> Mapping[str, Trace]:
    """What each script leaves behind where nothing goes wrong."""
    cases = await office.begin("undisturbed", LOAD[: len(LOAD) // 2])
    await office.play(cases)
    return {case.script.title: await trace_of(office, case) for case in cases}


async def test_random_kills_change_nothing(
    stack: Stack, office: Office, undisturbed: Mapping[str, Trace], seed: int
) -> None:
    """Whatever is killed whenever: cases end as they would have, nothing is lost, nothing happens twice."""
    chance = random.Random(seed)  # noqa: S311 - what is drawn has to be drawn again
    over = asyncio.Event()
    trouble = asyncio.create_task(_trouble(stack, chance, over))
    try:
        cases = await office.begin(f"seed-{seed}", chance.sample(LOAD, len(LOAD)))
        await office.play(cases)
    finally:
        over.set()
        await trouble
    await must_be_as_undisturbed(office, cases, undisturbed)


async def _trouble(stack: Stack, chance: random.Random, over: asyncio.Event) -> None:
    """Kill one to three processes at a time, for a moment or for long; once for very long."""
    longest = chance.randrange(ROUNDS // 2)
    for number in range(ROUNDS):
        await asyncio.sleep(chance.uniform(0.2, 4.0))
        if over.is_set():
            return
        killed = chance.sample(PROCESSES, chance.choice((1, 1, 2, 3)))
        outage = OUTAGE if number == longest else chance.choice((0.0, 0.0, chance.uniform(0.0, 8.0)))
        print(f"  {datetime.now(UTC):%H:%M:%S} {', '.join(killed)}: away for {outage:.1f} s")
        for process in killed:
            stack.kill(process)
        await asyncio.gather(*(_start(stack, process, outage) for process in _in_order(killed)))


async def _start(stack: Stack, process: str, after: float) -> None:
    await asyncio.sleep(min(after, CORE_OUTAGE) if process == "core" else after)
    await stack.start(process)


def _in_order(processes: Sequence[str]) -> list[str]:
    """What others need first: those give up starting where it does not come."""
    return sorted(processes, key=PROCESSES.index, reverse=True)
