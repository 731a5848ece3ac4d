"""Carelane against the same pathway written by hand: pathways a second, and the worker's processor time.

Rounds of one and the other alternate, and their ratios are taken pair by pair: what else the machine does then weighs
on both alike.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.scale import subject
from tests.scale.by_hand import WORKFLOW as BY_HAND
from tests.scale.by_hand import ByHand
from tests.scale.ground import Ground
from tests.scale.report import Row, at_least_times, at_most_times, ratio_of_pairs, told
from tests.scale.worker_process import install_plans
from workflows.converter import data_converter
from workflows.names import WORKFLOW as INTERPRETED
from workflows.pathway import Pathway
from workflows.sandbox import runner

PAIRS = 4
IN_FLIGHT = 48
WARM_SECONDS = 2.5
COUNTED_SECONDS = 5.0
REPLAYED = 20
COPIES = 4
REPLAY_PAIRS = 6

LEAST = 0.9
MOST_PROCESSOR = 1.5

_CLASSES: dict[str, type[Any]] = {INTERPRETED: Pathway, BY_HAND: ByHand}


@dataclass
class _Side:
    """What was seen of one of the two."""

    per_second: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    replayed: list[float] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    histories: list[WorkflowHistory] = field(default_factory=list)


async def measure(ground: Ground, say: Callable[[str], None]) -> list[Row]:
    """Run both, then replay what they did."""
    sides = {INTERPRETED: _Side(), BY_HAND: _Side()}
    for number in range(PAIRS):
        for name in _alternating(number):
            say(f"throughput: {name}, round {number + 1} of {PAIRS}")
            await _round(ground, name, sides[name])
    for name, side in sides.items():
        side.histories = [await ground.client.get_workflow_handle(one).fetch_history() for one in side.ids[-REPLAYED:]]
        say(f"replay: {name}, {len(side.histories[-1].events)} events each")
    install_plans()
    for number in range(REPLAY_PAIRS):
        for name in _alternating(number):
            sides[name].replayed.append(await _replay(name, sides[name].histories))
    return list(_rows(sides[INTERPRETED], sides[BY_HAND]))


def _rows(ours: _Side, by_hand: _Side) -> Iterator[Row]:
    yield at_least_times(
        "pathways completed, recorded in PostgreSQL",
        median(by_hand.per_second) * ratio_of_pairs(ours.per_second, by_hand.per_second),
        "per-second",
        median(by_hand.per_second),
        "by hand",
        LEAST,
    )
    yield at_most_times(
        "worker's processor time a step, replaying",
        median(by_hand.replayed) * ratio_of_pairs(ours.replayed, by_hand.replayed),
        "seconds",
        median(by_hand.replayed),
        "by hand",
        MOST_PROCESSOR,
    )
    yield told(
        "worker's processor time a pathway, live, actions and recording included",
        median(by_hand.processor) * ratio_of_pairs(ours.processor, by_hand.processor),
        "seconds",
        median(by_hand.processor),
        "by hand",
    )
    yield told(
        "events of a pathway's history",
        median(len(one.events) for one in ours.histories),
        "events",
        median(len(one.events) for one in by_hand.histories),
        "by hand",
    )


def _alternating(number: int) -> tuple[str, str]:
    return (INTERPRETED, BY_HAND) if number % 2 == 0 else (BY_HAND, INTERPRETED)


async def _round(ground: Ground, workflow: str, side: _Side) -> None:
    before = (await ground.worker.used()).processor
    begun = time.monotonic()
    end = begun + WARM_SECONDS + COUNTED_SECONDS
    completed: list[float] = []

    async def lane() -> None:
        while time.monotonic() < end:
            side.ids.append(await run_case(ground, workflow))
            completed.append(time.monotonic())

    await asyncio.gather(*(lane() for _ in range(IN_FLIGHT)))
    counted = sum(begun + WARM_SECONDS <= at < end for at in completed)
    side.per_second.append(counted / COUNTED_SECONDS)
    side.processor.append(((await ground.worker.used()).processor - before) / len(completed))


async def run_case(ground: Ground, workflow: str) -> str:
    """One instance from its start to its end; its workflow's id."""
    case = await ground.start(_PLAN, workflow=workflow, **subject.INPUTS)
    await case.opened("review")
    await case.complete("review", "accept", **subject.REVIEW)
    await case.opened("confirm")
    await case.complete("confirm", "confirmed", **subject.CONFIRMATION)
    await case.handle.result()
    return case.handle.id


_PLAN = subject.plan()


async def _replay(workflow: str, histories: list[WorkflowHistory]) -> float:
    """The processor time that replaying costs for each step."""
    replayer = Replayer(
        workflows=[_CLASSES[workflow]], data_converter=data_converter, workflow_runner=runner(sandboxed=False)
    )

    async def all_of_them() -> AsyncIterator[WorkflowHistory]:
        for _ in range(COPIES):
            for history in histories:
                yield history

    begun = time.process_time()
    await replayer.replay_workflows(all_of_them(), raise_on_replay_failure=True)
    return (time.process_time() - begun) / (COPIES * len(histories) * subject.STEPS)
