"""Exceptions as pages print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from api.services.incidents import IncidentDetail
from api.services.patients import Patient
from api.services.records import Entry, Incident, IncidentGroup
from pathways.pace import pace_from_json, pathway_now
from pathways.plan import Child, Do, Plan
from web.presenters import gone
from web.presenters.patients import PatientView, patient_view
from web.presenters.places import Places, places_of
from web.presenters.step_fields import may_skip
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
    gone.KIND: "What runs it is gone",
}


MEANS = {
    "action-failed": "It was tried as often as it may be. Mend what it says, then try again.",
    "problem": "The outside system refuses it for a reason that the pathway has no way for.",
    "expression": "The pathway could not work something out from the data. Change the data, then try again.",
    "no-branch": "No condition of the ways on holds. Change the data and try again, or move it on by hand.",
    "invalid-output": "What came back does not fit what the action promises. Somebody has to look at the action.",
    "loop-limit": "It went round as often as it may. Raise what the limit is read from, or move it on by hand.",
    "runaway": "It went from step to step without ever waiting. Move it on by hand, and have the pathway mended.",
    "child-failed": "The other pathway could not be started, or was ended from outside.",
    "undo-failed": "What was done could not be taken back, so the pathway can't end or go on. Try again, or take it "
    "back by hand outside and count it as undone here.",
    "in-doubt": "The pathway had gone on while this was still running, and the answer never came. It may have been "
    "done outside, or not. Look there first. Trying again asks once more under the same key, so that "
    "what was done is not done twice.",
    gone.KIND: gone.MEANS,
    "contract": "The action wanted to read or write what the pathway does not declare.",
}
"""What each kind of exception means, and what helps."""


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
    patient: PatientView
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
    means: str
    is_gone: bool
    is_awaited: bool
    skip: str
    skip_words: str
    move: str
    closed: str
    occurrences: int
    retries: int
    first: Time
    last: Time
    attempts: tuple[AttemptView, ...]


def group_view(one: IncidentGroup, plan: Plan | None, zone: str, now: datetime) -> GroupView:
    """A group. `plan` is that of a version of its pathway, for titles."""
    places = Places(plan)
    return GroupView(
        fingerprint=one.fingerprint,
        step=places.step(one.step) if one.step else gone.whole(places, gone.WHOLE),
        pathway=plan.title if plan is not None else words(one.pathway),
        kind=KINDS.get(one.kind, words(one.kind)),
        message=one.message,
        instances=one.instances,
        occurrences=int(one.occurrences),
        first=time_of(one.first_seen, zone, now),
        last=time_of(one.last_seen, zone, now),
    )


def incident_row(one: Incident, plan: Plan | None, patient: Patient | None, zone: str, now: datetime) -> IncidentRow:
    """An incident in a list. `plan` is that of its version, for titles."""
    return IncidentRow(
        id=one.id,
        instance=one.instance,
        step=gone.whole(places_of(plan), one.address),
        pathway=one.pathway_title,
        patient=patient_view(patient),
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
    if one.kind == gone.KIND:
        closed = {"left": "It was closed", "back": "What runs it is there again, and it goes on"}
    way = urlencode({"at": one.address, "back": f"/exceptions/{one.id}"})
    return IncidentView(
        id=one.id,
        instance=one.instance,
        step=gone.whole(places_of(found.plan), one.address),
        action=_action(found),
        pathway=one.pathway_title,
        version=one.pathway_version,
        kind=KINDS.get(one.kind, words(one.kind)),
        message=one.message,
        words=_outside_words(one.detail),
        detail=pretty(one.detail) if one.detail not in (None, {}, []) else "",
        input=pretty(one.input),
        has_input=_takes_input(found),
        status="Open" if one.status == "open" else "Closed",
        is_open=one.status == "open",
        is_retried=one.retried_at is not None,
        means=MEANS.get(one.kind, ""),
        is_gone=one.kind == gone.KIND,
        is_awaited=found.instance.parent_instance is not None,
        skip=f"/instances/{one.instance}/skip?{way}" if may_skip(found.plan, one.address) else "",
        skip_words=_SKIP.get(one.kind, "Skip the step"),
        move=f"/instances/{one.instance}/move?{way}" if _stands(one) else "",
        closed=closed.get(one.closed_how or "", ""),
        occurrences=one.occurrences,
        retries=one.retries,
        first=time_of(one.first_seen, zone, here),
        last=time_of(one.last_seen, zone, here),
        attempts=tuple(_attempt(entry, found.names, zone, here) for entry in found.attempts),
    )


_SKIP = {"in-doubt": "Say whether it was done", "undo-failed": "Count it as undone"}


def _stands(one: Incident) -> bool:
    """Whether a step stands there, which could be moved on: not an undo, a handler, or what was left long ago."""
    return one.kind != "in-doubt" and not one.address.endswith("/undo") and "^" not in one.address


def _action(found: IncidentDetail) -> str:
    if found.step is None:
        return ""
    undo = found.step.undo if found.incident.address.endswith("/undo") else None
    return undo.action if undo is not None else found.step.action


def _takes_input(found: IncidentDetail) -> bool:
    """Whether it can be tried with another input: an action, an undo, or the start of a pathway."""
    known = found.plan.step.get(found.incident.step) if found.plan is not None else None
    undo = found.incident.address.endswith("/undo")
    return found.incident.input is not None and (undo or isinstance(known, Do | Child))


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
