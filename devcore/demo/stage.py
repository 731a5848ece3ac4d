"""Set the stage: patients in the core, the pathway published, a referral started for each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.resource import Reference
from devcore.demo.api import Api
from devcore.demo.cases import SCRIPTS, Script
from devcore.demo.publishing import publish_pathways
from devcore.loading import Progress
from devcore.patients import CASE_KINDS, CaseKind, coverage_of, referral_order
from devcore.seed import ReferralCase, load_folder, prepare_referral_cases, seed_synthetic
from local.progress import Report

PATHWAY = Path(__file__).resolve().parents[2] / "pathways" / "library" / "referral" / "1.0.0.yaml"


@dataclass(frozen=True)
class Case:
    """A referral of the demonstration, and what it meets."""

    number: int
    instance: str
    patient: str
    order: str
    script: Script
    incidents: int = 0
    """How many incidents it must meet."""


async def load_patients(core: FhirClient, folder: Path | None, report: Report) -> list[str]:
    """Load the folder's patients, or synthetic ones; their references."""

    def tell(progress: Progress) -> None:
        report(f"  patients {progress.done}/{progress.total}: {progress.text}")

    if folder is None:
        report("Loading synthetic patients")
        return (await seed_synthetic(core, count=len(SCRIPTS))).patients
    report(f"Loading the patients in {folder} (a large folder takes minutes)")
    loaded = await load_folder(core, folder, tell=tell)
    for failure in loaded.failures:
        report(f"  not loaded: {failure}")
    return loaded.patients


async def start_cases(api: Api, core: FhirClient, patients: Sequence[str]) -> list[Case]:
    """Publish the pathway and start a referral for each script; what was started before goes on."""
    await publish_pathways(api, PATHWAY)
    orders = await _orders(core, patients)
    return [await _start(api, core, number, order, patients) for number, order in enumerate(orders)]


async def _orders(core: FhirClient, patients: Sequence[str]) -> list[ReferralCase]:
    """An order for each script: one for each patient, and more for the first ones where patients are few."""
    first = await prepare_referral_cases(core, patients[: len(SCRIPTS)])
    more = [
        await _another_order(core, first[number % len(first)], number) for number in range(len(first), len(SCRIPTS))
    ]
    return [*first, *more]


async def _another_order(core: FhirClient, like: ReferralCase, number: int) -> ReferralCase:
    kind: CaseKind = CASE_KINDS[number % len(CASE_KINDS)]
    order = referral_order(
        kind,
        patient=like.patient,
        requester=like.requester or "",
        performer=like.performer or "",
        coverage=like.coverage,
        authored=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    made = await core.create(order, key=f"demo/{like.patient}/order/{number}")
    return ReferralCase(
        kind.name,
        like.patient,
        Reference.of(made).unversioned,
        like.coverage,
        like.requester,
        like.performer,
        kind.priority,
    )


async def _start(api: Api, core: FhirClient, number: int, order: ReferralCase, patients: Sequence[str]) -> Case:
    script = SCRIPTS[number % len(SCRIPTS)]
    other = next((one for one in patients if one != order.patient), None)
    mixed_up = script.mixed_up and other is not None
    if mixed_up and not await _is_received(core, order.service_request):
        await name_patient(core, order.service_request, str(other))
    if script.complete:
        await supply_information(core, order.patient, order.service_request)
    inputs = {"patient": {"reference": order.patient}, "order": {"reference": order.service_request}}
    started = await api.post(
        "coordinator",
        "/instances",
        {"pathway": "referral", "inputs": inputs},
        key=f"demo/start/{order.service_request}",
    )
    return Case(number, started["id"], order.patient, order.service_request, script, incidents=int(mixed_up))


async def _is_received(core: FhirClient, order: str) -> bool:
    """Whether the referral of an order has got past its first step, in this run or an earlier one."""
    async for _ in core.search("Task", {"based-on": order}, fresh=True):
        return True
    return False


async def name_patient(core: FhirClient, order: str, patient: str) -> None:
    """Have an order name a patient."""
    await core.update(order, lambda resource: {**resource, "subject": {"reference": patient}})


async def supply_information(core: FhirClient, patient: str, order: str) -> None:
    """What a complete order has: a reason, coverage, and records of the patient."""

    def with_reason(resource: dict[str, object]) -> dict[str, object]:
        if resource.get("reasonCode") or resource.get("reasonReference"):
            return resource
        return {**resource, "reasonCode": [{"text": "As discussed on the phone"}]}

    await core.update(order, with_reason)
    records = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": "Records of the referring office"},
        "subject": {"reference": patient},
        "date": "2026-01-05T15:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "title": "Records", "data": "UmVjb3Jkcw=="}}],
    }
    await core.create(records, key=f"demo/{patient}/records")
    async for _ in core.search("Coverage", {"beneficiary": patient, "status": "active"}, fresh=True):
        return
    payer = await core.create(
        {"resourceType": "Organization", "name": "Evergreen Health Plan"}, key="demo/organization/payer"
    )
    coverage = coverage_of(patient=patient, payer=Reference.of(payer).unversioned, member="EHP000000")
    await core.create(coverage, key=f"demo/{patient}/coverage")
