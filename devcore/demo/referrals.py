"""What the referrals of the demonstration need in the core: orders, what belongs to them, and what is wrong in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from activities.gateways.fhir.client import FhirClient
from activities.gateways.fhir.resource import Reference
from devcore.patients import CASE_KINDS, CaseKind, coverage_of, referral_order
from devcore.seed import ReferralCase, prepare_referral_cases


async def referral_orders(core: FhirClient, patients: Sequence[str], count: int) -> list[ReferralCase]:
    """So many orders: one for each patient, and more for the first ones where patients are few."""
    first = await prepare_referral_cases(core, patients[:count])
    more = [await _another_order(core, first[number % len(first)], number) for number in range(len(first), count)]
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


async def is_received(core: FhirClient, order: str) -> bool:
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
