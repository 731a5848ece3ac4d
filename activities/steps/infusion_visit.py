"""A dose's visit: screening, chair, and what the core says was given."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from activities.gateways.fhir.errors import NotFound
from activities.gateways.fhir.keys import search_parameter
from activities.registry import Problem, StepContext, step
from activities.steps import chart
from activities.steps.infusion import UNKNOWN_ROW, OrderReference, PatientReference, SiteReference, regimen_row
from activities.steps.orders import service_of
from activities.types import Quantity, Reference, Targets
from catalog.tables.billing_units import UnlikeUnitsError, billing_units
from catalog.tables.governed import NoRowError

Resource = dict[str, Any]

AppointmentReference = Annotated[Reference, Targets("Appointment")]

_OVER = ("cancelled", "noshow", "fulfilled", "entered-in-error")
_CHAIR = {"text": "Infusion chair"}


class ScreeningInput(BaseModel):
    """Whose results, by which regimen's list, as they will be on which day; `accepted`: findings that were."""

    patient: PatientReference
    regimen: str
    on: date
    accepted: list[str] = []


class Screened(BaseModel):
    """Whether every result is there, young enough and good; `state` is the worst of them."""

    valid: bool
    state: chart.ResultState
    findings: list[str]
    summary: str


@step("infusion.check_screening", problems=(UNKNOWN_ROW,), reads=("Observation",))
async def check_screening(given: ScreeningInput, context: StepContext) -> Screened:
    """Look at the results that the regimen asks for; what is not clearly good is a clinician's, not a default."""
    results = await chart.results(context, given.patient.reference, regimen_row(given.regimen).screening, given.on)
    found = [one for one in results if one.state != "valid" and one.words not in given.accepted]
    states = {one.state for one in found}
    state: chart.ResultState = "missing" if "missing" in states else "to-review" if "to-review" in states else "valid"
    findings = [one.words for one in found]
    summary = "; ".join(findings) or "All results are there."
    return Screened(valid=state == "valid", state=state, findings=findings, summary=summary)


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
    """Book chair and nurse for a dose, once; within its window, not in the past, not beside another dose."""
    standing = await _booked(context)
    if standing is not None:
        begun, over = (datetime.fromisoformat(standing[edge]) for edge in ("start", "end"))
        return Chair(appointment=Reference.to(standing), start=begun, end=over)
    if given.start is None or given.start <= context.now:
        raise Problem("outside-window", "The dose needs a time that is still to come.")
    day = given.start.astimezone(context.zone).date()
    if day < given.earliest:
        raise Problem("outside-window", "The dose would come too early.", {"earliest": given.earliest.isoformat()})
    if day > given.latest:
        raise Problem("outside-window", "The dose would come too late.", {"latest": given.latest.isoformat()})
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
        if other.get("status") in chart.LIVE and start and datetime.fromisoformat(start) > context.now:
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
    """What the core has of the dose; `charge` is what the record says is to be charged, in words."""

    found: bool
    given_on: date | None
    administration: Annotated[Reference, Targets("MedicationAdministration")] | None
    charge: str | None


@step("infusion.find_administration", reads=("MedicationAdministration",))
async def find_administration(given: FindInput, context: StepContext) -> Found:
    """Look for the MedicationAdministration of the dose: it is given when the core says so."""
    earliest = given.since - timedelta(hours=12)
    async for one in context.fhir.search("MedicationAdministration", [("request", given.order.reference)], fresh=True):
        at = chart.administered_at(one)
        if one.get("status") in ("completed", "stopped", "in-progress") and at is not None and at >= earliest:
            day = at.astimezone(context.zone).date()
            return Found(found=True, given_on=day, administration=Reference.to(one), charge=_charge(one, day))
    return Found(found=False, given_on=None, administration=None, charge=None)


def _charge(administration: Resource, day: date) -> str | None:
    """Units given and wasted by the amount that was recorded; None where it cannot be counted in units."""
    amount = chart.amount_given(administration)
    if amount is None:
        return None
    try:
        row = billing_units().row(service_of(administration), day)
        given, wasted = row.units_of(amount.value, amount.unit)
    except (NoRowError, UnlikeUnitsError):
        return None
    waste = f"{wasted} wasted (JW)" if wasted else "none wasted (JZ)"
    return f"{row.code}: {given} units given, {waste}."


class WeightInput(BaseModel):
    """A weight that was taken for a dose."""

    patient: PatientReference
    weight: Quantity


class WeightKept(BaseModel):
    """The weight in the chart."""

    observation: Annotated[Reference, Targets("Observation")]


@step("infusion.record_weight", writes=("Observation",))
async def record_weight(given: WeightInput, context: StepContext) -> WeightKept:
    """Keep a weight in the chart."""
    vital_signs = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    unit = {"unit": given.weight.unit, "system": "http://unitsofmeasure.org", "code": given.weight.unit}
    observation: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [vital_signs]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": chart.WEIGHT, "display": "Body weight"}]},
        "subject": {"reference": given.patient.reference},
        "effectiveDateTime": context.now.isoformat(timespec="seconds"),
        "valueQuantity": {"value": float(given.weight.value), **unit},
    }
    return WeightKept(observation=Reference.to(await context.fhir.create(observation)))


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
