"""What revisions change in the tables, worked out purely: facts in, rows and changes out.

What is entered and left within the same revisions never reaches a table of what stands, so that a run of short
actions is recorded in a few statements. The result does not depend on how revisions are cut into requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pathways import facts
from pathways.facts import Fact, Recorded, recorded_to_json
from store.audit import NewAuditEntry, person
from store.tasks import RANKS, UNDATED

Json = Any
Row = dict[str, Any]

_WAITS = {"do": "action", "task": "people", "wait-for-event": "event", "wait-for-time": "time"}

# Kept elsewhere in full, and large: not repeated in the timeline.
_NOT_IN_TIMELINE = frozenset({"fact", "at", "address", "by", "form", "outcomes", "input"})


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of the instance before the revisions."""

    instance: str
    pathway: str = ""
    version: str = ""
    title: str = ""
    attributes: Mapping[str, Json] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)


@dataclass(slots=True)
class IncidentChange:
    """What happened to one incident. `row` is what was stated last, where it was stated."""

    row: Row | None = None
    first_seen: datetime | None = None
    occurrences: int = 0
    retries: int = 0
    retried_at: datetime | None = None
    closed_at: datetime | None = None
    closed_how: str | None = None


@dataclass(slots=True)
class Changes:
    """What is to be written. `fields` are columns of the instance's row."""

    fields: Row = field(default_factory=dict)
    entered: dict[str, Row] = field(default_factory=dict)
    moved: dict[str, Row] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    opened: dict[str, Row] = field(default_factory=dict)
    closed: dict[str, Row] = field(default_factory=dict)
    armed: dict[str, Row] = field(default_factory=dict)
    disarmed: set[str] = field(default_factory=set)
    incidents: dict[str, IncidentChange] = field(default_factory=dict)
    timeline: list[Row] = field(default_factory=list)
    results: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    audit: list[NewAuditEntry] = field(default_factory=list)


def fold(known: Known, recorded: Sequence[Recorded]) -> Changes:
    """What these revisions change, all of them following what is known."""
    folding = _Folding(known)
    for revision, document in zip(recorded, recorded_to_json(tuple(recorded)), strict=True):
        folding.take(revision, document)
    return folding.changes


