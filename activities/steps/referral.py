"""The referral's order and its one Task in the core, from receipt to the closed loop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from activities.gateways.fhir.errors import NotFound
from activities.registry import Problem, StepContext, step
from activities.steps.orders import (
    ORDER_NOT_FOUND,
    Priority,
    concept_text,
    is_urgent,
    priority_of,
    read_order,
    reference_in,
    service_of,
)
from activities.steps.referral_status import CLOSED, OPEN, Coarse, OpenStatus, Result, Status
from activities.types import Reference, Targets

Resource = dict[str, Any]
Item = Literal["reason", "urgency", "records", "coverage"]

OrderReference = Annotated[Reference, Targets("ServiceRequest")]
PatientReference = Annotated[Reference, Targets("Patient")]
TaskReference = Annotated[Reference, Targets("Task")]
NoteReference = Annotated[Reference, Targets("DocumentReference")]
RequesterReference = Annotated[Reference, Targets("Practitioner", "PractitionerRole", "Organization")]

_ITEMS: tuple[Item, ...] = ("reason", "urgency", "records", "coverage")
_REQUESTERS = ("Practitioner/", "PractitionerRole/", "Organization/")
_OVER = ("completed", "revoked", "entered-in-error")
_FINAL: tuple[Coarse, ...] = ("completed", "failed", "rejected", "cancelled")
_NOTE_OUTPUT = {"text": "Consult note"}
_ACKNOWLEDGED_OUTPUT = {"text": "Acknowledged by"}
# LOINC: a consult note, and the usual names under which it is filed.
_NOTE_TYPES = "http://loinc.org|11488-4,http://loinc.org|34133-9,http://loinc.org|18842-5"
# A note may be dated at the start of its visit, and clocks of two systems differ.
_NOTE_TOLERANCE = timedelta(hours=12)


class ReceiveInput(BaseModel):
    """The order, and the patient whom the sender named with it."""

    order: OrderReference
    patient: PatientReference


class Received(BaseModel):
    """What everyone after this needs of the order."""

    task: TaskReference
    order: OrderReference
    patient: PatientReference
    requester: RequesterReference | None
    service: str
    specialty: str | None
    priority: Priority
    urgent: bool
    ordered_at: datetime | None


@step(
    "referral.receive",
    problems=(ORDER_NOT_FOUND, "order-not-active", "wrong-patient"),
    reads=("ServiceRequest", "Patient", "Task"),
    writes=("Task",),
)
async def receive(given: ReceiveInput, context: StepContext) -> Received:
    """Read the order and open the one Task by which the core shows how far the referral is."""
    order = await read_order(context, given.order.reference)
    if order.get("status") in _OVER:
        raise Problem("order-not-active", f"The order is {order['status']}.", {"status": order["status"]})
    if reference_in(order.get("subject")) != given.patient.reference:
        raise Problem("wrong-patient", "The order is for another patient.", {"order": given.order.reference})
    await context.fhir.read(given.patient.reference)
    service, priority = service_of(order), priority_of(order)
    task = await context.fhir.create(_task(given, order, service, priority, context.now))
    requester = reference_in(order.get("requester"))
    known = requester is not None and requester.startswith(_REQUESTERS)
    return Received(
        task=Reference.to(task),
        order=Reference(reference=given.order.reference, display=service),
        patient=Reference(reference=given.patient.reference),
        requester=Reference(reference=requester) if requester is not None and known else None,
        service=service,
        specialty=concept_text(order.get("performerType")),
        priority=priority,
        urgent=is_urgent(priority),
        ordered_at=order.get("authoredOn"),
    )


def _task(given: ReceiveInput, order: Resource, service: str, priority: Priority, now: datetime) -> Resource:
    status = OPEN["received"]
    task: Resource = {
        "resourceType": "Task",
        "status": status.coarse,
        "businessStatus": status.business_status,
        "intent": "order",
        "priority": priority,
        "code": {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}]},
        "description": service,
        "focus": {"reference": given.order.reference},
        "basedOn": [{"reference": given.order.reference}],
        "for": {"reference": given.patient.reference},
        "authoredOn": now.isoformat(timespec="seconds"),
    }
    if requester := reference_in(order.get("requester")):
        task["requester"] = {"reference": requester}
    return task


class CompletenessInput(BaseModel):
    """What to look at; `require` names the items that this service needs."""

    order: OrderReference
    patient: PatientReference
    require: list[Item] = list(_ITEMS)


class Completeness(BaseModel):
    """What is there and what is not; `summary` names what is missing in words."""

    complete: bool
    missing: list[Item]
    summary: str
    priority: Priority
    urgent: bool
    service: str


@step(
    "referral.check_completeness",
    problems=(ORDER_NOT_FOUND,),
    reads=("ServiceRequest", "Coverage", "DocumentReference"),
)
async def check_completeness(given: CompletenessInput, context: StepContext) -> Completeness:
    """Look for reason, urgency, records and coverage as the core has them now."""
    order = await read_order(context, given.order.reference)
    missing = [item for item in _ITEMS if item in given.require and not await _has(item, given, order, context)]
    priority = priority_of(order)
    return Completeness(
        complete=not missing,
        missing=missing,
        summary=", ".join(missing),
        priority=priority,
        urgent=is_urgent(priority),
        service=service_of(order),
    )


async def _has(item: Item, given: CompletenessInput, order: Resource, context: StepContext) -> bool:
    patient = given.patient.reference
    match item:
        case "reason":
            return bool(order.get("reasonCode") or order.get("reasonReference"))
        case "urgency":
            return bool(order.get("priority"))
        case "records":
            return bool(order.get("supportingInfo")) or await _any(
                context, "DocumentReference", [("patient", patient), ("status", "current"), ("_count", "1")]
            )
        case "coverage":
            return bool(order.get("insurance")) or await _any(
                context, "Coverage", [("beneficiary", patient), ("status", "active"), ("_count", "1")]
            )


async def _any(context: StepContext, resource_type: str, params: list[tuple[str, str]]) -> bool:
    async for _ in context.fhir.search(resource_type, params, fresh=True):
        return True
    return False


class StatusInput(BaseModel):
    """The stage that the referral has reached."""

    task: TaskReference
    status: OpenStatus
    reason: str | None = None


class StatusShown(BaseModel):
    """The Task, its stage and the coarse status that goes with it."""

    task: TaskReference
    status: str
    coarse: Coarse


@step(
    "referral.update_status",
    problems=("task-not-found", "task-closed"),
    reads=("Task",),
    writes=("Task",),
)
async def update_status(given: StatusInput, context: StepContext) -> StatusShown:
    """Show the stage in `Task.businessStatus`, and the coarse status that goes with it."""

    def change(task: Resource) -> Resource:
        if task.get("status") in _FINAL:
            raise Problem("task-closed", f"The Task is {task['status']}.", {"status": task["status"]})
        return _at_stage(task, OPEN[given.status], given.reason, context.now)

    task = await _update_task(context, given.task.reference, change)
    return StatusShown(task=Reference.to(task), status=given.status, coarse=OPEN[given.status].coarse)


class FindNoteInput(BaseModel):
    """For which order, and since when a note counts."""

    order: OrderReference
    patient: PatientReference
    since: datetime


class FoundNote(BaseModel):
    """The newest consult note, if there is one."""

    found: bool
    note: NoteReference | None = None


@step("referral.find_note", reads=("DocumentReference",))
async def find_note(given: FindNoteInput, context: StepContext) -> FoundNote:
    """Look for a consult note of the patient, dated since the visit."""
    since = (given.since - _NOTE_TOLERANCE).isoformat(timespec="seconds")
    params = [
        ("patient", given.patient.reference),
        ("status", "current"),
        ("type", _NOTE_TYPES),
        ("date", f"ge{since}"),
    ]
    notes = [note async for note in context.fhir.search("DocumentReference", params, fresh=True)]
    if not notes:
        return FoundNote(found=False)
    newest = max(notes, key=lambda note: str(note.get("date", "")))
    return FoundNote(found=True, note=Reference.to(newest))


class NoteInput(BaseModel):
    """The note that answers the referral."""

    task: TaskReference
    patient: PatientReference
    note: NoteReference


class NoteAttached(BaseModel):
    """The note, now an output of the Task."""

    note: NoteReference


@step(
    "referral.attach_note",
    problems=("note-not-found", "wrong-patient", "task-not-found"),
    reads=("DocumentReference", "Task"),
    writes=("Task",),
)
async def attach_note(given: NoteInput, context: StepContext) -> NoteAttached:
    """Make the consult note an output of the referral's Task, once."""
    try:
        note = await context.fhir.read(given.note.reference, fresh=True)
    except NotFound:
        raise Problem("note-not-found", "The core has no such document.") from None
    if reference_in(note.get("subject")) != given.patient.reference:
        raise Problem("wrong-patient", "The document belongs to another patient.")
    output = {"type": _NOTE_OUTPUT, "valueReference": {"reference": given.note.reference}}
    await _update_task(context, given.task.reference, lambda task: _with_output(task, output))
    return NoteAttached(note=Reference(reference=given.note.reference))


