"""A live core with a patient and an order, and steps run on it as the worker runs them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.execution import execute
from activities.gateways.fhir import FhirClient
from activities.registry import AnyStep, discover
from pathways.messages import ActionRequest, ActionResult
from pathways.plan import Contract
from tests.support.core import LiveCore, live_core
from tests.support.plans import MONDAY

EVERYTHING = Contract(
    reads=(
        "Patient",
        "ServiceRequest",
        "MedicationRequest",
        "MedicationAdministration",
        "Observation",
        "Encounter",
        "AllergyIntolerance",
        "Consent",
        "Coverage",
        "Organization",
        "DocumentReference",
        "Task",
        "Appointment",
    ),
    writes=(
        "Task",
        "Appointment",
        "Communication",
        "CommunicationRequest",
        "Claim",
        "ClaimResponse",
        "SupplyRequest",
        "Observation",
        "AllergyIntolerance",
    ),
)


@dataclass
class Clinic:
    """A core in which one patient has one order, and a way to run actions on it."""

    core: LiveCore
    fhir: FhirClient
    steps: dict[str, AnyStep]
    patient: dict[str, Any] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)

    async def admit(self) -> None:
        """Make the patient and the order."""
        practitioner = await self.add({"resourceType": "Practitioner", "name": [{"family": "Sender"}]})
        self.patient = reference(await self.add({"resourceType": "Patient", "name": [{"family": "Example"}]}))
        self.order = reference(
            await self.add(
                {
                    "resourceType": "ServiceRequest",
                    "status": "active",
                    "intent": "order",
                    "priority": "urgent",
                    "code": {"text": "Cardiology consult"},
                    "subject": {"reference": self.patient["reference"]},
                    "requester": {"reference": f"Practitioner/{practitioner['id']}"},
                    "reasonCode": [{"text": "Chest pain"}],
                    "authoredOn": "2026-03-01T09:00:00Z",
                }
            )
        )

    async def add(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Put a resource into the core."""
        key = f"seed-{len(self.core.counts())}-{resource['resourceType']}-{id(resource)}"
        return await self.fhir.create(resource, key=key)

    async def run(
        self,
        action: str,
        given: dict[str, Any],
        *,
        key: str | None = None,
        contract: Contract = EVERYTHING,
        later: timedelta = timedelta(),
    ) -> ActionResult:
        """Run an action once, as an activity would."""
        request = ActionRequest(
            instance="01INSTANCE",
            pathway="referral",
            version="1.0.0",
            digest="d",
            step="step",
            address="step",
            key=key or f"01INSTANCE/{action}",
            input=given,
            contract=contract,
            now=MONDAY + later,
            zone="America/New_York",
        )
        return await execute(self.steps[action], request, self.fhir)

    async def read(self, shown: dict[str, Any]) -> dict[str, Any]:
        """The resource behind a reference."""
        return await self.fhir.read(shown["reference"], fresh=True)

    async def all(self, resource_type: str) -> list[dict[str, Any]]:
        """Every resource of a type."""
        return [one async for one in self.fhir.search(resource_type, [("_count", "50")], fresh=True)]

    async def covered(self, sopt: str = "512", **more: Any) -> dict[str, Any]:
        """A reference to a coverage of the patient, by its Source of Payment code."""
        payer = await self.add({"resourceType": "Organization", "name": "Evergreen Health Plan"})
        coverage = {
            "resourceType": "Coverage",
            "status": "active",
            "type": {"coding": [{"system": "https://nahdo.org/sopt", "code": sopt}]},
            "beneficiary": {"reference": self.patient["reference"]},
            "payor": [{"reference": f"Organization/{payer['id']}"}],
            "period": {"start": "2026-01-01"},
        }
        return reference(await self.add(coverage | more))

    async def infusion_order(self, product: str = "Infliximab", **more: Any) -> dict[str, Any]:
        """A reference to an order for infusions of the patient."""
        order = {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"coding": [{"code": "J1745"}], "text": product},
            "subject": {"reference": self.patient["reference"]},
            "reasonCode": [{"text": "Crohn's disease"}],
        }
        return reference(await self.add(order | more))

    async def result(self, code: str, value: str | float, collected: str = "2026-02-01T09:00:00Z") -> None:
        """A final result in the chart: a word, or a weight in kilograms."""
        shown: dict[str, Any] = (
            {"valueCodeableConcept": {"text": value}}
            if isinstance(value, str)
            else {"valueQuantity": {"value": value, "unit": "kg", "code": "kg"}}
        )
        await self.add(
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "subject": {"reference": self.patient["reference"]},
                "effectiveDateTime": collected,
            }
            | shown
        )

    async def administered(
        self, order: dict[str, Any], at: str, *, status: str = "completed", amount: tuple[float, str] | None = None
    ) -> None:
        """The record that infliximab was given by an order."""
        dose = {"value": amount[0], "unit": amount[1], "code": amount[1]} if amount else None
        record = {
            "resourceType": "MedicationAdministration",
            "status": status,
            "medicationCodeableConcept": {"text": "Infliximab"},
            "subject": {"reference": self.patient["reference"]},
            "request": {"reference": order["reference"]},
            "effectivePeriod": {"start": at},
        }
        await self.add(record | ({"dosage": {"dose": dose}} if dose else {}))

    async def refuses(self, what: str) -> None:
        """The patient's consent to something is not in force."""
        await self.add(
            {
                "resourceType": "Consent",
                "status": "inactive",
                "scope": {"text": "treatment"},
                "category": [{"text": what}],
                "patient": {"reference": self.patient["reference"]},
                "policyRule": {"text": "clinic policy"},
            }
        )

    async def task(self) -> dict[str, Any]:
        """A reference to the referral's Task, made on first use."""
        received = await self.run("referral.receive", {"order": self.order, "patient": self.patient}, key="01/receive")
        found: dict[str, Any] = received.output["task"]
        return found


def reference(resource: dict[str, Any]) -> dict[str, Any]:
    """A reference to a resource, as pathways hold it."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}", "display": None}


@pytest.fixture
def core(tmp_path: Path) -> Iterator[LiveCore]:
    """A core of this test alone."""
    with live_core(tmp_path / "core.db") as running:
        yield running


@pytest.fixture
async def clinic(core: LiveCore) -> AsyncIterator[Clinic]:
    """A patient with an order."""
    async with FhirClient(core.base_url) as fhir:
        made = Clinic(core, fhir, discover())
        await made.admit()
        yield made
