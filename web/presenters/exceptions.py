"""Exceptions as pages print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.services.clock import pace_from_json, pathway_now
from api.services.incidents import IncidentDetail
from api.services.records import Entry, Incident, IncidentGroup
from web.presenters.times import Time, time_of
from web.presenters.values import pretty, words

Json = Any

KINDS = {
    "action-failed": "An action failed",
    "problem": "An action answered with a problem that nothing catches",
    "expression": "An expression gave no usable value",
    "no-branch": "No way on fits",
    "invalid-output": "An action gave something else than it declares",
    "loop-limit": "A loop reached its limit",
    "runaway": "The pathway moved without end",
    "child-failed": "A child pathway failed",
    "undo-failed": "Undoing failed",
    "in-doubt": "It is not known whether it was done",
    "contract": "The pathway's contract does not allow it",
}


@dataclass(frozen=True, slots=True)
class GroupView:
    """The same trouble in several instances."""

    fingerprint: str
    step: str
    pathway: str
    kind: str
    message: str
    instances: int
    occurrences: int
    first: Time
    last: Time


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in a list."""

    id: str
    instance: str
    step: str
    pathway: str
    message: str
    occurrences: int
    first: Time
    last: Time
    is_retried: bool


@dataclass(frozen=True, slots=True)
class AttemptView:
    """Something that was tried, or happened, at the step."""

    time: Time
    text: str
    detail: str
    who: str


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident for its page."""

    id: str
    instance: str
    step: str
    action: str
    pathway: str
    version: str
    kind: str
    message: str
    words: str
    detail: str
    input: str
    has_input: bool
    status: str
    is_open: bool
    is_retried: bool
    closed: str
    occurrences: int
    retries: int
    first: Time
    last: Time
    attempts: tuple[AttemptView, ...]


def group_view(one: IncidentGroup, zone: str, now: datetime) -> GroupView:
    """A group."""
    return GroupView(
        fingerprint=one.fingerprint,
        step=words(one.step),
        pathway=words(one.pathway),
        kind=KINDS.get(one.kind, words(one.kind)),
        message=one.message,
        instances=one.instances,
        occurrences=int(one.occurrences),
        first=time_of(one.first_seen, zone, now),
        last=time_of(one.last_seen, zone, now),
    )


def incident_row(one: Incident, zone: str, now: datetime) -> IncidentRow:
    """An incident in a list."""
    return IncidentRow(
        id=one.id,
        instance=one.instance,
        step=words(one.step),
        pathway=one.pathway_title,
        message=one.message,
        occurrences=one.occurrences,
        first=time_of(one.first_seen, zone, now),
        last=time_of(one.last_seen, zone, now),
        is_retried=one.retried_at is not None,
    )


def incident_view(found: IncidentDetail, now: datetime) -> IncidentView:
    """An incident for its page."""
    one, zone = found.incident, found.instance.zone
    here = pathway_now(pace_from_json(found.instance.pace), now)
    closed = {"completed": "The step has passed", "left": "The pathway went on without the step"}
    return IncidentView(
        id=one.id,
        instance=one.instance,
        step=(found.step.title if found.step is not None else None) or words(one.step),
        action=found.step.action if found.step is not None else "",
        pathway=one.pathway_title,
        version=one.pathway_version,
        kind=KINDS.get(one.kind, words(one.kind)),
        message=one.message,
        words=_outside_words(one.detail),
        detail=pretty(one.detail) if one.detail not in (None, {}, []) else "",
        input=pretty(one.input),
        has_input=found.step is not None and one.input is not None,
        status="Open" if one.status == "open" else "Closed",
        is_open=one.status == "open",
        is_retried=one.retried_at is not None,
        closed=closed.get(one.closed_how or "", ""),
        occurrences=one.occurrences,
        retries=one.retries,
        first=time_of(one.first_seen, zone, here),
        last=time_of(one.last_seen, zone, here),
        attempts=tuple(_attempt(entry, found.names, zone, here) for entry in found.attempts),
    )


def _outside_words(detail: Json) -> str:
    """What the outside system itself said, where the detail has it."""
    if isinstance(detail, Mapping):
        for name in ("outcome_text", "diagnostics", "reason"):
            if isinstance(detail.get(name), str) and detail[name]:
                return str(detail[name])
    return ""


def _attempt(entry: Entry, names: Mapping[str, str], zone: str, now: datetime) -> AttemptView:
    detail = entry.detail
    match entry.kind:
        case "action-started":
            text = f"Run {detail.get('run')} began"
        case "action-ended":
            how = {"completed": "succeeded", "problem": "answered with a problem", "failed": "failed"}
            text = f"Run {detail.get('run')} {how.get(str(detail.get('how')), 'ended')}"
        case "incident-opened":
            text = "Stands still"
        case "incident-retried":
            text = "Tried again with changed input" if detail.get("changed_input") else "Tried again"
        case _:
            text = "Closed"
    more = str(detail.get("message") or detail.get("reason") or "")
    return AttemptView(time_of(entry.at, zone, now), text, more, names.get(entry.actor or "", ""))
