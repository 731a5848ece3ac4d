"""A request to a payer: what is asked, whether it must be asked, and what lies with the payer, as Claim and Task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from activities.gateways.fhir.errors import NotFound
from activities.registry import Problem, StepContext, step
from activities.steps.coverage import COVERAGE_NOT_FOUND, payer_name, payer_type_of, read_coverage
from activities.steps.orders import (
    ORDER_NOT_ACTIVE,
    ORDER_NOT_FOUND,
    WRONG_PATIENT,
    active_order,
    codes_of,
    diagnosis_of,
    dosage_of,
    read_order,
    requester_of,
    service_of,
)
from activities.steps.payer_items import Authorization, RequestedItem
from activities.types import Reference, Span, Targets, Units
from catalog.tables.billing_units import billing_units
from catalog.tables.governed import NoRowError
from catalog.tables.payers import Channel, Requirement, Urgency, payer_rules, service_rules

Resource = dict[str, Any]

OrderReference = Annotated[Reference, Targets("ServiceRequest", "MedicationRequest")]
PatientReference = Annotated[Reference, Targets("Patient")]
CoverageReference = Annotated[Reference, Targets("Coverage")]
TaskReference = Annotated[Reference, Targets("Task")]
ClaimReference = Annotated[Reference, Targets("Claim")]
DocumentReference = Annotated[Reference, Targets("DocumentReference")]
RequesterReference = Annotated[Reference, Targets("Practitioner", "PractitionerRole", "Organization")]

CLAIM_NOT_FOUND = "claim-not-found"
TASK_NOT_FOUND = "task-not-found"
TASK_CLOSED = "task-closed"
CLAIM_SYSTEM = "urn:carelane:claim"
PAYER_SYSTEM = "urn:carelane:payer-reference"
_STATUS_SYSTEM = "urn:carelane:authorization-status"
_ADMINISTRATION = RequestedItem(sequence=2, code="96413", text="Infusion, first hour")
_FINAL = ("completed", "failed", "rejected", "cancelled")


class OpenInput(BaseModel):
    """The order to ask for; `service` replaces its words on work lists, `units` are those of the drug.

    `task` where the authorization has its Task already: an order that was changed is read again.
    """

    order: OrderReference
    patient: PatientReference
    coverage: CoverageReference
    urgency: Urgency = "standard"
    service: str | None = None
    units: Units | None = None
    task: TaskReference | None = None


class Opened(BaseModel):
    """What everyone after this needs: the Task, the payer, the items that are asked for, and what they are for."""

    task: TaskReference
    service: str
    payer: str
    requester: RequesterReference | None
    items: list[RequestedItem]
    dose: str | None
    diagnosis: str | None


@step(
    "payer.open_request",
    problems=(ORDER_NOT_FOUND, ORDER_NOT_ACTIVE, WRONG_PATIENT, COVERAGE_NOT_FOUND),
    reads=("ServiceRequest", "MedicationRequest", "Coverage", "Organization", "Task"),
    writes=("Task",),
)
async def open_request(given: OpenInput, context: StepContext) -> Opened:
    """Read order and coverage, and open the Task by which the core shows how far it is, unless there is one."""
    order = await active_order(context, given.order.reference, given.patient.reference)
    coverage = await read_coverage(context, given.coverage.reference)
    service = given.service or service_of(order)
    requester = requester_of(order)
    return Opened(
        task=given.task or Reference.to(await context.fhir.create(_task(given, service, context))),
        service=service,
        payer=await payer_name(context, coverage),
        requester=Reference(reference=requester) if requester else None,
        items=_items(order, given.units, context.now.astimezone(context.zone).date()),
        dose=dosage_of(order),
        diagnosis=diagnosis_of(order),
    )


def _task(given: OpenInput, service: str, context: StepContext) -> Resource:
    return {
        "resourceType": "Task",
        "status": "in-progress",
        "businessStatus": _status("requirement"),
        "intent": "order",
        "priority": "urgent" if given.urgency == "expedited" else "routine",
        "code": {"text": "Prior authorization"},
        "description": service,
        "focus": {"reference": given.order.reference},
        "basedOn": [{"reference": given.order.reference}],
        "for": {"reference": given.patient.reference},
        "authoredOn": context.now.isoformat(timespec="seconds"),
    }


def _items(order: Resource, units: int | None, day: date) -> list[RequestedItem]:
    """The drug and its administration, each an item of its own; or the one service that is ordered.

    A drug is asked for by the code that its units are counted in, where the table of billing units has it.
    """
    code, text = next(iter(sorted(codes_of(order))), "unlisted"), service_of(order)
    if order.get("resourceType") != "MedicationRequest":
        return [RequestedItem(sequence=1, code=code, text=text)]
    try:
        row = billing_units().row(text, day)
    except NoRowError:
        return [RequestedItem(sequence=1, code=code, text=text, units=units), _ADMINISTRATION]
    administration = _ADMINISTRATION.model_copy(update={"code": row.administration[0]})
    return [RequestedItem(sequence=1, code=row.code, text=text, units=units), administration]


class RequirementInput(BaseModel):
    """What is asked about, for which day (today where none is given)."""

    order: OrderReference
    coverage: CoverageReference
    urgency: Urgency = "standard"
    on: date | None = None


class RequirementFound(BaseModel):
    """Whether authorization is needed, how this payer takes requests, and the rows that say so."""

    status: Requirement
    channel: Channel
    decision_limit: Span
    chase_after: Span
    pauses_when_pended: bool
    documents: list[str]
    rule: str
    service_rule: str
    authorization: Authorization | None


@step(
    "payer.check_requirement",
    problems=(ORDER_NOT_FOUND, COVERAGE_NOT_FOUND, "no-rule"),
    reads=("ServiceRequest", "MedicationRequest", "Coverage"),
)
async def check_requirement(given: RequirementInput, context: StepContext) -> RequirementFound:
    """Ask the tables; where none of their rows holds, that is the problem `no-rule` and a supervisor's."""
    order = await read_order(context, given.order.reference)
    kind = payer_type_of(await read_coverage(context, given.coverage.reference)) or "unknown"
    day = context.now.astimezone(context.zone).date()
    services, payers = service_rules(), payer_rules()
    try:
        service = services.rule(kind, codes_of(order), service_of(order), day)
        rule = payers.rule(kind, service.benefit, given.urgency, day)
    except NoRowError as error:
        raise Problem("no-rule", error.message) from None
    return RequirementFound(
        status=service.requirement,
        channel=rule.channel,
        decision_limit=rule.decision_limit,
        chase_after=rule.chase_after,
        pauses_when_pended=rule.pauses_when_pended,
        documents=list(service.documents),
        rule=payers.name_of(rule),
        service_rule=services.name_of(service),
        authorization=None,
    )


