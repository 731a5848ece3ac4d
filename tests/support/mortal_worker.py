"""A worker as a process that kills itself, as `kill -9` does, at one exact moment: `ADDRESS QUEUE FOLDER [MOMENT]`.

Moments: `effect` (an action has done its deed and not yet said so), `record` (the store has committed and not yet
answered), `version` (a child's version was looked up and not yet said). Without one it goes on for ever. Deeds and
the store are files in FOLDER, so that they outlive it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio import activity
from temporalio.worker import Worker

from activities.liveness import beating
from activities.plans import PlanShelf
from pathways.messages import (
    ActionRequest,
    ActionResult,
    RecordAnswer,
    RecordRequest,
    VersionAnswer,
    VersionRequest,
)
from pathways.plan import plan_from_json
from tests.support.interpreted import PlansInMemory
from tests.support.interpreter import connect
from workflows import plans
from workflows.names import RESOLVE_VERSION
from workflows.pathway import Pathway
from workflows.sandbox import runner


@dataclass(frozen=True)
class World:
    """What outlives the worker: a system that does each deed once per key, and a store."""

    folder: Path
    moment: str | None = None

    @property
    def deeds(self) -> list[str]:
        """The keys under which something was done, in order; one that is here twice was done twice."""
        return _lines(self.folder / "deeds")

    @property
    def tried(self) -> list[str]:
        """The keys of all attempts, in order."""
        return _lines(self.folder / "tried")

    def revs(self, instance: str) -> list[int]:
        """The revisions of an instance in the store, in order."""
        return [int(line) for line in _lines(self.folder / f"revs-{instance}")]

    @property
    def looked_up(self) -> list[str]:
        """The children whose versions were looked up."""
        return _lines(self.folder / "versions")

    def act(self, request: ActionRequest) -> ActionResult:
        """Do a deed, unless its key was seen."""
        _append(self.folder / "tried", request.key)
        if request.key not in self.deeds:
            _append(self.folder / "deeds", request.key)
            self._die_at("effect")
        return ActionResult({"number": "N-1"})

    def record(self, request: RecordRequest) -> RecordAnswer:
        """Keep the revisions that are new."""
        known = self.revs(request.instance)
        new = [one.rev for one in request.recorded if one.rev > len(known)]
        for rev in new:
            _append(self.folder / f"revs-{request.instance}", str(rev))
        if new:
            self._die_at("record")
        return RecordAnswer(len(known) + len(new))

    def version(self, request: VersionRequest, known: PlansInMemory) -> VersionAnswer:
        """The version of a child."""
        wanted = request.start.wanted
        plan = known.newest(wanted.pathway, wanted.range) if wanted is not None else None
        first = not self.looked_up
        _append(self.folder / "versions", request.start.instance)
        if first:
            self._die_at("version")
        return VersionAnswer(message="There is none.") if plan is None else VersionAnswer(plan.digest, plan.version)

    def _die_at(self, moment: str) -> None:
        if self.moment == moment:
            os.kill(os.getpid(), signal.SIGKILL)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


async def _run(address: str, queue: str, world: World) -> None:
    shelf = PlanShelf(world.folder / "plans")
    await shelf.open()
    plans.install(shelf)

    known = PlansInMemory(
        plan_from_json(json.loads(path.read_text(encoding="utf-8"))) for path in (world.folder / "plans").iterdir()
    )

    async def act(request: ActionRequest) -> ActionResult:
        return world.act(request)

    @activity.defn(name="test.prepare")
    async def prepare(request: ActionRequest) -> ActionResult:
        return await beating(act(request))

    @activity.defn(name=RESOLVE_VERSION)
    async def resolve_version(request: VersionRequest) -> VersionAnswer:
        return world.version(request, known)

    @activity.defn(name="record")
    async def record(request: RecordRequest) -> RecordAnswer:
        return world.record(request)

    worker = Worker(
        await connect(address),
        task_queue=queue,
        workflows=[Pathway],
        activities=[prepare, record, resolve_version],
        workflow_runner=runner(sandboxed=False),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
    )
    async with worker:
        await asyncio.Event().wait()


def main(arguments: list[str]) -> None:
    """Run until killed."""
    address, queue, folder, *moment = arguments
    asyncio.run(_run(address, queue, World(Path(folder), moment[0] if moment else None)))


if __name__ == "__main__":
    print(json.dumps({"pid": os.getpid()}), flush=True)
    main(sys.argv[1:])
