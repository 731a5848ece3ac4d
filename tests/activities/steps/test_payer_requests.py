"""Requests to payers: what is asked, by which rule, what lies with the payer, and taking it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.activities.steps.conftest import Clinic


async def opened(clinic: Clinic, **more: Any) -> Any:
    """An opened request for infliximab."""
    given = {"order": await clinic.infusion_order(), "patient": clinic.patient, "coverage": await clinic.covered()}
    return await clinic.run("payer.open_request", {**given, **more})


async def submitted(clinic: Clinic, number: int = 1, key: str = "01/submit", **more: Any) -> Any:
    """A request that lies with the payer."""
    given = {
        "patient": clinic.patient,
        "order": clinic.order,
        "coverage": await clinic.covered(),
        "channel": "portal",
        "number": number,
        "submitted_at": "2026-03-02T13:00:00Z",
        "reference": "P-55",
        "items": [{"sequence": 1, "code": "J1745", "text": "Infliximab"}],
        "documents": [{"reference": "DocumentReference/1"}],
        "previous": "A-1",
    }
    return await clinic.run("payer.record_submission", {**given, **more}, key=key)


async def test_an_infusion_is_two_items(clinic: Clinic) -> None:
    """The drug and its administration are asked for each by itself."""
    output = (await opened(clinic)).output
    assert [item["code"] for item in output["items"]] == ["J1745", "96413"]
    assert (output["service"], output["payer"]) == ("Infliximab", "Evergreen Health Plan")
    assert (await clinic.read(output["task"]))["status"] == "in-progress"


async def test_a_drug_is_asked_for_by_its_billing_code(clinic: Clinic) -> None:
    """Whatever code the order has; with its units, and with what dose and diagnosis it is for."""
    order = await clinic.infusion_order(
        medicationCodeableConcept={"coding": [{"code": "191831"}], "text": "Infliximab"},
        dosageInstruction=[{"text": "5 mg/kg"}],
    )
    output = (await opened(clinic, order=order, units=250)).output
    assert [(item["code"], item["units"]) for item in output["items"]] == [("J1745", 250), ("96413", None)]
    assert (output["dose"], output["diagnosis"]) == ("5 mg/kg", "Crohn's disease")
    claim = (await submitted(clinic, items=output["items"])).output["claim"]
    assert (await clinic.read(claim))["item"][0]["quantity"]["value"] == 250


async def test_an_order_that_was_changed_is_read_again(clinic: Clinic) -> None:
    """Under the Task that is there."""
    task = (await opened(clinic)).output["task"]
    changed = await clinic.infusion_order("Vedolizumab")
    given = {"order": changed, "patient": clinic.patient, "coverage": await clinic.covered(), "task": task}
    output = (await clinic.run("payer.open_request", given, key="01/open-again")).output
    assert (output["task"]["reference"], output["items"][0]["code"]) == (task["reference"], "J3380")
    assert len(await clinic.all("Task")) == 1


async def test_a_service_is_one_item(clinic: Clinic) -> None:
    """And the requester is who messages go to."""
    given = {"order": clinic.order, "patient": clinic.patient, "coverage": await clinic.covered(), "service": "Visit"}
    output = (await clinic.run("payer.open_request", given)).output
    assert [item["sequence"] for item in output["items"]] == [1]
    assert output["service"] == "Visit"
    assert output["requester"]["reference"].startswith("Practitioner/")


async def test_orders_that_cannot_be_asked_for(clinic: Clinic) -> None:
    """Not in force, another person's, or not there."""
    assert (await opened(clinic, order=await clinic.infusion_order(status="stopped"))).problem == "order-not-active"
    other = await clinic.infusion_order(subject={"reference": "Patient/somebody-else"})
    assert (await opened(clinic, order=other)).problem == "wrong-patient"
    assert (await opened(clinic, order={"reference": "MedicationRequest/none"})).problem == "order-not-found"


