"""The doses of a series: the next one, what a gap means, and the units to ask a payer for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from activities.registry import StepContext, step
from activities.steps.chart import body_weight
from activities.steps.infusion import UNKNOWN_ROW, OrderReference, regimen_row, today
from activities.steps.orders import ORDER_NOT_FOUND, read_order
from activities.steps.regimen_dates import (
    Progress,
    Verdict,
    after,
    amount_of,
    before,
    due_date,
    judge,
    progress,
    step_of,
)
from activities.types import Quantity, Span, Units
from catalog.tables.billing_units import UnlikeUnitsError, billing_units
from catalog.tables.governed import NoRowError
from catalog.tables.regimens import Regimen

Resource = dict[str, Any]


class DosesInput(BaseModel):
    """The regimen's row, the order, and the doses so far.

    `doses` are the days, null where a dose was not given; `before` of them were under other orders, and after
    `begun_after` of them the series began anew.
    """

    regimen: str
    order: OrderReference
    doses: list[date | None] = []
    before: int = 0
    begun_after: int = 0
    first_dose: date


class PlanInput(DosesInput):
    """And the day that was agreed on in place of the regimen's."""

    agreed: date | None = None


class DosePlan(BaseModel):
    """The next dose. `number` counts in the regimen, `key` in the series.

    `weight` is the one that the dose was worked out with. `wants` is what keeps it from being planned: the order ends
    before it, or a dose by weight has no weight that is young enough to plan with.
    """

    number: int
    key: str
    due: date
    earliest: date
    latest: date
    amount: Quantity | None
    weight: Quantity | None
    units: Units | None
    wasted: Units | None
    chair_minutes: int
    observation_minutes: int
    premedication: str
    review_due: bool
    last: bool
    over: bool
    wants: Literal["order", "weight"] | None


@step(
    "infusion.plan_dose",
    problems=(UNKNOWN_ROW, ORDER_NOT_FOUND),
    reads=("MedicationRequest", "Observation"),
)
async def plan_dose(given: PlanInput, context: StepContext) -> DosePlan:
    """Work out the next dose by the regimen's row, the doses so far and the patient's weight; or that none is left."""
    regimen, so_far, day = regimen_row(given.regimen), progress(given.doses, given.begun_after), today(context)
    order = await read_order(context, given.order.reference)
    number = so_far.number
    dose, regular = step_of(regimen, number), due_date(regimen, so_far, given.first_dose, day)
    due = max(given.agreed, day) if given.agreed else regular
    weight = await _weight(context, order["subject"]["reference"], regimen, day) if dose.amount.per_kilogram else None
    amount = amount_of(regimen, dose, weight)
    units, wasted = _units(regimen, amount, dose.amount.unit, due)
    left = _doses_left(regimen, order, given)
    ended = order.get("status") != "active" or _expires_before(order, due)
    return DosePlan(
        number=number,
        key=f"dose-{len(given.doses) + 1}",
        due=due,
        earliest=min(before(regular, regimen.earliest), due),
        latest=max(after(regular, regimen.latest), due),
        amount=Quantity(value=amount, unit=dose.amount.unit) if amount is not None else None,
        weight=Quantity(value=weight, unit="kg") if weight is not None else None,
        units=units,
        wasted=wasted,
        chair_minutes=dose.chair_minutes,
        observation_minutes=dose.observation_minutes,
        premedication=", ".join(regimen.premedication) or "none",
        review_due=regimen.review_before_dose == number and len(so_far.given) + 1 == number,
        last=left is not None and left <= 1,
        over=left is not None and left <= 0,
        wants="order" if ended else "weight" if amount is None else None,
    )


async def _weight(context: StepContext, patient: str, regimen: Regimen, day: date) -> Decimal | None:
    """The last weight in kilograms, where it is young enough to plan with; on the day itself it is taken anew."""
    found = await body_weight(context, patient)
    if found is None or found.taken is None or regimen.weight_young_enough is None:
        return None
    old = after(found.taken.astimezone(context.zone).date(), regimen.weight_young_enough) <= day
    return None if old else found.kilograms


def _units(regimen: Regimen, amount: Decimal | None, unit: str, due: date) -> tuple[int | None, int | None]:
    """Billing units given and wasted; None where there is no amount, or no row that counts it."""
    if amount is None:
        return None, None
    try:
        return billing_units().row(regimen.product, due).units_of(amount, unit)
    except (NoRowError, UnlikeUnitsError):
        return None, None


def _doses_left(regimen: Regimen, order: Resource, given: DosesInput) -> int | None:
    """How many doses regimen and order still allow; None where neither says. The order counts its own alone."""
    under_all, under_it = (sum(day is not None for day in days) for days in (given.doses, given.doses[given.before :]))
    repeats = (order.get("dispenseRequest") or {}).get("numberOfRepeatsAllowed")
    by_order = None if repeats is None else int(repeats) + 1 - under_it
    by_regimen = None if regimen.most_doses is None else regimen.most_doses - under_all
    return min((one for one in (by_order, by_regimen) if one is not None), default=None)


def _expires_before(order: Resource, due: date) -> bool:
    end = ((order.get("dispenseRequest") or {}).get("validityPeriod") or {}).get("end")
    return end is not None and date.fromisoformat(str(end)[:10]) < due


class CountInput(DosesInput):
    """And the time to count for."""

    over: Span


class UnitsCounted(BaseModel):
    """The doses of the time and the units that they need, waste included; no units where they cannot be worked out."""

    doses: int
    units: Units | None


@step("infusion.count_units", problems=(UNKNOWN_ROW, ORDER_NOT_FOUND), reads=("MedicationRequest", "Observation"))
async def count_units(given: CountInput, context: StepContext) -> UnitsCounted:
    """Count the units to ask a payer for: of each dose that the order allows in the time, by the weight of today."""
    regimen, so_far, day = regimen_row(given.regimen), progress(given.doses, given.begun_after), today(context)
    order = await read_order(context, given.order.reference)
    found = await body_weight(context, order["subject"]["reference"]) if regimen.weight_based else None
    weight = found.kilograms if found else None
    begins = due = due_date(regimen, so_far, given.first_dose, day)
    end, doses, units = after(begins, given.over), 0, 0
    left, counted = _doses_left(regimen, order, given), True
    while due < end and (left is None or doses < left):
        dose = step_of(regimen, so_far.number)
        given_units, wasted = _units(regimen, amount_of(regimen, dose, weight), dose.amount.unit, due)
        counted = counted and given_units is not None
        doses, units = doses + 1, units + (given_units or 0) + (wasted or 0)
        so_far = Progress((*so_far.given, due), so_far.restarted)
        due = due_date(regimen, so_far, given.first_dose, day)
    return UnitsCounted(doses=doses, units=units if counted else None)


class WindowInput(BaseModel):
    """A dose that could not be given when it was due, judged as of a day (today where none is given).

    `wish` is the day that the patient asks for. `due` counts for the first dose alone: what follows is due by the
    regimen, however often it was moved.
    """

    regimen: str
    doses: list[date | None] = []
    begun_after: int = 0
    due: date
    wish: date | None = None
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
    on = given.on or today(context)
    due = due_date(regimen, so_far, given.due, on) if so_far.given else given.due
    verdict, day = judge(regimen, so_far, due, on, given.wish)
    last = f"last given {so_far.given[-1].isoformat()}" if so_far.given else "none given yet"
    summary = f"Due {due.isoformat()}, at the earliest {day.isoformat()} now; {last}; row {given.regimen}."
    return Window(verdict=verdict, next_due=day, summary=summary)
