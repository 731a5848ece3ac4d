"""Move the demonstration on: people and offices act, and when everybody waits, time is moved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from activities.gateways.fhir.errors import FhirError
from devcore.demo.api import Api, DemonstrationError, NotFoundError, NotNowError
from devcore.demo.staff import Staff
from devcore.demo.stage import Case
from devcore.demo.world import World
from local.progress import Report
from pathways.errors import CarelaneError

Json = Any

WATCHER = "supervisor"
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 120.0
"""How long nothing may happen before the demonstration gives up."""

LIVE_LOOK_SECONDS = 2.0


async def play_to_the_end(
    api: Api, world: World, cases: Sequence[Case], report: Report, *, look: float = LOOK_SECONDS
) -> None:
    """Drive every case to its end; only when all wait is the clock moved, to the nearest deadline.

    `look`: the seconds between two looks at the cases.
    """
    director = _Director(api, world, cases, report)
    while True:
        try:
            if await director.move_on():
                return
        except (NotNowError, FhirError) as error:
            director.note(error)  # something is being started again, and everything may be tried again
        await asyncio.sleep(look)


async def play_along(api: Api, world: World, cases: Sequence[Case]) -> None:
    """Keep offices and people acting while somebody tries the demonstration; ends only by cancellation."""
    staff = Staff(api, to_the_end=False)
    by_instance = {case.instance: case for case in cases}
    while True:
        try:
            await staff.act(by_instance)
            for ident, case in tuple(by_instance.items()):
                instance = await api.instance(WATCHER, ident)
                by_instance.update(children_of(case, instance))
                if instance["status"] == "running":
                    await world.act(case, instance)
        except (DemonstrationError, FhirError):
            pass  # a task that was just taken, a process that is being started again: look again
        await asyncio.sleep(LIVE_LOOK_SECONDS)


class _Director:
    """Looks at all cases again and again, and has people, offices or the clock act."""

    def __init__(self, api: Api, world: World, cases: Sequence[Case], report: Report) -> None:
        self._api = api
        self._world = world
        self._staff = Staff(api, to_the_end=True)
        self._cases = {case.instance: case for case in cases}
        self._report = report
        self._ended = -1
        self._seen: Json = None
        self._instances_seen: Mapping[str, Mapping[str, Json]] = {}
        self._changed = time.monotonic()
        self._trouble = ""

    def note(self, error: CarelaneError) -> None:
        """Keep what went wrong, to tell it when nothing moves any more."""
        self._trouble = error.message
        self._give_up_in_time()

    async def move_on(self) -> bool:
        """Look once and act; True when every case has ended."""
        instances = await self._instances()
        unchanged = self._look(instances)
        if self._ended == len(self._cases) == len(instances):
            return True
        acted = await self._staff.act(self._cases)
        for ident, instance in instances.items():
            if instance["status"] == "running":
                acted |= await self._world.act(self._cases[ident], instance)
                acted |= await self._staff.repair(self._cases[ident], instance)
        # Looked at twice: a list that lags may show a wait that is over.
        if not acted and unchanged and _all_wait(instances) and await self._world.is_heard():
            await self._move_clock(instances)
        return False

    async def _instances(self) -> dict[str, Mapping[str, Json]]:
        """Every case's instance, and those that these have started."""
        found: dict[str, Mapping[str, Json]] = {}
        waiting = list(self._cases)
        while waiting:
            ident = waiting.pop(0)
            try:
                found[ident] = await self._api.instance(WATCHER, ident)
            except NotFoundError:
                continue  # a child that was ordered a moment ago
            new = children_of(self._cases[ident], found[ident])
            waiting += [one for one in new if one not in self._cases]
            self._cases.update(new)
        return found

    async def _move_clock(self, instances: Mapping[str, Mapping[str, Json]]) -> None:
        # What moves on at this very moment would be overtaken by time, before anybody could act on it.
        seen = {ident: one["rev"] for ident, one in instances.items() if one["status"] == "running"}
        moved = await self._api.post(WATCHER, "/demo/clock", {"seen": seen}, key=f"demo/clock/{time.time_ns()}")
        if moved["to"] is None:
            raise DemonstrationError(_stuck(self._cases, instances))
        self._seen = None

    def _look(self, instances: Mapping[str, Mapping[str, Json]]) -> bool:
        """Note how far the cases are; whether that is as far as they were."""
        self._instances_seen = instances
        ended = sum(one["status"] == "ended" for one in instances.values())
        if ended != self._ended:
            self._ended = ended
            self._report(f"  {ended} of {len(self._cases)} instances have ended")
        seen = {ident: (one["rev"], one["status"]) for ident, one in instances.items()}
        unchanged = bool(seen == self._seen)
        if not unchanged:
            self._seen, self._changed, self._trouble = seen, time.monotonic(), ""
        self._give_up_in_time()
        return unchanged

    def _give_up_in_time(self) -> None:
        if time.monotonic() - self._changed > PATIENCE_SECONDS:
            where = _standing(self._cases, self._instances_seen)
            raise DemonstrationError(f"Nothing has happened for {PATIENCE_SECONDS:.0f} s. {self._trouble} {where}")


def children_of(case: Case, instance: Mapping[str, Json]) -> dict[str, Case]:
    """The instances that a case's instance has started; its people work them too."""
    ordered = (entry["detail"] for entry in instance["timeline"] if entry["kind"] == "child-ordered")
    return {one["instance"]: case.child(one["instance"]) for one in ordered}


def _all_wait(instances: Mapping[str, Mapping[str, Json]]) -> bool:
    """Whether nothing moves by itself any more: every open case stands at people, events, time or an operator."""
    return all(
        one["status"] == "ended"
        or (one["status"] == "running" and one["positions"] and all(p["waits"] != "action" for p in one["positions"]))
        for one in instances.values()
    )


def _stuck(cases: Mapping[str, Case], instances: Mapping[str, Mapping[str, Json]]) -> str:
    """Which cases wait for something that never comes, and where."""
    return f"Nothing moves any more: {_standing(cases, instances)}"


def _standing(cases: Mapping[str, Case], instances: Mapping[str, Mapping[str, Json]]) -> str:
    standing = [
        f"{cases[ident].script.title} ({one['pathway']}, {one['status']}) stands at "
        + ", ".join(f"{position['address']} ({position['waits']})" for position in one["positions"])
        for ident, one in instances.items()
        if one["status"] != "ended"
    ]
    return "; ".join(standing) + "."
