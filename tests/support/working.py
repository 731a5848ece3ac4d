"""A worker as its process composes it, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import worker
from settings import Settings


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
