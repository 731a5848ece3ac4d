"""What revisions change in the tables, worked out purely: facts in, rows and changes out.

What is entered and left within the same revisions never reaches a table of what stands, so that a run of short
actions is recorded in a few statements. The result does not depend on how revisions are cut into requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, assert_never

from pathways import facts
from pathways.facts import Fact, Recorded, recorded_to_json
from store.facts.changes import Changes, IncidentChange, Known, Row
from store.facts.folding_positions import FoldsPositions
from store.facts.rows import (
    alert_columns,
    changed_columns,
    child_columns,
    child_row,
    clock_row,
    incident_row,
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


class _Folding(FoldsPositions):
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

    # -- tasks ------------------------------------------------------------------------------------------------

    def deadline_moved(self, fact: facts.DeadlineMoved) -> None:
        if fact.what == "wait":
            self.moved(fact.address, {"wake_at": fact.until})
        elif fact.what == "due" and fact.task is not None:
            self.task_marked(fact.task, {"due_at": fact.until, "due_order": fact.until or UNDATED})

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
            **self.runs(),
        }
        if fact.id in self.changes.opened:
            self.changes.opened[fact.id] |= closing | {"version": 2}
        self.changes.closed[fact.id] = closing
        if fact.how == "completed":
            detail = {"outcome": fact.outcome}
            self.audit(fact.at, fact.by, fact.address, "task.complete", f"task/{fact.id}", detail)

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
        change.closed = {"status": "closed", "closed_at": fact.at, "closed_how": fact.how, **self.runs()}

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
