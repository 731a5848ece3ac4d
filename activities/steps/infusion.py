"""A series of infusions by its regimen: the order, the row that it means, the next dose, a gap, and the end."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from activities.gateways.fhir.errors import NotFound
from activities.registry import Problem, StepContext, step
from activities.steps.chart import body_weight
from activities.steps.orders import (
    ORDER_NOT_ACTIVE,
    ORDER_NOT_FOUND,
    WRONG_PATIENT,
    active_order,
    concept_text,
    read_order,
    requester_of,
    service_of,
)
from activities.steps.regimen_dates import (
    Verdict,
    after,
    amount_of,
    before,
    billing_units,
    due_date,
    judge,
    progress,
    step_of,
)
from activities.types import Quantity, Reference, Targets, Units
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


class ReceiveInput(BaseModel):
    """The order, the patient, and where it is to be given."""

    order: OrderReference
    patient: PatientReference
    site: SiteReference | None = None


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
    """Read the order and open the Task by which the core shows how far the series is."""
    order = await active_order(context, given.order.reference, given.patient.reference)
    product = service_of(order)
    task: Resource = {
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
    requester = requester_of(order)
    instructions: Resource = next(iter(order.get("dosageInstruction") or ()), {})
    return Received(
        task=Reference.to(await context.fhir.create(task)),
        product=product,
        indication=next((concept_text(one) for one in order.get("reasonCode") or ()), None),
        dose=str(instructions.get("text") or "as the regimen says"),
        requester=Reference(reference=requester) if requester else None,
        site=given.site,
    )


class FindInput(BaseModel):
    """What is to be given, for what, and the day on which the row must hold (today where none is given)."""

    product: str
    indication: str | None = None
    on: date | None = None


class RegimenFound(BaseModel):
    """The row that the series follows; it keeps this row for its whole life."""

    row: str
    title: str
    product: str
    every: str
    weight_based: bool
    stop_rule: str | None


@step("infusion.find_regimen", problems=("no-regimen",))
async def find_regimen(given: FindInput, context: StepContext) -> RegimenFound:
    """Find the row in effect for product and indication; none is the problem `no-regimen`, never a default."""
    table = regimens()
    try:
        row = table.regimen(given.product, given.indication, given.on or _today(context))
    except NoRowError as error:
        raise Problem("no-regimen", error.message) from None
    return RegimenFound(
        row=table.name_of(row),
        title=row.title,
        product=row.product,
        every=row.every,
        weight_based=row.weight_based,
        stop_rule=row.stop_rule,
    )


def regimen_row(name: str) -> Regimen:
    """The row that a series remembers. Raises the problem `unknown-row`."""
    try:
        return regimens().named(name)
    except NoRowError as error:
        raise Problem(UNKNOWN_ROW, error.message, {"row": name}) from None


class PlanInput(BaseModel):
    """The regimen's row, the order, the doses so far, and the day agreed for the first one.

    `doses` are the days, null where a dose was not given; `begun_after` of them the series began anew.
    """

    regimen: str
    order: OrderReference
    doses: list[date | None] = []
    begun_after: int = 0
    first_dose: date


class DosePlan(BaseModel):
    """The next dose. `number` counts in the regimen, `key` in the series; `amount` lacks where no weight is known."""

    number: int
    key: str
    due: date
    earliest: date
    latest: date
    amount: Quantity | None
    units: Units | None
    wasted: Units | None
    chair_minutes: int
    observation_minutes: int
    premedication: str
    review_due: bool
    last: bool
    over: bool


@step(
    "infusion.plan_dose",
    problems=(UNKNOWN_ROW, ORDER_NOT_FOUND),
    reads=("MedicationRequest", "Observation"),
)
async def plan_dose(given: PlanInput, context: StepContext) -> DosePlan:
    """Work out the next dose by the regimen's row, the doses so far and the patient's weight; or that none is left."""
    regimen, so_far = regimen_row(given.regimen), progress(given.doses, given.begun_after)
    order = await read_order(context, given.order.reference)
    number = so_far.number
    dose, due = step_of(regimen, number), due_date(regimen, so_far, given.first_dose, _today(context))
    weight = await body_weight(context, order["subject"]["reference"]) if dose.amount.per_kilogram else None
    amount = amount_of(regimen, dose, weight.kilograms if weight else None)
    units, wasted = billing_units(regimen, amount) if amount is not None else (None, None)
    most = _most_doses(regimen, order)
    all_given = sum(day is not None for day in given.doses)
    return DosePlan(
        number=number,
        key=f"dose-{len(given.doses) + 1}",
        due=due,
        earliest=before(due, regimen.earliest),
        latest=after(due, regimen.latest),
        amount=Quantity(value=amount, unit=dose.amount.unit) if amount is not None else None,
        units=units,
        wasted=wasted,
        chair_minutes=dose.chair_minutes,
        observation_minutes=dose.observation_minutes,
        premedication=", ".join(regimen.premedication) or "none",
        review_due=regimen.review_before_dose == number and len(so_far.given) + 1 == number,
        last=most is not None and all_given + 1 >= most,
        over=order.get("status") != "active" or _expires_before(order, due) or (most is not None and all_given >= most),
    )


def _most_doses(regimen: Regimen, order: Resource) -> int | None:
    """The most doses that regimen and order allow; None where neither says."""
    repeats = (order.get("dispenseRequest") or {}).get("numberOfRepeatsAllowed")
    limits = [one for one in (regimen.most_doses, None if repeats is None else int(repeats) + 1) if one is not None]
    return min(limits, default=None)


def _expires_before(order: Resource, due: date) -> bool:
    end = ((order.get("dispenseRequest") or {}).get("validityPeriod") or {}).get("end")
    return end is not None and date.fromisoformat(str(end)[:10]) < due


class WindowInput(BaseModel):
    """A dose that could not be given when it was due, judged as of a day (today where none is given)."""

    regimen: str
    doses: list[date | None] = []
    begun_after: int = 0
    due: date
    on: date | None = None


class Window(BaseModel):
    """What the regimen says: go on `next_due`, ask the clinician, or start over."""

    verdict: Verdict
    next_due: date
    summary: str


@step("infusion.judge_window", problems=(UNKNOWN_ROW,))
async def judge_window(given: WindowInput, context: StepContext) -> Window:
    """Judge a gap by the regimen's window."""
    regimen, so_far = regimen_row(given.regimen), progress(given.doses, given.begun_after)
    verdict, day = judge(regimen, so_far, given.due, given.on or _today(context))
    last = f"last given {so_far.given[-1].isoformat()}" if so_far.given else "none given yet"
    summary = f"Due {given.due.isoformat()}, at the earliest {day.isoformat()} now; {last}; row {given.regimen}."
    return Window(verdict=verdict, next_due=day, summary=summary)


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


def _today(context: StepContext) -> date:
    return context.now.astimezone(context.zone).date()


def _status(code: str) -> Resource:
    return {"coding": [{"system": _STATUS_SYSTEM, "code": code}], "text": code}
