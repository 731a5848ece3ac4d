"""What the patient's chart says before a dose: weight, results, earlier doses, admissions, allergies, consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from activities.registry import StepContext
from activities.steps.orders import concept_text
from activities.steps.regimen_dates import after
from activities.types import Quantity
from catalog.tables.regimens import Screening

Resource = dict[str, Any]

ResultState = Literal["valid", "to-review", "missing"]

_WEIGHT = "29463-7"
_USABLE = ("final", "amended", "corrected")
_KILOGRAMS = {"kg": Decimal(1), "g": Decimal("0.001"), "[lb_av]": Decimal("0.45359237")}
_PLAUSIBLE = (Decimal("0.5"), Decimal(400))


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
    async for one in context.fhir.search("Observation", [("patient", patient), ("code", _WEIGHT)], fresh=True):
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
    if after(collected_on, screening.young_enough) <= on:
        return ResultFound(screening, "missing", f"{screening.name}: of {collected_on.isoformat()}, too old")
    value = (concept_text(newest.get("valueCodeableConcept")) or str(newest.get("valueString") or "")).lower()
    if value in screening.acceptable:
        return ResultFound(screening, "valid", f"{screening.name}: {value}")
    return ResultFound(screening, "to-review", f"{screening.name}: not clearly negative")


async def administrations(context: StepContext, patient: str, product: str) -> list[date]:
    """The days on which the patient was given the product, at any site, from the core's records."""
    days = []
    params = [("patient", patient), ("status", "completed,in-progress,stopped")]
    async for one in context.fhir.search("MedicationAdministration", params, fresh=True):
        given = administered_at(one)
        if given is not None and product in (concept_text(one.get("medicationCodeableConcept")) or "").lower():
            days.append(given.astimezone(context.zone).date())
    return sorted(days)


def administered_at(administration: Resource) -> datetime | None:
    """When an administration began."""
    period = administration.get("effectivePeriod") or {}
    return _moment(administration.get("effectiveDateTime") or period.get("start"))


async def allergies(context: StepContext, patient: str, product: str) -> bool:
    """Whether an allergy or intolerance names the product."""
    async for one in context.fhir.search("AllergyIntolerance", [("patient", patient)], fresh=True):
        if product in (concept_text(one.get("code")) or "").lower():
            return True
    return False


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
