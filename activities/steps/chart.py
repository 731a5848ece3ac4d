"""What the patient's chart says before a dose: weight, results, earlier doses, admissions, allergies, consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from activities.registry import StepContext
from activities.steps.orders import concept_text, reference_in, service_of
from activities.steps.regimen_dates import after
from activities.types import Quantity
from catalog.tables.regimens import Screening

Resource = dict[str, Any]

ResultState = Literal["valid", "to-review", "missing"]

WEIGHT = "29463-7"
"""LOINC: body weight."""
_USABLE = ("final", "amended", "corrected")
_KILOGRAMS = {"kg": Decimal(1), "g": Decimal("0.001"), "[lb_av]": Decimal("0.45359237")}
_PLAUSIBLE = (Decimal("0.5"), Decimal(400))
_NO_ALLERGY = ("inactive", "resolved", "refuted", "entered-in-error")
LIVE = ("proposed", "pending", "booked", "arrived", "checked-in")
"""The states of a visit that is still to come."""


@dataclass(frozen=True)
class Weight:
    """A weight in kilograms, and when it was taken."""

    kilograms: Decimal
    taken: datetime | None


@dataclass(frozen=True)
class ResultFound:
    """What the chart says to one screening."""

    screening: Screening
    state: ResultState
    words: str


def kilograms(weight: Quantity) -> Decimal | None:
    """A weight in kilograms; None for a unit that is none of weight, or a value that no patient has."""
    factor = _KILOGRAMS.get(weight.unit)
    found = None if factor is None else weight.value * factor
    return found if found is not None and _PLAUSIBLE[0] <= found <= _PLAUSIBLE[1] else None


async def body_weight(context: StepContext, patient: str) -> Weight | None:
    """The last weight in the chart that can be one."""
    found = []
    async for one in context.fhir.search("Observation", [("patient", patient), ("code", WEIGHT)], fresh=True):
        quantity = one.get("valueQuantity") or {}
        unit = quantity.get("code") or quantity.get("unit")
        if one.get("status") not in _USABLE or unit is None or quantity.get("value") is None:
            continue
        known = kilograms(Quantity(value=Decimal(str(quantity["value"])), unit=unit))
        if known is not None:
            found.append(Weight(known, _moment(one.get("effectiveDateTime"))))
    return max(found, key=lambda one: one.taken.timestamp() if one.taken else 0, default=None)


async def results(context: StepContext, patient: str, screenings: tuple[Screening, ...], on: date) -> list[ResultFound]:
    """What the chart says to each screening, as it will be on a day; age counts from collection."""
    return [await _result(context, patient, one, on) for one in screenings]


async def _result(context: StepContext, patient: str, screening: Screening, on: date) -> ResultFound:
    found: list[tuple[date, Resource]] = []
    for code in screening.codes:
        async for one in context.fhir.search("Observation", [("patient", patient), ("code", code)], fresh=True):
            collected = _moment(one.get("effectiveDateTime"))
            if one.get("status") in _USABLE and collected is not None:
                found.append((collected.astimezone(context.zone).date(), one))
    if not found:
        return ResultFound(screening, "missing", f"{screening.name}: no result")
    collected_on, newest = max(found, key=lambda pair: pair[0])
    named = f"{screening.name} of {collected_on.isoformat()}"
    if after(collected_on, screening.young_enough) <= on:
        return ResultFound(screening, "missing", f"{named}: too old")
    value = (concept_text(newest.get("valueCodeableConcept")) or str(newest.get("valueString") or "")).lower()
    if value in screening.acceptable:
        return ResultFound(screening, "valid", f"{named}: {value}")
    return ResultFound(screening, "to-review", f"{named}: not clearly negative")


@dataclass(frozen=True)
class Given:
    """A dose that the core says was given: the day, and the amount where the record has one."""

    day: date
    amount: Quantity | None


async def administrations(context: StepContext, patient: str, product: str) -> list[Given]:
    """What the patient was given of the product, at any site, from the core's records; the oldest first."""
    found = []
    params = [("patient", patient), ("status", "completed,in-progress,stopped")]
    async for one in context.fhir.search("MedicationAdministration", params, fresh=True):
        at = administered_at(one)
        if at is not None and product in (concept_text(one.get("medicationCodeableConcept")) or "").lower():
            found.append(Given(at.astimezone(context.zone).date(), amount_given(one)))
    return sorted(found, key=lambda one: one.day)


def amount_given(administration: Resource) -> Quantity | None:
    """The amount that an administration's record has."""
    dose = (administration.get("dosage") or {}).get("dose") or {}
    unit = dose.get("code") or dose.get("unit")
    if unit is None or dose.get("value") is None:
        return None
    return Quantity(value=Decimal(str(dose["value"])), unit=unit)


async def other_bookings(context: StepContext, patient: str, product: str, order: str) -> list[date]:
    """The days on which other orders of the product have a chair booked, at any site."""
    days = []
    live = ",".join(LIVE)
    async for one in context.fhir.search("Appointment", [("patient", patient), ("status", live)], fresh=True):
        start = _moment(one.get("start"))
        others = [reference_in(each) or "" for each in one.get("basedOn") or ()]
        if start is not None and order not in others and await _are_for(context, others, product):
            days.append(start.astimezone(context.zone).date())
    return sorted(days)


async def _are_for(context: StepContext, references: list[str], product: str) -> bool:
    for reference in references:
        if (
            reference.startswith("MedicationRequest/")
            and product in service_of(await context.fhir.read(reference)).lower()
        ):
            return True
    return False


def administered_at(administration: Resource) -> datetime | None:
    """When an administration began."""
    period = administration.get("effectivePeriod") or {}
    return _moment(administration.get("effectiveDateTime") or period.get("start"))


async def allergies(context: StepContext, patient: str, product: str) -> list[str]:
    """Allergies and intolerances that name the product and were neither refuted nor outlived."""
    found = []
    async for one in context.fhir.search("AllergyIntolerance", [("patient", patient)], fresh=True):
        status = {_code_of(one.get("clinicalStatus")), _code_of(one.get("verificationStatus"))}
        if status.isdisjoint(_NO_ALLERGY) and product in (concept_text(one.get("code")) or "").lower():
            found.append(f"an allergy of {str(one.get('recordedDate') or 'unknown date')[:10]} names the product")
    return found


def _code_of(concept: Resource | None) -> str:
    return next((str(one["code"]) for one in (concept or {}).get("coding") or () if one.get("code")), "")


async def is_admitted(context: StepContext, patient: str) -> bool:
    """Whether the patient is an inpatient now."""
    params = [("patient", patient), ("status", "in-progress"), ("class", "IMP")]
    async for _ in context.fhir.search("Encounter", params, fresh=True):
        return True
    return False


async def has_refused(context: StepContext, patient: str, category: str) -> bool:
    """Whether a consent of a category was rejected or has ended."""
    async for one in context.fhir.search("Consent", [("patient", patient)], fresh=True):
        named = any((concept_text(each) or "").lower() == category for each in one.get("category") or ())
        if named and one.get("status") in ("rejected", "inactive"):
            return True
    return False


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone() if found.tzinfo is None else found
