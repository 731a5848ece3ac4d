"""Instances: starting them, finding them, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pathways.state import Parent, Waits
from store.errors import StoreUnavailableError
from store.paging import Page, beyond, limit_of, page_of
from store.rows import columns, read, read_one, select_rows
from store.tables import instance, joined, listener, position

Json = Any
Status = Literal["starting", "running", "cancelling", "ended"]


@dataclass(frozen=True, slots=True)
class InstanceSummary:
    """An instance as lists show it."""

    id: str
    pathway: str
    version: str
    title: str
    status: Status
    outcome: str | None
    outcome_title: str | None
    outcome_kind: str | None
    stage: str | None
    attributes: Mapping[str, Json]
    suspended: bool
    hold: Json
    own_hold: Json
    gone: Json
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Instance(InstanceSummary):
    """An instance with all that the store keeps on its own row.

    `data` holds, by scope and name, the value with its `address`, `at`, `by` and `sources` (`pathways.state.Saved`
    as JSON). `rev` is the last revision recorded. `pace` is the demonstration clock it was started with. `unique_key`
    is what no second open instance of its pathway may have. `parent_instance` waits for it at `parent_address`. `site`
    is where it was started for.
    `hold` says which `steps` are not entered now, `by` whom and for what `reason`, since when (`at`), and by which
    pause of its version (`id`); `own_hold` the same of what operators hold of this instance alone.
    `suspension` says who suspended it (`by`, `reason`, `at`), `ending` to what end it is cancelling (`outcome`, and
    the same); `offers` are the side flows that a person may start; `give` is what its outcome gives to a parent.
    `gone` says `how` its workflow came to be not there any more, and when (`at`) that was found; `replaces` is the
    instance whose workflow was gone, and in whose place this one was started.
    """

    digest: str
    zone: str
    site: str | None
    inputs: Mapping[str, Json]
    data: Mapping[str, Mapping[str, Json]]
    pace: Json
    request: str | None
    unique_key: str | None
    parent_instance: str | None
    parent_address: str | None
    suspension: Json
    ending: Json
    offers: Json
    give: Json
    replaces: str | None
    rev: int
    snapshot_digest: str | None
    started_by: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class NewInstance:
    """An instance that somebody wants. `request` is the idempotency key of that wish.

    `unique_key`: no second open instance of its pathway may have it. `parent` waits for it, where it is a child.
    `replaces`: in whose place it is started.
    """

    id: str
    pathway: str
    version: str
    digest: str
    title: str
    zone: str
    inputs: Mapping[str, Json]
    at: datetime
    by: str | None = None
    request: str | None = None
    pace: Json = None
    unique_key: str | None = None
    parent: Parent | None = None
    site: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """One place where an instance stands, and what it waits for there."""

    instance: str
    address: str
    step: str
    title: str
    waits: Waits
    entered_at: datetime
    wake_at: datetime | None


@dataclass(frozen=True, slots=True)
class Brief:
    """What a list of tasks needs of an instance: whom it is about, its zone, its demonstration clock, and `gone`."""

    id: str
    inputs: Mapping[str, Json]
    zone: str
    pace: Json
    gone: Json = None


@dataclass(frozen=True, slots=True)
class Listener:
    """What an instance listens for; `arming` is the revision in which it was armed.

    `position` is where it stands; "" for the pathway's own handlers. Events count that came in since `armed_at`.
    """

    instance: str
    address: str
    position: str
    type: str
    key: str
    armed_at: datetime
    arming: int


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    """Which instances a list shows."""

    pathway: str | None = None
    status: Status | None = None
    open: bool | None = None
    stage: str | None = None
    suspended: bool | None = None
    held: bool | None = None
    gone: bool | None = None
    attributes: Mapping[str, Json] = field(default_factory=dict)


_LOCK = select_rows(Instance, instance).where(instance.c.id == bindparam("ident")).with_for_update()


class Instances:
    """The instances of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: NewInstance) -> tuple[Instance, bool]:
        """Insert a row in status `starting`; the row, and whether it is new.

        It is not where the same `request` has inserted one before, or an open instance has the same `unique_key`:
        that one is answered.
        """
        values = {
            "id": new.id,
            "pathway": new.pathway,
            "version": new.version,
            "digest": new.digest,
            "title": new.title,
            "zone": new.zone,
            "site": new.site,
            "replaces": new.replaces,
            "status": "starting",
            "attributes": {},
            "inputs": dict(new.inputs),
            "data": {},
            "pace": new.pace,
            "request": new.request,
            "unique_key": new.unique_key,
            "parent_instance": new.parent.instance if new.parent else None,
            "parent_address": new.parent.address if new.parent else None,
            "suspended": False,
            "offers": [],
            "rev": 0,
            "started_by": new.by,
            "started_at": new.at,
            "recorded_at": func.now(),
        }
        statement = insert(instance).values(values).on_conflict_do_nothing()
        added = (await self._connection.execute(statement.returning(*columns(Instance, instance)))).first()
        if added is not None:
            return Instance(*added), True
        return await self._in_the_way(new), False

    async def _in_the_way(self, new: NewInstance) -> Instance:
        """The row because of which one was not inserted. Raises `StoreUnavailableError` where it went meanwhile."""
        there = await self.get(new.id)
        if there is None and new.request is not None:
            there = await self.by_request(new.request)
        if there is None and new.unique_key is not None:
            there = await self.by_unique_key(new.pathway, new.unique_key)
        if there is None:
            raise StoreUnavailableError("Another start of the same was under way.", hint="Please try again.")
        return there

    async def get(self, ident: str) -> Instance | None:
        """An instance by its id."""
        query = select_rows(Instance, instance).where(instance.c.id == ident)
        return read_one(Instance, (await self._connection.execute(query)).first())

    async def lock(self, ident: str) -> Instance | None:
        """An instance by its id, held until the transaction ends, so that recorders take turns."""
        return read_one(Instance, (await self._connection.execute(_LOCK, {"ident": ident})).first())

    async def by_request(self, request: str) -> Instance | None:
        """The instance that a request has started."""
        query = select_rows(Instance, instance).where(instance.c.request == request)
        return read_one(Instance, (await self._connection.execute(query)).first())

    async def by_unique_key(self, pathway: str, unique_key: str) -> Instance | None:
        """The open instance of a pathway that has a unique key."""
        query = select_rows(Instance, instance).where(
            instance.c.pathway == pathway, instance.c.unique_key == unique_key, instance.c.status != "ended"
        )
        return read_one(Instance, (await self._connection.execute(query)).first())

    async def replacing(self, ident: str) -> Instance | None:
        """The instance that was started in another's place; None where none was."""
        query = select_rows(Instance, instance).where(instance.c.replaces == ident)
        return read_one(Instance, (await self._connection.execute(query.order_by(instance.c.started_at))).first())

    async def join(self, request: str, ident: str) -> None:
        """Note that a request for a start was answered with an instance that runs already."""
        row = {"request": request, "instance": ident, "at": func.now()}
        await self._connection.execute(insert(joined).values(row).on_conflict_do_nothing())

    async def joined_by(self, request: str) -> Instance | None:
        """The instance with which a request for a start was answered because it ran already."""
        query = select_rows(Instance, instance).join(joined, joined.c.instance == instance.c.id)
        query = query.where(joined.c.request == request)
        return read_one(Instance, (await self._connection.execute(query)).first())

    async def rev(self, ident: str) -> int | None:
        """The last revision recorded of an instance; None where there is no such instance."""
        query = select(instance.c.rev).where(instance.c.id == ident)
        return (await self._connection.execute(query)).scalar()

    async def page(self, wanted: InstanceFilter, *, after: str | None = None, limit: int = 50) -> Page[InstanceSummary]:
        """Instances, the youngest first, behind a cursor. Raises `BadCursorError`."""
        limit = limit_of(limit)
        query = select_rows(InstanceSummary, instance)
        if wanted.pathway is not None:
            query = query.where(instance.c.pathway == wanted.pathway)
        if wanted.status is not None:
            query = query.where(instance.c.status == wanted.status)
        if wanted.open is not None:
            is_open = instance.c.status != "ended"
            query = query.where(is_open if wanted.open else ~is_open)
        if wanted.stage is not None:
            query = query.where(instance.c.stage == wanted.stage)
        if wanted.suspended is not None:
            query = query.where(instance.c.suspended == wanted.suspended)
        if wanted.held is not None:
            held = instance.c.hold.is_not(None) | instance.c.own_hold.is_not(None)
            query = query.where(held if wanted.held else ~held)
        if wanted.gone is not None:
            is_gone = instance.c.gone.is_not(None) & (instance.c.status != "ended")
            query = query.where(is_gone if wanted.gone else ~is_gone)
        if wanted.attributes:
            query = query.where(instance.c.attributes.contains(dict(wanted.attributes)))
        order = (instance.c.started_at, instance.c.id)
        if after is not None:
            query = query.where(beyond(order, after, descending=True))
        query = query.order_by(*(column.desc() for column in order)).limit(limit + 1)
        found = read(InstanceSummary, await self._connection.execute(query))
        return page_of(found, limit, lambda one: (one.started_at, one.id))

    async def briefs(self, idents: Iterable[str]) -> dict[str, Brief]:
        """What a list of tasks needs of their instances, by id."""
        wanted = sorted(set(idents))
        if not wanted:
            return {}
        query = select_rows(Brief, instance).where(instance.c.id.in_(wanted))
        return {one.id: one for one in read(Brief, await self._connection.execute(query))}

    async def latest_pace(self) -> Json:
        """The demonstration clock of the youngest instance that has one; None where none has."""
        query = select(instance.c.pace).where(instance.c.pace.is_not(None)).order_by(instance.c.started_at.desc())
        return (await self._connection.execute(query.limit(1))).scalar()

    async def set_pace(self, idents: Iterable[str], pace: Json) -> None:
        """Note where the demonstration clock of instances stands now."""
        await self._connection.execute(update(instance).where(instance.c.id.in_(sorted(set(idents)))).values(pace=pace))

    async def positions(self, ident: str) -> tuple[Position, ...]:
        """Where an instance stands, by address."""
        query = select_rows(Position, position).where(position.c.instance == ident).order_by(position.c.address)
        return read(Position, await self._connection.execute(query))

    async def held(self, idents: Iterable[str]) -> dict[str, tuple[Position, ...]]:
        """Where instances stand before a step that begins only when it is released or they are resumed, by id."""
        wanted = sorted(set(idents))
        if not wanted:
            return {}
        query = select_rows(Position, position).where(position.c.instance.in_(wanted), position.c.waits == "resume")
        found: dict[str, tuple[Position, ...]] = {}
        for one in read(Position, await self._connection.execute(query.order_by(position.c.address))):
            found[one.instance] = (*found.get(one.instance, ()), one)
        return found

    async def counts(self) -> dict[tuple[str, Status], int]:
        """How many instances each pathway has, by status."""
        query = select(instance.c.pathway, instance.c.status, func.count()).group_by(
            instance.c.pathway, instance.c.status
        )
        return {(row[0], row[1]): row[2] for row in await self._connection.execute(query)}

    async def starting(self, *, since_before: datetime, limit: int) -> tuple[Instance, ...]:
        """Rows that are still `starting` although they were inserted before a moment, the oldest first.

        Those whose workflow is known to be gone are not among them.
        """
        query = (
            select_rows(Instance, instance)
            .where(instance.c.status == "starting", instance.c.gone.is_(None), instance.c.recorded_at < since_before)
            .order_by(instance.c.recorded_at, instance.c.id)
            .limit(limit)
        )
        return read(Instance, await self._connection.execute(query))

    async def open_after(self, ident: str, *, limit: int) -> tuple[Instance, ...]:
        """Open instances whose workflow is there, in the order of their ids, behind one: for going through all.

        Those are the ones that have been heard of, children (their own workflow has made their row), and those whose
        workflow was found to be gone: it may come back.
        """
        begun = instance.c.status.in_(("running", "cancelling"))
        started = instance.c.parent_instance.is_not(None) | instance.c.gone.is_not(None)
        not_heard_of = (instance.c.status == "starting") & started
        query = (
            select_rows(Instance, instance)
            .where(begun | not_heard_of, instance.c.id > ident)
            .order_by(instance.c.id)
            .limit(limit)
        )
        return read(Instance, await self._connection.execute(query))


class Listeners:
    """What instances listen for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, instances: Sequence[str]) -> tuple[Listener, ...]:
        """The armed listeners of instances."""
        query = (
            select_rows(Listener, listener)
            .where(listener.c.instance.in_(instances))
            .order_by(listener.c.instance, listener.c.address)
        )
        return read(Listener, await self._connection.execute(query))
