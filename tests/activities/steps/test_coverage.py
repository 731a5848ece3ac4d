"""Coverage in force or not, and what plans pay for."""

from __future__ import annotations

import pytest

from tests.activities.steps.conftest import Clinic


async def test_a_coverage_in_force(clinic: Clinic) -> None:
    """It names the payer and its kind, for today where no day is given."""
    given = {"coverage": await clinic.covered(), "patient": clinic.patient}
    output = (await clinic.run("payer.verify_coverage", given)).output
    assert (output["active"], output["payer"], output["payer_type"]) == (True, "Evergreen Health Plan", "commercial")


async def test_a_coverage_that_does_not_reach_the_day(clinic: Clinic) -> None:
    """What counts is the day of service, not today."""
    coverage = await clinic.covered(period={"start": "2026-01-01", "end": "2026-03-31"})
    given = {"coverage": coverage, "patient": clinic.patient, "on": "2026-04-01"}
    output = (await clinic.run("payer.verify_coverage", given)).output
    assert (output["active"], output["summary"]) == (False, "The coverage does not reach 2026-04-01.")
    last_day = (await clinic.run("payer.verify_coverage", {**given, "on": "2026-03-31"})).output
    assert last_day["active"], "the last day is inside"


async def test_a_cancelled_coverage(clinic: Clinic) -> None:
    """Its status counts as well as its period."""
    given = {"coverage": await clinic.covered(status="cancelled"), "patient": clinic.patient}
    assert not (await clinic.run("payer.verify_coverage", given)).output["active"]


async def test_another_persons_coverage(clinic: Clinic) -> None:
    """It is never used."""
    coverage = await clinic.covered(beneficiary={"reference": "Patient/somebody-else"})
    result = await clinic.run("payer.verify_coverage", {"coverage": coverage, "patient": clinic.patient})
    assert result.problem == "wrong-patient"


async def test_no_such_coverage(clinic: Clinic) -> None:
    """It is a named problem."""
    given = {"coverage": {"reference": "Coverage/none"}, "patient": clinic.patient}
    assert (await clinic.run("payer.verify_coverage", given)).problem == "coverage-not-found"


@pytest.mark.parametrize(
    ("sopt", "product", "supply", "required"),
    [
        ("512", "Infliximab", "buy-and-bill", None),
        ("512", "Ocrelizumab", "white-bag", None),
        ("111", "Infliximab", "buy-and-bill", None),
        ("2", "Infliximab", "buy-and-bill", "infliximab-dyyb"),
    ],
)
async def test_benefits(clinic: Clinic, sopt: str, product: str, supply: str, required: str | None) -> None:
    """Supply and required product come from the table, whose row is remembered."""
    given = {"coverage": await clinic.covered(sopt), "patient": clinic.patient, "product": product}
    output = (await clinic.run("payer.verify_benefits", given)).output
    assert (output["supply"], output["required_product"]) == (supply, required)
    assert output["rule"].startswith("benefit-rules/")


async def test_a_payer_that_no_row_knows(clinic: Clinic) -> None:
    """Nothing is assumed: somebody asks."""
    given = {"coverage": await clinic.covered("81"), "patient": clinic.patient, "product": "Infliximab"}
    assert (await clinic.run("payer.verify_benefits", given)).problem == "benefits-unknown"
