"""Booking, cancelling and recording visits as Appointments; the contact log as Communications."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from activities.gateways.fhir.errors import NotFound
from activities.gateways.fhir.keys import search_parameter
from activities.registry import Problem, StepContext, step
from activities.types import Reference, Targets

Resource = dict[str, Any]

OrderReference = Annotated[Reference, Targets("ServiceRequest")]
PatientReference = Annotated[Reference, Targets("Patient")]
AppointmentReference = Annotated[Reference, Targets("Appointment")]
ContactReference = Annotated[Reference, Targets("Communication")]

Channel = Literal["phone", "email", "portal", "letter"]
ContactResult = Literal["reached", "no-answer", "left-message", "wrong-number", "refused"]

_TOOK_PLACE = ("arrived", "checked-in", "fulfilled")
_LIVE = "proposed,pending,booked,arrived,checked-in"
_CANCELLED = ("cancelled", "entered-in-error")
_REASON_SYSTEM = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
_REASONS = {"patient": ("pat", "Patient"), "provider": ("prov", "Provider")}
_MEDIUM_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
_MEDIA: dict[Channel, str] = {"phone": "PHONE", "email": "EMAILWRIT", "portal": "ELECTRONIC", "letter": "WRITTEN"}
_CONTACT = {"text": "Contact attempt"}
_CONTACT_RESULT_SYSTEM = "urn:carelane:contact-result"
# A contact that did not happen is `not-done`, which R4 wants a reason for.
_REACHED: tuple[ContactResult, ...] = ("reached", "refused", "left-message")


class BookInput(BaseModel):
    """When the visit is, and for what."""

    order: OrderReference
    patient: PatientReference
    start: datetime
    minutes: int = Field(default=30, gt=0, le=24 * 60)
    service: str | None = None
    location: str | None = None


class Booked(BaseModel):
    """The appointment."""

    appointment: AppointmentReference
    start: datetime
    end: datetime


@step(
    "scheduling.book_appointment",
    problems=("start-in-past", "already-booked"),
    reads=("Appointment",),
    writes=("Appointment",),
)
async def book_appointment(given: BookInput, context: StepContext) -> Booked:
    """Book a visit for the order, unless one stands already that this step did not make."""
    end = given.start + timedelta(minutes=given.minutes)
    if not await _is_booked(context):
        if given.start <= context.now:
            raise Problem("start-in-past", "The visit would start in the past.", {"start": given.start.isoformat()})
        await _refuse_second(given, context)
    # Where it is booked already, this gives that appointment, and accounts for it if nobody came to that.
    appointment = await context.fhir.create(_appointment(given, end, context.now))
    return Booked(appointment=Reference.to(appointment), start=given.start, end=end)


async def _is_booked(context: StepContext) -> bool:
    """Whether an earlier attempt of this very step has booked, and its answer was lost."""
    async for _ in context.fhir.search("Appointment", [search_parameter("Appointment", context.key)], fresh=True):
        return True
    return False


async def _refuse_second(given: BookInput, context: StepContext) -> None:
    params = [("based-on", given.order.reference), ("status", _LIVE)]
    async for other in context.fhir.search("Appointment", params, fresh=True):
        raise Problem(
            "already-booked",
            "The order has a visit booked already.",
            {"appointment": f"Appointment/{other['id']}", "start": other.get("start")},
        )


def _appointment(given: BookInput, end: datetime, now: datetime) -> Resource:
    participants: list[Resource] = [
        {"actor": {"reference": given.patient.reference}, "status": "accepted"},
    ]
    if given.location:
        participants.append({"actor": {"display": given.location}, "status": "accepted"})
    appointment: Resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "basedOn": [{"reference": given.order.reference}],
        "start": given.start.isoformat(timespec="seconds"),
        "end": end.isoformat(timespec="seconds"),
        "minutesDuration": given.minutes,
        "created": now.isoformat(timespec="seconds"),
        "participant": participants,
    }
    if given.service:
        appointment["serviceType"] = [{"text": given.service}]
    return appointment


class CancelInput(BaseModel):
    """Which visit, and who cancels it."""

    appointment: AppointmentReference
    by: Literal["patient", "provider"]
    reason: str | None = None


class Cancelled(BaseModel):
    """The cancelled appointment."""

    appointment: AppointmentReference


@step(
    "scheduling.cancel_appointment",
    problems=("appointment-not-found", "visit-took-place"),
    reads=("Appointment",),
    writes=("Appointment",),
)
async def cancel_appointment(given: CancelInput, context: StepContext) -> Cancelled:
    """Cancel the visit, unless it took place; one that is cancelled already stays as it is."""
    code, display = _REASONS[given.by]

    def change(appointment: Resource) -> Resource:
        if appointment.get("status") in _TOOK_PLACE:
            raise Problem("visit-took-place", "The core says that the visit took place.")
        if appointment.get("status") in _CANCELLED:
            return appointment
        reason: Resource = {"coding": [{"system": _REASON_SYSTEM, "code": code, "display": display}]}
        if given.reason:
            reason["text"] = given.reason
        return appointment | {"status": "cancelled", "cancelationReason": reason}

    await _update(context, given.appointment.reference, change)
    return Cancelled(appointment=Reference(reference=given.appointment.reference))


class VisitInput(BaseModel):
    """What became of the visit."""

    appointment: AppointmentReference
    result: Literal["arrived", "fulfilled", "noshow"]


class VisitRecorded(BaseModel):
    """The appointment and what became of it."""

    appointment: AppointmentReference
    result: str


@step(
    "scheduling.record_visit",
    problems=("appointment-not-found", "appointment-cancelled"),
    reads=("Appointment",),
    writes=("Appointment",),
)
async def record_visit(given: VisitInput, context: StepContext) -> VisitRecorded:
    """Say on the Appointment whether the patient came."""

    def change(appointment: Resource) -> Resource:
        if appointment.get("status") in _CANCELLED:
            raise Problem("appointment-cancelled", "The core says that the visit was cancelled.")
        return appointment | {"status": given.result}

    await _update(context, given.appointment.reference, change)
    return VisitRecorded(appointment=Reference(reference=given.appointment.reference), result=given.result)


class ContactInput(BaseModel):
    """One attempt to reach the patient."""

    patient: PatientReference
    order: OrderReference
    attempt: int = Field(ge=1)
    channel: Channel
    result: ContactResult
    note: str | None = None


class ContactLogged(BaseModel):
    """The entry in the contact log."""

    contact: ContactReference
    attempt: int


@step("scheduling.record_contact", writes=("Communication",), business_key="attempt")
async def record_contact(given: ContactInput, context: StepContext) -> ContactLogged:
    """Keep an attempt to reach the patient in the core, once per attempt."""
    result = {"coding": [{"system": _CONTACT_RESULT_SYSTEM, "code": given.result}]}
    reached = given.result in _REACHED
    contact: Resource = {
        "resourceType": "Communication",
        "status": "completed" if reached else "not-done",
        "category": [_CONTACT],
        "reasonCode": [result],
        "medium": [{"coding": [{"system": _MEDIUM_SYSTEM, "code": _MEDIA[given.channel]}], "text": given.channel}],
        "subject": {"reference": given.patient.reference},
        "recipient": [{"reference": given.patient.reference}],
        "basedOn": [{"reference": given.order.reference}],
        "sent": context.now.isoformat(timespec="seconds"),
    }
    if not reached:
        contact["statusReason"] = result
    if given.note:
        contact["note"] = [{"text": given.note}]
    written = await context.fhir.create(contact)
    return ContactLogged(contact=Reference.to(written), attempt=given.attempt)


async def _update(context: StepContext, reference: str, change: Callable[[Resource], Resource]) -> Resource:
    try:
        return await context.fhir.update(reference, change)
    except NotFound:
        raise Problem("appointment-not-found", "The core has no such appointment.") from None
