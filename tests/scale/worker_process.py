"""The worker that the bench measures, in a process of its own, as in production; and the bench's end of it.

It runs Carelane's workflow and those it is held against, with the same actions and the same recording. It tells, in
lines of JSON on its standard output, what it has recorded, and when asked how much processor time it has used and how
much memory it has held. It ends when its standard input does, so that it never outlives the bench.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.record import STORE_AWAY, record_activity
from activities.serving import serving
from pathways.facts import TaskOpened
from pathways.messages import ActionRequest, ActionResult, RecordAnswer, RecordRequest
from store.database import Database
from tests.scale import subject
from tests.scale.bare import Bare
from tests.scale.by_hand import ByHand
from tests.scale.short_plans import WORK, short_plans
from tests.support.interpreted import PlansInMemory
from workflows import plans
from workflows.converter import data_converter
from workflows.pathway import Pathway
from workflows.sandbox import runner

ROOT = Path(__file__).resolve().parents[2]


def activities_of(database: Database, tell: Callable[[RecordRequest], None] = lambda _: None) -> list[Any]:
    """The actions of the bench's pathways and the recording; `tell` hears what was recorded."""
    write = record_activity(database)

    @activity.defn(name="record")
    async def record(request: RecordRequest) -> RecordAnswer:
        answer = await write(request)
        tell(request)
        return answer

    @activity.defn(name=WORK)
    async def work(request: ActionRequest) -> ActionResult:
        return ActionResult({})

    prepare = activity.defn(name=subject.PREPARE)(subject.prepare)
    file_note = activity.defn(name=subject.FILE)(subject.file_note)
    return [record, work, prepare, file_note]


def install_plans() -> None:
    """Make the bench's plans those that workflows of this process find."""
    plans.install(PlansInMemory([subject.plan(), *short_plans()]))


def _tell(request: RecordRequest) -> None:
    rev = max((one.rev for one in request.recorded), default=0)
    opened = [fact.address for one in request.recorded for fact in one.facts if isinstance(fact, TaskOpened)]
    _say(recorded=request.instance, rev=rev, opened=opened)


def _say(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def _serve(address: str, database_url: str, queue: str) -> None:
    logging.getLogger("temporalio.activity").addFilter(_is_unforeseen)
    install_plans()
    database = Database(database_url)
    client = await Client.connect(address, data_converter=data_converter)
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[Pathway, ByHand, Bare],
        activities=activities_of(database, _tell),
        workflow_runner=runner(sandboxed=False),
        max_cached_workflows=10_000,
    )
    async with serving(worker):
        _say(ready=True)
        while await asyncio.to_thread(sys.stdin.readline):
            _say(processor=time.process_time(), memory=_most_memory())


def _most_memory() -> int:
    """The most memory that this process has held, in bytes; macOS counts in bytes, others in kilobytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _is_unforeseen(record: logging.LogRecord) -> bool:
    """Whether a failure is worth a line: attempts to record without a store are meant."""
    error = record.exc_info[1] if record.exc_info else None
    return getattr(error, "type", None) != STORE_AWAY


@dataclass(frozen=True)
class Used:
    """What the worker has used: processor time in seconds, and the most memory that it held, in bytes."""

    processor: float
    memory: int


class WorkerProcess:
    """The bench's end: starts the process, waits for what it tells."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._waiting: dict[tuple[str, str | int], asyncio.Future[None]] = {}
        self._used: asyncio.Queue[Used] = asyncio.Queue()
        self._ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def opened(self, instance: str, address: str) -> None:
        """Wait until the store has that open task, or go on at once if it had it already."""
        await self._told(instance, address)

    async def recorded(self, instance: str, rev: int) -> None:
        """Wait until the store has that revision as the last of a request."""
        await self._told(instance, rev)

    async def used(self) -> Used:
        """What it has used so far."""
        self._input.write(b"\n")
        await self._input.drain()
        return await self._used.get()

    async def ready(self) -> None:
        """Wait until it polls."""
        await self._ready.wait()

    async def close(self) -> None:
        """End it."""
        self._input.close()
        try:
            await asyncio.wait_for(self._process.wait(), timeout=15)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._reading.cancel()

    @property
    def _input(self) -> asyncio.StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    async def _told(self, instance: str, what: str | int) -> None:
        await asyncio.wait_for(self._future(instance, what), timeout=120)
        del self._waiting[instance, what]

    def _future(self, instance: str, what: str | int) -> asyncio.Future[None]:
        return self._waiting.setdefault((instance, what), asyncio.get_running_loop().create_future())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if not line.startswith(b"{"):  # Temporal's SDK warns there, of workflows that we terminate for one
                continue
            message = json.loads(line)
            if "processor" in message:
                self._used.put_nowait(Used(message["processor"], message["memory"]))
            elif "recorded" in message:
                self._resolve(message["recorded"], [message["rev"], *message["opened"]])
            else:
                self._ready.set()

    def _resolve(self, instance: str, things: list[str | int]) -> None:
        for thing in things:
            future = self._future(instance, thing)
            if not future.done():
                future.set_result(None)


@asynccontextmanager
async def worker_process(address: str, database_url: str, queue: str) -> AsyncIterator[WorkerProcess]:
    """A worker that polls."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.scale.worker_process",
        address,
        database_url,
        queue,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    worker = WorkerProcess(process)
    try:
        await asyncio.wait_for(worker.ready(), timeout=60)
        yield worker
    finally:
        await worker.close()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:4]))
    os._exit(0)  # a process that used the Temporal SDK may crash in the interpreter's own end
