"""A worker as its process composes it, in this process, and the settings for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ulid import ULID

import worker
from settings import Settings, load
from tests.support.core import LiveCore


def settings_for(database_url: str, temporal_address: str, core: LiveCore, folder: Path) -> Settings:
    """Settings for a worker and an API with a task queue of their own, and with state and cache in a folder."""
    return load(
        database_url=database_url,
        temporal_address=temporal_address,
        temporal_task_queue=f"test-{ULID()}".lower(),
        core_url=core.base_url,
        cache_dir=folder / "cache",
        state_dir=folder / "state",
    )


@asynccontextmanager
async def working(configured: Settings) -> AsyncIterator[None]:
    """A worker that runs until the block ends."""
    ready = asyncio.Event()
    task = asyncio.create_task(worker.run(configured, ready=ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    assert ready.is_set(), task.exception()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
