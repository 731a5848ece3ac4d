"""The doses of a series on the development core: the next one, what a gap means, the units to ask for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.activities.steps.conftest import Clinic

ROW = "regimens/infliximab-weight@2026.1"


async def plan(clinic: Clinic, *doses: str | None, order: dict[str, Any] | None = None, **more: Any) -> Any:
    """The next dose of a series."""
    given = {"regimen": ROW, "order": order or await clinic.infusion_order(), "first_dose": "2026-03-23"}
    return await clinic.run("infusion.plan_dose", {**given, "doses": list(doses), **more})


async def test_a_series_goes_on_from_doses_before_it(clinic: Clinic) -> None:
    """Under another order, or elsewhere."""
    output = (await plan(clinic, "2026-01-05", "2026-01-19")).output
    assert (output["number"], output["due"]) == (3, "2026-02-16")


async def test_the_first_dose(clinic: Clinic) -> None:
    """By weight from the chart, with its window, its chair and its units."""
    await clinic.result("29463-7", 82)
    output = (await plan(clinic)).output
    assert (output["number"], output["key"], output["due"]) == (1, "dose-1", "2026-03-23")
    assert (output["earliest"], output["latest"], output["chair_minutes"]) == ("2026-03-20", "2026-03-30", 210)
    assert output["amount"] == {"value": "410", "unit": "mg"}
    assert (output["units"], output["wasted"], output["weight"]) == (41, 9, {"value": "82", "unit": "kg"})
    assert (output["over"], output["wants"]) == (False, None)


async def test_a_day_that_was_agreed_on(clinic: Clinic) -> None:
    """It takes the place of the regimen's, widens the window to it, and is never in the past."""
    await clinic.result("29463-7", 82)
    late = (await plan(clinic, agreed="2026-04-10")).output
    assert (late["due"], late["earliest"], late["latest"]) == ("2026-04-10", "2026-03-20", "2026-04-10")
    past = (await plan(clinic, agreed="2026-01-10")).output
    assert (past["due"], past["earliest"], past["latest"]) == ("2026-03-02", "2026-03-02", "2026-03-30")


@pytest.mark.parametrize(("kilograms", "taken"), [(8200, "2026-02-01T09:00:00Z"), (82, "2025-12-01T09:00:00Z")])
async def test_without_a_weight_there_is_no_amount(clinic: Clinic, kilograms: float, taken: str) -> None:
    """Nor with one that nobody weighs, or that is too old to plan with."""
    await clinic.result("29463-7", kilograms, collected=taken)
    output = (await plan(clinic)).output
    assert (output["amount"], output["units"], output["wants"]) == (None, None, "weight")


async def test_the_next_dose_of_a_series(clinic: Clinic) -> None:
    """Its key counts in the series, its number in the regimen."""
    output = (await plan(clinic, "2026-03-24", None, begun_after=2)).output
    assert (output["number"], output["key"]) == (1, "dose-3")


async def test_the_last_dose_of_an_order(clinic: Clinic) -> None:
    """What the order allows is all; after it the series is over."""
    order = await clinic.infusion_order(dispenseRequest={"numberOfRepeatsAllowed": 1})
    assert not (await plan(clinic, order=order)).output["last"]
    assert (await plan(clinic, "2026-03-24", order=order)).output["last"]
    assert (await plan(clinic, "2026-03-24", None, "2026-04-07", order=order)).output["over"]


async def test_an_order_that_ends_before_the_dose(clinic: Clinic) -> None:
    """It wants to be renewed; the series is not over for it."""
    for more in ({"dispenseRequest": {"validityPeriod": {"end": "2026-03-20"}}}, {"status": "stopped"}):
        output = (await plan(clinic, order=await clinic.infusion_order(**more))).output
        assert (output["wants"], output["over"]) == ("order", False)


async def test_the_stop_rule_is_asked_before_its_dose(clinic: Clinic) -> None:
    """Vedolizumab: before the fourth."""
    doses = ["2026-03-23", "2026-04-06", "2026-05-04"]
    row = "regimens/vedolizumab-standard@2026.1"
    assert (await plan(clinic, *doses, regimen=row)).output["review_due"]
    assert not (await plan(clinic, *doses[:2], regimen=row)).output["review_due"]


async def test_an_unknown_row(clinic: Clinic) -> None:
    """A row that the table has lost is a problem of its own."""
    assert (await plan(clinic, regimen="regimens/none@2026.1")).problem == "unknown-row"
    given = {"regimen": "regimens/none@2026.1", "due": "2026-03-23"}
    assert (await clinic.run("infusion.judge_window", given)).problem == "unknown-row"


async def test_a_gap_is_judged_as_of_today(clinic: Clinic) -> None:
    """With the date that is possible, and words for the one who decides."""
    given = {"regimen": ROW, "doses": ["2026-01-05"], "due": "2026-01-19"}
    output = (await clinic.run("infusion.judge_window", given)).output
    assert (output["verdict"], output["next_due"]) == ("clinician", "2026-03-04")
    moved = (await clinic.run("infusion.judge_window", {**given, "due": "2026-03-20", "wish": "2026-03-25"})).output
    assert (moved["verdict"], moved["next_due"]) == ("clinician", "2026-03-25")  # moving it has not widened the window
    assert "last given 2026-01-05" in output["summary"]


@pytest.mark.parametrize(
    ("doses", "over", "counted"),
    [
        ([], "6 months", {"doses": 5, "units": 250}),  # weeks 0, 2, 6, 14, 22
        (["2026-03-02"], "6 months", {"doses": 4, "units": 200}),  # weeks 2, 6, 14, 22 of which the last is within
        (["2026-01-05", "2026-01-19", "2026-02-16"], "8 weeks", {"doses": 1, "units": 50}),
    ],
)
async def test_the_units_to_ask_for(clinic: Clinic, doses: list[str], over: str, counted: dict[str, int]) -> None:
    """Those of every dose that falls due in the time, with their waste."""
    await clinic.result("29463-7", 82)
    given = {"regimen": ROW, "order": await clinic.infusion_order(), "first_dose": "2026-03-02", "doses": doses}
    assert (await clinic.run("infusion.count_units", {**given, "over": over})).output == counted
    order = await clinic.infusion_order(dispenseRequest={"numberOfRepeatsAllowed": len(doses)})
    one_more = {**given, "order": order, "over": over}
    assert (await clinic.run("infusion.count_units", one_more)).output == {"doses": 1, "units": 50}


async def test_units_that_nobody_can_count(clinic: Clinic) -> None:
    """Without a weight they are left open; the doses are told."""
    given = {"regimen": ROW, "order": await clinic.infusion_order(), "first_dose": "2026-03-02", "over": "2 weeks"}
    assert (await clinic.run("infusion.count_units", given)).output == {"doses": 1, "units": None}


async def test_an_order_counts_its_own_doses_alone(clinic: Clinic) -> None:
    """Those under earlier orders use none of what it allows."""
    await clinic.result("29463-7", 82)
    order = await clinic.infusion_order(dispenseRequest={"numberOfRepeatsAllowed": 1})
    doses = ["2026-01-05", "2026-01-19"]
    first = (await plan(clinic, *doses, order=order, before=2)).output
    assert (first["number"], first["last"], first["over"]) == (3, False, False)
    second = (await plan(clinic, *doses, "2026-03-02", order=order, before=2)).output
    assert (second["last"], second["over"]) == (True, False)
