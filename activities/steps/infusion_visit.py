"""A dose's visit: screening, chair, readiness the day before and on the day, and what the core says was given."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from activities.gateways.fhir.errors import NotFound
from activities.gateways.fhir.keys import search_parameter
from activities.registry import Problem, StepContext, step
from activities.steps import chart
from activities.steps.infusion import UNKNOWN_ROW, OrderReference, PatientReference, SiteReference, regimen_row
from activities.steps.orders import ORDER_NOT_FOUND, concept_text, read_order
from activities.steps.regimen_dates import after
from activities.types import Quantity, Reference, Targets

Resource = dict[str, Any]

AppointmentReference = Annotated[Reference, Targets("Appointment")]

_LIVE = ("proposed", "pending", "booked", "arrived", "checked-in")
_OVER = ("cancelled", "noshow", "fulfilled", "entered-in-error")
_CHAIR = {"text": "Infusion chair"}
_MOST_WEIGHT_CHANGE = Decimal("0.10")


class ScreeningInput(BaseModel):
    """Whose results, by which regimen's list, as they will be on which day."""

    patient: PatientReference
    regimen: str
    on: date


class Screened(BaseModel):
    """Whether every result is there, young enough and good; `state` is the worst of them."""

    valid: bool
    state: chart.ResultState
    summary: str


@step("infusion.check_screening", problems=(UNKNOWN_ROW,), reads=("Observation",))
async def check_screening(given: ScreeningInput, context: StepContext) -> Screened:
    """Look at the results that the regimen asks for; what is not clearly good is a clinician's, not a default."""
    found = await chart.results(context, given.patient.reference, regimen_row(given.regimen).screening, given.on)
    states = {one.state for one in found}
    state: chart.ResultState = "missing" if "missing" in states else "to-review" if "to-review" in states else "valid"
    wanting = [one.words for one in found if one.state != "valid"]
    return Screened(valid=state == "valid", state=state, summary="; ".join(wanting) or "All results are there.")


class ReadinessInput(BaseModel):
    """The dose that is to be given; `weight` is the one taken on the day."""

    patient: PatientReference
    order: OrderReference
    regimen: str
    on: datetime
    weight: Quantity | None = None


class Readiness(BaseModel):
    """Whether the dose may be given as far as the core knows; `findings` says what is against it."""

    ready: bool
    findings: list[str]
    summary: str


@step(
    "infusion.check_readiness",
    problems=(UNKNOWN_ROW, ORDER_NOT_FOUND),
    reads=(
        "MedicationRequest",
        "MedicationAdministration",
        "Observation",
        "AllergyIntolerance",
        "Encounter",
        "Consent",
    ),
)
async def check_readiness(given: ReadinessInput, context: StepContext) -> Readiness:
    """Ask the core everything that could speak against the dose, afresh."""
    regimen, patient = regimen_row(given.regimen), given.patient.reference
    order = await read_order(context, given.order.reference)
    day = given.on.astimezone(context.zone).date()
    findings = []
    if order.get("status") != "active":
        findings.append(f"the order is {order.get('status')}")
    if regimen.product not in (concept_text(order.get("medicationCodeableConcept")) or "").lower():
        findings.append("the order names another product than the regimen")
    findings += [
        one.words for one in await chart.results(context, patient, regimen.screening, day) if one.state != "valid"
    ]
    near = [
        one
        for one in await chart.administrations(context, patient, regimen.product)
        if one <= day < after(one, regimen.minimum_interval)
    ]
    if near:
        findings.append(f"given on {near[-1].isoformat()}, within the minimum interval")
    if await chart.allergies(context, patient, regimen.product):
        findings.append("an allergy names the product")
    if await chart.is_admitted(context, patient):
        findings.append("the patient is admitted")
    if await chart.has_refused(context, patient, "treatment"):
        findings.append("consent is not in force")
    if regimen.weight_based and given.weight is not None:
        findings += await _weight_findings(given.weight, patient, context)
    return Readiness(ready=not findings, findings=findings, summary="; ".join(findings) or "Nothing speaks against it.")


async def _weight_findings(weight: Quantity, patient: str, context: StepContext) -> list[str]:
    """A weight outside plausible limits, or more than 10 % from the one in the chart."""
    now, before = chart.kilograms(weight), await chart.body_weight(context, patient)
    if now is None:
        return ["the weight cannot be one: check unit and scales"]
    if before is not None and abs(now - before.kilograms) > before.kilograms * _MOST_WEIGHT_CHANGE:
        return ["the weight differs by more than 10 %: check unit and scales, then the dose"]
    return []


class ChairInput(BaseModel):
    """When the dose is to be given, and the window that it must lie in."""

    patient: PatientReference
    order: OrderReference
    start: datetime | None = None
    minutes: int = Field(gt=0, le=24 * 60)
    dose: str
    earliest: date
    latest: date
    site: SiteReference | None = None


class Chair(BaseModel):
    """The chair that is booked."""

    appointment: AppointmentReference
    start: datetime
    end: datetime


