"""Before a dose and after it: results, readiness, the chair, and what the core says was given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.activities.steps.conftest import Clinic

ROW = "regimens/infliximab-weight@2026.1"
START = "2026-03-23T14:00:00Z"
GOOD = (("5196-1", "Negative"), ("71774-4", "Negative"))


async def screened(clinic: Clinic, on: str = "2026-03-23") -> Any:
    """What the chart says to the regimen's list."""
    return (await clinic.run("infusion.check_screening", {"patient": clinic.patient, "regimen": ROW, "on": on})).output


async def ready(clinic: Clinic, order: dict[str, Any] | None = None, **more: Any) -> Any:
    """Whether the dose may be given."""
    given = {"patient": clinic.patient, "order": order or await clinic.infusion_order(), "regimen": ROW, "on": START}
    return (await clinic.run("infusion.check_readiness", {**given, **more})).output


async def test_good_results(clinic: Clinic) -> None:
    """Both are there, young enough, and negative."""
    for code, value in GOOD:
        await clinic.result(code, value)
    assert await screened(clinic) == {"valid": True, "state": "valid", "summary": "All results are there."}


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


async def test_a_newer_result_counts(clinic: Clinic) -> None:
    """Whatever an older one said."""
    await clinic.result("5196-1", "Positive", collected="2026-01-01T09:00:00Z")
    for code, value in GOOD:
        await clinic.result(code, value, collected="2026-02-20T09:00:00Z")
    assert (await screened(clinic))["valid"]


async def test_nothing_speaks_against_it(clinic: Clinic) -> None:
    """Order, results, interval, allergies, admission, consent and weight."""
    for code, value in GOOD:
        await clinic.result(code, value)
    await clinic.result("29463-7", 82)
    assert (await ready(clinic, weight={"value": "84", "unit": "kg"}))["ready"]
    assert (await ready(clinic, weight={"value": "185", "unit": "[lb_av]"}))["ready"]


@pytest.mark.parametrize(("value", "unit"), [("70", "kg"), ("84", "[lb_av]"), ("84000", "kg"), ("84", "cm")])
async def test_weights_that_ask_for_a_second_look(clinic: Clinic, value: str, unit: str) -> None:
    """More than a tenth off, pounds taken for kilograms, or no weight at all."""
    for code, value_ in GOOD:
        await clinic.result(code, value_)
    await clinic.result("29463-7", 82)
    output = await ready(clinic, weight={"value": value, "unit": unit})
    assert not output["ready"]
    assert "check unit and scales" in output["summary"]


async def test_everything_that_may_speak_against_it(clinic: Clinic) -> None:
    """Each finding is said."""
    who = {"reference": clinic.patient["reference"]}
    await clinic.add(
        {
            "resourceType": "MedicationAdministration",
            "status": "completed",
            "medicationCodeableConcept": {"text": "infliximab at another site"},
            "subject": who,
            "effectiveDateTime": "2026-03-15T09:00:00Z",
        }
    )
    await clinic.run(
        "infusion.record_reaction",
        {"patient": clinic.patient, "product": "infliximab", "manifestation": "Flushing", "severity": "mild"},
    )
    inpatient = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
    await clinic.add({"resourceType": "Encounter", "status": "in-progress", "class": inpatient, "subject": who})
    await clinic.refuses("Treatment")
    output = await ready(clinic, await clinic.infusion_order("Ocrelizumab", status="on-hold"))
    assert len(output["findings"]) == 8, output["findings"]


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


@pytest.mark.parametrize("start", ["2026-03-01T14:00:00Z", "2026-03-19T14:00:00Z", None])
async def test_times_that_are_none(clinic: Clinic, start: str | None) -> None:
    """In the past, before the window, or not said."""
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
        await _administered(clinic, order, status, at)
    assert not (await clinic.run("infusion.find_administration", given)).output["found"]
    await _administered(clinic, order, "completed", "2026-03-23T15:00:00Z")
    output = (await clinic.run("infusion.find_administration", given)).output
    assert (output["found"], output["given_on"]) == (True, "2026-03-23")


async def _administered(clinic: Clinic, order: dict[str, Any], status: str, at: str) -> None:
    await clinic.add(
        {
            "resourceType": "MedicationAdministration",
            "status": status,
            "medicationCodeableConcept": {"text": "Infliximab"},
            "subject": {"reference": clinic.patient["reference"]},
            "request": {"reference": order["reference"]},
            "effectivePeriod": {"start": at},
        }
    )
