"""The plans of a worker: in memory, on disk by digest, and from a source where neither has them.

Workflows ask from the threads of their tasks and must not wait: what is on disk is read at once, what is not is
fetched by the worker's event loop while Temporal tries the workflow task again. A worker that has seen a plan once
goes on with it while the source is away.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from pathways.plan import Plan, digest_of, plan_from_json
from store.errors import StoreUnavailableError

Json = Any

# Long enough for a store that answers, and far below the SDK's deadlock limit of two seconds.
_PATIENCE_SECONDS = 0.5

_LISTEN_AGAIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class PlanSource(Protocol):
    """Where published plans come from: the store."""

    async def plan(self, digest: str) -> Json | None:
        """The plan's document, or None where there is none of that digest."""

    async def digests(self) -> Iterable[str]:
        """The digests of all plans that instances may run."""


class Bell(Protocol):
    """Rings when something was published."""

    async def wait(self, seconds: float) -> bool:
        """Wait for it, that long at most; whether it rang."""


News = Callable[[], AbstractAsyncContextManager[Bell]]


class _Silence:
    """A bell that never rings."""

    async def wait(self, seconds: float) -> bool:
        """Wait that long."""
        await asyncio.sleep(seconds)
        return False


def _no_news() -> AbstractAsyncContextManager[Bell]:
    return nullcontext(_Silence())


class PlanShelf:
    """Plans by digest. `plan` may be called from any thread; the rest belongs to the event loop."""

    def __init__(self, folder: Path, source: PlanSource | None = None) -> None:
        self._folder = folder
        self._source = source
        self._plans: dict[str, Plan] = {}
        self._coming: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def plan(self, digest: str) -> Plan | None:
        """The plan; None where it is neither in memory nor on disk, and then it is being fetched."""
        found = self._plans.get(digest) or self._from_disk(digest)
        if found is not None or self._source is None or self._loop is None:
            return found
        with self._lock:
            coming = self._coming.get(digest)
            if coming is None:
                self._coming[digest] = threading.Event()
                self._loop.call_soon_threadsafe(self._start_fetching, digest)
                return None
        coming.wait(_PATIENCE_SECONDS)
        return self._plans.get(digest)

    def add(self, plan: Plan) -> None:
        """Keep a plan, in memory and on disk."""
        self._plans[plan.digest] = plan
        path = self._path(plan.digest)
        if path.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=self._folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(plan.document, file)
        Path(written).replace(path)

    async def open(self) -> None:
        """Serve this event loop's workflows: read what is on disk, then what the source has beyond that."""
        self._loop = asyncio.get_running_loop()
        if self._folder.is_dir():
            for path in sorted(self._folder.glob("*.json")):
                self._from_disk(path.stem)
        await self.refresh()

    async def refresh(self) -> None:
        """Take in what the source has and this has not; does nothing while the source is away."""
        if self._source is None:
            return
        try:
            for digest in await self._source.digests():
                if self._plans.get(digest) is None and self._from_disk(digest) is None:
                    await self._fetch(digest)
        except Exception as error:  # noqa: BLE001 - whatever keeps the source away, plans at hand go on
            _log.warning("Plans could not be fetched: %s", type(error).__name__)

    async def keep_fresh(self, every: float, news: News | None = None) -> None:
        """Refresh when there is news, and at least every so many seconds, until cancelled."""
        while True:
            try:
                async with (news or _no_news)() as bell:
                    while True:
                        await self.refresh()
                        await bell.wait(every)
            except StoreUnavailableError:
                await asyncio.sleep(min(every, _LISTEN_AGAIN_SECONDS))

    def _start_fetching(self, digest: str) -> None:
        task = asyncio.get_running_loop().create_task(self._fetch_for_workflows(digest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch_for_workflows(self, digest: str) -> None:
        try:
            await self._fetch(digest)
        except Exception as error:  # noqa: BLE001 - the workflow task is tried again, and asks again
            _log.warning("The plan %s could not be fetched: %s", digest[:12], type(error).__name__)
        finally:
            with self._lock:
                self._coming.pop(digest).set()

    async def _fetch(self, digest: str) -> None:
        document = await self._source.plan(digest) if self._source is not None else None
        if document is None:
            _log.error("There is no plan %s.", digest[:12])
        elif (plan := _read(document, digest)) is not None:
            self.add(plan)

    def _from_disk(self, digest: str) -> Plan | None:
        try:
            document = json.loads(self._path(digest).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        plan = _read(document, digest)
        if plan is not None:
            self._plans[digest] = plan
        return plan

    def _path(self, digest: str) -> Path:
        return self._folder / f"{Path(digest).name}.json"


def _read(document: Json, digest: str) -> Plan | None:
    """The plan of a document that is what its digest says; None for anything else."""
    if digest_of(document) != digest:
        _log.error("A document is not the plan %s that it should be.", digest[:12])
        return None
    try:
        return plan_from_json(document)
    except ValidationError:
        _log.exception("The plan %s cannot be read by this version.", digest[:12])
        return None