class CloseInput(BaseModel):
    """How the referral ends, why, and who at the sender's confirmed that they know."""

    task: TaskReference
    result: Result
    reason: str | None = None
    acknowledged: str | None = None


@step("referral.close", problems=("task-not-found",), reads=("Task",), writes=("Task",))
async def close(given: CloseInput, context: StepContext) -> StatusShown:
    """Bring the Task to its end, with the reason and the acknowledgement."""
    status = CLOSED[given.result]

    def change(task: Resource) -> Resource:
        if given.acknowledged:
            task = _with_output(task, {"type": _ACKNOWLEDGED_OUTPUT, "valueString": given.acknowledged})
        return _at_stage(task, status, given.reason, context.now)

    task = await _update_task(context, given.task.reference, change)
    return StatusShown(task=Reference.to(task), status=status.code, coarse=status.coarse)


async def _update_task(context: StepContext, reference: str, change: Callable[[Resource], Resource]) -> Resource:
    try:
        return await context.fhir.update(reference, change)
    except NotFound:
        raise Problem("task-not-found", "The core has no such Task.", {"task": reference}) from None


def _at_stage(task: Resource, status: Status, reason: str | None, now: datetime) -> Resource:
    """The Task at a stage; as it was where it stands there already, so that trying again writes nothing."""
    changed = task | {"status": status.coarse, "businessStatus": status.business_status}
    changed.pop("statusReason", None)
    if reason:
        changed["statusReason"] = {"text": reason}
    if changed == task:
        return task
    return changed | {"lastModified": now.isoformat(timespec="seconds")}


def _with_output(task: Resource, output: Resource) -> Resource:
    outputs = task.get("output") or []
    return task if output in outputs else task | {"output": [*outputs, output]}
