"""What can be rebuilt, read back from the tables, so that it can be compared with the instance's own picture."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from pathways.engine.snapshot import snapshot_digest
from pathways.facts import ClockMoved, IncidentOpened, ListenerArmed, TaskOpened, WaitStarted
from pathways.projection import Snapshot, Standing
from pathways.state import Hold, Saved
from store.clocks import Clock
from store.database import Unit
from store.incidents import GONE, Incident
from store.instances import Instance
from store.tasks import Task

Json = Any


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)


@lru_cache(maxsize=1)
def _saved() -> TypeAdapter[dict[str, dict[str, Saved]]]:
    return TypeAdapter(dict[str, dict[str, Saved]])


@lru_cache(maxsize=1)
def _hold() -> TypeAdapter[Hold | None]:
    return TypeAdapter(Hold | None)


def read_snapshot(document: Json) -> Snapshot:
    """A snapshot from its JSON. Raises pydantic's `ValidationError` when it is not one."""
    return _adapter().validate_python(document)


async def stored_digest(unit: Unit, stored: Instance) -> str:
    """The digest of what the tables hold of an instance."""
    return snapshot_digest(await stored_snapshot(unit, stored))


async def stored_snapshot(unit: Unit, stored: Instance) -> Snapshot:
    """What the tables hold of an instance, as the instance itself would say it."""
    positions = await unit.instances.positions(stored.id)
    tasks = await unit.tasks.open_of(stored.id)
    listeners = await unit.listeners.of([stored.id])
    clocks = await unit.clocks.of_instance(stored.id)
    incidents = [
        one for one in await unit.incidents.of_instance(stored.id) if one.status == "open" and one.kind != GONE
    ]
    return Snapshot(
        instance=stored.id,
        rev=stored.rev,
        digest=stored.digest,
        pathway=stored.pathway,
        version=stored.version,
        title=stored.title,
        zone=stored.zone,
        site=stored.site,
        started_at=stored.started_at.isoformat(),
        status="running" if stored.status == "starting" else stored.status,
        outcome=stored.outcome,
        stage=stored.stage,
        attributes=stored.attributes,
        positions=tuple(
            Standing(one.address, one.step, one.title, one.waits, one.entered_at.isoformat()) for one in positions
        ),
        tasks=tuple(_task(one) for one in tasks),
        listeners=tuple(
            ListenerArmed(one.armed_at, one.address, one.type, one.key, one.armed_at, one.arming, one.position)
            for one in listeners
        ),
        waits=tuple(
            WaitStarted(one.entered_at, one.address, one.wake_at) for one in positions if one.wake_at is not None
        ),
        incidents=tuple(_incident(one) for one in incidents),
        clocks=tuple(_clock(one) for one in clocks),
        offers=stored.offers,
        suspended=stored.suspended,
        hold=_hold().validate_python(stored.hold),
        own_hold=_hold().validate_python(stored.own_hold),
        data=_saved().validate_python(stored.data),
    )


def _task(one: Task) -> TaskOpened:
    return TaskOpened(
        at=one.opened_at,
        id=one.id,
        address=one.address,
        step=one.step,
        title=one.title,
        queue=one.queue,
        priority=one.priority,
        role=one.role,
        help=one.help,
        due_at=one.due_at,
        stage=one.stage,
        form=one.form,
        outcomes=one.outcomes,
        origin=one.origin,
        skill=one.skill,
        bulk=one.bulk,
        gate=one.gate,
        why=one.why,
        review_by=one.review_by,
        cause=one.cause,
        by=one.opened_by,
    )


def _clock(one: Clock) -> ClockMoved:
    return ClockMoved(
        at=one.moved_at,
        clock=one.clock,
        title=one.title,
        verb="start",
        status=one.status,
        number=one.number,
        started_at=one.started_at,
        deadline=one.deadline,
        warn_at=one.warn_at,
        budget=one.budget,
        left=one.left,
        address=one.address,
        why=one.why,
        review_by=one.review_by,
        cause=one.cause,
    )


def _incident(one: Incident) -> IncidentOpened:
    return IncidentOpened(
        at=one.last_seen,
        id=one.id,
        number=one.number,
        address=one.address,
        step=one.step,
        kind=one.kind,  # type: ignore[arg-type]  # only kinds that facts named were written
        message=one.message,
        fingerprint=one.fingerprint,
        detail=one.detail,
        input=one.input,
    )
