"""A series of infusions by its regimen: the order, the row that it means, and the end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from activities.gateways.fhir.errors import NotFound
from activities.registry import Problem, StepContext, step
from activities.steps.chart import administrations
from activities.steps.orders import (
    ORDER_NOT_ACTIVE,
    ORDER_NOT_FOUND,
    WRONG_PATIENT,
    active_order,
    diagnosis_of,
    dosage_of,
    requester_of,
    service_of,
)
from activities.types import Reference, Targets
from catalog.tables.governed import NoRowError
from catalog.tables.regimens import Regimen, regimens

Resource = dict[str, Any]

OrderReference = Annotated[Reference, Targets("MedicationRequest")]
PatientReference = Annotated[Reference, Targets("Patient")]
SiteReference = Annotated[Reference, Targets("Location")]
TaskReference = Annotated[Reference, Targets("Task")]
RequesterReference = Annotated[Reference, Targets("Practitioner", "PractitionerRole", "Organization")]

UNKNOWN_ROW = "unknown-row"
TASK_NOT_FOUND = "task-not-found"
_STATUS_SYSTEM = "urn:carelane:infusion-status"
_REMEMBERED = 12
"""So many of the doses before a series are told: more than any regimen's beginning has."""


class ReceiveInput(BaseModel):
    """The order, the patient, and where it is to be given; `task` where the series has its Task already."""

    order: OrderReference
    patient: PatientReference
    site: SiteReference | None = None
    task: TaskReference | None = None


class Received(BaseModel):
    """What everyone after this needs of the order."""

    task: TaskReference
    product: str
    indication: str | None
    dose: str
    requester: RequesterReference | None
    site: SiteReference | None


@step(
    "infusion.receive",
    problems=(ORDER_NOT_FOUND, ORDER_NOT_ACTIVE, WRONG_PATIENT),
    reads=("MedicationRequest", "Task"),
    writes=("Task",),
)
async def receive(given: ReceiveInput, context: StepContext) -> Received:
    """Read the order, and open the Task by which the core shows how far the series is, unless there is one."""
    order = await active_order(context, given.order.reference, given.patient.reference)
    product = service_of(order)
    requester = requester_of(order)
    return Received(
        task=given.task or Reference.to(await context.fhir.create(_task(given, product, context))),
        product=product,
        indication=diagnosis_of(order),
        dose=dosage_of(order) or "as the regimen says",
        requester=Reference(reference=requester) if requester else None,
        site=given.site,
    )


def _task(given: ReceiveInput, product: str, context: StepContext) -> Resource:
    return {
        "resourceType": "Task",
        "status": "in-progress",
        "businessStatus": _status("order"),
        "intent": "order",
        "code": {"text": "Infusion series"},
        "description": product,
        "focus": {"reference": given.order.reference},
        "basedOn": [{"reference": given.order.reference}],
        "for": {"reference": given.patient.reference},
        "authoredOn": context.now.isoformat(timespec="seconds"),
    }


class FindInput(BaseModel):
    """What is to be given, for what, in which dosage, and the day on which the row must hold (else today)."""

    product: str
    indication: str | None = None
    dose: str | None = None
    patient: PatientReference | None = None
    on: date | None = None


class RegimenFound(BaseModel):
    """The row that the series follows; it keeps this row for its whole life.

    `given_before` are the last doses of the product that the patient was given, at any site, under any order.
    """

    row: str
    title: str
    product: str
    every: str
    weight_based: bool
    stop_rule: str | None
    given_before: list[date]


@step("infusion.find_regimen", problems=("no-regimen",), reads=("MedicationAdministration",))
async def find_regimen(given: FindInput, context: StepContext) -> RegimenFound:
    """Find the row in effect for product, indication and dosage; none is the problem `no-regimen`, never a default."""
    table = regimens()
    try:
        row = table.regimen(given.product, given.indication, given.dose, given.on or today(context))
    except NoRowError as error:
        raise Problem("no-regimen", error.message) from None
    before = await administrations(context, given.patient.reference, row.product) if given.patient else []
    return RegimenFound(
        row=table.name_of(row),
        title=row.title,
        product=row.product,
        every=row.every,
        weight_based=row.weight_based,
        stop_rule=row.stop_rule,
        given_before=sorted({one.day for one in before})[-_REMEMBERED:],
    )


def regimen_row(name: str) -> Regimen:
    """The row that a series remembers. Raises the problem `unknown-row`."""
    try:
        return regimens().named(name)
    except NoRowError as error:
        raise Problem(UNKNOWN_ROW, error.message, {"row": name}) from None


class CloseInput(BaseModel):
    """How the series ended, and why."""

    task: TaskReference
    result: Literal["completed", "stopped", "sent-back", "declined", "replaced", "withdrawn"]
    reason: str | None = None


class Closed(BaseModel):
    """The Task at its end."""

    task: TaskReference
    status: str


@step("infusion.close", problems=(TASK_NOT_FOUND,), reads=("Task",), writes=("Task",))
async def close(given: CloseInput, context: StepContext) -> Closed:
    """Bring the series' Task to its end."""
    coarse = {"completed": "completed", "withdrawn": "cancelled", "replaced": "cancelled"}.get(given.result, "failed")

    def change(task: Resource) -> Resource:
        changed = task | {"status": coarse, "businessStatus": _status(given.result)}
        if given.reason:
            changed["statusReason"] = {"text": given.reason}
        return changed

    try:
        await context.fhir.update(given.task.reference, change)
    except NotFound:
        raise Problem(TASK_NOT_FOUND, "The core has no such Task.", {"task": given.task.reference}) from None
    return Closed(task=Reference(reference=given.task.reference), status=coarse)


def today(context: StepContext) -> date:
    """The day where the patient is."""
    return context.now.astimezone(context.zone).date()


def _status(code: str) -> Resource:
    return {"coding": [{"system": _STATUS_SYSTEM, "code": code}], "text": code}
