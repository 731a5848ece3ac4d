"""Where a dose's drug comes from: reserved from stock, or ordered for the patient from a specialty pharmacy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from activities.gateways.fhir.errors import NotFound
from activities.registry import Problem, StepContext, step
from activities.steps import chart
from activities.steps.infusion import OrderReference, PatientReference
from activities.types import Quantity, Reference, Targets

Resource = dict[str, Any]
SupplyReference = Annotated[Reference, Targets("SupplyRequest")]

SUPPLY_NOT_FOUND = "supply-not-found"
SUPPLY_SYSTEM = "urn:carelane:supply"
_STOCK_SHORT = "stock-short"
"""The tag of an order whose product is out of stock, by which the pharmacy's system says so."""


class ReserveInput(BaseModel):
    """What to reserve for which dose, by when."""

    patient: PatientReference
    order: OrderReference
    product: str
    dose: str
    amount: Quantity | None = None
    by: date


class Reserved(BaseModel):
    """The reservation."""

    supply: SupplyReference


@step(
    "acquisition.reserve_stock",
    problems=("out-of-stock",),
    reads=("MedicationRequest",),
    writes=("SupplyRequest",),
    business_key="dose",
)
async def reserve_stock(given: ReserveInput, context: StepContext) -> Reserved:
    """Reserve a dose from the clinic's stock, once."""
    order = await context.fhir.read(given.order.reference, fresh=True)
    if any(tag.get("code") == _STOCK_SHORT for tag in (order.get("meta") or {}).get("tag") or ()):
        raise Problem("out-of-stock", "There is not enough in stock.")
    request = _request("Reservation from stock", given.product, given.order, given.amount, given.by, context)
    request["identifier"] = [{"system": SUPPLY_SYSTEM, "value": _identifier(context, given.dose)}]
    return Reserved(supply=Reference.to(await context.fhir.create(request)))


class ShipmentInput(BaseModel):
    """What to order for which dose, and when it must be here."""

    patient: PatientReference
    order: OrderReference
    product: str
    dose: str
    amount: Quantity | None = None
    by: date
    supply: Literal["white-bag", "clear-bag", "buy-and-bill"]


class Shipment(BaseModel):
    """What was ordered; `identifier` is what its receipt is matched by."""

    supply: SupplyReference
    identifier: str


@step(
    "acquisition.order_shipment",
    problems=("no-consent-to-ship",),
    reads=("Consent",),
    writes=("SupplyRequest",),
    business_key="dose",
)
async def order_shipment(given: ShipmentInput, context: StepContext) -> Shipment:
    """Order a dose for this patient, once, unless the patient does not agree to its being shipped."""
    if await chart.has_refused(context, given.patient.reference, "shipment"):
        raise Problem("no-consent-to-ship", "The patient has not agreed to the shipment.")
    request = _request(f"Shipment ({given.supply})", given.product, given.order, given.amount, given.by, context)
    identifier = _identifier(context, given.dose)
    request["identifier"] = [{"system": SUPPLY_SYSTEM, "value": identifier}]
    request["deliverTo"] = {"reference": given.patient.reference}
    return Shipment(supply=Reference.to(await context.fhir.create(request)), identifier=identifier)


class ReplaceInput(BaseModel):
    """Which shipment is to be replaced, why, and by when."""

    supply: SupplyReference
    reason: str
    by: date


@step(
    "acquisition.replace_shipment",
    problems=(SUPPLY_NOT_FOUND,),
    reads=("SupplyRequest",),
    writes=("SupplyRequest",),
)
async def replace_shipment(given: ReplaceInput, context: StepContext) -> Shipment:
    """Order a shipment anew in place of one that cannot be used."""

    def change(request: Resource) -> Resource:
        reasons = [*(request.get("reasonCode") or ()), {"text": f"Replaced: {given.reason}"}]
        return request | {"status": "active", "occurrenceDateTime": given.by.isoformat(), "reasonCode": reasons}

    written = await _update(context, given.supply.reference, change)
    identifier = next(one["value"] for one in written["identifier"] if one.get("system") == SUPPLY_SYSTEM)
    return Shipment(supply=Reference(reference=given.supply.reference), identifier=identifier)