class SubmissionInput(BaseModel):
    """What went to the payer, how, when it was received there, and under which number of the payer's."""

    patient: PatientReference
    order: OrderReference
    coverage: CoverageReference
    urgency: Urgency = "standard"
    channel: Channel
    number: int = Field(ge=1)
    submitted_at: datetime | None = None
    reference: str | None = None
    documents: list[DocumentReference] = []
    items: list[RequestedItem] = Field(min_length=1)
    previous: str | None = None
    rule: str | None = None


class Submitted(BaseModel):
    """The Claim that lies with the payer; `identifier` is what the payer's answers are matched by.

    `decision_limit` is the rule's as of the day of receipt; None where it has no row on that day, or there is no rule.
    """

    claim: ClaimReference
    identifier: str
    received_at: datetime
    decision_limit: Span | None


@step("payer.record_submission", writes=("Claim",), business_key="number")
async def record_submission(given: SubmissionInput, context: StepContext) -> Submitted:
    """Keep what was sent as a preauthorization Claim, once for each submission."""
    identifier = f"{context.instance}-{given.number}"
    received = given.submitted_at or context.now
    claim: Resource = {
        "resourceType": "Claim",
        "identifier": [{"system": CLAIM_SYSTEM, "value": identifier}],
        "status": "active",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
        "use": "preauthorization",
        "patient": {"reference": given.patient.reference},
        "created": received.isoformat(timespec="seconds"),
        "provider": {"display": "Requesting clinic"},
        "priority": {"coding": [{"code": "stat" if given.urgency == "expedited" else "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": given.coverage.reference}}],
        "supportingInfo": _supporting(given),
        "item": [_claimed(one) for one in given.items],
    }
    if given.reference:
        claim["identifier"].append({"system": PAYER_SYSTEM, "value": given.reference})
    if given.previous:
        claim["related"] = [{"reference": {"value": given.previous}, "relationship": {"text": "Renews"}}]
    written = await context.fhir.create(claim)
    limit = _limit_as_received(given.rule, received.astimezone(context.zone).date())
    return Submitted(claim=Reference.to(written), identifier=identifier, received_at=received, decision_limit=limit)


def _claimed(item: RequestedItem) -> Resource:
    claimed: Resource = {
        "sequence": item.sequence,
        "productOrService": {"coding": [{"code": item.code}], "text": item.text},
    }
    return claimed if item.units is None else claimed | {"quantity": {"value": item.units, "unit": "billing units"}}


