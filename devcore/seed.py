"""Data for a core to start with: synthetic patients or a folder's, and an order for a referral for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.resource import Reference, Resource
from devcore.bundlefiles import BundleError, bundle_files
from devcore.loading import Loaded, Loader, Progress, Tell
from devcore.patients import CASE_KINDS, REFERRAL_CODE, SYSTEM, CaseKind, coverage_of, referral_order, synthetic_bundles

__all__ = [
    "BundleError",
    "Loaded",
    "Progress",
    "ReferralCase",
    "load_folder",
    "prepare_referral_cases",
    "seed_synthetic",
]


@dataclass(frozen=True)
class ReferralCase:
    """A patient with an order that asks for a referral; everything by reference."""

    name: str
    patient: str
    service_request: str
    coverage: str | None
    requester: str | None
    performer: str | None
    priority: str


async def seed_synthetic(client: FhirClient, *, count: int = 8, tell: Tell = lambda _progress: None) -> Loaded:
    """Load synthetic patients with coverage and an order each. Raises BundleError."""
    bundles = list(synthetic_bundles(count))
    loaded = await Loader(client, tell, len(bundles)).load((name, bundle) for name, bundle in bundles)
    loaded.check()
    return loaded


async def load_folder(client: FhirClient, folder: Path, *, tell: Tell = lambda _progress: None) -> Loaded:
    """Load every bundle in a folder; those that fail are named in the result, the others are in the core.

    Raises BundleError when there is nothing to load.
    """
    files = bundle_files(folder)
    return await Loader(client, tell, len(files)).load((path.name, path) for path in files)


async def prepare_referral_cases(
    client: FhirClient, patients: Sequence[str], *, kinds: Sequence[CaseKind] = CASE_KINDS
) -> list[ReferralCase]:
    """An order for each patient: the active one that the core has, or a new one with what it needs.

    New orders go through `kinds` in turn. Doing it again gives the same cases. Raises FhirError.
    """
    cases = []
    for number, patient in enumerate(patients):
        order = await _active_order(client, patient)
        kind = kinds[number % len(kinds)]
        if order is None:
            order = await _new_order(client, patient, kind)
        cases.append(_case(order, patient))
    return cases


async def _active_order(client: FhirClient, patient: str) -> Resource | None:
    params = {"patient": patient, "status": "active", "intent": "order", "code": REFERRAL_CODE}
    async for order in client.search("ServiceRequest", params, fresh=True):
        return order
    return None


async def _new_order(client: FhirClient, patient: str, kind: CaseKind) -> Resource:
    requester = await _made(client, "Practitioner", "referrer", {"name": [{"family": "Calloway", "given": ["Ines"]}]})
    performer = await _made(client, "Organization", "specialists", {"name": "Harbor Specialty Group"})
    coverage = None
    if kind.covered:
        coverage = await _coverage(client, patient)
    order = referral_order(
        kind,
        patient=patient,
        requester=requester,
        performer=performer,
        coverage=coverage,
        authored=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return await client.create(order, key=f"seed/{patient}/order")


async def _coverage(client: FhirClient, patient: str) -> str:
    async for found in client.search("Coverage", {"patient": patient, "status": "active"}, fresh=True):
        return Reference.of(found).unversioned
    payer = await _made(client, "Organization", "payer", {"name": "Evergreen Health Plan"})
    coverage = coverage_of(patient=patient, payer=payer, member=f"EHP-{Reference.parse(patient).id[:8]}")
    return Reference.of(await client.create(coverage, key=f"seed/{patient}/coverage")).unversioned


async def _made(client: FhirClient, resource_type: str, name: str, elements: dict[str, Any]) -> str:
    async for found in client.search(resource_type, {"identifier": f"{SYSTEM}|{name}"}, fresh=True):
        return Reference.of(found).unversioned
    resource = {"resourceType": resource_type, "identifier": [{"system": SYSTEM, "value": name}]} | elements
    return Reference.of(await client.create(resource, key=f"seed/{name}")).unversioned


def _case(order: Resource, patient: str) -> ReferralCase:
    reasons = order.get("reasonCode", [])
    reason = reasons[0].get("text", "") if reasons else ""
    performers, insurance = order.get("performer", []), order.get("insurance", [])
    return ReferralCase(
        name=reason or "no reason given",
        patient=patient,
        service_request=Reference.of(order).unversioned,
        coverage=insurance[0].get("reference") if insurance else None,
        requester=order.get("requester", {}).get("reference"),
        performer=performers[0].get("reference") if performers else None,
        priority=str(order.get("priority", "routine")),
    )
