"""Events that came in: kept before anything else, matched to listeners, delivered until each has a verdict.

An event and a listener for it may be written at the same moment by two transactions that don't see each other. Both
therefore lock the event's type first (receivers alone, recorders among themselves shared), so that the later one
sees the earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import and_, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from ulid import ULID

from pathways.matching import ANY_KEY, matching_keys
from store.notify import announce
from store.paging import Page, beyond, limit_of, page_of
from store.rows import columns, read, read_one, select_rows
from store.tables import dead_letter, delivery, inbox, listener

Json = Any

CORRELATION_WINDOW = timedelta(days=7)
"""How long an event that no instance consumed is kept for one that may yet listen."""

Verdict = Literal["consumed", "ignored", "deferred", "gone", "superseded"]
"""What became of a delivery.

`deferred`: the instance is suspended, and it comes again when that is over. `gone`: the instance had ended.
`superseded`: another delivery of the same event to the same instance took its place.
"""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A CloudEvent as it arrived. `key` is its correlation key, from its `subject` or by its type's definition."""

    source: str
    event_id: str
    type: str
    key: str | None
    data: Json
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """An event that was accepted; `id` is ours, `event_id` its source's."""

    id: str
    source: str
    event_id: str
    type: str
    key: str | None
    data: Json
    time: datetime | None
    received_at: datetime
    expires_at: datetime
    status: Literal["waiting", "consumed", "dead"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to an instance. `arming` is 0, or the revision whose arming matched it again."""

    event: str
    instance: str
    arming: int
    verdict: Verdict | None
    taken_by: Json
    attempts: int
    next_at: datetime
    problem: str | None
    settled_at: datetime | None

    @property
    def update_id(self) -> str:
        """The id of the Temporal Update that carries it: the same however often it is tried."""
        return f"{self.event}/{self.arming}"


@dataclass(frozen=True, slots=True)
class Arming:
    """A listener that was armed: events of `type` with `key` count that were received `since`. `rev` armed it."""

    instance: str
    type: str
    key: str
    since: datetime
    rev: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that nobody took, and why."""

    id: str
    event: str
    reason: str
    at: datetime
    status: Literal["open", "replayed", "discarded"]


class Inbox:
    """The inbox of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def receive(self, new: NewEvent, *, window: timedelta = CORRELATION_WINDOW) -> tuple[InboxEvent, bool]:
        """Accept an event and match it to those who listen; the row, and whether it is new (else it was here)."""
        await lock_types(self._connection, [new.type], alone=True)
        row = {
            "id": str(ULID()),
            "source": new.source,
            "event_id": new.event_id,
            "type": new.type,
            "key": new.key,
            "data": new.data,
            "time": new.time,
            "received_at": func.clock_timestamp(),
            "expires_at": func.clock_timestamp() + window,
            "status": "waiting",
            "may_start": True,
        }
        statement = insert(inbox).values(row).on_conflict_do_nothing()
        added = (await self._connection.execute(statement.returning(*columns(InboxEvent, inbox)))).first()
        if added is None:
            return await self._by_source(new.source, new.event_id), False
        event = InboxEvent(*added)
        await self._match(event)
        await announce(self._connection)
        return event, True

    async def _by_source(self, source: str, event_id: str) -> InboxEvent:
        query = select_rows(InboxEvent, inbox).where(inbox.c.source == source, inbox.c.event_id == event_id)
        return InboxEvent(*(await self._connection.execute(query)).one())

    async def _match(self, event: InboxEvent) -> None:
        keys = matching_keys(event.key)
        listening = (
            select(literal(event.id), listener.c.instance, literal(0), literal(0), func.now())
            .where(listener.c.type == event.type, listener.c.key.in_(keys))
            .distinct()
        )
        await _schedule(self._connection, listening)

    async def get(self, ident: str) -> InboxEvent | None:
        """An event by our id."""
        query = select_rows(InboxEvent, inbox).where(inbox.c.id == ident)
        return read_one(InboxEvent, (await self._connection.execute(query)).first())

    async def page(self, *, after: str | None = None, limit: int = 50) -> Page[InboxEvent]:
        """Events, the latest first, behind a cursor. Raises `BadCursorError`."""
        limit = limit_of(limit)
        order = (inbox.c.received_at, inbox.c.id)
        query = select_rows(InboxEvent, inbox)
        if after is not None:
            query = query.where(beyond(order, after, descending=True))
        query = query.order_by(*(column.desc() for column in order)).limit(limit + 1)
        found = read(InboxEvent, await self._connection.execute(query))
        return page_of(found, limit, lambda one: (one.received_at, one.id))

    async def deliveries(self, event: str) -> tuple[Delivery, ...]:
        """Where an event went, and what became of it there."""
        query = select_rows(Delivery, delivery).where(delivery.c.event == event)
        return read(
            Delivery,
            await self._connection.execute(query.order_by(delivery.c.instance, delivery.c.arming)),
        )

    async def of_instance(self, instance: str) -> tuple[tuple[InboxEvent, Delivery], ...]:
        """The events that went to an instance, with their deliveries, the first first."""
        query = (
            select(*columns(InboxEvent, inbox), *columns(Delivery, delivery))
            .join(delivery, delivery.c.event == inbox.c.id)
            .where(delivery.c.instance == instance)
            .order_by(inbox.c.received_at, inbox.c.id, delivery.c.arming)
        )
        width = len(columns(InboxEvent, inbox))
        found = await self._connection.execute(query)
        return tuple((InboxEvent(*row[:width]), Delivery(*row[width:])) for row in found)

    async def dead_letters(self, *, after: str | None = None, limit: int = 50) -> Page[DeadLetter]:
        """Open dead letters, the latest first, behind a cursor. Raises `BadCursorError`."""
        limit = limit_of(limit)
        query = select_rows(DeadLetter, dead_letter).where(dead_letter.c.status == "open")
        if after is not None:
            query = query.where(beyond((dead_letter.c.id,), after, descending=True))
        query = query.order_by(dead_letter.c.id.desc()).limit(limit + 1)
        found = read(DeadLetter, await self._connection.execute(query))
        return page_of(found, limit, lambda one: (one.id,))


async def lock_types(connection: AsyncConnection, types: Iterable[str], *, alone: bool) -> None:
    """Hold the matching of event types until the transaction ends; in one order, so that nobody blocks in a ring."""
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    locks = [lock(func.hashtextextended(f"inbox/{one}", 0)) for one in sorted(set(types))]
    if locks:
        await connection.execute(select(*locks))


async def match_again(connection: AsyncConnection, armed: Sequence[Arming]) -> None:
    """Schedule the events received since listeners were armed, that their instance has not consumed.

    The caller holds `lock_types`.
    """
    for one in armed:
        consumed = exists().where(
            delivery.c.event == inbox.c.id, delivery.c.instance == one.instance, delivery.c.verdict == "consumed"
        )
        fits = [inbox.c.type == one.type, inbox.c.received_at >= one.since, inbox.c.status != "dead", ~consumed]
        if one.key != ANY_KEY:
            fits.append(inbox.c.key == one.key)
        waiting = select(inbox.c.id, literal(one.instance), literal(one.rev), literal(0), func.now())
        await _schedule(connection, waiting.where(and_(*fits)))


async def offer_again(connection: AsyncConnection, instance: str, rev: int) -> None:
    """Deliver again what an instance deferred, because in revision `rev` its suspension was over."""
    replaced = (
        update(delivery)
        .where(delivery.c.instance == instance, delivery.c.verdict == "deferred")
        .values(verdict="superseded", settled_at=func.now())
        .returning(delivery.c.event)
    )
    events = sorted(set((await connection.execute(replaced)).scalars()))
    if events:
        again = select(inbox.c.id, literal(instance), literal(rev), literal(0), func.now()).where(
            inbox.c.id.in_(events), inbox.c.status != "dead"
        )
        await _schedule(connection, again)


async def drop_deferred(connection: AsyncConnection, instance: str) -> None:
    """The instance has ended: what it deferred can't come again."""
    await connection.execute(
        update(delivery)
        .where(delivery.c.instance == instance, delivery.c.verdict == "deferred")
        .values(verdict="gone", settled_at=func.now())
    )


async def _schedule(connection: AsyncConnection, found: Any) -> None:
    names = ["event", "instance", "arming", "attempts", "next_at"]
    statement = insert(delivery).from_select(names, found).on_conflict_do_nothing()
    scheduled = await connection.execute(statement)
    if scheduled.rowcount > 0:
        await announce(connection)