def _limit_as_received(rule: str | None, day: date) -> str | None:
    if rule is None:
        return None
    try:
        return payer_rules().as_received(rule, day).decision_limit
    except NoRowError:
        return None


def _supporting(given: SubmissionInput) -> list[Resource]:
    """The order, the channel and the documents."""
    values: list[Resource] = [
        {"category": {"text": "order"}, "valueReference": {"reference": given.order.reference}},
        {"category": {"text": "channel"}, "valueString": given.channel},
    ]
    values += [
        {"category": {"text": "document"}, "valueReference": {"reference": one.reference}} for one in given.documents
    ]
    return [{"sequence": number, **one} for number, one in enumerate(values, 1)]


class CancelRequestInput(BaseModel):
    """Which request, and why."""

    claim: ClaimReference
    reason: str


class RequestCancelled(BaseModel):
    """The cancelled Claim."""

    claim: ClaimReference


@step("payer.cancel_request", problems=(CLAIM_NOT_FOUND,), reads=("Claim",), writes=("Claim",))
async def cancel_request(given: CancelRequestInput, context: StepContext) -> RequestCancelled:
    """Say on the Claim that it was taken back; one that is cancelled already stays as it is."""

    def change(claim: Resource) -> Resource:
        if claim.get("status") == "cancelled":
            return claim
        notes = [*(claim.get("supportingInfo") or ())]
        notes.append({"sequence": len(notes) + 1, "category": {"text": "cancelled"}, "valueString": given.reason})
        return claim | {"status": "cancelled", "supportingInfo": notes}

    await update_claim(context, given.claim.reference, change)
    return RequestCancelled(claim=Reference(reference=given.claim.reference))


async def update_claim(context: StepContext, reference: str, change: Callable[[Resource], Resource]) -> Resource:
    """Change a Claim. Raises the problem `claim-not-found`."""
    try:
        return await context.fhir.update(reference, change)
    except NotFound:
        raise Problem(CLAIM_NOT_FOUND, "The core has no such claim.", {"claim": reference}) from None


class ShowInput(BaseModel):
    """How far the authorization is."""

    task: TaskReference
    status: Literal["preparation", "submitted", "pended", "approved", "denied"]
    claim: ClaimReference | None = None


class Shown(BaseModel):
    """The Task and what it says."""

    task: TaskReference
    status: str


@step("payer.update_status", problems=(TASK_NOT_FOUND, TASK_CLOSED), reads=("Task",), writes=("Task",))
async def update_status(given: ShowInput, context: StepContext) -> Shown:
    """Show on the Task how far the authorization is, and the Claim that lies with the payer."""

    def change(task: Resource) -> Resource:
        if task.get("status") in _FINAL:
            raise Problem(TASK_CLOSED, "The Task is closed.")
        changed = task | {"businessStatus": _status(given.status)}
        if given.claim is not None:
            output = {"type": {"text": "Claim"}, "valueReference": {"reference": given.claim.reference}}
            others = [one for one in task.get("output") or () if one["type"] != output["type"]]
            changed["output"] = [*others, output]
        return changed

    await _update_task(context, given.task.reference, change)
    return Shown(task=Reference(reference=given.task.reference), status=given.status)


class CloseRequestInput(BaseModel):
    """How it ended, and why."""

    task: TaskReference
    result: Literal["approved", "approved-in-part", "not-required", "denied", "withdrawn"]
    reason: str | None = None


@step("payer.close_request", problems=(TASK_NOT_FOUND,), reads=("Task",), writes=("Task",))
async def close_request(given: CloseRequestInput, context: StepContext) -> Shown:
    """Bring the Task to its end."""
    coarse = {"denied": "failed", "withdrawn": "cancelled"}.get(given.result, "completed")

    def change(task: Resource) -> Resource:
        changed = task | {"status": coarse, "businessStatus": _status(given.result)}
        if given.reason:
            changed["statusReason"] = {"text": given.reason}
        return changed

    await _update_task(context, given.task.reference, change)
    return Shown(task=Reference(reference=given.task.reference), status=given.result)


def _status(code: str) -> Resource:
    return {"coding": [{"system": _STATUS_SYSTEM, "code": code}], "text": code}


async def _update_task(context: StepContext, reference: str, change: Callable[[Resource], Resource]) -> None:
    try:
        await context.fhir.update(reference, change)
    except NotFound:
        raise Problem(TASK_NOT_FOUND, "The core has no such Task.", {"task": reference}) from None
