"""Delivering: events from the inbox to the instances that listen, each until there is a verdict.

The inbox is what is durable. An update that nobody answered is simply sent again, under the same id, with growing
pauses; meanwhile everybody else's go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from pathways.events import MessageReceived
from relaying.port import Answered, GoneError, NoAnswerError, Pathways
from store.database import Database, Unit
from store.deliveries import Due
from store.errors import StoreUnavailableError
from store.inbox import Delivery

AT_ONCE = 32
"""Deliveries that are under way at the same time, each to another instance."""

LEASE = timedelta(seconds=30)
"""How long a claim holds. It must outlast an attempt and the writing of its verdict."""

FIRST_WAIT = timedelta(milliseconds=250)
LONGEST_WAIT = timedelta(minutes=1)
DEFERRED_WAIT = timedelta(seconds=1)
"""How long after an instance deferred an event it gets it again, where the lists don't know it as suspended."""

_log = structlog.get_logger("carelane.relay")


class Deliverer:
    """Keeps deliveries going: `claim` begins what is due, and `settled` is called whenever one is done."""

    def __init__(
        self,
        database: Database,
        pathways: Pathways,
        *,
        at_once: int = AT_ONCE,
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        self._settled = settled
        self._database = database
        self._pathways = pathways
        self._at_once = at_once
        self._under_way: set[asyncio.Task[None]] = set()

    async def claim(self) -> int:
        """Begin deliveries that are due, as many as there is room for; how many."""
        room = self._at_once - len(self._under_way)
        if room <= 0:
            return 0
        async with self._database.transaction() as unit:
            claimed = await unit.deliveries.claim(limit=room, lease=LEASE)
        for due in claimed:
            task = asyncio.create_task(self._deliver(due))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return len(claimed)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._settled()

    async def all_settled(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def stop(self) -> None:
        """Give up what is under way; its claims run out, and it is sent again."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _deliver(self, due: Due) -> None:
        try:
            await deliver(self._database, self._pathways, due)
        except StoreUnavailableError:
            # Its claim runs out, and it is sent again: the same update id gets the same answer.
            _log.warning("The verdict of a delivery could not be written", event_id=due.event.id)
        except Exception:  # noqa: BLE001 - a fault with one event must not end the others
            _log.exception("A delivery failed", event_id=due.event.id, instance=due.delivery.instance)


async def deliver(database: Database, pathways: Pathways, due: Due) -> None:
    """Send one event to one instance and note what came of it."""
    one, event = due.delivery, due.event
    known = await _known(database, one)
    try:
        answered = known or await pathways.deliver(
            one.instance,
            MessageReceived(event.id, event.type, event.key, event.data, event.time),
            update_id=one.update_id,
        )
    except GoneError as error:
        await _gone(database, one, error)
        return
    except NoAnswerError as error:
        await _later(database, one, error.message)
        return
    async with database.transaction() as unit:
        if answered.verdict == "deferred":
            await unit.deliveries.defer(one, DEFERRED_WAIT)
        else:
            await unit.deliveries.settle(one, answered.verdict, answered.taken_by)


async def _known(database: Database, one: Delivery) -> Answered | None:
    """The verdict of an earlier attempt whose answer was lost, if it is recorded."""
    if one.attempts <= 1:
        return None
    async with database.transaction() as unit:
        found = await unit.results.get(one.instance, one.update_id)
    if found is None or not found.result:
        return None
    return Answered(found.result["verdict"], tuple(found.result.get("by", ())))


async def _gone(database: Database, one: Delivery, error: GoneError) -> None:
    """An instance that the store knows as ended can't take it; one that it knows as open may yet be there."""
    async with database.transaction() as unit:
        if await _has_ended(unit, one.instance):
            await unit.deliveries.settle(one, "gone")
            return
    await _later(database, one, error.message)


async def _has_ended(unit: Unit, instance: str) -> bool:
    stored = await unit.instances.get(instance)
    return stored is None or stored.status == "ended"


async def _later(database: Database, one: Delivery, problem: str) -> None:
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(one.attempts, 12))
    _log.info(
        "An event waits for an instance to answer",
        event_id=one.event,
        instance=one.instance,
        attempts=one.attempts,
        problem=problem,
    )
    async with database.transaction() as unit:
        await unit.deliveries.postpone(one, wait, problem)
