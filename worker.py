"""The Temporal worker: interprets pathways and runs their actions. As many as needed may run.

The composition root of that process: it alone builds its clients, from settings that are handed to it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities import registry
from activities.execution import activities_of
from activities.gateways.fhir import FhirClient
from activities.gateways.fhir.auth import SmartBackendAuth
from activities.plans import PlanShelf
from activities.record import record_activity
from activities.serving import serving
from activities.versions import resolve_activity
from settings import Settings
from store.database import Database
from store.notify import PLANS, listening
from workflows import plans
from workflows.converter import data_converter
from workflows.pathway import Pathway
from workflows.sandbox import runner

# A waiting instance costs about 64 kB of memory in the cache (`make bench`), and a replay of its history outside it.
_CACHED_INSTANCES = 10_000
_GRACE = timedelta(seconds=10)
# How long a worker may take to end, actions included.
_PATIENCE = _GRACE + timedelta(seconds=5)
# How long an instance waits for the worker that had it, when that worker was killed.
_LOYALTY = timedelta(seconds=5)
_RECONNECT_SECONDS = 1.0
_REFRESH_PLANS_SECONDS = 30.0

_log = logging.getLogger("carelane.worker")


class StorePlans:
    """Published plans, from the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan(self, digest: str) -> Any | None:
        """The plan's document, or None."""
        async with self._database.transaction() as unit:
            found = await unit.definitions.by_digest(digest)
        return None if found is None else found.plan

    async def digests(self) -> Iterable[str]:
        """The digests of everything published."""
        async with self._database.transaction() as unit:
            return await unit.definitions.digests()


async def run(settings: Settings, *, ready: Callable[[], None] = lambda: None) -> None:
    """Run until cancelled; what is under way then gets a moment to end. `ready` is called once the worker polls."""
    async with AsyncExitStack() as closing:
        url = settings.require_database_url()
        database = Database(url)
        closing.push_async_callback(database.close)
        credentials = settings.core_credentials
        auth = SmartBackendAuth.from_key_file(settings.core_base_url, *credentials) if credentials else None
        core = FhirClient(settings.core_base_url, auth=auth)
        closing.push_async_callback(core.aclose)
        shelf = PlanShelf(settings.cache_dir / "plans", StorePlans(database))
        await shelf.open()
        plans.install(shelf)
        client = await connected(settings)
        refreshing = asyncio.create_task(shelf.keep_fresh(_REFRESH_PLANS_SECONDS, lambda: listening(url, PLANS)))
        closing.push_async_callback(_ended, refreshing)
        worker = Worker(
            client,
            task_queue=settings.temporal_task_queue,
            workflows=[Pathway],
            activities=[
                *activities_of(registry.discover().values(), core),
                record_activity(database),
                resolve_activity(database, shelf.add),
            ],
            workflow_runner=runner(sandboxed=settings.workflow_sandbox),
            max_cached_workflows=_CACHED_INSTANCES,
            graceful_shutdown_timeout=_GRACE,
            sticky_queue_schedule_to_start_timeout=_LOYALTY,
            deployment_config=deployment(settings),
        )
        async with serving(worker, patience=_PATIENCE):
            _log.info("The worker polls the task queue %s.", settings.temporal_task_queue)
            ready()
            await asyncio.Event().wait()


def deployment(settings: Settings) -> WorkerDeploymentConfig | None:
    """How Temporal tells this build of the worker from others: instances go over to the current one by themselves."""
    if settings.temporal_deployment is None:
        return None
    return WorkerDeploymentConfig(
        WorkerDeploymentVersion(settings.temporal_deployment, settings.temporal_build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a task, and wait until it has closed what it holds."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def connected(settings: Settings) -> Client:
    """A Temporal client; waits for the server while it is away."""
    while True:
        try:
            return await Client.connect(
                settings.temporal_target,
                namespace=settings.temporal_namespace,
                data_converter=data_converter,
            )
        except (RPCError, RuntimeError):
            _log.info("Waiting for Temporal at %s.", settings.temporal_target)
            await asyncio.sleep(_RECONNECT_SECONDS)
