"""A worker that is to end: whoever runs it goes on, also where the SDK waits for something that does not end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.worker import Worker
from ulid import ULID

from activities.serving import serving
from local.temporal_server import TemporalServer
from tests.support.interpreter import connect
from workflows.sandbox import runner


@workflow.defn(sandboxed=False)
class Waits:
    """Waits for an activity."""

    @workflow.run
    async def run(self) -> None:
        """Until it has ended."""
        await workflow.execute_activity("stubborn", start_to_close_timeout=timedelta(minutes=1))


async def test_a_worker_that_does_not_end_is_left(
    temporal_server: TemporalServer, caplog: pytest.LogCaptureFixture
) -> None:
    """An activity that will not be cancelled keeps the SDK from ending."""
    client = await connect(temporal_server.address)
    begun, over = asyncio.Event(), asyncio.Event()

    @activity.defn
    async def stubborn() -> None:
        begun.set()
        while not over.is_set():
            try:
                await over.wait()
            except asyncio.CancelledError:
                continue

    queue = f"test-{ULID()}".lower()
    worker = Worker(
        client, task_queue=queue, workflows=[Waits], activities=[stubborn], workflow_runner=runner(sandboxed=False)
    )
    try:
        async with asyncio.timeout(30), serving(worker, patience=timedelta(milliseconds=500)):
            handle = await client.start_workflow(Waits.run, id=queue, task_queue=queue)
            await begun.wait()
    finally:
        over.set()
    await worker.shutdown()
    await handle.terminate()
    told = [one.getMessage() for one in caplog.records if one.name == "carelane.worker"]
    assert told == ["The worker did not end within 0:00:00.500000; it is left as it stands."]
