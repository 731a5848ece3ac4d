"""Whether coverage and authorization reach a dose: product, dose, diagnosis, site, payer, date, and the unit ledger.

Nothing that is missing counts as a yes. What a person has accepted for this dose is named by the words of the finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel

from activities.registry import StepContext, step
from activities.steps import chart
from activities.steps.coverage import COVERAGE_NOT_FOUND, payer_name, read_coverage
from activities.steps.infusion import UNKNOWN_ROW, OrderReference, PatientReference, SiteReference, regimen_row
from activities.steps.orders import ORDER_NOT_FOUND, diagnosis_of, dosage_of, read_order
from activities.steps.payer_items import Authorization
from activities.types import Quantity, Reference, Targets, Units
from catalog.tables.billing_units import BillingUnit, UnlikeUnitsError, billing_units
from catalog.tables.governed import NoRowError

Resource = dict[str, Any]
CoverageReference = Annotated[Reference, Targets("Coverage")]

READS = ("Coverage", "Organization", "MedicationRequest", "MedicationAdministration")
"""What looking at a dose's cover reads."""


class DoseInput(BaseModel):
    """The dose and what is to cover it; `amount` lacks where nobody knows it yet.

    `accepted` are findings, by their words, that a person has accepted.
    """

    patient: PatientReference
    order: OrderReference
    regimen: str
    coverage: CoverageReference
    authorization: Authorization | None = None
    authorization_needed: bool = True
    amount: Quantity | None = None
    site: SiteReference | None = None
    accepted: list[str] = []


class CoverInput(DoseInput):
    """And the day that it is due."""

    on: date


class Cover(BaseModel):
    """Whether the coverage is in force and the authorization reaches; `units_left` is before this dose."""

    in_force: bool
    authorized: bool
    findings: list[str]
    summary: str
    units_left: Units | None


@dataclass(frozen=True)
class Ledger:
    """The units of an authorization: given out, used by doses that were given (waste included), needed by this one."""

    authorized: int
    used: int
    needed: int | None
    wasted: int

    @property
    def left(self) -> int:
        """What is left before this dose."""
        return self.authorized - self.used


@step("infusion.check_cover", problems=(UNKNOWN_ROW, ORDER_NOT_FOUND, COVERAGE_NOT_FOUND), reads=READS)
async def check_cover(given: CoverInput, context: StepContext) -> Cover:
    """Compare the dose with its coverage and its authorization, item by item, and count the units that are left."""
    coverage = await coverage_findings(given, given.on, context)
    authorization, ledger = await authorization_findings(given, given.on, context)
    open_coverage = [one for one in coverage if one not in given.accepted]
    open_authorization = [one for one in authorization if one not in given.accepted]
    findings = open_coverage + open_authorization
    return Cover(
        in_force=not open_coverage,
        authorized=not open_authorization,
        findings=findings,
        summary="; ".join(findings) or "Coverage and authorization reach the dose.",
        units_left=ledger.left if ledger else None,
    )


async def coverage_findings(given: DoseInput, on: date, context: StepContext) -> list[str]:
    """What speaks against the coverage on the day, as the core has it now."""
    coverage = await read_coverage(context, given.coverage.reference)
    period = coverage.get("period") or {}
    found = []
    if coverage.get("status") != "active":
        found.append(f"the coverage is {coverage.get('status', 'without status')}")
    if period.get("start") and on < date.fromisoformat(period["start"][:10]):
        found.append(f"the coverage begins {period['start'][:10]}")
    if period.get("end") and on > date.fromisoformat(period["end"][:10]):
        found.append(f"the coverage ends {period['end'][:10]}")
    asked = given.authorization.payer if given.authorization else None
    if asked is not None and asked != await payer_name(context, coverage):
        found.append("the payer is another than the one that authorized")
    return found


async def authorization_findings(given: DoseInput, on: date, context: StepContext) -> tuple[list[str], Ledger | None]:
    """What speaks against the authorization on the day, and its ledger where it says how many units it is for."""
    if not given.authorization_needed:
        return [], None
    if given.authorization is None:
        return ["there is no authorization"], None
    authorization, product = given.authorization, regimen_row(given.regimen).product
    order = await read_order(context, given.order.reference)
    try:
        units = billing_units().row(product, on)
    except NoRowError:
        return ["the table of billing units has no row for the product"], None
    found = [*_dates(authorization, on), *_asked_for(authorization, order, given), *_codes(authorization, units)]
    ledger = await _ledger(given, on, authorization, units, context)
    return found + _counted(ledger), ledger


def _dates(authorization: Authorization, on: date) -> list[str]:
    start, end = authorization.period.start, authorization.period.end
    found = [] if authorization.number else ["the authorization has no number"]
    if start is None or end is None:
        return [*found, "the authorization does not say from when until when it holds"]
    if on < start:
        found.append(f"the authorization begins {start.isoformat()}")
    if on > end:
        found.append(f"the authorization ends {end.isoformat()}")
    return found


def _asked_for(authorization: Authorization, order: Resource, given: DoseInput) -> list[str]:
    """Dose (and with it how often), diagnosis and site, as they were asked for and as they are now."""
    compared = (
        ("dose", authorization.dose, dosage_of(order)),
        ("diagnosis", authorization.diagnosis, diagnosis_of(order)),
        ("site", authorization.site, given.site.reference if given.site else None),
    )
    return [
        f"the {what} is not the one that was authorized" for what, was, now in compared if was and now and was != now
    ]


def _codes(authorization: Authorization, units: BillingUnit) -> list[str]:
    """The drug and its administration, each by its code."""
    found = []
    if units.code not in authorization.codes:
        found.append(f"the authorization is not for {units.code}")
    if not set(units.administration) & set(authorization.codes):
        found.append("the administration is not authorized")
    return found


async def _ledger(
    given: DoseInput, on: date, authorization: Authorization, units: BillingUnit, context: StepContext
) -> Ledger | None:
    """What the authorization is for, and what the doses of its days before this one have used.

    A dose without a recorded amount counts as much as this one.
    """
    if authorization.units is None:
        return None
    needed, wasted = _units_of(units, given.amount)
    used = 0
    for one in await chart.administrations(context, given.patient.reference, units.product):
        if one.day < on and not _dates(authorization, one.day):
            used += _units_of(units, one.amount)[0] or needed or 0
    return Ledger(authorization.units, used, needed, wasted)


def _units_of(units: BillingUnit, amount: Quantity | None) -> tuple[int | None, int]:
    """Units with payable waste, and the waste; None where the amount cannot be counted in units."""
    if amount is None:
        return None, 0
    try:
        given, wasted = units.units_of(amount.value, amount.unit)
    except UnlikeUnitsError:
        return None, 0
    return given + wasted, wasted


def _counted(ledger: Ledger | None) -> list[str]:
    if ledger is None:
        return []
    if ledger.needed is None:
        return ["the units that the dose needs cannot be worked out"]
    if ledger.needed <= ledger.left:
        return []
    needs = f"the dose needs {ledger.needed}, {ledger.wasted} of them waste"
    return [f"{ledger.left} of {ledger.authorized} units are left, {needs}"]
