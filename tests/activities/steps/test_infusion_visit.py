"""Before a dose and after it: results, readiness, the chair, and what the core says was given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.activities.steps.conftest import Clinic

ROW = "regimens/infliximab-weight@2026.1"
START = "2026-03-23T14:00:00Z"
GOOD = (("5196-1", "Negative"), ("71774-4", "Negative"))


async def screened(clinic: Clinic, on: str = "2026-03-23", accepted: list[str] | None = None) -> Any:
    """What the chart says to the regimen's list."""
    given = {"patient": clinic.patient, "regimen": ROW, "on": on, "accepted": accepted}
    return (await clinic.run("infusion.check_screening", given)).output


async def test_good_results(clinic: Clinic) -> None:
    """Both are there, young enough, and negative."""
    for code, value in GOOD:
        await clinic.result(code, value)
    good = {"valid": True, "state": "valid", "findings": [], "summary": "All results are there."}
    assert await screened(clinic) == good


async def test_results_age_from_collection_until_the_day(clinic: Clinic) -> None:
    """Valid today, too old on the day of the dose."""
    await clinic.result("5196-1", "Negative", collected="2025-03-24T09:00:00Z")
    await clinic.result("71774-4", "Negative")
    assert (await screened(clinic, "2026-03-23"))["valid"]
    late = await screened(clinic, "2026-03-24")
    assert (late["state"], "too old" in late["summary"]) == ("missing", True)


@pytest.mark.parametrize("value", ["Positive", "Indeterminate", "unclear"])
async def test_what_is_not_clearly_good_is_a_clinicians(clinic: Clinic, value: str) -> None:
    """It is no stale result, and its value stands in no work list."""
    await clinic.result("5196-1", value)
    await clinic.result("71774-4", "Negative")
    output = await screened(clinic)
    assert output["state"] == "to-review"
    assert value not in output["summary"]


async def test_what_was_accepted_is_asked_no_more(clinic: Clinic) -> None:
    """Until there is another result."""
    await clinic.result("5196-1", "Indeterminate")
    await clinic.result("71774-4", "Negative")
    accepted = (await screened(clinic))["findings"]
    assert (await screened(clinic, accepted=accepted))["valid"]
    await clinic.result("5196-1", "Indeterminate", collected="2026-02-20T09:00:00Z")
    assert (await screened(clinic, accepted=accepted))["state"] == "to-review"


async def test_a_newer_result_counts(clinic: Clinic) -> None:
    """Whatever an older one said."""
    await clinic.result("5196-1", "Positive", collected="2026-01-01T09:00:00Z")
    for code, value in GOOD:
        await clinic.result(code, value, collected="2026-02-20T09:00:00Z")
    assert (await screened(clinic))["valid"]


async def chair(clinic: Clinic, key: str = "01/chair", **more: Any) -> Any:
    """A chair for the first dose."""
    given = {
        "patient": clinic.patient,
        "order": clinic.order,
        "start": START,
        "minutes": 210,
        "dose": "dose-1",
        "earliest": "2026-03-20",
        "latest": "2026-03-30",
    }
    order = more.pop("order", None) or await clinic.infusion_order()
    return await clinic.run("infusion.book_chair", {**given, "order": order, **more}, key=key)


async def test_a_chair_is_booked_once(clinic: Clinic) -> None:
    """For its dose; tried again with the same key it is the same chair, whatever time is asked for."""
    order = await clinic.infusion_order()
    first = await chair(clinic, order=order, site={"reference": "Location/2"})
    again = await chair(clinic, order=order, start="2026-03-24T14:00:00Z")
    assert first.output["appointment"] == again.output["appointment"]
    assert again.output["end"] == "2026-03-23T17:30:00Z"


@pytest.mark.parametrize("start", ["2026-03-01T14:00:00Z", "2026-03-19T14:00:00Z", "2026-03-31T14:00:00Z", None])
async def test_times_that_are_none(clinic: Clinic, start: str | None) -> None:
    """In the past, before the window, after it, or not said."""
    assert (await chair(clinic, start=start)).problem == "outside-window"


async def test_no_second_chair_for_an_order(clinic: Clinic) -> None:
    """Until the first is given back; what is given back twice stays so."""
    order = await clinic.infusion_order()
    first = await chair(clinic, order=order)
    assert (await chair(clinic, key="01/chair-2", order=order)).problem == "other-dose-near"
    giving_back = {"appointment": first.output["appointment"], "reason": "Moved"}
    for number in range(2):
        back = await clinic.run("infusion.cancel_chair", giving_back, key=f"01/back-{number}")
        assert back.output["status"] == "cancelled"
    assert (await chair(clinic, key="01/chair-3", order=order)).problem is None


async def test_a_visit_that_is_over_stays_what_it_was(clinic: Clinic) -> None:
    """Taking a series back does not undo the doses that were given; nor is a missing chair an error."""
    booked = (await chair(clinic)).output["appointment"]
    giving_back = {"appointment": booked, "reason": "The order was revoked"}
    back = await clinic.run("infusion.cancel_chair", giving_back, later=timedelta(days=60))
    assert back.output["status"] == "booked"
    gone = {"appointment": {"reference": "Appointment/none"}, "reason": "x"}
    assert (await clinic.run("infusion.cancel_chair", gone)).output["status"] == "not-found"


async def test_a_dose_is_given_when_the_core_says_so(clinic: Clinic) -> None:
    """Not by an older record, nor by one that was not done."""
    order = await clinic.infusion_order()
    given = {"order": order, "patient": clinic.patient, "since": START}
    for status, at in (("completed", "2026-03-09T15:00:00Z"), ("not-done", "2026-03-23T15:00:00Z")):
        await clinic.administered(order, at, status=status)
    assert not (await clinic.run("infusion.find_administration", given)).output["found"]
    await clinic.administered(order, "2026-03-23T15:00:00Z")
    output = (await clinic.run("infusion.find_administration", given)).output
    assert (output["found"], output["given_on"], output["charge"]) == (True, "2026-03-23", None)


@pytest.mark.parametrize(
    ("value", "unit", "charge"),
    [
        (410, "mg", "J1745: 41 units given, 9 wasted (JW)."),
        (400, "mg", "J1745: 40 units given, none wasted (JZ)."),
        (41, "mL", None),
    ],
)
async def test_what_is_to_be_charged(clinic: Clinic, value: int, unit: str, charge: str | None) -> None:
    """By the amount that was recorded; what cannot be counted in units is left to a person."""
    order = await clinic.infusion_order()
    await clinic.administered(order, "2026-03-23T15:00:00Z", amount=(value, unit))
    given = {"order": order, "patient": clinic.patient, "since": START}
    assert (await clinic.run("infusion.find_administration", given)).output["charge"] == charge


async def test_a_weight_is_kept_in_the_chart(clinic: Clinic) -> None:
    """The next dose is planned with it, in whatever unit it was taken."""
    given = {"patient": clinic.patient, "weight": {"value": "181", "unit": "[lb_av]"}}
    await clinic.run("infusion.record_weight", given)
    plan = {"regimen": ROW, "order": await clinic.infusion_order(), "first_dose": "2026-03-23"}
    output = (await clinic.run("infusion.plan_dose", plan)).output
    assert (output["amount"]["value"], output["wants"]) == ("410", None)
