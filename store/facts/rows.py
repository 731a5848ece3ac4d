"""Single facts as rows of the tables. One place for each, used by recording and by replacing from a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pathways import facts
from pathways.facts import Fact
from store.facts.changes import Row
from store.tasks import RANKS, UNDATED

Json = Any

# Kept elsewhere in full, and large: not repeated in the timeline.
_NOT_IN_TIMELINE = frozenset({"fact", "at", "address", "by", "form", "outcomes", "input"})


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
        "origin": fact.origin,
        "queue": fact.queue,
        "role": fact.role,
        "skill": fact.skill,
        "bulk": fact.bulk,
        "gate": fact.gate,
        "priority": fact.priority,
        "rank": RANKS.get(fact.priority, RANKS["routine"]),
        "stage": fact.stage,
        "due_at": fact.due_at,
        "due_order": fact.due_at or UNDATED,
        "opened_at": fact.at,
        "opened_by": fact.by,
        "why": fact.why,
        "review_by": fact.review_by,
        "cause": fact.cause,
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
        "reminded_at": None,
        "escalated_at": None,
        "escalated_from": None,
        "alert": None,
    }


def changed_columns(fact: facts.TaskChanged) -> Row:
    """What a migration changes in an open task's row."""
    return {
        "address": fact.address,
        "step": fact.step,
        "title": fact.title,
        "role": fact.role,
        "help": fact.help,
        "form": fact.form or [],
        "outcomes": fact.outcomes or [],
        "skill": fact.skill,
        "bulk": fact.bulk,
        "gate": fact.gate,
    }


def alert_columns(fact: facts.TaskReminded | facts.TaskEscalated, shown: Mapping[str, Json]) -> Row:
    """What an alert changes in its task's row; `shown` is the fact's JSON."""
    told = {name: shown[name] for name in ("at", "why", "review_by", "cause", "late")}
    cause: Row = {} if fact.cause is None else {"cause": fact.cause}
    if isinstance(fact, facts.TaskReminded):
        return cause | {"reminded_at": fact.at, "alert": {"kind": "reminder", **told}}
    escalated: Row = {"queue": fact.queue, "escalated_at": fact.at, "escalated_from": fact.before}
    return cause | escalated | {"alert": {"kind": "escalation", **told}}


def listener_row(instance: str, fact: facts.ListenerArmed) -> Row:
    """An armed listener as a row."""
    return {
        "instance": instance,
        "address": fact.address,
        "position": standing(fact),
        "type": fact.type,
        "key": fact.key,
        "armed_at": fact.armed_at,
        "arming": fact.rev,
    }


def standing(fact: facts.ListenerArmed) -> str:
    """The position that a listener belongs to; "" for the pathway's own handlers."""
    return fact.position or fact.address.partition("^")[0]


def is_handler_address(address: str) -> bool:
    """Whether a listener is a handler of a position, or of the pathway, rather than what a position waits for."""
    _, marked, slot = address.rpartition("^")
    return bool(marked) and slot.isdigit()


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


def clock_row(instance: str, pathway: str, fact: facts.ClockMoved) -> Row:
    """A clock as it stands after a move that was not ignored; what it keeps of earlier moves is left out."""
    row: Row = {
        "instance": instance,
        "clock": fact.clock,
        "pathway": pathway,
        "title": fact.title,
        "status": fact.status,
        "number": fact.number,
        "started_at": fact.started_at,
        "deadline": fact.deadline,
        "warn_at": fact.warn_at,
        "budget": fact.budget,
        "left": fact.left,
        "address": fact.address,
        "why": fact.why,
        "review_by": fact.review_by,
        "cause": fact.cause,
        "moved_at": fact.at,
    }
    match fact.verb:
        case "start" | "restart":
            row |= {"warned_at": None, "breached_at": None}
        case "warn":
            row["warned_at"] = fact.at
        case "breach":
            row["breached_at"] = fact.at
        case "stop" | "pause" | "resume" | "rearm" | "drop":
            pass
    return row


def child_row(parent: str, fact: facts.ChildOrdered) -> Row:
    """A child that was asked for, as a whole row."""
    return {
        "instance": fact.instance,
        "parent": parent,
        "address": fact.address,
        "run": fact.run,
        "pathway": fact.pathway,
        "range": fact.range,
        "detached": fact.detached,
        "version": None,
        "digest": None,
        "status": "ordered",
        "outcome": None,
        "failed": None,
        "late": False,
        "ordered_at": fact.at,
        "started_at": None,
        "cancelled_at": None,
        "ended_at": None,
        "told_at": None,
    }


def child_columns(fact: facts.ChildRuns | facts.ChildReported | facts.ChildCancelled) -> Row:
    """What is heard of a child later, as columns of its row."""
    match fact:
        case facts.ChildRuns():
            return {"version": fact.version, "digest": fact.digest, "status": "running", "started_at": fact.at}
        case facts.ChildReported():
            status = "ended" if fact.failed is None else "failed"
            how: Row = {"outcome": fact.outcome, "failed": fact.failed, "late": fact.late, "ended_at": fact.at}
            return {"status": status, **how}
        case facts.ChildCancelled():
            return {"cancelled_at": fact.at}
