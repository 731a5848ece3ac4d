"""Running a worker for as long as a block does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio.worker import Worker

_PATIENCE = timedelta(seconds=30)

_log = logging.getLogger("carelane.worker")


@asynccontextmanager
async def serving(worker: Worker, *, patience: timedelta = _PATIENCE) -> AsyncIterator[Worker]:
    """Poll while the block runs; what is under way when it is left may end within `patience`, and is left then.

    Temporal's SDK may wait for ever for a poll that the server does not end (sdk-rust issue 1297, seen once in some
    hundred ends on a busy machine). Nothing is lost by not waiting on: what was not answered is handed out again.
    """
    async with AsyncExitStack() as leaving:
        await worker.__aenter__()
        leaving.push_async_exit(partial(_end, worker, patience))
        yield worker


async def _end(worker: Worker, patience: timedelta, *failure: Any) -> None:
    try:
        async with asyncio.timeout(patience.total_seconds()):
            await worker.__aexit__(*failure)
    except TimeoutError:
        _log.warning("The worker did not end within %s; it is left as it stands.", patience)
