"""Synthetic patients with what a referral needs: the same every time, from no outside data."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from activities.gateways.fhir.resource import Resource

SYSTEM = "urn:carelane:seed"
SNOMED = "http://snomed.info/sct"
REFERRAL_CODE = f"{SNOMED}|3457005"
"""What an order for a referral is coded with, as a search value."""
_NAMESPACE = uuid.UUID("5b9c3c46-2f1b-4d6e-9d0a-c0a7e1a4e000")


@dataclass(frozen=True)
class CaseKind:
    """What a referral asks for, and what its sender forgot."""

    name: str
    specialty: tuple[str, str]
    """SNOMED CT code and display of the specialist."""
    reason: tuple[str, str] | None
    """SNOMED CT code and display, or None where the sender gave none."""
    priority: str = "routine"
    covered: bool = True
    """Whether the patient's coverage is known."""


CASE_KINDS = (
    CaseKind("heart failure", ("17561000", "Cardiologist"), ("84114007", "Heart failure")),
    CaseKind("urgent arthritis", ("45440000", "Rheumatologist"), ("69896004", "Rheumatoid arthritis"), "urgent"),
    CaseKind("no reason given", ("71838004", "Gastroenterologist"), None),
    CaseKind("no coverage known", ("56397003", "Neurologist"), ("24700007", "Multiple sclerosis"), covered=False),
    CaseKind("psoriasis", ("18803008", "Dermatologist"), ("9014002", "Psoriasis")),
    CaseKind("urgent fibrillation", ("17561000", "Cardiologist"), ("49436004", "Atrial fibrillation"), "urgent"),
    CaseKind("painful knee", ("22731001", "Orthopaedic surgeon"), ("239873007", "Osteoarthritis of knee")),
    CaseKind(
        "short of breath", ("41672002", "Respiratory physician"), ("13645005", "Chronic obstructive lung disease")
    ),
    CaseKind("low kidney function", ("11911009", "Nephrologist"), ("709044004", "Chronic kidney disease")),
)

_PEOPLE = (
    ("Marisol", "Vega", "female", "1958-04-12"),
    ("Theodore", "Lindqvist", "male", "1949-11-30"),
    ("Amara", "Okonkwo", "female", "1987-02-08"),
    ("Hiroshi", "Tanabe", "male", "1971-07-19"),
    ("Nadia", "Benhaddou", "female", "1993-09-03"),
    ("Walter", "Kowalczyk", "male", "1944-01-25"),
    ("Precious", "Dlamini", "female", "1966-12-14"),
    ("Émile", "Côté", "male", "1979-06-02"),
    ("Ingrid", "Sørensen", "female", "1952-10-21"),
)
_ORGANIZATIONS = (
    ("clinic", "Riverside Primary Care"),
    ("specialists", "Harbor Specialty Group"),
    ("payer", "Evergreen Health Plan"),
)
_PRACTITIONERS = (("referrer", "Ines", "Calloway"), ("specialist", "Rajiv", "Mehta"), ("nurse", "Dana", "Whitfield"))


def synthetic_bundles(count: int = len(_PEOPLE)) -> Iterator[tuple[str, Resource]]:
    """Names and transaction bundles: first organizations and practitioners, then one for each patient."""
    yield "hospital", _bundle([*_organizations(), *_practitioners()])
    for number in range(count):
        yield f"patient-{number + 1}", _bundle(list(_patient_entries(number)))


def referral_order(
    kind: CaseKind, *, patient: str, requester: str, performer: str, coverage: str | None, authored: str
) -> Resource:
    """The ServiceRequest of a referral; the arguments are references."""
    code, display = kind.specialty
    order: Resource = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "category": [_concept("3457005", "Patient referral")],
        "priority": kind.priority,
        "code": {**_concept("3457005", "Patient referral"), "text": f"{display} consultation"},
        "subject": {"reference": patient},
        "authoredOn": authored,
        "requester": {"reference": requester},
        "performerType": _concept(code, display),
        "performer": [{"reference": performer}],
    }
    if kind.reason is not None:
        order["reasonCode"] = [_concept(*kind.reason)]
    if coverage is not None:
        order["insurance"] = [{"reference": coverage}]
    return order


def coverage_of(*, patient: str, payer: str, member: str) -> Resource:
    """An active Coverage; `patient` and `payer` are references."""
    return {
        "resourceType": "Coverage",
        "status": "active",
        "beneficiary": {"reference": patient},
        "subscriberId": member,
        "period": {"start": "2026-01-01"},
        "payor": [{"reference": payer}],
    }


def seed_reference(resource_type: str, name: str) -> str:
    """A conditional reference to a seeded organization or practitioner."""
    return f"{resource_type}?identifier={SYSTEM}|{name}"


def _organizations() -> Iterator[dict[str, Any]]:
    for name, title in _ORGANIZATIONS:
        resource = {"resourceType": "Organization", "identifier": _identifier(name), "active": True, "name": title}
        yield _entry(resource, name, once=True)


def _practitioners() -> Iterator[dict[str, Any]]:
    for name, given, family in _PRACTITIONERS:
        resource = {
            "resourceType": "Practitioner",
            "identifier": _identifier(name),
            "active": True,
            "name": [{"family": family, "given": [given]}],
        }
        yield _entry(resource, name, once=True)


def _patient_entries(number: int) -> Iterator[dict[str, Any]]:
    given, family, gender, birth_date = _PEOPLE[number % len(_PEOPLE)]
    name = f"patient-{number + 1}"
    patient = {
        "resourceType": "Patient",
        "identifier": _identifier(name),
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given]}],
        "gender": gender,
        "birthDate": birth_date,
        "telecom": [{"system": "phone", "value": f"555-01{number:02}", "use": "mobile"}],
    }
    kind = CASE_KINDS[number % len(CASE_KINDS)]
    patient_url, coverage_url = _url(name), _url(f"{name}/coverage")
    yield _entry(patient, name)
    if kind.covered:
        coverage = coverage_of(
            patient=patient_url, payer=seed_reference("Organization", "payer"), member=f"EHP{number + 1:06}"
        )
        yield _entry(coverage | {"identifier": _identifier(f"{name}/coverage")}, f"{name}/coverage")
    order = referral_order(
        kind,
        patient=patient_url,
        requester=seed_reference("Practitioner", "referrer"),
        performer=seed_reference("Organization", "specialists"),
        coverage=coverage_url if kind.covered else None,
        authored="2026-01-05T15:00:00Z",
    )
    yield _entry(order | {"identifier": _identifier(f"{name}/order")}, f"{name}/order")


def _bundle(entries: list[dict[str, Any]]) -> Resource:
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(resource: Resource, name: str, *, once: bool = False) -> dict[str, Any]:
    request = {"method": "POST", "url": resource["resourceType"]}
    if once:
        request["ifNoneExist"] = f"identifier={SYSTEM}|{name}"
    return {"fullUrl": _url(name), "resource": resource, "request": request}


def _url(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, name)}"


def _identifier(name: str) -> list[dict[str, str]]:
    return [{"system": SYSTEM, "value": name}]


def _concept(code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": SNOMED, "code": code, "display": display}], "text": display}
