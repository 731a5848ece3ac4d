"""Reading the order that a pathway follows, and how urgent it is. Shared by the steps that look at it."""

from __future__ import annotations

from typing import Any, Literal

from activities.gateways.fhir.errors import NotFound
from activities.registry import Problem, StepContext

Resource = dict[str, Any]
Priority = Literal["routine", "urgent", "asap", "stat"]

ORDER_NOT_FOUND = "order-not-found"
ORDER_NOT_ACTIVE = "order-not-active"
WRONG_PATIENT = "wrong-patient"

_OVER = ("completed", "revoked", "cancelled", "stopped", "entered-in-error")
_REQUESTERS = ("Practitioner/", "PractitionerRole/", "Organization/")
_PRIORITIES: tuple[Priority, ...] = ("routine", "urgent", "asap", "stat")


async def read_order(context: StepContext, reference: str) -> Resource:
    """The ServiceRequest or MedicationRequest as it is now. Raises the problem `order-not-found`."""
    try:
        return await context.fhir.read(reference, fresh=True)
    except NotFound:
        raise Problem(ORDER_NOT_FOUND, "The core has no such order.", {"order": reference}) from None


def priority_of(order: Resource) -> Priority:
    """The order's priority; routine where it says none (FHIR's own meaning)."""
    return next((one for one in _PRIORITIES if one == order.get("priority")), "routine")


def is_urgent(priority: Priority) -> bool:
    """Whether the order must not take a routine referral's time."""
    return priority != "routine"


def service_of(order: Resource) -> str:
    """What is asked for, in words for a work list."""
    medicine = order.get("medicationCodeableConcept")
    return concept_text(order.get("code") or medicine) or concept_text(_first(order.get("category"))) or "Referral"


def codes_of(order: Resource) -> frozenset[str]:
    """The codes of what is asked for, of any system."""
    concept = order.get("code") or order.get("medicationCodeableConcept") or {}
    return frozenset(coding["code"] for coding in concept.get("coding") or () if coding.get("code"))


def dosage_of(order: Resource) -> str | None:
    """The dosage in the prescriber's words."""
    text = (_first(order.get("dosageInstruction")) or {}).get("text")
    return str(text) if text else None


def diagnosis_of(order: Resource) -> str | None:
    """What the order is for, in words."""
    return concept_text(_first(order.get("reasonCode")))


def requester_of(order: Resource) -> str | None:
    """Who placed the order, where messages can be sent to."""
    found = reference_in(order.get("requester"))
    return found if found is not None and found.startswith(_REQUESTERS) else None


async def active_order(context: StepContext, reference: str, patient: str) -> Resource:
    """The order, of this patient and in force.

    Raises the problems `order-not-found`, `order-not-active` and `wrong-patient`.
    """
    order = await read_order(context, reference)
    if order.get("status") in _OVER:
        raise Problem(ORDER_NOT_ACTIVE, f"The order is {order['status']}.", {"status": order["status"]})
    if reference_in(order.get("subject")) != patient:
        raise Problem(WRONG_PATIENT, "The order is for another patient.", {"order": reference})
    return order


def concept_text(concept: Resource | None) -> str | None:
    """The words of a CodeableConcept: its text, else the first coding's display or code."""
    if not concept:
        return None
    words = [concept.get("text")]
    words += [coding.get(name) for coding in concept.get("coding") or () for name in ("display", "code")]
    return next((word for word in words if word), None)


def reference_in(element: Resource | None) -> str | None:
    """The literal reference of a Reference element, without a version."""
    found = (element or {}).get("reference")
    return found.partition("/_history/")[0] if isinstance(found, str) else None


def _first(items: list[Resource] | None) -> Resource | None:
    return items[0] if items else None
