"""Messages to patients and referrers, as Communications and CommunicationRequests in the core.

Words come from the approved templates of `catalog/messages.yaml` alone: none names a drug or a diagnosis.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, Field

from activities.registry import Problem, StepContext, step
from activities.types import Reference, Targets

Resource = dict[str, Any]
Item = Literal["reason", "urgency", "records", "coverage"]
Template = Literal[
    "patient-referral-received",
    "patient-please-call",
    "patient-appointment-booked",
    "patient-appointment-reminder",
    "patient-appointment-cancelled",
    "patient-missed-visit",
    "patient-treatment-ended",
    "referrer-received",
    "referrer-accepted",
    "referrer-scheduled",
    "referrer-declined",
    "referrer-redirected",
    "referrer-patient-declined",
    "referrer-unreachable",
    "referrer-no-show",
    "referrer-incomplete",
    "referrer-note-available",
    "receiver-note-chased",
    "office-authorization-approved",
    "office-authorization-approved-in-part",
    "office-authorization-denied",
    "office-infusion-completed",
    "office-infusion-stopped",
    "office-infusion-sent-back",
    "office-infusion-declined",
    "office-infusion-replaced",
    "office-infusion-withdrawn",
]

OrderReference = Annotated[Reference, Targets("ServiceRequest", "MedicationRequest")]
PatientReference = Annotated[Reference, Targets("Patient")]
RecipientReference = Annotated[Reference, Targets("Patient", "Practitioner", "PractitionerRole", "Organization")]
SenderReference = Annotated[Reference, Targets("Practitioner", "PractitionerRole", "Organization")]
MessageReference = Annotated[Reference, Targets("Communication")]
RequestReference = Annotated[Reference, Targets("CommunicationRequest")]

_TEMPLATE_SYSTEM = "urn:carelane:message-template"
_ITEM_SYSTEM = "urn:carelane:referral-item"
_CATEGORY = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/communication-category", "code": "notification"}]
}
_ITEM_WORDS: dict[Item, str] = {
    "reason": "the reason for the referral",
    "urgency": "how urgent it is",
    "records": "records that the visit needs",
    "coverage": "insurance coverage",
}


class MessageInput(BaseModel):
    """Whom to tell what. The same `occasion` of one instance is told once, however often a pathway comes by."""

    recipient: RecipientReference | None = None
    patient: PatientReference
    order: OrderReference
    template: Template
    occasion: str = Field(min_length=1, max_length=200)
    start: datetime | None = None
    reason: str | None = None


class MessageSent(BaseModel):
    """The message in the core."""

    message: MessageReference


@step(
    "messaging.notify",
    problems=("message-incomplete",),
    writes=("Communication",),
    business_key="occasion",
)
async def notify(given: MessageInput, context: StepContext) -> MessageSent:
    """Write the message of an approved template."""
    text = _words(given, context.zone)
    message: Resource = {
        "resourceType": "Communication",
        "status": "completed",
        "category": [_CATEGORY],
        "topic": {"coding": [{"system": _TEMPLATE_SYSTEM, "code": given.template}]},
        "subject": {"reference": given.patient.reference},
        "basedOn": [{"reference": given.order.reference}],
        "sent": context.now.isoformat(timespec="seconds"),
        "payload": [{"contentString": text}],
    }
    if given.recipient is not None:
        message["recipient"] = [{"reference": given.recipient.reference}]
    return MessageSent(message=Reference.to(await context.fhir.create(message)))


class RequestInput(BaseModel):
    """What is missing; `round` counts the requests, each of which is sent once."""

    recipient: SenderReference | None = None
    patient: PatientReference
    order: OrderReference
    items: list[Item] = Field(min_length=1)
    round: int = Field(ge=1)


class RequestSent(BaseModel):
    """The request in the core."""

    request: RequestReference


@step("messaging.request_information", writes=("CommunicationRequest",), business_key="round")
async def request_information(given: RequestInput, context: StepContext) -> RequestSent:
    """Ask the sender for what a referral lacks."""
    codings = [{"system": _ITEM_SYSTEM, "code": item} for item in given.items]
    missing = "; ".join(_ITEM_WORDS[item] for item in given.items)
    request: Resource = {
        "resourceType": "CommunicationRequest",
        "status": "active",
        "category": [{"coding": codings, "text": "Information missing from a referral"}],
        "subject": {"reference": given.patient.reference},
        "basedOn": [{"reference": given.order.reference}],
        "authoredOn": context.now.isoformat(timespec="seconds"),
        "payload": [{"contentString": f"Please send: {missing}."}],
    }
    if given.recipient is not None:
        request["recipient"] = [{"reference": given.recipient.reference}]
    return RequestSent(request=Reference.to(await context.fhir.create(request)))


@cache
def templates() -> dict[str, str]:
    """The approved words by template."""
    text = resources.files("catalog").joinpath("messages.yaml").read_text(encoding="utf-8")
    return {name: str(one["text"]).strip() for name, one in yaml.safe_load(text).items()}


def _words(given: MessageInput, zone: ZoneInfo) -> str:
    text = templates()[given.template]
    values = {
        "start": given.start.astimezone(zone).strftime("%A, %-d %B %Y at %H:%M") if given.start else None,
        "reason": given.reason,
    }
    for name, value in values.items():
        placeholder = f"{{{name}}}"
        if placeholder not in text:
            continue
        if not value:
            raise Problem("message-incomplete", f"The template {given.template} needs {name}.")
        text = text.replace(placeholder, value)
    return text
