"""Replacing what can be rebuilt of an instance from its snapshot, after a gap or a difference.

Positions, open tasks, listeners, clocks and incidents become as the instance says. Who works on a task, its drafts and
comments, the timeline and the audit are records of their own: they stay, and get an entry that says what happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from pathways.addresses import PATHWAY
from pathways.facts import InstanceEnded, recorded_to_json
from pathways.messages import RecordAnswer, RecordRequest
from pathways.plan import plan_from_json
from pathways.projection import Snapshot
from pathways.starting import KeylessError, unique_key
from pathways.state import Hold, Saved
from store.audit import Audit, NewAuditEntry
from store.database import Unit
from store.facts.changes import Changes, Known, Row
from store.facts.folding import fold
from store.facts.rows import child_row, clock_row, incident_row, listener_row, task_row
from store.facts.writing import Writer, armings, insert_into
from store.inbox import drop_deferred, lock_types, match_again, offer_again
from store.incidents import GONE
from store.instances import Instance
from store.snapshots import stored_digest
from store.tables import child, clock, incident, listener, position, task, timeline

Json = Any

_HOLD: TypeAdapter[Hold | None] = TypeAdapter(Hold | None)

RULE = "rule:store/reconcile"
"""Who replaces, in the audit."""

GAP = "gap"
"""The kind of the timeline's entry."""


async def replace(unit: Unit, stored: Instance | None, request: RecordRequest, snapshot: Snapshot) -> RecordAnswer:
    """Make the tables say what the snapshot says, at its revision. Doing it again changes nothing."""
    if stored is not None and stored.rev == snapshot.rev and request.digest == await stored_digest(unit, stored):
        return RecordAnswer(stored.rev)
    replacing = _Replacing(unit, stored, snapshot)
    await replacing.instance(request)
    await replacing.positions()
    await replacing.tasks()
    await replacing.incidents()
    await replacing.clocks()
    await replacing.listeners()
    await replacing.records(request)
    return RecordAnswer(snapshot.rev)


