"""A series' order, row, and end on the development core."""

from __future__ import annotations

import pytest

from tests.activities.steps.conftest import Clinic

ROW = "regimens/infliximab-weight@2026.1"


async def test_an_order_is_received(clinic: Clinic) -> None:
    """With product, indication, and one Task that shows how far the series is."""
    order = await clinic.infusion_order()
    output = (await clinic.run("infusion.receive", {"order": order, "patient": clinic.patient})).output
    assert (output["product"], output["indication"]) == ("Infliximab", "Crohn's disease")
    assert output["dose"] == "as the regimen says"
    given = {"order": order, "patient": clinic.patient, "task": output["task"]}
    again = (await clinic.run("infusion.receive", given, key="01/receive-again")).output
    assert (again["task"]["reference"], len(await clinic.all("Task"))) == (output["task"]["reference"], 1)
    closing = {"task": output["task"], "result": "withdrawn", "reason": "The order was revoked"}
    await clinic.run("infusion.close", closing)
    assert (await clinic.read(output["task"]))["status"] == "cancelled"


async def test_closing_what_is_not_there(clinic: Clinic) -> None:
    """It is a named problem."""
    given = {"task": {"reference": "Task/none"}, "result": "stopped"}
    assert (await clinic.run("infusion.close", given)).problem == "task-not-found"


@pytest.mark.parametrize(("status", "problem"), [("stopped", "order-not-active"), ("cancelled", "order-not-active")])
async def test_orders_that_are_over(clinic: Clinic, status: str, problem: str) -> None:
    """They begin no series."""
    order = await clinic.infusion_order(status=status)
    assert (await clinic.run("infusion.receive", {"order": order, "patient": clinic.patient})).problem == problem


@pytest.mark.parametrize("product", ["Infliximab", "infliximab 100 mg vial", "INFLIXIMAB"])
async def test_the_row_of_a_product(clinic: Clinic, product: str) -> None:
    """The instance remembers row and version."""
    output = (await clinic.run("infusion.find_regimen", {"product": product})).output
    assert (output["row"], output["weight_based"]) == (ROW, True)


async def test_no_row_for_a_product(clinic: Clinic) -> None:
    """It is never a silent default; nor on a day before any row held."""
    assert (await clinic.run("infusion.find_regimen", {"product": "Obscuremab"})).problem == "no-regimen"
    early = {"product": "Infliximab", "on": "2020-01-01"}
    assert (await clinic.run("infusion.find_regimen", early)).problem == "no-regimen"


async def test_doses_under_earlier_orders(clinic: Clinic) -> None:
    """They are told, so that a series goes on with its history when its order is replaced."""
    for day in ("2026-01-05", "2026-01-19"):
        await clinic.administered(await clinic.infusion_order(), f"{day}T15:00:00Z")
    given = {"product": "Infliximab", "patient": clinic.patient}
    output = (await clinic.run("infusion.find_regimen", given)).output
    assert output["given_before"] == ["2026-01-05", "2026-01-19"]
