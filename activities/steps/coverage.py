"""Whether a coverage is in force, whose it is, and what it pays for; shared by the steps that ask payers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel

from activities.gateways.fhir.errors import NotFound
from activities.registry import Problem, StepContext, step
from activities.steps.orders import WRONG_PATIENT, concept_text, reference_in
from activities.types import Reference, Targets
from catalog.tables.governed import NoRowError
from catalog.tables.payers import PayerType, Supply, benefit_rules

Resource = dict[str, Any]

CoverageReference = Annotated[Reference, Targets("Coverage")]
PatientReference = Annotated[Reference, Targets("Patient")]
SiteReference = Annotated[Reference, Targets("Location")]

COVERAGE_NOT_FOUND = "coverage-not-found"

# Source of Payment Typology, by the beginning of its codes (https://nahdo.org/sopt).
_SOPT: tuple[tuple[str, PayerType], ...] = (
    ("11", "medicare-advantage"),
    ("2", "medicaid"),
    ("5", "commercial"),
    ("6", "commercial"),
)


async def read_coverage(context: StepContext, reference: str) -> Resource:
    """The Coverage as it is now. Raises the problem `coverage-not-found`."""
    try:
        return await context.fhir.read(reference, fresh=True)
    except NotFound:
        raise Problem(COVERAGE_NOT_FOUND, "The core has no such coverage.", {"coverage": reference}) from None


def payer_type_of(coverage: Resource) -> PayerType | None:
    """What kind of payer it is; None where the coverage does not say, which no table has a row for."""
    codes = [coding.get("code", "") for coding in (coverage.get("type") or {}).get("coding") or ()]
    return next((kind for code in codes for start, kind in _SOPT if code.startswith(start)), None)


async def payer_name(context: StepContext, coverage: Resource) -> str:
    """The payer's name for work lists."""
    payor = (coverage.get("payor") or [{}])[0]
    reference = reference_in(payor)
    if payor.get("display") or reference is None or not reference.startswith("Organization/"):
        return str(payor.get("display") or concept_text(coverage.get("type")) or "Payer not named")
    try:
        return str((await context.fhir.read(reference)).get("name") or "Payer not named")
    except NotFound:
        return "Payer not named"


class VerifyInput(BaseModel):
    """Which coverage, and for which day (today where none is given)."""

    coverage: CoverageReference
    patient: PatientReference
    on: date | None = None


class Eligibility(BaseModel):
    """Whether the coverage is in force on the day; `summary` says it in words without naming the patient."""

    active: bool
    payer: str
    payer_type: PayerType | None
    ends: date | None
    summary: str


@step(
    "payer.verify_coverage",
    problems=(COVERAGE_NOT_FOUND, WRONG_PATIENT),
    reads=("Coverage", "Organization"),
)
async def verify_coverage(given: VerifyInput, context: StepContext) -> Eligibility:
    """Look whether the coverage is in force on the day, as the core has it now."""
    coverage = await read_coverage(context, given.coverage.reference)
    if reference_in(coverage.get("beneficiary")) != given.patient.reference:
        raise Problem(WRONG_PATIENT, "The coverage is another person's.", {"coverage": given.coverage.reference})
    day = given.on or context.now.astimezone(context.zone).date()
    period = coverage.get("period") or {}
    start, end = (date.fromisoformat(period[edge][:10]) if period.get(edge) else None for edge in ("start", "end"))
    within = (start is None or start <= day) and (end is None or day <= end)
    active = coverage.get("status") == "active" and within
    if active:
        summary = "The coverage is in force."
    elif not within:
        summary = f"The coverage does not reach {day.isoformat()}."
    else:
        summary = f"The coverage is {coverage.get('status', 'without status')}."
    payer = await payer_name(context, coverage)
    return Eligibility(active=active, payer=payer, payer_type=payer_type_of(coverage), ends=end, summary=summary)


class BenefitsInput(BaseModel):
    """What is to be infused, and where."""

    coverage: CoverageReference
    patient: PatientReference
    product: str
    site: SiteReference | None = None


class Benefits(BaseModel):
    """How the plan covers the product; `rule` is the row that says so."""

    payer: str
    supply: Supply
    patient_share: float
    needs_counseling: bool
    required_product: str | None
    rule: str


@step(
    "payer.verify_benefits",
    problems=(COVERAGE_NOT_FOUND, "benefits-unknown"),
    reads=("Coverage", "Organization"),
)
async def verify_benefits(given: BenefitsInput, context: StepContext) -> Benefits:
    """Look up how the plan covers and supplies the product; a plan that no row knows is for a person."""
    coverage = await read_coverage(context, given.coverage.reference)
    table, kind = benefit_rules(), payer_type_of(coverage)
    try:
        row = table.rule(kind or "unknown", given.product, context.now.astimezone(context.zone).date())
    except NoRowError as error:
        raise Problem("benefits-unknown", error.message) from None
    return Benefits(
        payer=await payer_name(context, coverage),
        supply=row.supply,
        patient_share=row.patient_share,
        needs_counseling=row.patient_share >= row.counseling_from,
        required_product=row.required_product,
        rule=table.name_of(row),
    )
