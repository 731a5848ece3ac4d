"""The relay: delivers events to pathways, starts what they start, tells instances what is held, and repairs lists.

The composition root of that process. One or more may run: they share the work by row locks. While PostgreSQL or
Temporal is away it waits, with growing pauses, and goes on by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AsyncExitStack

import structlog
from temporalio.client import Client

from relaying.children import ask_after, report_again
from relaying.delivering import Deliverer
from relaying.event_starts import EventStarter
from relaying.holding import Holder
from relaying.metrics import repairs, workflows_gone
from relaying.port import Pathways
from relaying.reconciling import Reconciler
from relaying.rhythm import keep_doing
from relaying.starting import finish_starts
from relaying.temporal import TemporalPathways
from settings import Settings
from store.database import Database
from store.notify import listening
from workflows.converter import data_converter

LOOK_SECONDS = 1.0
"""How often the inbox is looked at without being told to."""

START_SECONDS = 2.0
RECONCILE_BATCH_SECONDS = 0.5
RECONCILE_SECONDS = 20.0
BURY_SECONDS = 30.0
REPORT_SECONDS = 15.0
HOLD_SECONDS = 2.0

_log = structlog.get_logger("carelane.relay")


async def run(settings: Settings, *, ready: Callable[[], None] = lambda: None) -> None:
    """Run until cancelled. `ready` is called once it works."""
    url = settings.require_database_url()
    async with AsyncExitStack() as closing:
        database = Database(url)
        closing.push_async_callback(database.close)
        client = await Client.connect(
            settings.temporal_target,
            namespace=settings.temporal_namespace,
            data_converter=data_converter,
            lazy=True,
        )
        pathways = TemporalPathways(client, task_queue=settings.temporal_task_queue)
        demo_pace = settings.demo_pace if settings.demo else None
        starter = EventStarter(database, pathways, zone=settings.site_zone, site=settings.site, demo_pace=demo_pace)
        _log.info("The relay runs")
        ready()
        await relay(database, url, pathways, starter=starter)


async def relay(database: Database, url: str, pathways: Pathways, *, starter: EventStarter | None = None) -> None:
    """Do all that a relay does, over these parts, until cancelled."""
    bell, arrivals, pauses = asyncio.Event(), asyncio.Event(), asyncio.Event()
    deliverer = Deliverer(database, pathways, settled=bell.set)
    by_event = starter or EventStarter(database, pathways)
    holder = Holder(database, pathways)
    repaired, gone = repairs(), workflows_gone()
    reconciler = Reconciler(
        database,
        pathways,
        repaired=lambda how: repaired.labels(how).inc(),
        gone=lambda how: gone.labels(how).inc(),
    )
    started_late = set[str]()

    def rang() -> None:
        bell.set()
        arrivals.set()
        pauses.set()

    async def start() -> float:
        await finish_starts(database, pathways, look=reconciler.look, known=started_late)
        return START_SECONDS

    async def start_by_event() -> float:
        arrivals.clear()
        if not await by_event.step():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(arrivals.wait(), LOOK_SECONDS)
        return 0.0

    async def hold() -> float:
        pauses.clear()
        if not await holder.step():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(pauses.wait(), HOLD_SECONDS)
        return 0.0

    async def report() -> float:
        await report_again(database, pathways)
        await ask_after(database, pathways)
        return REPORT_SECONDS

    async def reconcile() -> float:
        return RECONCILE_BATCH_SECONDS if await reconciler.step() else RECONCILE_SECONDS

    async def bury() -> float:
        async with database.transaction() as unit:
            buried = await unit.deliveries.bury()
        if buried:
            _log.warning("Events that nobody took became dead letters", count=buried)
        return BURY_SECONDS

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_doing("listening", lambda: ring(url, rang)))
            tasks.create_task(keep_doing("delivering", lambda: delivering(deliverer, bell)))
            tasks.create_task(keep_doing("starting", start))
            tasks.create_task(keep_doing("starting by event", start_by_event))
            tasks.create_task(keep_doing("holding", hold))
            tasks.create_task(keep_doing("reconciling", reconcile))
            tasks.create_task(keep_doing("children", report))
            tasks.create_task(keep_doing("dead letters", bury))
    finally:
        await deliverer.stop()


async def delivering(deliverer: Deliverer, bell: asyncio.Event) -> float:
    """Begin what is due, or wait for the bell: a notification, or a delivery that is done. Returns 0."""
    bell.clear()
    if not await deliverer.claim():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), LOOK_SECONDS)
    return 0.0


async def ring(url: str, rang: Callable[[], None]) -> float:
    """Ring on each notification, as long as the connection lasts. Raises `StoreUnavailableError`."""
    async with listening(url) as notifications:
        rang()  # for what came while nobody listened
        while True:
            if await notifications.wait(60.0):
                rang()
