"""The contact log with payers and patients, and documents sent after a request, as Communications.

A payer's call reference is an identifier, not a comment: appeals are lost without it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from activities.registry import StepContext, step
from activities.steps.payer_requests import (
    PAYER_SYSTEM,
    ClaimReference,
    DocumentReference,
    OrderReference,
    PatientReference,
)
from activities.types import Reference, Targets

Resource = dict[str, Any]
ContactReference = Annotated[Reference, Targets("Communication")]


class CallInput(BaseModel):
    """With whom, by which way, about what, under which number of theirs, and with which result."""

    patient: PatientReference
    order: OrderReference
    channel: Literal["phone", "portal", "fax", "mail"]
    purpose: Literal["requirement", "chase", "peer-to-peer", "inquiry", "patient"]
    spoke_with: str | None = None
    reference: str | None = None
    result: str | None = None
    note: str | None = None


class Logged(BaseModel):
    """The entry in the contact log."""

    contact: ContactReference


@step("payer.log_call", writes=("Communication",))
async def log_call(given: CallInput, context: StepContext) -> Logged:
    """Keep a call in the contact log."""
    words = [given.spoke_with and f"Spoke with {given.spoke_with}", given.result, given.note]
    contact: Resource = {
        "resourceType": "Communication",
        "status": "completed",
        "category": [{"text": f"Contact: {given.purpose}"}],
        "medium": [{"text": given.channel}],
        "subject": {"reference": given.patient.reference},
        "basedOn": [{"reference": given.order.reference}],
        "sent": context.now.isoformat(timespec="seconds"),
    }
    if said := [word for word in words if word]:
        contact["note"] = [{"text": word} for word in said]
    if given.reference:
        contact["identifier"] = [{"system": PAYER_SYSTEM, "value": given.reference}]
    return Logged(contact=Reference.to(await context.fhir.create(contact)))


class DocumentsInput(BaseModel):
    """What was sent after the request, when, and under which number of the payer's."""

    patient: PatientReference
    order: OrderReference
    claim: ClaimReference
    documents: list[DocumentReference] = []
    sent_at: datetime | None = None
    reference: str | None = None


@step("payer.record_documents", writes=("Communication",))
async def record_documents(given: DocumentsInput, context: StepContext) -> Logged:
    """Keep which documents went to the payer."""
    message: Resource = {
        "resourceType": "Communication",
        "status": "completed" if given.documents else "not-done",
        "category": [{"text": "Documents for a request"}],
        "subject": {"reference": given.patient.reference},
        "basedOn": [{"reference": given.order.reference}],
        "about": [{"reference": given.claim.reference}],
        "payload": [{"contentReference": {"reference": one.reference}} for one in given.documents],
        "sent": (given.sent_at or context.now).isoformat(timespec="seconds"),
    }
    if not given.documents:
        message["statusReason"] = {"text": "There was nothing more to send"}
        del message["payload"]
    if given.reference:
        message["identifier"] = [{"system": PAYER_SYSTEM, "value": given.reference}]
    return Logged(contact=Reference.to(await context.fhir.create(message)))
