"""Instances whose workflow is not there any more: marking them, and taking that back. `closing.py` closes them.

Where a pathway stands is known to its workflow alone. One that was terminated by hand, has failed, or is missing from a
restored Temporal can't go on; what the lists say of it is the last that was heard. People see it as an incident of
the whole instance, which is the store's own and not among what an instance states of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from pathways.ids import fingerprint, incident_id
from store.audit import Audit, NewAuditEntry
from store.database import Unit
from store.facts.changes import Row
from store.facts.writing import insert_into
from store.incidents import GONE
from store.instances import Instance
from store.tables import incident, instance, timeline

Json = Any

How = Literal["terminated", "failed", "timed-out", "cancelled", "missing"]
"""How a workflow came to be not there: ended in Temporal from outside, failed there, or unknown to it."""

RULE = "rule:store/reconcile"
"""Who finds it, in the audit."""

BACK = "workflow-back"
"""The timeline's entry when a workflow is there again."""

WHOLE = "^"
"""The address of the whole instance."""

_MESSAGES: Mapping[How, str] = {
    "terminated": "Its workflow was terminated in Temporal.",
    "failed": "Its workflow has failed in Temporal.",
    "timed-out": "Its workflow ran out of time in Temporal.",
    "cancelled": "Its workflow was cancelled in Temporal.",
    "missing": "Temporal has no workflow of it.",
}


async def mark(unit: Unit, ident: str, how: How) -> bool:
    """Note that an open instance's workflow is gone; whether that is news."""
    stored = await unit.instances.lock(ident)
    if stored is None or stored.status == "ended" or stored.gone is not None:
        return False
    at = datetime.now(UTC)
    await _set(unit, ident, {"how": how, "at": at.isoformat()})
    row: Row = {
        "id": incident_id(ident, 0, at),
        "instance": ident,
        "number": 0,
        "pathway": stored.pathway,
        "pathway_version": stored.version,
        "pathway_title": stored.title,
        "address": WHOLE,
        "step": "",
        "kind": GONE,
        "message": _MESSAGES[how],
        "fingerprint": fingerprint(stored.pathway, GONE, how),
        "status": "open",
        "occurrences": 1,
        "retries": 0,
        "first_seen": at,
        "last_seen": at,
    }
    await unit.connection.execute(insert(incident).values(row).on_conflict_do_nothing())
    await _tell(unit, stored, GONE, at, {"how": how, "message": _MESSAGES[how]})
    return True


async def unmark(unit: Unit, ident: str) -> bool:
    """Note that the workflow is there after all, or again; whether that is news."""
    stored = await unit.instances.lock(ident)
    if stored is None or stored.status == "ended" or stored.gone is None:
        return False
    at = datetime.now(UTC)
    await _set(unit, ident, None)
    await close_incident(unit, ident, at, "back")
    await _tell(unit, stored, BACK, at, {})
    return True


async def close_incident(unit: Unit, ident: str, at: datetime, how: str) -> None:
    """Close the incident of the whole instance."""
    mine = (incident.c.instance == ident) & (incident.c.kind == GONE) & (incident.c.status == "open")
    closing = {"status": "closed", "closed_at": at, "closed_how": how}
    await unit.connection.execute(update(incident).where(mine).values(closing))


async def _set(unit: Unit, ident: str, gone: Json) -> None:
    await unit.connection.execute(update(instance).where(instance.c.id == ident).values(gone=gone))


async def _tell(unit: Unit, stored: Instance, kind: str, at: datetime, detail: Mapping[str, Json]) -> None:
    """Timeline and audit get an entry of the rule's."""
    entry = {
        "instance": stored.id,
        "rev": stored.rev,
        "place": -1,
        "at": at,
        "kind": kind,
        "address": None,
        "actor": RULE,
        "detail": dict(detail),
    }
    await insert_into(unit.connection, timeline, [entry])
    action = "instance.gone" if kind == GONE else "instance.back"
    await Audit(unit.connection).append(
        NewAuditEntry(at, RULE, action, f"instance/{stored.id}", stored.id, dict(detail))
    )
