"""The servers that the bench measures on: PostgreSQL and Temporal of its own, temporary, as durable as real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client, WorkflowHandle
from ulid import ULID

from local.postgres import PostgresServer
from pathways.events import TaskCompleted
from pathways.messages import Answer, StartInstance
from pathways.plan import Plan
from store.migrate import migrate_database
from tests.scale.worker_process import WorkerProcess, worker_process
from tests.support import servers
from tests.support.interpreter import connect
from workflows.names import WORKFLOW as INTERPRETED
from workflows.names import workflow_id

Handle = WorkflowHandle[Any, Any]


@dataclass
class Ground:
    """What runs while the bench measures."""

    postgres: PostgresServer
    temporal_address: str
    client: Client
    database_url: str
    queue: str
    worker: WorkerProcess

    async def start(self, plan: Plan, *, workflow: str = INTERPRETED, **inputs: Any) -> Case:
        """Start an instance of a plan, interpreted, or by another workflow that does the same."""
        instance = str(ULID())
        handle = await self.client.start_workflow(
            workflow,
            StartInstance(instance, plan.digest, inputs=inputs, by="bench"),
            id=workflow_id(instance),
            task_queue=self.queue,
        )
        return Case(self, instance, handle)


@dataclass
class Case:
    """One running instance."""

    ground: Ground
    instance: str
    handle: Handle

    async def opened(self, address: str) -> None:
        """Wait until the store has that open task."""
        await self.ground.worker.opened(self.instance, address)

    async def complete(self, address: str, outcome: str = "done", **form: Any) -> Answer:
        """Complete a task."""
        answer: Answer = await self.handle.execute_update(
            "complete",
            TaskCompleted(address, outcome, form, by="coordinator"),
            id=f"{self.instance}/{address}",
            result_type=Answer,
        )
        return answer


@asynccontextmanager
async def ground(say: Callable[[str], None]) -> AsyncIterator[Ground]:
    """Start it all, and remove it afterwards."""
    say("starting PostgreSQL, Temporal and a worker")
    with servers.state_folder() as folder:
        postgres = servers.postgres_server(folder, durable=True)
        temporal = servers.temporal_server(servers.temporal_program(), folder, on_file=True)
        try:
            postgres.start()
            temporal.start()
            postgres.create_database("bench")
            url = postgres.url("bench")
            migrate_database(url)
            queue = f"bench-{ULID()}".lower()
            async with worker_process(temporal.address, url, queue) as worker:
                client = await connect(temporal.address)
                yield Ground(postgres, temporal.address, client, url, queue, worker)
        finally:
            temporal.kill()
            postgres.delete()
