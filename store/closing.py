"""Closing an instance whose workflow is gone: what it would have stated, had it been cancelled, in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from pathways.facts import (
    ChildCancelled,
    ClockMoved,
    Fact,
    IncidentClosed,
    InstanceEnded,
    ListenerDisarmed,
    Recorded,
    StepLeft,
    TaskClosed,
)
from store.database import Unit
from store.facts.folding import fold
from store.facts.writing import Writer
from store.gone import close_incident
from store.incidents import GONE
from store.instances import Instance
from store.recording import known_of

OUTCOME = "cancelled"
TITLE = "Closed: its workflow was gone"
"""How an instance ends that is closed for that."""

_CLOSED = "closed"
"""Stands for the digest of a snapshot, which there is none of; no workflow has the same."""


async def close(
    unit: Unit, stored: Instance, *, by: str, reason: str, request: str, at: datetime, children: tuple[str, ...] = ()
) -> int:
    """End a locked instance whose workflow is gone; the revision at which it has ended.

    What is written is what the instance would have stated, had it been cancelled: tasks close as cancelled (drafts are
    kept), clocks are dropped, nobody listens any more. `children` were told to cancel. Should its workflow come back
    all the same, and go on, what it records is another history than this, and replaces it.
    """
    facts = tuple([one async for one in _facts(unit, stored, by, reason, at, children)])
    recorded = Recorded(stored.rev + 1, facts, request, {"closed": True})
    changes = fold(known_of(stored), (recorded,))
    writer = Writer(unit.connection, stored.id)
    await writer.update_instance(changes.fields | {"rev": recorded.rev, "snapshot_digest": _CLOSED})
    await writer.write(changes, attributes_known=stored.attributes, since=stored.recorded_at)
    await close_incident(unit, stored.id, at, "left")
    return recorded.rev


async def _facts(
    unit: Unit, stored: Instance, by: str, reason: str, at: datetime, children: tuple[str, ...]
) -> AsyncIterator[Fact]:
    for task in await unit.tasks.open_of(stored.id):
        yield TaskClosed(at, task.id, task.address, "cancelled", reason="gone")
    for one in await unit.listeners.of([stored.id]):
        yield ListenerDisarmed(at, one.address, one.type, one.key)
    for child in await unit.children.of(stored.id):
        if child.instance in children:
            yield ChildCancelled(at, child.address, child.instance)
    for clock in await unit.clocks.of_instance(stored.id):
        if clock.status in ("running", "paused", "breached"):
            yield ClockMoved(
                at, clock.clock, clock.title, "drop", "dropped", clock.number, clock.started_at, budget=clock.budget
            )
    for met in await unit.incidents.of_instance(stored.id):
        if met.status == "open" and met.kind != GONE:
            yield IncidentClosed(at, met.id, "left")
    for position in await unit.instances.positions(stored.id):
        yield StepLeft(at, position.address, position.step, "cancelled")
    yield InstanceEnded(at, OUTCOME, TITLE, "cancelled", by, reason)