async def test_the_tables_say_whether_and_how(clinic: Clinic) -> None:
    """Status, channel and limit come with the rows that say so."""
    given = {"order": await clinic.infusion_order(), "coverage": await clinic.covered("111")}
    output = (await clinic.run("payer.check_requirement", given)).output
    assert (output["status"], output["channel"], output["decision_limit"]) == ("auth-needed", "portal", "72 hours")
    assert output["rule"] == "payer-rules/medicare-advantage-drug-standard@2026.1"
    expedited = (await clinic.run("payer.check_requirement", {**given, "urgency": "expedited"})).output
    assert expedited["decision_limit"] == "24 hours"
    visit = await clinic.add(
        {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "order",
            "code": {"text": "Surgery"},
            "subject": {"reference": clinic.patient["reference"]},
        }
    )
    service = {**given, "order": {"reference": f"ServiceRequest/{visit['id']}"}}
    assert (await clinic.run("payer.check_requirement", service)).output["decision_limit"] == "7 days"


async def test_no_row_is_never_a_default(clinic: Clinic) -> None:
    """An unknown payer, or a service that no row names."""
    order = await clinic.infusion_order()
    unknown_payer = {"order": order, "coverage": await clinic.covered("81")}
    assert (await clinic.run("payer.check_requirement", unknown_payer)).problem == "no-rule"
    drug = await clinic.infusion_order("Obscuremab", medicationCodeableConcept={"text": "Obscuremab"})
    unknown_drug = {"order": drug, "coverage": await clinic.covered()}
    assert (await clinic.run("payer.check_requirement", unknown_drug)).problem == "no-rule"


async def test_a_submission_is_kept_once(clinic: Clinic) -> None:
    """As a preauthorization Claim with what was sent; tried again it is the same one."""
    first, again = await submitted(clinic), await submitted(clinic)
    assert first.output == again.output
    (claim,) = await clinic.all("Claim")
    assert (claim["use"], claim["status"]) == ("preauthorization", "active")
    assert {"system": "urn:carelane:payer-reference", "value": "P-55"} in claim["identifier"]
    assert claim["related"][0]["reference"]["value"] == "A-1"
    assert first.output["identifier"] == "01INSTANCE-1"
    assert first.output["received_at"] == "2026-03-02T13:00:00Z"


async def test_the_limit_counts_by_the_day_of_receipt(clinic: Clinic) -> None:
    """Not by the day on which the rule was looked up."""
    rule = "payer-rules/medicaid-medical-standard@2026.1"
    days = ("2025-12-31T20:00:00Z", "2026-01-02T15:00:00Z", "2024-06-01T15:00:00Z")
    limits = [
        (await submitted(clinic, number, f"01/submit-{number}", rule=rule, submitted_at=day)).output["decision_limit"]
        for number, day in enumerate(days, 1)
    ]
    assert limits == ["14 days", "7 days", None]
    assert (await submitted(clinic, 4, "01/submit-4", rule="payer-rules/none")).output["decision_limit"] is None


async def test_taking_a_request_back(clinic: Clinic) -> None:
    """The Claim says so, once, and keeps its reason."""
    claim = (await submitted(clinic)).output["claim"]
    for _ in range(2):
        await clinic.run("payer.cancel_request", {"claim": claim, "reason": "Order changed"})
    kept = await clinic.read(claim)
    assert kept["status"] == "cancelled"
    assert [one["valueString"] for one in kept["supportingInfo"] if one["category"]["text"] == "cancelled"] == [
        "Order changed"
    ]
    gone = {"claim": {"reference": "Claim/none"}, "reason": "x"}
    assert (await clinic.run("payer.cancel_request", gone)).problem == "claim-not-found"


async def test_the_task_shows_how_far_it_is(clinic: Clinic) -> None:
    """Until it is closed, after which nothing is shown any more."""
    task = (await opened(clinic)).output["task"]
    claim = (await submitted(clinic)).output["claim"]
    await clinic.run("payer.update_status", {"task": task, "status": "submitted", "claim": claim}, key="01/show")
    shown = await clinic.read(task)
    assert shown["businessStatus"]["text"] == "submitted"
    assert shown["output"][0]["valueReference"]["reference"] == claim["reference"]
    closing = {"task": task, "result": "denied", "reason": "Not covered"}
    await clinic.run("payer.close_request", closing, later=timedelta(days=1))
    closed = await clinic.read(task)
    assert (closed["status"], closed["statusReason"]["text"]) == ("failed", "Not covered")
    late = await clinic.run("payer.update_status", {"task": task, "status": "pended"}, key="01/late")
    assert late.problem == "task-closed"
    gone = await clinic.run("payer.update_status", {"task": {"reference": "Task/none"}, "status": "pended"})
    assert gone.problem == "task-not-found"
