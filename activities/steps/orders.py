"""Reading the order that a referral follows, and how urgent it is. Shared by the steps that look at it."""

from __future__ import annotations

from typing import Any, Literal

from activities.gateways.fhir.errors import NotFound
from activities.registry import Problem, StepContext

Resource = dict[str, Any]
Priority = Literal["routine", "urgent", "asap", "stat"]

ORDER_NOT_FOUND = "order-not-found"

_PRIORITIES: tuple[Priority, ...] = ("routine", "urgent", "asap", "stat")


async def read_order(context: StepContext, reference: str) -> Resource:
    """The ServiceRequest as it is now. Raises the problem `order-not-found`."""
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
    return concept_text(order.get("code")) or concept_text(_first(order.get("category"))) or "Referral"


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
