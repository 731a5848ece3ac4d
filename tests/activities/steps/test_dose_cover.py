"""Whether coverage and authorization reach a dose, and the ledger of units."""

from __future__ import annotations

from typing import Any

import pytest

from tests.activities.steps.conftest import Clinic, reference

ROW = "regimens/infliximab-weight@2026.1"
DOSE = {"value": "410", "unit": "mg"}
AUTHORIZED: dict[str, Any] = {
    "number": "A-7",
    "period": {"start": "2026-03-01", "end": "2026-09-01"},
    "codes": ["J1745", "96413"],
    "units": 150,
    "payer": "Evergreen Health Plan",
    "dose": "5 mg/kg",
    "diagnosis": "Crohn's disease",
    "site": "Location/2",
}


async def cover(clinic: Clinic, authorization: dict[str, Any] | None = None, **more: Any) -> Any:
    """What covers the dose of 23 March."""
    given = {
        "patient": clinic.patient,
        "order": await clinic.infusion_order(dosageInstruction=[{"text": "5 mg/kg"}]),
        "regimen": ROW,
        "coverage": await clinic.covered(),
        "on": "2026-03-23",
        "authorization": AUTHORIZED | (authorization or {}),
        "amount": DOSE,
        "site": {"reference": "Location/2"},
    }
    return (await clinic.run("infusion.check_cover", {**given, **more})).output


async def test_everything_matches(clinic: Clinic) -> None:
    """Product, dose, diagnosis, site, payer, date and units, for the drug and for its administration."""
    output = await cover(clinic)
    assert (output["in_force"], output["authorized"], output["findings"]) == (True, True, [])
    assert output["units_left"] == 150


@pytest.mark.parametrize(
    ("authorization", "finding"),
    [
        ({"codes": ["Q5103", "96413"]}, "the authorization is not for J1745"),
        ({"codes": ["J1745"]}, "the administration is not authorized"),
        ({"dose": "10 mg/kg"}, "the dose is not the one that was authorized"),
        ({"diagnosis": "Ulcerative colitis"}, "the diagnosis is not the one that was authorized"),
        ({"site": "Location/9"}, "the site is not the one that was authorized"),
        ({"number": None}, "the authorization has no number"),
        ({"period": {"start": "2026-03-24", "end": "2026-09-01"}}, "the authorization begins 2026-03-24"),
        ({"period": {"start": "2026-03-01", "end": "2026-03-22"}}, "the authorization ends 2026-03-22"),
        ({"period": {"start": "2026-03-01"}}, "the authorization does not say from when until when it holds"),
        ({"units": 49}, "49 of 49 units are left, the dose needs 50, 9 of them waste"),
    ],
)
async def test_what_does_not_match(clinic: Clinic, authorization: dict[str, Any], finding: str) -> None:
    """Each is said, and keeps the dose from being covered until a person accepts it."""
    output = await cover(clinic, authorization)
    assert (output["authorized"], output["in_force"], output["findings"]) == (False, True, [finding])
    assert (await cover(clinic, authorization, accepted=[finding]))["authorized"]


async def test_doses_use_up_the_units(clinic: Clinic) -> None:
    """With their waste, in the authorization's days, at any site; one without an amount counts as much as this one."""
    order = await clinic.infusion_order()
    await clinic.administered(order, "2026-02-20T15:00:00Z", amount=(410, "mg"))  # before the authorization
    await clinic.administered(order, "2026-03-02T15:00:00Z", amount=(0.35, "g"))
    await clinic.administered(order, "2026-03-09T15:00:00Z")
    await clinic.administered(order, "2026-03-16T15:00:00Z", status="not-done")
    assert (await cover(clinic))["units_left"] == 150 - 40 - 50
    output = await cover(clinic, {"units": 139})
    assert output["findings"] == ["49 of 139 units are left, the dose needs 50, 9 of them waste"]


@pytest.mark.parametrize("amount", [None, {"value": "41", "unit": "mL"}])
async def test_units_that_cannot_be_worked_out(clinic: Clinic, amount: dict[str, str] | None) -> None:
    """No amount, or one that is no mass, is never taken for units; without a limit none are asked for."""
    output = await cover(clinic, amount=amount)
    assert output["findings"] == ["the units that the dose needs cannot be worked out"]
    assert (await cover(clinic, {"units": None}, amount=amount))["authorized"]


async def test_no_authorization(clinic: Clinic) -> None:
    """It is missing, unless none is needed."""
    given = {
        "patient": clinic.patient,
        "order": await clinic.infusion_order(),
        "regimen": ROW,
        "coverage": await clinic.covered(),
        "on": "2026-03-23",
    }
    output = (await clinic.run("infusion.check_cover", given)).output
    assert (output["authorized"], output["findings"]) == (False, ["there is no authorization"])
    assert (await clinic.run("infusion.check_cover", {**given, "authorization_needed": False})).output["authorized"]


async def test_no_row_of_billing_units(clinic: Clinic) -> None:
    """On a day before any row held, nothing is authorized."""
    output = await cover(
        clinic, on="2025-12-31", authorization={"period": {"start": "2025-12-01", "end": "2026-09-01"}}
    )
    assert output["findings"][-1] == "the table of billing units has no row for the product"


@pytest.mark.parametrize(
    ("coverage", "finding"),
    [
        ({"status": "cancelled"}, "the coverage is cancelled"),
        ({"period": {"start": "2026-01-01", "end": "2026-03-22"}}, "the coverage ends 2026-03-22"),
        ({"period": {"start": "2026-04-01"}}, "the coverage begins 2026-04-01"),
    ],
)
async def test_the_coverage_on_the_day(clinic: Clinic, coverage: dict[str, Any], finding: str) -> None:
    """It is read anew; a transition period is for a person to accept."""
    found = await clinic.covered(**coverage)
    output = await cover(clinic, coverage=found)
    assert (output["in_force"], output["authorized"], output["findings"]) == (False, True, [finding])
    assert (await cover(clinic, coverage=found, accepted=[finding]))["in_force"]


async def test_another_payer_behind_the_same_coverage(clinic: Clinic) -> None:
    """The authorization is the former payer's."""
    payer = await clinic.add({"resourceType": "Organization", "name": "Meadow Health"})
    found = await clinic.covered(payor=[reference(payer)])
    assert (await cover(clinic, coverage=found))["findings"] == ["the payer is another than the one that authorized"]