class _Replacing:
    def __init__(self, unit: Unit, stored: Instance | None, snapshot: Snapshot) -> None:
        self.unit = unit
        self.connection = unit.connection
        self.stored = stored
        self.snapshot = snapshot
        self.id = snapshot.instance
        self.now = datetime.now(UTC)
        self.writer = Writer(unit.connection, self.id)

    async def instance(self, request: RecordRequest) -> None:
        snapshot = self.snapshot
        fields: Row = {
            "pathway": snapshot.pathway,
            "version": snapshot.version,
            "digest": snapshot.digest,
            "title": snapshot.title,
            "zone": snapshot.zone,
            "site": snapshot.site,
            "status": snapshot.status,
            "outcome": snapshot.outcome,
            "stage": snapshot.stage,
            "attributes": dict(snapshot.attributes),
            "data": TypeAdapter(Mapping[str, Mapping[str, Saved]]).dump_python(snapshot.data, mode="json"),
            "started_at": datetime.fromisoformat(snapshot.started_at),
            "rev": snapshot.rev,
            "snapshot_digest": request.digest or None,
            "offers": snapshot.offers or [],
            "suspended": snapshot.suspended,
        }
        if not snapshot.suspended:
            fields["suspension"] = None
        fields["hold"] = _HOLD.dump_python(snapshot.hold, mode="json")
        fields["own_hold"] = _HOLD.dump_python(snapshot.own_hold, mode="json")
        if snapshot.status != "cancelling":
            fields["ending"] = None
        fields |= self._ending(request)
        if self.stored is None:
            # The inputs were saved by the start; they say in lists whom the instance is about.
            saved = snapshot.data.get(PATHWAY, {})
            fields["inputs"] = {name: one.value for name, one in saved.items() if not one.address and one.rev <= 1}
            if snapshot.parent is not None:
                fields["parent_instance"] = snapshot.parent.instance
                fields["parent_address"] = snapshot.parent.address
            await self.writer.add_instance(fields | {"unique_key": await self._unique_key(fields)})
        else:
            await self.writer.update_instance(fields)

    async def _unique_key(self, fields: Row) -> str | None:
        """What no second instance may have, where the definition is at hand and none has it."""
        definition = await self.unit.definitions.by_digest(self.snapshot.digest)
        if definition is None:
            return None
        plan = plan_from_json(definition.plan)
        with suppress(KeylessError):
            key = unique_key(plan, fields["inputs"], zone=self.snapshot.zone, at=fields["started_at"])
            if key is not None and await self.unit.instances.by_unique_key(plan.pathway, key) is None:
                return key
        return None

    def _ending(self, request: RecordRequest) -> Row:
        if self.snapshot.status != "ended":
            return {"outcome_title": None, "outcome_kind": None, "give": None, "ended_at": None}
        for revision in request.recorded:
            for fact in revision.facts:
                if isinstance(fact, InstanceEnded):
                    told: Row = {"outcome_title": fact.title, "outcome_kind": fact.kind, "ended_at": fact.at}
                    return told | {"give": fact.give}
        if self.stored is not None and self.stored.status == "ended":
            return {}
        return {"ended_at": self.now}

    async def positions(self) -> None:
        await self.connection.execute(delete(position).where(position.c.instance == self.id))
        until = {one.address: one.until for one in self.snapshot.waits}
        rows = [
            {
                "instance": self.id,
                "address": one.address,
                "step": one.step,
                "title": one.title,
                "waits": one.waits,
                "entered_at": datetime.fromisoformat(one.entered_at),
                "wake_at": until.get(one.address),
            }
            for one in self.snapshot.positions
        ]
        await insert_into(self.connection, position, rows)

    async def tasks(self) -> None:
        snapshot = self.snapshot
        closing = {"status": "cancelled", "closed_at": self.now, "reason": GAP, "version": task.c.version + 1}
        await self.connection.execute(
            update(task)
            .where(
                task.c.instance == self.id,
                task.c.status == "open",
                task.c.id.not_in([one.id for one in snapshot.tasks]),
            )
            .values(closing)
        )
        for fact in snapshot.tasks:
            row = task_row(self.id, snapshot.pathway, snapshot.version, snapshot.title, fact)
            row["attributes"] = dict(snapshot.attributes)
            statement = insert(task).values(row)
            kept = {name: value for name, value in row.items() if name not in {"id", "version"}}
            kept["cause"] = func.coalesce(task.c.alert["cause"].astext, statement.excluded.cause)
            await self.connection.execute(
                statement.on_conflict_do_update(index_elements=[task.c.id], set_=kept | {"version": task.c.version + 1})
            )

    async def incidents(self) -> None:
        snapshot = self.snapshot
        await self.connection.execute(
            update(incident)
            .where(
                incident.c.instance == self.id,
                incident.c.status == "open",
                incident.c.kind != GONE,
                incident.c.id.not_in([one.id for one in snapshot.incidents]),
            )
            .values(status="closed", closed_at=self.now, closed_how=GAP, retried_at=None)
        )
        for fact in snapshot.incidents:
            row = incident_row(self.id, snapshot.pathway, snapshot.version, snapshot.title, fact)
            counts: Row = {"occurrences": 1, "retries": 0, "first_seen": fact.at}
            reopened: Row = {"closed_at": None, "closed_how": None}
            statement = insert(incident).values(row | counts)
            kept = {name: value for name, value in row.items() if name not in {"id", "last_seen"}}
            await self.connection.execute(
                statement.on_conflict_do_update(index_elements=[incident.c.id], set_=kept | reopened)
            )

    async def clocks(self) -> None:
        """Where clocks stand; when one warned or was breached stays as it was recorded."""
        snapshot = self.snapshot
        mine = clock.c.instance == self.id
        names = [one.clock for one in snapshot.clocks]
        await self.connection.execute(delete(clock).where(mine, clock.c.clock.not_in(names)))
        records = {"warned_at", "breached_at"}
        rows = (clock_row(self.id, snapshot.pathway, fact) for fact in snapshot.clocks)
        await self.writer.clocks([{name: row[name] for name in row if name not in records} for row in rows])

    async def listeners(self) -> None:
        rows = [listener_row(self.id, fact) for fact in self.snapshot.listeners]
        await lock_types(self.connection, [row["type"] for row in rows], alone=False)
        await self.connection.execute(delete(listener).where(listener.c.instance == self.id))
        await insert_into(self.connection, listener, rows)
        since = self.stored.recorded_at if self.stored is not None else self.now
        await match_again(self.connection, armings(rows, since))
        if self.snapshot.status == "ended":
            await drop_deferred(self.connection, self.id)
        elif not self.snapshot.suspended:
            await offer_again(self.connection, self.id, self.snapshot.rev)

    async def records(self, request: RecordRequest) -> None:
        """Add what the tail tells and is not there yet, behind an entry that says that something is missing."""
        before = self.stored.rev if self.stored is not None else 0
        detail = {"stored": before, "now": self.snapshot.rev}
        gap = {
            "instance": self.id,
            "rev": self.snapshot.rev,
            "place": -1,
            "at": self.now,
            "kind": GAP,
            "address": None,
            "actor": RULE,
            "detail": detail,
        }
        told = await self._told(request)
        told.timeline.insert(0, gap)
        await self.writer.records(told)
        await insert_into(
            self.connection, child, [child_row(self.id, one) for one in self.snapshot.children], unless_there=True
        )
        await self.writer.children(told.children)
        entry = NewAuditEntry(self.now, RULE, "instance.rebuild", f"instance/{self.id}", self.id, detail)
        await Audit(self.connection).append(entry, *told.audit)

    async def _told(self, request: RecordRequest) -> Changes:
        snapshot = self.snapshot
        known = Known(self.id, snapshot.pathway, snapshot.version, snapshot.title)
        there = await self._there([one.rev for one in request.recorded])
        documents = recorded_to_json(request.recorded)
        new = tuple(
            revision
            for revision, document in zip(request.recorded, documents, strict=True)
            if _marks(revision.rev, document["facts"]) - there
        )
        told = fold(known, new)
        return Changes(
            timeline=told.timeline,
            results=told.results,
            outbox=told.outbox,
            audit=told.audit,
            children=told.children,
        )

    async def _there(self, revs: Sequence[int]) -> set[tuple[int, int, str, datetime]]:
        query = select(timeline.c.rev, timeline.c.place, timeline.c.kind, timeline.c.at).where(
            timeline.c.instance == self.id, timeline.c.rev.in_(revs)
        )
        return {(row[0], row[1], row[2], row[3]) for row in await self.connection.execute(query)}


def _marks(rev: int, facts: Sequence[Json]) -> set[tuple[int, int, str, datetime]]:
    return {(rev, place, fact["fact"], datetime.fromisoformat(fact["at"])) for place, fact in enumerate(facts)}
