"""Recording: what an instance states becomes lists, timeline and audit, each revision once.

One transaction per request, on the instance's row, locked, so that recorders of one instance take turns. Only
`rev = stored + 1` is written; what is stored already is passed over, so a request may come twice, in pieces or late.
A gap, or another history under the same revision, can't be mended from facts: the store then asks for a snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import exc

from pathways.facts import InstanceStarted, Recorded
from pathways.messages import RecordAnswer, RecordRequest
from store.database import Database, Unit
from store.facts.changes import Known
from store.facts.folding import fold, parts_of
from store.facts.replacing import replace
from store.facts.writing import Writer
from store.gone import unmark
from store.instances import Instance
from store.snapshots import read_snapshot

Json = Any


async def record_in(database: Database, request: RecordRequest) -> RecordAnswer:
    """Record in a transaction of its own. Raises `StoreUnavailableError`; then nothing was written.

    Rows that contradict what is stored (after a restore of either side, say) are answered like a gap.
    """
    try:
        async with database.transaction() as unit:
            return await record(unit, request)
    except exc.IntegrityError:
        if request.snapshot is not None:
            raise
        async with database.transaction() as unit:
            return RecordAnswer(await unit.instances.rev(request.instance) or 0, needs_snapshot=True)


async def record(unit: Unit, request: RecordRequest) -> RecordAnswer:
    """Write what is new of the request, and say what the store has now."""
    stored = await unit.instances.lock(request.instance)
    if request.snapshot is not None:
        return await replace(unit, stored, request, read_snapshot(request.snapshot))
    rev = stored.rev if stored is not None else 0
    fresh = _fresh(rev, request.recorded)
    if fresh is None:
        return RecordAnswer(rev, needs_snapshot=True)
    if not fresh:
        return RecordAnswer(rev, needs_snapshot=_differs(stored, request))
    if stored is not None and stored.gone is not None:  # it says itself that it is there
        await unmark(unit, request.instance)
    await _write(unit, stored, fresh, request)
    return RecordAnswer(fresh[-1].rev)


def _fresh(rev: int, recorded: Sequence[Recorded]) -> tuple[Recorded, ...] | None:
    """The revisions that follow `rev` without a gap; None where they can't be joined to it."""
    fresh = tuple(one for one in recorded if one.rev > rev)
    if [one.rev for one in fresh] != list(range(rev + 1, rev + 1 + len(fresh))):
        return None
    if fresh and rev == 0 and not any(isinstance(fact, InstanceStarted) for fact in fresh[0].facts):
        return None
    return fresh


def _differs(stored: Instance | None, request: RecordRequest) -> bool:
    """Whether the request tells another history of the very revision that is stored."""
    if stored is None or not request.recorded or request.recorded[-1].rev != stored.rev:
        return False
    return bool(request.digest and stored.snapshot_digest) and request.digest != stored.snapshot_digest


async def _write(unit: Unit, stored: Instance | None, fresh: tuple[Recorded, ...], request: RecordRequest) -> None:
    *earlier, last = parts_of(fresh)
    for part in earlier:
        await _write_part(unit, stored, request.instance, part, None)
        stored = await unit.instances.lock(request.instance)
    await _write_part(unit, stored, request.instance, last, request.digest or None)


async def _write_part(
    unit: Unit, stored: Instance | None, ident: str, fresh: Sequence[Recorded], digest: str | None
) -> None:
    known = Known(ident) if stored is None else known_of(stored)
    changes = fold(known, fresh)
    writer = Writer(unit.connection, ident)
    fields = changes.fields | {"rev": fresh[-1].rev, "snapshot_digest": digest}
    if stored is None:
        await writer.add_instance(fields)
    else:
        await writer.update_instance(fields)
    since = stored.recorded_at if stored is not None else datetime.now(UTC)
    await writer.write(changes, attributes_known=known.attributes, since=since)


def known_of(stored: Instance) -> Known:
    """What folding needs to know of an instance."""
    return Known(
        stored.id,
        stored.pathway,
        stored.version,
        stored.title,
        stored.suspended,
        stored.hold is not None or stored.own_hold is not None,
        stored.inputs,
        stored.attributes,
        stored.data,
    )
