"""Whether a dose may be given: what the chart, its cover and the patient's weight say against it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.activities.steps.conftest import Clinic

ROW = "regimens/infliximab-weight@2026.1"
START = "2026-03-23T14:00:00Z"
AUTHORIZED = {"number": "A-7", "period": {"start": "2026-03-01", "end": "2026-09-01"}, "codes": ["J1745", "96413"]}


async def ready(clinic: Clinic, order: dict[str, Any] | None = None, **more: Any) -> Any:
    """Whether the dose may be given."""
    given = {
        "patient": clinic.patient,
        "order": order or await clinic.infusion_order(),
        "regimen": ROW,
        "start": START,
        "coverage": await clinic.covered(),
        "authorization": AUTHORIZED,
    }
    return (await clinic.run("infusion.check_readiness", {**given, **more})).output


@pytest.fixture
async def screened(clinic: Clinic) -> Clinic:
    """A patient with good results and a weight."""
    await clinic.result("5196-1", "Negative")
    await clinic.result("71774-4", "Negative")
    await clinic.result("29463-7", 82)
    return clinic


async def test_nothing_speaks_against_it(screened: Clinic) -> None:
    """Order, results, interval, allergies, admission, consent, weight, coverage and authorization."""
    assert (await ready(screened, weight={"value": "84", "unit": "kg"}))["ready"]
    assert (await ready(screened, weight={"value": "185", "unit": "[lb_av]"}))["ready"]


@pytest.mark.parametrize(("value", "unit"), [("70", "kg"), ("84", "[lb_av]"), ("84000", "kg"), ("84", "cm")])
async def test_weights_that_ask_for_a_second_look(screened: Clinic, value: str, unit: str) -> None:
    """More than a tenth off, pounds taken for kilograms, or no weight at all."""
    output = await ready(screened, weight={"value": value, "unit": unit})
    assert not output["ready"]
    assert "check unit and scales" in output["summary"]


async def test_the_weight_is_compared_with_the_one_that_was_dosed_on(screened: Clinic) -> None:
    """Not with the chart's, where today's may stand already."""
    await screened.result("29463-7", 95, collected="2026-03-23T12:00:00Z")
    today = {"weight": {"value": "95", "unit": "kg"}, "dosed_on": {"value": "82", "unit": "kg"}}
    output = await ready(screened, **today)
    assert "changed by more than 10 % (82.0 to 95.0 kg)" in output["summary"]
    assert (await ready(screened, **today, accepted=output["findings"]))["ready"]


async def test_everything_that_may_speak_against_it(clinic: Clinic) -> None:
    """Each finding is said; those of the chart may be accepted, and an order that is none never."""
    who = {"reference": clinic.patient["reference"]}
    await clinic.administered(await clinic.infusion_order(), "2026-03-15T09:00:00Z")
    reaction = {"patient": clinic.patient, "product": "infliximab", "manifestation": "Flushing", "severity": "mild"}
    await clinic.run("infusion.record_reaction", reaction)
    inpatient = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
    await clinic.add({"resourceType": "Encounter", "status": "in-progress", "class": inpatient, "subject": who})
    await clinic.refuses("Treatment")
    order = await clinic.infusion_order("Ocrelizumab", status="on-hold")
    output = await ready(clinic, order, authorization=None)
    assert len(output["findings"]) == 10, output["findings"]
    assert "there is no authorization" in output["findings"]
    accepted = await ready(clinic, order, authorization=None, accepted=output["findings"])
    assert accepted["findings"] == ["the order is on-hold", "the order names another product than the regimen"]
    assert len(accepted["accepted"]) == 7  # what is missing at the payer's is accepted for one dose, and not told on


async def test_another_orders_chair_within_the_minimum_interval(screened: Clinic) -> None:
    """The same ingredient, whoever ordered it; not chairs of other drugs, nor those that were given back."""
    for product, day, status in (
        ("Infliximab-dyyb", "2026-03-30", "booked"),
        ("Infliximab", "2026-03-25", "cancelled"),
        ("Ocrelizumab", "2026-03-24", "booked"),
        ("Infliximab", "2026-06-01", "booked"),
    ):
        order = await screened.infusion_order(product)
        patient = {"actor": {"reference": screened.patient["reference"]}, "status": "accepted"}
        await screened.add(
            {
                "resourceType": "Appointment",
                "status": status,
                "basedOn": [{"reference": order["reference"]}],
                "start": f"{day}T14:00:00Z",
                "end": f"{day}T16:00:00Z",
                "participant": [patient],
            }
        )
    output = await ready(screened)
    assert output["findings"] == ["booked by another order on 2026-03-30, within the minimum interval"]


async def test_an_order_that_asks_for_another_regimen(screened: Clinic) -> None:
    """A dose is not given by the row that the series began with when the order says otherwise by now."""
    changed = await screened.infusion_order(dosageInstruction=[{"text": "10 mg/kg every 8 weeks"}])
    (finding,) = (await ready(screened, changed))["findings"]
    assert finding.startswith("the order asks for another regimen: Infliximab 10 mg/kg")


async def test_an_allergy_that_is_none_any_more(screened: Clinic) -> None:
    """Refuted and resolved ones speak against nothing."""
    for status, code in (("verificationStatus", "refuted"), ("clinicalStatus", "resolved")):
        allergy = {"resourceType": "AllergyIntolerance", "code": {"text": "Infliximab"}, "patient": screened.patient}
        await screened.add({**allergy, status: {"coding": [{"code": code}]}})
    assert (await ready(screened))["ready"]
