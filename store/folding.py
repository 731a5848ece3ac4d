"""What revisions change in the tables, worked out purely: facts in, rows and changes out.

What is entered and left within the same revisions never reaches a table of what stands, so that a run of short
actions is recorded in a few statements. The result does not depend on how revisions are cut into requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, assert_never

from pathways import facts
from pathways.addresses import is_inside
from pathways.facts import Fact, Recorded, recorded_to_json
from store.audit import NewAuditEntry, actor_of
from store.changes import Changes, IncidentChange, Known, Row
from store.fact_rows import (
    alert_columns,
    changed_columns,
    child_columns,
    child_row,
    clock_row,
    incident_row,
    is_handler_address,
    listener_row,
    standing,
    task_row,
    timeline_row,
)
from store.tasks import UNDATED

Json = Any

WAITS = {
    "do": "action",
    "undo": "action",
    "task": "people",
    "wait-for-event": "event",
    "wait-for-any": "event",
    "wait-for-time": "time",
    "pathway": "child",
    "parallel": "inner",
    "repeat": "inner",
    "section": "inner",
}
"""What a position waits for, by the kind of its step, until a fact says otherwise."""


def parts_of(recorded: Sequence[Recorded]) -> list[Sequence[Recorded]]:
    """The revisions in parts that are to be folded one by one: a migration renames what was written before it."""
    starts = [
        place
        for place, one in enumerate(recorded)
        if place and any(isinstance(fact, facts.InstanceMigrated) for fact in one.facts)
    ]
    bounds = [0, *starts, len(recorded)]
    return [recorded[first:last] for first, last in pairwise(bounds)]


def fold(known: Known, recorded: Sequence[Recorded]) -> Changes:
    """What these revisions, one of `parts_of` all, change; they follow what is known."""
    folding = _Folding(known)
    for revision, document in zip(recorded, recorded_to_json(tuple(recorded)), strict=True):
        folding.take(revision, document)
    return folding.changes


class _Folding:
    def __init__(self, known: Known) -> None:
        self.changes = Changes()
        self.instance = known.instance
        self.pathway, self.version, self.title = known.pathway, known.version, known.title
        self.was_suspended, self.held = known.suspended, known.holds
        self.named_anew: dict[str, str] = {}
        self.inputs_known = bool(known.inputs)
        self.attributes: Mapping[str, Json] = known.attributes
        self.data: Mapping[str, Mapping[str, Json]] = known.data

    def take(self, revision: Recorded, document: Json) -> None:
        changes = self.changes
        self.named_anew.clear()
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
            case facts.InstanceEnding():
                self.ending(fact, shown)
            case facts.InstanceEnded():
                self.ended(fact)
            case facts.InstanceSuspended():
                self.suspended(fact, shown)
            case facts.InstanceResumed():
                self.resumed(fact, rev)
            case facts.InstanceHeld():
                self.hold(fact, shown)
            case facts.InstanceReleased():
                self.released(fact)
            case facts.InstanceMigrated():
                self.migrated(fact)
            case facts.StageReached():
                changes.fields["stage"] = fact.stage
            case facts.AttributesChanged():
                self.attributes_changed(fact.attributes)
            case facts.OffersChanged():
                changes.fields["offers"] = fact.offers or []
            case facts.DataSaved():
                self.saved(fact, shown, rev)
            case facts.StepEntered():
                self.entered(fact, WAITS.get(fact.kind, "operator"))
            case facts.StepHeld():
                self.entered(fact, "resume")
            case facts.StepLeft():
                self.left(fact.address)
            case facts.PositionRenamed():
                self.renamed(fact)
            case facts.ScopeLeft():
                self.scope_left(fact.scope)
            case facts.InnerAwaited():
                self.waits(fact.address, fact.waits)
            case facts.ActionStarted():
                self.waits(fact.address, "action")
            case facts.ChildOrdered():
                self.waits(fact.address, "child")
                changes.children[fact.instance] = child_row(self.instance, fact)
            case facts.ChildRuns() | facts.ChildReported() | facts.ChildCancelled():
                changes.children.setdefault(fact.instance, {}).update(child_columns(fact))
            case facts.TaskOpened():
                self.task_opened(fact)
            case facts.TaskChanged():
                self.task_marked(fact.id, changed_columns(fact))
            case facts.TaskReminded():
                if fact.sent:
                    self.task_marked(fact.id, alert_columns(fact, shown))
            case facts.TaskEscalated():
                self.task_marked(fact.id, alert_columns(fact, shown))
                self.audit(fact.at, None, fact.address, "task.escalate", f"task/{fact.id}", {"queue": fact.queue})
            case facts.TaskClosed():
                self.task_closed(fact)
            case facts.ListenerArmed():
                self.armed(fact)
            case facts.ListenerDisarmed():
                self.disarmed(fact.address)
            case facts.WaitStarted():
                self.wait_started(fact)
            case facts.DeadlineMoved():
                self.deadline_moved(fact)
            case facts.ClockMoved():
                if not fact.ignored:
                    changes.clocks.setdefault(fact.clock, {}).update(clock_row(self.instance, self.pathway, fact))
            case facts.Operated():
                detail = {"reason": fact.reason, "address": fact.address, "detail": fact.detail}
                self.audit(fact.at, fact.by, "", f"instance.{fact.operation}", f"instance/{self.instance}", detail)
            case facts.IncidentOpened():
                if fact.kind != "in-doubt":  # of what was left: whatever stands there now waits for something else
                    self.waits(fact.address, "operator")
                self.incident_opened(fact)
            case facts.IncidentRetried():
                self.incident_retried(fact)
            case facts.IncidentClosed():
                self.incident_closed(fact)
            case facts.EventEmitted():
                self.emitted(fact, rev, place)
            case facts.ActionEnded() | facts.ScopeEntered() | facts.HandlerTaken():
                pass  # told in the timeline alone
            case _:
                assert_never(fact)

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
        if fact.parent is not None:
            self.changes.fields |= {
                "parent_instance": fact.parent.instance,
                "parent_address": fact.parent.address,
            }
        self.audit(fact.at, fact.by, "", "instance.start", f"instance/{self.instance}")

    def ending(self, fact: facts.InstanceEnding, shown: Json) -> None:
        told = {name: shown[name] for name in ("outcome", "at", "by", "reason")}
        self.changes.fields |= {"status": "cancelling", "ending": told, **self._free()}
        detail = {"outcome": fact.outcome} | ({"reason": fact.reason} if fact.reason else {})
        self.audit(fact.at, fact.by, "", "instance.ending", f"instance/{self.instance}", detail)

    def ended(self, fact: facts.InstanceEnded) -> None:
        self.changes.fields |= {
            "status": "ended",
            "outcome": fact.outcome,
            "outcome_title": fact.title,
            "outcome_kind": fact.kind,
            "give": fact.give,
            "ending": None,
            "offers": [],
            "ended_at": fact.at,
            **self._free(),
        }
        detail = {"outcome": fact.outcome} | ({"reason": fact.reason} if fact.reason else {})
        self.audit(fact.at, fact.by, "", "instance.end", f"instance/{self.instance}", detail)

    def _free(self) -> Row:
        """What ends is neither suspended nor held any more, and takes nothing that was deferred meanwhile."""
        self.changes.drop_deferred |= self.was_suspended
        return {"suspended": False, "suspension": None, "hold": None}

    def suspended(self, fact: facts.InstanceSuspended, shown: Json) -> None:
        told = {name: shown[name] for name in ("at", "by", "reason")}
        self.changes.fields |= {"suspended": True, "suspension": told}
        self.was_suspended = True
        self.audit(fact.at, fact.by, "", "instance.suspend", f"instance/{self.instance}", {"reason": fact.reason})

    def resumed(self, fact: facts.InstanceResumed, rev: int) -> None:
        self.changes.fields |= {"suspended": False, "suspension": None}
        self.changes.reoffer = rev
        self.audit(fact.at, fact.by, "", "instance.resume", f"instance/{self.instance}", {"reason": fact.reason})

    def hold(self, fact: facts.InstanceHeld, shown: Json) -> None:
        self.changes.fields["hold"] = {name: shown[name] for name in ("steps", "by", "reason", "at", "id")}
        self.held = True
        detail = {"reason": fact.reason, "steps": list(fact.steps)}
        self.audit(fact.at, fact.by, "", "instance.hold", f"instance/{self.instance}", detail)

    def released(self, fact: facts.InstanceReleased) -> None:
        self.changes.fields["hold"] = None
        self.audit(fact.at, fact.by, "", "instance.release", f"instance/{self.instance}", {"reason": fact.reason})

    def migrated(self, fact: facts.InstanceMigrated) -> None:
        self.version, self.title = fact.version, fact.title
        self.changes.migrated = True
        self.changes.fields |= {"version": fact.version, "digest": fact.digest, "title": fact.title}
        detail = {"before": fact.before, "version": fact.version, "digest": fact.digest, "reason": fact.reason}
        self.audit(fact.at, fact.by, "", "instance.migrate", f"instance/{self.instance}", detail)

    def _runs(self) -> Row:
        return {"pathway_version": self.version, "pathway_title": self.title}

    def attributes_changed(self, attributes: Mapping[str, Json]) -> None:
        self.attributes = dict(attributes)
        self.changes.fields["attributes"] = self.attributes
        for ident, row in self.changes.opened.items():
            if ident not in self.changes.closed:
                row["attributes"] = self.attributes

    def saved(self, fact: facts.DataSaved, shown: Json, rev: int) -> None:
        value = {name: shown[name] for name in ("value", "address", "at", "by", "sources")} | {"rev": rev}
        scope = {**self.data.get(fact.scope, {}), fact.name: value}
        self._keep({**self.data, fact.scope: scope})
        if rev == 1 and not fact.scope and not fact.address and not self.inputs_known:
            # A child that nobody announced: its inputs say in lists whom it is about.
            inputs = self.changes.fields.get("inputs", {})
            self.changes.fields["inputs"] = {**inputs, fact.name: shown["value"]}

    def scope_left(self, scope: str) -> None:
        kept = {name: values for name, values in self.data.items() if not name.startswith(scope)}
        if len(kept) < len(self.data):
            self._keep(kept)

    def _keep(self, data: Mapping[str, Mapping[str, Json]]) -> None:
        self.data = data
        self.changes.fields["data"] = data

    # -- positions --------------------------------------------------------------------------------------------

    def entered(self, fact: facts.StepEntered | facts.StepHeld, waits: str) -> None:
        self.changes.left.discard(fact.address)
        self.changes.moved.pop(fact.address, None)
        self.changes.entered[fact.address] = {
            "instance": self.instance,
            "address": fact.address,
            "step": fact.step,
            "title": fact.title,
            "waits": waits,
            "entered_at": fact.at,
            "wake_at": None,
        }

    def left(self, address: str) -> None:
        # What was held, or reached during a suspension, has a row already when it is entered.
        if self.changes.entered.pop(address, None) is None or self.was_suspended or self.held:
            renamed = any(row["address"] == address for row in self.changes.renamed.values())
            (self.changes.left_renamed if renamed else self.changes.left).add(address)
        self.changes.moved.pop(address, None)

    def renamed(self, fact: facts.PositionRenamed) -> None:
        """A position goes on under another name, and the data inside it; nothing was entered there just now."""
        self.named_anew[fact.before] = fact.address
        self.changes.renamed[fact.before] = {"address": fact.address, "step": fact.step, "title": fact.title}
        inside = {name for name in self.data if is_inside(name, fact.before)}
        if inside:
            moved_on = {fact.address + name.removeprefix(fact.before): self.data[name] for name in inside}
            self._keep({name: self.data[name] for name in self.data if name not in inside} | moved_on)

    def waits(self, address: str, waits: str, wake_at: datetime | None = None) -> None:
        self.moved(address, {"waits": waits, "wake_at": wake_at})

    def moved(self, address: str, changed: Row) -> None:
        if address in self.changes.entered:
            self.changes.entered[address] |= changed
        elif address not in self.changes.left:
            self.changes.moved.setdefault(address, {}).update(changed)

    def wait_started(self, fact: facts.WaitStarted) -> None:
        # A wait with several ways is for events; the time is the nearest of its ways.
        entered = self.changes.entered.get(fact.address)
        listens = (entered is not None and entered["waits"] == "event") or any(
            row["position"] == fact.address and not is_handler_address(row["address"])
            for row in self.changes.armed.values()
        )
        self.waits(fact.address, "event" if listens else "time", fact.until)

    def deadline_moved(self, fact: facts.DeadlineMoved) -> None:
        if fact.what == "wait":
            self.moved(fact.address, {"wake_at": fact.until})
        elif fact.what == "due" and fact.task is not None:
            self.task_marked(fact.task, {"due_at": fact.until, "due_order": fact.until or UNDATED})

    # -- tasks ------------------------------------------------------------------------------------------------

    def task_opened(self, fact: facts.TaskOpened) -> None:
        if fact.origin == "step":
            self.waits(fact.address, "people")
        row = task_row(self.instance, self.pathway, self.version, self.title, fact)
        self.changes.opened[fact.id] = row | {"attributes": self.attributes}

    def task_marked(self, ident: str, changed: Row) -> None:
        if ident in self.changes.opened:
            self.changes.opened[ident] |= changed
        else:
            self.changes.marked.setdefault(ident, {}).update(changed)

    def task_closed(self, fact: facts.TaskClosed) -> None:
        closing = {
            "status": fact.how,
            "closed_at": fact.at,
            "closed_by": fact.by,
            "outcome": fact.outcome,
            "values": fact.form,
            "reason": fact.reason,
            "attributes": self.attributes,
            **self._runs(),
        }
        if fact.id in self.changes.opened:
            self.changes.opened[fact.id] |= closing | {"version": 2}
        self.changes.closed[fact.id] = closing
        if fact.how == "completed":
            detail = {"outcome": fact.outcome}
            self.audit(fact.at, fact.by, fact.address, "task.complete", f"task/{fact.id}", detail)

    # -- listeners --------------------------------------------------------------------------------------------

    def armed(self, fact: facts.ListenerArmed) -> None:
        if not is_handler_address(fact.address):
            self.moved(standing(fact), {"waits": "event"})
        self.changes.armed[fact.address] = listener_row(self.instance, fact)
        self.changes.lookbacks[fact.address] = fact.at - fact.armed_at

    def disarmed(self, address: str) -> None:
        position, marked, slot = address.partition("^")
        if position in self.named_anew:  # its listeners went along before this one was disarmed
            address = f"{self.named_anew[position]}{marked}{slot}"
        self.changes.armed.pop(address, None)
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

    def incident_closed(self, fact: facts.IncidentClosed) -> None:
        change = self.changes.incidents.setdefault(fact.id, IncidentChange())
        change.retried_at = None
        change.closed = {"status": "closed", "closed_at": fact.at, "closed_how": fact.how, **self._runs()}

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
        rule = f"{self.pathway}@{self.version}" + (f"/{address}" if address else "")
        self.changes.audit.append(NewAuditEntry(at, actor_of(by, rule), action, subject, self.instance, detail or {}))
