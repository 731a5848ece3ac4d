"""The relay's side of the inbox: what to deliver now, what came of it, and what nobody took in time.

A delivery is claimed for a while and then sent outside any transaction. Where the relay dies meanwhile, the claim runs
out and another sends it again, under the same update id. To one instance go its events one after another, the oldest
first, so an instance that does not answer holds up nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection
from ulid import ULID

from store.inbox import Delivery, InboxEvent, Verdict
from store.rows import columns, read
from store.tables import dead_letter, delivery, inbox, instance

Json = Any

DEFERRED = "Deferred while the pathway is suspended."


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that was claimed, with its event."""

    delivery: Delivery
    event: InboxEvent


class Deliveries:
    """The deliveries of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, *, limit: int, lease: timedelta) -> tuple[Due, ...]:
        """Take deliveries that are due, the oldest event of each instance, that nobody else is taking."""
        await self._supersede()
        earlier = delivery.alias("earlier")
        is_first = ~(
            select(earlier.c.event)
            .where(
                earlier.c.instance == delivery.c.instance,
                earlier.c.verdict.is_(None),
                tuple_(earlier.c.event, earlier.c.arming) < tuple_(delivery.c.event, delivery.c.arming),
            )
            .exists()
        )
        due = (
            select(delivery.c.event, delivery.c.instance, delivery.c.arming)
            .where(delivery.c.verdict.is_(None), delivery.c.next_at <= func.now(), is_first)
            .order_by(delivery.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        keys = [tuple(row) for row in await self._connection.execute(due)]
        if not keys:
            return ()
        claimed = read(
            Delivery,
            await self._connection.execute(
                update(delivery)
                .where(_key().in_(keys))
                .values(next_at=func.now() + lease, attempts=delivery.c.attempts + 1)
                .returning(*columns(Delivery, delivery))
            ),
        )
        events = await self._events([one.event for one in claimed])
        return tuple(Due(one, events[one.event]) for one in claimed)

    async def _events(self, ids: Sequence[str]) -> dict[str, InboxEvent]:
        query = select(*columns(InboxEvent, inbox)).where(inbox.c.id.in_(ids))
        return {one.id: one for one in read(InboxEvent, await self._connection.execute(query))}

    async def _supersede(self) -> None:
        """End deliveries of events that their instance has consumed by an earlier one: once is all."""
        taken = delivery.alias("taken")
        consumed = select(taken.c.event).where(
            taken.c.event == delivery.c.event,
            taken.c.instance == delivery.c.instance,
            taken.c.verdict == "consumed",
        )
        await self._connection.execute(
            update(delivery)
            .where(delivery.c.verdict.is_(None), consumed.exists())
            .values(verdict="superseded", settled_at=func.now())
        )

    async def settle(self, one: Delivery, verdict: Verdict, taken_by: Sequence[str] = ()) -> None:
        """Note the verdict of an instance."""
        await self._connection.execute(
            update(delivery)
            .where(_key() == (one.event, one.instance, one.arming), delivery.c.verdict.is_(None))
            .values(verdict=verdict, taken_by=list(taken_by), problem=None, settled_at=func.now())
        )
        if verdict == "consumed":
            await self._connection.execute(update(inbox).where(inbox.c.id == one.event).values(status="consumed"))

    async def defer(self, one: Delivery, wait: timedelta) -> bool:
        """The instance is suspended: keep the event for when that is over; whether it is kept.

        Where the lists don't know it as suspended (the suspension is not recorded yet, or its end is already), it is
        tried again after `wait` instead: else its coming again could have been missed.
        """
        held = select(instance.c.suspended).where(instance.c.id == one.instance).with_for_update(read=True)
        if not (await self._connection.execute(held)).scalar():
            await self.postpone(one, wait, DEFERRED)
            return False
        await self._connection.execute(
            update(delivery)
            .where(_key() == (one.event, one.instance, one.arming), delivery.c.verdict.is_(None))
            .values(verdict="deferred", problem=DEFERRED, settled_at=func.now())
        )
        return True

    async def postpone(self, one: Delivery, wait: timedelta, problem: str) -> None:
        """Try again later: no verdict was to be had."""
        await self._connection.execute(
            update(delivery)
            .where(_key() == (one.event, one.instance, one.arming), delivery.c.verdict.is_(None))
            .values(next_at=func.now() + wait, problem=problem)
        )

    async def bury(self, *, limit: int = 100) -> int:
        """Make dead letters of events whose correlation window is over and which nobody took; how many."""
        undecided = delivery.c.verdict.is_(None) | (delivery.c.verdict == "deferred")
        pending = select(delivery.c.event).where(delivery.c.event == inbox.c.id, undecided)
        over = (
            select(inbox.c.id)
            .where(inbox.c.status == "waiting", ~inbox.c.may_start, inbox.c.expires_at <= func.now(), ~pending.exists())
            .order_by(inbox.c.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = list((await self._connection.execute(over)).scalars())
        if not ids:
            return 0
        counts = select(delivery.c.event, func.count(delivery.c.instance.distinct())).where(delivery.c.event.in_(ids))
        asked = {row[0]: row[1] for row in await self._connection.execute(counts.group_by(delivery.c.event))}
        await self._connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(status="dead"))
        there = select(dead_letter.c.event).where(dead_letter.c.event.in_(ids), dead_letter.c.status == "open")
        known = set((await self._connection.execute(there)).scalars())
        rows = [
            {"id": str(ULID()), "event": ident, "reason": _reason(asked.get(ident, 0)), "status": "open"}
            for ident in ids
            if ident not in known
        ]
        if rows:
            await self._connection.execute(insert(dead_letter).values(at=func.now()), rows)
        return len(rows)

    async def pending(self) -> int:
        """How many deliveries have no verdict yet."""
        query = select(func.count()).select_from(delivery).where(delivery.c.verdict.is_(None))
        return int((await self._connection.execute(query)).scalar_one())


def _key() -> Any:
    return tuple_(delivery.c.event, delivery.c.instance, delivery.c.arming)


def _reason(asked: int) -> str:
    if asked == 0:
        return "No pathway was waiting for it."
    return f"It reached {asked} {'pathway' if asked == 1 else 'pathways'}, and none took it."