@step(
    "infusion.book_chair",
    problems=("chair-taken", "outside-window", "other-dose-near"),
    reads=("Appointment",),
    writes=("Appointment",),
    business_key="dose",
)
async def book_chair(given: ChairInput, context: StepContext) -> Chair:
    """Book chair and nurse for a dose, once; not before its window, not in the past, not beside another dose."""
    standing = await _booked(context)
    if standing is not None:
        begun, over = (datetime.fromisoformat(standing[edge]) for edge in ("start", "end"))
        return Chair(appointment=Reference.to(standing), start=begun, end=over)
    if given.start is None or given.start <= context.now:
        raise Problem("outside-window", "The dose needs a time that is still to come.")
    if given.start.astimezone(context.zone).date() < given.earliest:
        raise Problem("outside-window", "The dose would come too early.", {"earliest": given.earliest.isoformat()})
    await _refuse_second(given, context)
    end = given.start + timedelta(minutes=given.minutes)
    participants: list[Resource] = [{"actor": {"reference": given.patient.reference}, "status": "accepted"}]
    if given.site is not None:
        participants.append({"actor": {"reference": given.site.reference}, "status": "accepted"})
    appointment: Resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "serviceType": [_CHAIR],
        "basedOn": [{"reference": given.order.reference}],
        "start": given.start.isoformat(timespec="seconds"),
        "end": end.isoformat(timespec="seconds"),
        "minutesDuration": given.minutes,
        "created": context.now.isoformat(timespec="seconds"),
        "participant": participants,
    }
    made = await context.fhir.create(appointment)
    return Chair(appointment=Reference.to(made), start=given.start, end=end)


async def _booked(context: StepContext) -> Resource | None:
    """What an earlier attempt for this very dose has booked."""
    async for one in context.fhir.search("Appointment", [search_parameter("Appointment", context.key)], fresh=True):
        return one
    return None


async def _refuse_second(given: ChairInput, context: StepContext) -> None:
    """Refuse a second live booking of the order. Raises the problem `other-dose-near`."""
    async for other in context.fhir.search("Appointment", [("based-on", given.order.reference)], fresh=True):
        start = other.get("start")
        if other.get("status") in _LIVE and start and datetime.fromisoformat(start) > context.now:
            raise Problem("other-dose-near", "Another dose is booked already.", {"start": start})


class CancelChairInput(BaseModel):
    """Which booking, and why."""

    appointment: AppointmentReference
    reason: str


class ChairCancelled(BaseModel):
    """What became of the booking."""

    appointment: AppointmentReference
    status: str


@step("infusion.cancel_chair", reads=("Appointment",), writes=("Appointment",))
async def cancel_chair(given: CancelChairInput, context: StepContext) -> ChairCancelled:
    """Give the chair back; a visit that is over stays what it was."""

    def change(appointment: Resource) -> Resource:
        over = appointment.get("status") in _OVER or _has_begun(appointment, context.now)
        if over:
            return appointment
        return appointment | {"status": "cancelled", "cancelationReason": {"text": given.reason}}

    try:
        written = await context.fhir.update(given.appointment.reference, change)
    except NotFound:
        return ChairCancelled(appointment=given.appointment, status="not-found")
    return ChairCancelled(appointment=Reference(reference=given.appointment.reference), status=str(written["status"]))


def _has_begun(appointment: Resource, now: datetime) -> bool:
    return appointment.get("status") in ("arrived", "checked-in") or (
        bool(appointment.get("end")) and datetime.fromisoformat(appointment["end"]) < now
    )


class FindInput(BaseModel):
    """The order and since when."""

    order: OrderReference
    patient: PatientReference
    since: datetime


class Found(BaseModel):
    """What the core has of the dose."""

    found: bool
    given_on: date | None
    administration: Annotated[Reference, Targets("MedicationAdministration")] | None


@step("infusion.find_administration", reads=("MedicationAdministration",))
async def find_administration(given: FindInput, context: StepContext) -> Found:
    """Look for the MedicationAdministration of the dose: it is given when the core says so."""
    earliest = given.since - timedelta(hours=12)
    async for one in context.fhir.search("MedicationAdministration", [("request", given.order.reference)], fresh=True):
        at = chart.administered_at(one)
        if one.get("status") in ("completed", "stopped", "in-progress") and at is not None and at >= earliest:
            day = at.astimezone(context.zone).date()
            return Found(found=True, given_on=day, administration=Reference.to(one))
    return Found(found=False, given_on=None, administration=None)


class ReactionInput(BaseModel):
    """What happened."""

    patient: PatientReference
    product: str
    manifestation: str
    severity: Literal["mild", "moderate", "severe"]


class ReactionRecorded(BaseModel):
    """The reaction in the core."""

    allergy: Annotated[Reference, Targets("AllergyIntolerance")]


@step("infusion.record_reaction", writes=("AllergyIntolerance",))
async def record_reaction(given: ReactionInput, context: StepContext) -> ReactionRecorded:
    """Record the reaction as an intolerance of the product."""
    allergy: Resource = {
        "resourceType": "AllergyIntolerance",
        "type": "intolerance",
        "category": ["biologic"],
        "code": {"text": f"Infusion reaction: {given.product}"},
        "patient": {"reference": given.patient.reference},
        "recordedDate": context.now.isoformat(timespec="seconds"),
        "reaction": [{"manifestation": [{"text": given.manifestation}], "severity": given.severity}],
    }
    return ReactionRecorded(allergy=Reference.to(await context.fhir.create(allergy)))