class _Folding:
    def __init__(self, known: Known) -> None:
        self.changes = Changes()
        self.instance = known.instance
        self.pathway, self.version, self.title = known.pathway, known.version, known.title
        self.attributes: Mapping[str, Json] = known.attributes
        self.data: Mapping[str, Mapping[str, Json]] = known.data

    def take(self, revision: Recorded, document: Json) -> None:
        changes = self.changes
        for place, (fact, shown) in enumerate(zip(revision.facts, document["facts"], strict=True)):
            self.apply(fact, shown, revision.rev, place)
            changes.timeline.append(timeline_row(self.instance, revision.rev, place, fact, shown))
        if revision.request:
            changes.results.append(
                {
                    "instance": self.instance,
                    "request": revision.request,
                    "rev": revision.rev,
                    "result": revision.result,
                }
            )

    def apply(self, fact: Fact, shown: Json, rev: int, place: int) -> None:
        changes = self.changes
        match fact:
            case facts.InstanceStarted():
                self.started(fact)
            case facts.InstanceEnded():
                self.ended(fact)
            case facts.StageReached():
                changes.fields["stage"] = fact.stage
            case facts.AttributesChanged():
                self.attributes_changed(fact.attributes)
            case facts.DataSaved():
                self.saved(fact, shown)
            case facts.StepEntered():
                self.entered(fact)
            case facts.StepLeft():
                self.left(fact.address)
            case facts.ActionStarted():
                self.waits(fact.address, "action")
            case facts.ActionEnded():
                pass
            case facts.TaskOpened():
                self.waits(fact.address, "people")
                self.task_opened(fact)
            case facts.TaskClosed():
                self.task_closed(fact)
            case facts.ListenerArmed():
                self.waits(fact.address, "event")
                self.armed(fact)
            case facts.ListenerDisarmed():
                self.disarmed(fact.address)
            case facts.WaitStarted():
                self.waits(fact.address, "time", fact.until)
            case facts.IncidentOpened():
                self.waits(fact.address, "operator")
                self.incident_opened(fact)
            case facts.IncidentRetried():
                self.incident_retried(fact)
            case facts.IncidentClosed():
                change = changes.incidents.setdefault(fact.id, IncidentChange())
                change.closed_at, change.closed_how, change.retried_at = fact.at, fact.how, None
            case facts.EventEmitted():
                self.emitted(fact, rev, place)

    # -- the instance -----------------------------------------------------------------------------------------

    def started(self, fact: facts.InstanceStarted) -> None:
        self.pathway, self.version, self.title = fact.pathway, fact.version, fact.title
        self.changes.fields |= {
            "pathway": fact.pathway,
            "version": fact.version,
            "digest": fact.digest,
            "title": fact.title,
            "zone": fact.zone,
            "status": "running",
            "started_by": fact.by,
            "started_at": fact.at,
        }
        self.audit(fact.at, fact.by, "", "instance.start", f"instance/{self.instance}")

    def ended(self, fact: facts.InstanceEnded) -> None:
        self.changes.fields |= {
            "status": "ended",
            "outcome": fact.outcome,
            "outcome_title": fact.title,
            "outcome_kind": fact.kind,
            "ended_at": fact.at,
        }
        detail = {"outcome": fact.outcome} | ({"reason": fact.reason} if fact.reason else {})
        self.audit(fact.at, fact.by, "", "instance.end", f"instance/{self.instance}", detail)

    def attributes_changed(self, attributes: Mapping[str, Json]) -> None:
        self.attributes = dict(attributes)
        self.changes.fields["attributes"] = self.attributes
        for ident, row in self.changes.opened.items():
            if ident not in self.changes.closed:
                row["attributes"] = self.attributes

    def saved(self, fact: facts.DataSaved, shown: Json) -> None:
        value = {name: shown[name] for name in ("value", "address", "at", "by", "sources")}
        scope = {**self.data.get(fact.scope, {}), fact.name: value}
        self.data = {**self.data, fact.scope: scope}
        self.changes.fields["data"] = self.data

    # -- positions --------------------------------------------------------------------------------------------

    def entered(self, fact: facts.StepEntered) -> None:
        self.changes.entered[fact.address] = {
            "instance": self.instance,
            "address": fact.address,
            "step": fact.step,
            "title": fact.title,
            "waits": _WAITS.get(fact.kind, "operator"),
            "entered_at": fact.at,
            "wake_at": None,
        }

    def left(self, address: str) -> None:
        if self.changes.entered.pop(address, None) is None:
            self.changes.left.add(address)
        self.changes.moved.pop(address, None)

    def waits(self, address: str, waits: str, wake_at: datetime | None = None) -> None:
        changed = {"waits": waits, "wake_at": wake_at}
        if address in self.changes.entered:
            self.changes.entered[address] |= changed
        else:
            self.changes.moved[address] = changed

    # -- tasks ------------------------------------------------------------------------------------------------

    def task_opened(self, fact: facts.TaskOpened) -> None:
        row = task_row(self.instance, self.pathway, self.version, self.title, fact)
        self.changes.opened[fact.id] = row | {"attributes": self.attributes}

    def task_closed(self, fact: facts.TaskClosed) -> None:
        closing = {
            "status": fact.how,
            "closed_at": fact.at,
            "closed_by": fact.by,
            "outcome": fact.outcome,
            "values": fact.form,
            "reason": fact.reason,
            "attributes": self.attributes,
        }
        if fact.id in self.changes.opened:
            self.changes.opened[fact.id] |= closing | {"version": 2}
        self.changes.closed[fact.id] = closing
        if fact.how == "completed":
            detail = {"outcome": fact.outcome}
            self.audit(fact.at, fact.by, fact.address, "task.complete", f"task/{fact.id}", detail)

    # -- listeners --------------------------------------------------------------------------------------------

    def armed(self, fact: facts.ListenerArmed) -> None:
        self.changes.armed[fact.address] = listener_row(self.instance, fact)

    def disarmed(self, address: str) -> None:
        if self.changes.armed.pop(address, None) is None:
            self.changes.disarmed.add(address)

    # -- incidents --------------------------------------------------------------------------------------------

    def incident_opened(self, fact: facts.IncidentOpened) -> None:
        change = self.changes.incidents.setdefault(fact.id, IncidentChange())
        change.row = incident_row(self.instance, self.pathway, self.version, self.title, fact)
        change.first_seen = change.first_seen or fact.at
        change.occurrences += 1
        change.retried_at = None

    def incident_retried(self, fact: facts.IncidentRetried) -> None:
        change = self.changes.incidents.setdefault(fact.id, IncidentChange())
        change.retries += 1
        change.retried_at = fact.at
        detail = {"reason": fact.reason, "changed_input": fact.changed_input}
        self.audit(fact.at, fact.by, "", "incident.retry", f"incident/{fact.id}", detail)

    # -- records ----------------------------------------------------------------------------------------------

    def emitted(self, fact: facts.EventEmitted, rev: int, place: int) -> None:
        self.changes.outbox.append(
            {
                "id": fact.id,
                "instance": self.instance,
                "rev": rev,
                "place": place,
                "address": fact.address,
                "type": fact.type,
                "data": fact.data,
                "at": fact.at,
                "status": "waiting",
            }
        )

    def audit(
        self,
        at: datetime,
        by: str | None,
        address: str,
        action: str,
        subject: str,
        detail: Mapping[str, Json] | None = None,
    ) -> None:
        rule = f"rule:{self.pathway}@{self.version}" + (f"/{address}" if address else "")
        actor = person(by) if by else rule
        self.changes.audit.append(NewAuditEntry(at, actor, action, subject, self.instance, detail or {}))


