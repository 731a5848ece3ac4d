"""Whether a dose may be given, as far as the core knows: the day before, and again on the day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from activities.registry import StepContext, step
from activities.steps import chart
from activities.steps.coverage import COVERAGE_NOT_FOUND
from activities.steps.dose_cover import READS as COVER_READS
from activities.steps.dose_cover import DoseInput, authorization_findings, coverage_findings
from activities.steps.infusion import UNKNOWN_ROW, regimen_row
from activities.steps.orders import ORDER_NOT_FOUND, diagnosis_of, dosage_of, read_order, service_of
from activities.steps.regimen_dates import after, before
from activities.types import Quantity
from catalog.tables.governed import NoRowError
from catalog.tables.regimens import Regimen, regimens

Resource = dict[str, Any]

_MOST_WEIGHT_CHANGE = Decimal("0.10")


class ReadinessInput(DoseInput):
    """And when it is to be given; `weight` is the day's own, `dosed_on` the one that the dose was worked out with."""

    start: datetime
    weight: Quantity | None = None
    dosed_on: Quantity | None = None


class Readiness(BaseModel):
    """Whether the dose may be given as far as the core knows; `findings` says what is against it.

    `accepted` are the findings of the chart that a prescriber has accepted and that still stand.
    """

    ready: bool
    findings: list[str]
    accepted: list[str]
    summary: str


@step(
    "infusion.check_readiness",
    problems=(UNKNOWN_ROW, ORDER_NOT_FOUND, COVERAGE_NOT_FOUND),
    reads=(*COVER_READS, "Observation", "AllergyIntolerance", "Encounter", "Consent", "Appointment"),
)
async def check_readiness(given: ReadinessInput, context: StepContext) -> Readiness:
    """Ask the core everything that could speak against the dose, afresh; cover and units among it."""
    regimen = regimen_row(given.regimen)
    order = await read_order(context, given.order.reference)
    day = given.start.astimezone(context.zone).date()
    of_chart = await _chart_findings(given, order, day, regimen, context)
    others = await coverage_findings(given, day, context) + (await authorization_findings(given, day, context))[0]
    if given.weight is not None and regimen.weight_based:
        others += await _weight_findings(given.weight, given, context)
    open_ones = [one for one in of_chart + others if one not in given.accepted]
    findings = _order_findings(order, regimen) + open_ones
    return Readiness(
        ready=not findings,
        findings=findings,
        accepted=[one for one in of_chart if one in given.accepted],
        summary="; ".join(findings) or "Nothing speaks against it.",
    )


def _order_findings(order: Resource, regimen: Regimen) -> list[str]:
    """What nobody can accept: there is no order to give it by."""
    findings = []
    if order.get("status") != "active":
        findings.append(f"the order is {order.get('status')}")
    if regimen.product not in service_of(order).lower():
        findings.append("the order names another product than the regimen")
    return findings


async def _chart_findings(
    given: ReadinessInput, order: Resource, day: date, regimen: Regimen, context: StepContext
) -> list[str]:
    """Results, other doses given or booked too near, another regimen, allergies, an admission, consent."""
    patient = given.patient.reference
    findings = [
        one.words for one in await chart.results(context, patient, regimen.screening, day) if one.state != "valid"
    ]
    near = [
        one.day
        for one in await chart.administrations(context, patient, regimen.product)
        if one.day <= day < after(one.day, regimen.minimum_interval)
    ]
    if near:
        findings.append(f"given on {near[-1].isoformat()}, within the minimum interval")
    findings += [
        f"booked by another order on {one.isoformat()}, within the minimum interval"
        for one in await chart.other_bookings(context, patient, regimen.product, given.order.reference)
        if before(day, regimen.minimum_interval) < one < after(day, regimen.minimum_interval)
    ]
    findings += _another_regimen(order, given.regimen, day)
    findings += await chart.allergies(context, patient, regimen.product)
    if await chart.is_admitted(context, patient):
        findings.append("the patient is admitted")
    if await chart.has_refused(context, patient, "treatment"):
        findings.append("consent is not in force")
    return findings


def _another_regimen(order: Resource, row: str, day: date) -> list[str]:
    """Whether the order, as it is now, asks for another row than the series follows."""
    try:
        asked = regimens().regimen(service_of(order), diagnosis_of(order), dosage_of(order), day)
    except NoRowError:
        return []
    return [] if asked.id == regimen_row(row).id else [f"the order asks for another regimen: {asked.title}"]


async def _weight_findings(weight: Quantity, given: ReadinessInput, context: StepContext) -> list[str]:
    """A weight outside plausible limits, or more than 10 % from the one that the dose was worked out with."""
    now = chart.kilograms(weight)
    if now is None:
        return ["the weight cannot be one: check unit and scales"]
    dosed_on = chart.kilograms(given.dosed_on) if given.dosed_on else None
    if dosed_on is None:
        charted = await chart.body_weight(context, given.patient.reference)
        dosed_on = charted.kilograms if charted else None
    if dosed_on is not None and abs(now - dosed_on) > dosed_on * _MOST_WEIGHT_CHANGE:
        changed = f"the weight changed by more than 10 % ({dosed_on:.1f} to {now:.1f} kg)"
        return [f"{changed}: check unit and scales, then the dose"]
    return []
