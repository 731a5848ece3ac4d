"""Move the demonstration on: people and offices act, and when everybody waits, time is moved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from devcore.demo.api import Api, DemonstrationError
from devcore.demo.staff import Staff
from devcore.demo.stage import Case
from devcore.demo.world import World
from local.progress import Report

Json = Any

WATCHER = "supervisor"
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 120.0
"""How long nothing may happen before the demonstration gives up."""

LIVE_LOOK_SECONDS = 2.0


async def play_to_the_end(api: Api, world: World, cases: Sequence[Case], report: Report) -> None:
    """Drive every case to its end; only when all wait is the clock moved, to the nearest deadline."""
    staff = Staff(api, to_the_end=True)
    by_instance = {case.instance: case for case in cases}
    progress = _Progress(report, len(cases))
    settled: Json = None
    while True:
        instances = {ident: await api.instance(WATCHER, ident) for ident in by_instance}
        if all(one["status"] == "ended" for one in instances.values()):
            return
        progress.look(instances)
        acted = await staff.act(by_instance)
        for ident, instance in instances.items():
            if instance["status"] == "running":
                acted |= await world.act(by_instance[ident], instance)
        seen = {ident: (one["rev"], one["status"]) for ident, one in instances.items()}
        if acted or not _all_wait(instances) or seen != settled:
            # Looked at twice: a list that lags may show a wait that is over.
            settled = None if acted else seen
            await asyncio.sleep(LOOK_SECONDS)
            continue
        settled = None
        moved = await api.post(WATCHER, "/demo/clock", {}, key=f"demo/clock/{time.time_ns()}")
        if moved["to"] is None:
            raise DemonstrationError(_stuck(by_instance, instances))


async def play_along(api: Api, world: World, cases: Sequence[Case]) -> None:
    """Keep offices and people acting while somebody tries the demonstration; ends only by cancellation."""
    staff = Staff(api, to_the_end=False)
    by_instance = {case.instance: case for case in cases}
    while True:
        try:
            await staff.act(by_instance)
            for ident, case in by_instance.items():
                instance = await api.instance(WATCHER, ident)
                if instance["status"] == "running":
                    await world.act(case, instance)
        except (DemonstrationError, OSError):
            pass  # a task that was just taken, a process that is being started again: look again
        await asyncio.sleep(LIVE_LOOK_SECONDS)


def _all_wait(instances: Mapping[str, Mapping[str, Json]]) -> bool:
    """Whether nothing moves by itself any more: every open case stands at people, events, time or an operator."""
    return all(
        one["status"] == "ended"
        or (one["status"] == "running" and one["positions"] and all(p["waits"] != "action" for p in one["positions"]))
        for one in instances.values()
    )


def _stuck(cases: Mapping[str, Case], instances: Mapping[str, Mapping[str, Json]]) -> str:
    """Which cases wait for something that never comes, and where."""
    standing = [
        f"{cases[ident].script.title} stands at {', '.join(position['address'] for position in one['positions'])}"
        for ident, one in instances.items()
        if one["status"] != "ended"
    ]
    return f"Nothing moves any more: {'; '.join(standing)}."


class _Progress:
    """Tells how many cases have ended, and gives up when nothing happens for too long."""

    def __init__(self, report: Report, total: int) -> None:
        self._report = report
        self._total = total
        self._ended = -1
        self._revs: list[int] = []
        self._changed = time.monotonic()

    def look(self, instances: Mapping[str, Mapping[str, Json]]) -> None:
        """Note how far the cases are."""
        ended = sum(one["status"] == "ended" for one in instances.values())
        if ended != self._ended:
            self._ended = ended
            self._report(f"  {ended} of {self._total} cases have ended")
        revs = [one["rev"] for one in instances.values()]
        if revs != self._revs:
            self._revs, self._changed = revs, time.monotonic()
        if time.monotonic() - self._changed > PATIENCE_SECONDS:
            raise DemonstrationError(f"Nothing has happened for {PATIENCE_SECONDS:.0f} s.")
