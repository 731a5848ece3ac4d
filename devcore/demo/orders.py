"""What authorizations and infusions of the demonstration need in the core: orders, coverage, and a chart to look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.resource import Reference
from devcore.patients import coverage_of

Resource = dict[str, Any]

COMMERCIAL = {"system": "https://nahdo.org/sopt", "code": "512", "display": "Commercial managed care - PPO"}
TAKEN_AGO = timedelta(days=20)

_PRODUCTS = {"infliximab": ("J1745", "Crohn's disease"), "ocrelizumab": ("J2350", "Multiple sclerosis")}
_AMOUNTS = {"infliximab": 410, "ocrelizumab": 300}
_LOINC = "http://loinc.org"
_RESULTS = (("5196-1", "Hepatitis B surface antigen", "Negative"), ("71774-4", "Tuberculosis (IGRA)", "Negative"))


async def patient_covered(core: FhirClient, patient: str) -> str:
    """A commercial coverage of the patient, made once."""
    payer = await core.create(
        {"resourceType": "Organization", "name": "Evergreen Health Plan"}, key="demo/organization/payer"
    )
    number = Reference.parse(patient).id[:6]
    coverage = coverage_of(patient=patient, payer=Reference.of(payer).unversioned, member=f"EHP-C{number}")
    made = await core.create(coverage | {"type": {"coding": [COMMERCIAL]}}, key=f"demo/{patient}/coverage/commercial")
    return Reference.of(made).unversioned


async def infusion_order(core: FhirClient, patient: str, product: str, doses: int, *, name: str) -> str:
    """A signed order for so many infusions, made once for a name, and the results that speak for it."""
    code, indication = _PRODUCTS[product]
    now = datetime.now(UTC)
    prescriber = await core.create(
        {"resourceType": "Practitioner", "name": [{"family": "Raman", "given": ["Priya"]}]}, key="demo/prescriber"
    )
    order: Resource = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"code": code}], "text": product.capitalize()},
        "subject": {"reference": patient},
        "authoredOn": now.isoformat(timespec="seconds"),
        "requester": {"reference": Reference.of(prescriber).unversioned},
        "reasonCode": [{"text": indication}],
        "dosageInstruction": [{"text": "As the regimen says"}],
        "dispenseRequest": {"numberOfRepeatsAllowed": doses - 1},
    }
    await _chart(core, patient, now - TAKEN_AGO)
    return Reference.of(await core.create(order, key=f"demo/{patient}/order/{name}")).unversioned


async def _chart(core: FhirClient, patient: str, taken: datetime) -> None:
    """A weight and good screening results."""
    common: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": patient},
        "effectiveDateTime": taken.isoformat(timespec="seconds"),
    }
    weight = {"value": 82, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}
    values: list[Resource] = [{"code": _coded("29463-7", "Body weight"), "valueQuantity": weight}]
    values += [
        {"code": _coded(code, title), "valueCodeableConcept": {"text": value}} for code, title, value in _RESULTS
    ]
    for number, one in enumerate(values):
        await core.create(common | one, key=f"demo/{patient}/result/{number}")


def _coded(code: str, title: str) -> Resource:
    return {"coding": [{"system": _LOINC, "code": code, "display": title}], "text": title}


async def give_dose(core: FhirClient, patient: str, order: str, at: datetime, product: str, *, key: str) -> None:
    """The infusion center's record that a dose was given."""
    administration: Resource = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": {"text": product.capitalize()},
        "subject": {"reference": patient},
        "request": {"reference": order},
        "effectiveDateTime": at.isoformat(timespec="seconds"),
        "dosage": {"dose": {"value": _AMOUNTS[product], "unit": "mg", "code": "mg"}},
    }
    await core.create(administration, key=key)
