"""Starts by event: which events are still to be looked at, and what each came to with the pathways it may start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from ulid import ULID

from store.facts.changes import Row
from store.inbox import InboxEvent
from store.rows import columns, read, select_rows
from store.tables import dead_letter, event_start, inbox

StartVerdict = Literal["started", "joined", "duplicate", "refused"]
"""What an event came to with a pathway.

`started` an instance; `joined` one that ran already, as the pathway asks; `duplicate`: one ran already, and the pathway
refuses a second; `refused`: it can't be said whether or with what to start, which is a dead letter.
"""


@dataclass(frozen=True, slots=True)
class EventStart:
    """What an event came to with a pathway that starts on its type; once for each, for good."""

    event: str
    pathway: str
    version: str
    verdict: StartVerdict
    instance: str | None
    reason: str | None
    at: datetime


class EventStarts:
    """The starts by event of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next(self) -> InboxEvent | None:
        """The oldest event that nobody has looked at yet, nor is looking at; held until the transaction ends."""
        query = (
            select(*columns(InboxEvent, inbox))
            .where(inbox.c.may_start)
            .order_by(inbox.c.received_at, inbox.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = read(InboxEvent, await self._connection.execute(query))
        return found[0] if found else None

    async def looked_at(self, event: str) -> None:
        """Every pathway that it may start was looked at."""
        await self._connection.execute(update(inbox).where(inbox.c.id == event).values(may_start=False))

    async def of_event(self, event: str) -> tuple[EventStart, ...]:
        """What an event came to, by pathway."""
        query = select_rows(EventStart, event_start).where(event_start.c.event == event)
        return read(EventStart, await self._connection.execute(query.order_by(event_start.c.pathway)))

    async def of_instance(self, instance: str) -> tuple[EventStart, ...]:
        """The events that started an instance, or would have."""
        query = select_rows(EventStart, event_start).where(event_start.c.instance == instance)
        return read(EventStart, await self._connection.execute(query.order_by(event_start.c.at, event_start.c.event)))

    async def note(
        self,
        event: str,
        pathway: str,
        version: str,
        verdict: StartVerdict,
        *,
        instance: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Note what an event came to with a pathway. One that is refused becomes a dead letter, others are taken."""
        row: Row = {"event": event, "pathway": pathway, "version": version, "verdict": verdict}
        row |= {"instance": instance, "reason": reason, "at": func.now()}
        await self._connection.execute(insert(event_start).values(row).on_conflict_do_nothing())
        if verdict == "refused":
            letter: Row = {"id": str(ULID()), "event": event, "reason": f"{pathway} {version}: {reason}"}
            await self._connection.execute(insert(dead_letter).values(letter | {"at": func.now(), "status": "open"}))
        else:
            taken = update(inbox).where(inbox.c.id == event, inbox.c.status == "waiting")
            await self._connection.execute(taken.values(status="consumed"))