def timeline_row(instance: str, rev: int, place: int, fact: Fact, shown: Mapping[str, Json]) -> Row:
    """A fact as a row of the timeline; `shown` is the fact's JSON."""
    return {
        "instance": instance,
        "rev": rev,
        "place": place,
        "at": fact.at,
        "kind": fact.fact,
        "address": shown.get("address"),
        "actor": shown.get("by"),
        "detail": {name: value for name, value in shown.items() if name not in _NOT_IN_TIMELINE},
    }


def task_row(instance: str, pathway: str, version: str, title: str, fact: facts.TaskOpened) -> Row:
    """An open task as a row, its attributes aside."""
    return {
        "id": fact.id,
        "instance": instance,
        "pathway": pathway,
        "pathway_version": version,
        "pathway_title": title,
        "address": fact.address,
        "step": fact.step,
        "title": fact.title,
        "help": fact.help,
        "queue": fact.queue,
        "role": fact.role,
        "priority": fact.priority,
        "rank": RANKS.get(fact.priority, RANKS["routine"]),
        "stage": fact.stage,
        "due_at": fact.due_at,
        "due_order": fact.due_at or UNDATED,
        "opened_at": fact.at,
        "form": fact.form or [],
        "outcomes": fact.outcomes or [],
        "attributes": {},
        "status": "open",
        "version": 1,
        "closed_at": None,
        "closed_by": None,
        "outcome": None,
        "values": None,
        "reason": None,
    }


def listener_row(instance: str, fact: facts.ListenerArmed) -> Row:
    """An armed listener as a row."""
    return {
        "instance": instance,
        "address": fact.address,
        "type": fact.type,
        "key": fact.key,
        "armed_at": fact.armed_at,
        "arming": fact.rev,
    }


def incident_row(instance: str, pathway: str, version: str, title: str, fact: facts.IncidentOpened) -> Row:
    """An open incident as a row, its counts aside."""
    return {
        "id": fact.id,
        "instance": instance,
        "number": fact.number,
        "pathway": pathway,
        "pathway_version": version,
        "pathway_title": title,
        "address": fact.address,
        "step": fact.step,
        "kind": fact.kind,
        "message": fact.message,
        "fingerprint": fact.fingerprint,
        "detail": fact.detail,
        "input": fact.input,
        "status": "open",
        "last_seen": fact.at,
    }