class UseInput(BaseModel):
    """The dose whose drug was used: given, or opened and lost (`wasted`)."""

    dose: str
    wasted: bool = False


class Used(BaseModel):
    """What was used for it: none where the core has no supply of the dose."""

    supply: SupplyReference | None


@step("acquisition.record_use", reads=("SupplyRequest",), writes=("SupplyRequest",))
async def record_use(given: UseInput, context: StepContext) -> Used:
    """Say that the drug of a dose was used, so that it is never given back; of several, the one that stands."""
    wanted = [("identifier", f"{SUPPLY_SYSTEM}|{_identifier(context, given.dose)}")]
    found = [one async for one in context.fhir.search("SupplyRequest", wanted, fresh=True)]
    standing = [one for one in found if one.get("status") != "cancelled"]
    for one in sorted(standing, key=lambda each: each.get("status") == "completed"):
        reference = Reference.to(one)
        await context.fhir.update(reference.reference, lambda request: _used(request, wasted=given.wasted))
        return Used(supply=reference)
    return Used(supply=None)


def _used(request: Resource, *, wasted: bool) -> Resource:
    if request.get("status") == "completed":
        return request
    reasons = [*(request.get("reasonCode") or ()), {"text": "Opened and not given"}] if wasted else None
    return request | {"status": "completed"} | ({"reasonCode": reasons} if reasons else {})


class ReleaseInput(BaseModel):
    """Which reservation or shipment, and why."""

    supply: SupplyReference
    reason: str


class Released(BaseModel):
    """What became of it."""

    supply: SupplyReference
    status: str


@step("acquisition.release_stock", problems=(SUPPLY_NOT_FOUND,), reads=("SupplyRequest",), writes=("SupplyRequest",))
async def release_stock(given: ReleaseInput, context: StepContext) -> Released:
    """Give a reservation back; one that was used stays what it was."""
    return await _cancelled(given, context)


@step("acquisition.cancel_shipment", problems=(SUPPLY_NOT_FOUND,), reads=("SupplyRequest",), writes=("SupplyRequest",))
async def cancel_shipment(given: ReleaseInput, context: StepContext) -> Released:
    """Call a shipment off; what has arrived is the pharmacy's to dispose of."""
    return await _cancelled(given, context)


async def _cancelled(given: ReleaseInput, context: StepContext) -> Released:
    def change(request: Resource) -> Resource:
        if request.get("status") in ("completed", "cancelled"):
            return request
        return request | {"status": "cancelled", "reasonCode": [{"text": given.reason}]}

    written = await _update(context, given.supply.reference, change)
    return Released(supply=Reference(reference=given.supply.reference), status=str(written["status"]))


async def _update(context: StepContext, reference: str, change: Callable[[Resource], Resource]) -> Resource:
    try:
        return await context.fhir.update(reference, change)
    except NotFound:
        raise Problem(SUPPLY_NOT_FOUND, "The core has no such supply.", {"supply": reference}) from None


def _identifier(context: StepContext, dose: str) -> str:
    return f"{context.instance}-{dose}"


def _request(
    category: str, product: str, order: Reference, amount: Quantity | None, by: date, context: StepContext
) -> Resource:
    quantity = {"value": float(amount.value), "unit": amount.unit} if amount else {"value": 1, "unit": "dose"}
    return {
        "resourceType": "SupplyRequest",
        "status": "active",
        "category": {"text": category},
        "itemCodeableConcept": {"text": product},
        "quantity": quantity,
        "occurrenceDateTime": by.isoformat(),
        "authoredOn": context.now.isoformat(timespec="seconds"),
        "reasonReference": [{"reference": order.reference}],
    }
