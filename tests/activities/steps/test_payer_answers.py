"""Payers' answers item by item, what follows a denial, appeals and the contact log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.activities.steps.conftest import Clinic
from tests.activities.steps.test_payer_requests import submitted

REQUESTED = [{"sequence": 1, "code": "J1745", "text": "Infliximab"}, {"sequence": 2, "code": "96413", "text": "Hour"}]


async def answered(clinic: Clinic, *items: dict[str, Any], **more: Any) -> Any:
    """What comes of an answer."""
    claim = (await submitted(clinic)).output["claim"]
    given = {"patient": clinic.patient, "claim": claim, "requested": REQUESTED, "answered": list(items)}
    return await clinic.run("payer.record_decision", {**given, "reference": "L-1", **more})


def item(sequence: int, decision: str, **more: Any) -> dict[str, Any]:
    """A decision on an item."""
    return {"sequence": sequence, "decision": decision, **more}


async def test_everything_certified(clinic: Clinic) -> None:
    """The authorization has the number, and the days that all items share."""
    output = (
        await answered(
            clinic,
            item(1, "certified", number="A-7", start="2026-03-01", end="2026-09-01", units=300),
            item(2, "not-required", start="2026-03-10", units=6),
            asked={"payer": "Evergreen Health Plan", "dose": "5 mg/kg"},
        )
    ).output
    assert (output["certified"], output["undecided"]) == (2, 0)
    assert output["authorization"] == {
        "number": "A-7",
        "period": {"start": "2026-03-10", "end": "2026-09-01"},
        "codes": ["J1745", "96413"],
        "units": 300,
        "payer": "Evergreen Health Plan",
        "dose": "5 mg/kg",
        "diagnosis": None,
        "site": None,
    }
    (response,) = await clinic.all("ClaimResponse")
    assert response["preAuthRef"] == "A-7"
    drug = response["item"][0]
    assert drug["extension"][0]["valuePeriod"] == {"start": "2026-03-01", "end": "2026-09-01"}
    assert drug["adjudication"][0]["extension"][0]["extension"] == [{"url": "number", "valueString": "A-7"}]
    assert drug["adjudication"][0]["reason"]["text"] == "J1745; 300 units"


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        ({"units": 299}, "partial"),
        ({"units": 300, "code": "J1745"}, "certified"),
        ({"code": "Q5103"}, "modified"),
        ({}, "certified"),
    ],
)
async def test_certified_is_what_was_asked_for(clinic: Clinic, answer: dict[str, Any], decision: str) -> None:
    """Fewer units are certified in part, another code is a change, whatever the letter calls them."""
    asked = [{**REQUESTED[0], "units": 300}, REQUESTED[1]]
    output = (await answered(clinic, item(1, "certified", **answer), item(2, "certified"), requested=asked)).output
    assert output["items"][0]["decision"] == decision
    assert (output["certified"], output["changed"]) == ((2, 0) if decision == "certified" else (1, 1))


async def test_what_the_payer_says_nothing_about_is_undecided(clinic: Clinic) -> None:
    """Never approved."""
    output = (await answered(clinic, item(1, "certified", number="A-7"))).output
    assert (output["certified"], output["undecided"]) == (1, 1)
    assert output["items"][1]["decision"] == "undecided"
    assert "item 2" in output["summary"]


async def test_no_items_at_all(clinic: Clinic) -> None:
    """An answer without items decides nothing."""
    output = (await answered(clinic)).output
    assert (output["undecided"], output["authorization"]) == (2, None)


@pytest.mark.parametrize(
    ("decision", "count"),
    [
        ("denied", "denied"),
        ("pended", "pended"),
        ("contact-payer", "contact"),
        ("partial", "changed"),
        ("modified", "changed"),
    ],
)
async def test_each_decision_is_counted(clinic: Clinic, decision: str, count: str) -> None:
    """By what follows from it; mixed answers are normal."""
    output = (await answered(clinic, item(1, decision, reason="See letter"), item(2, "certified"))).output
    assert (output[count], output["certified"]) == (1, 1)
    assert "See letter" in output["summary"]


async def test_what_the_payer_added_is_kept(clinic: Clinic) -> None:
    """An item that was not asked for stands beside those that were."""
    output = (
        await answered(clinic, item(1, "modified"), item(2, "certified"), item(3, "certified", code="Q5103"))
    ).output
    assert [one["sequence"] for one in output["items"]] == [1, 2, 3]


@pytest.mark.parametrize("items", [[item(1, "certified"), item(1, "denied")], [item(9, "denied")]])
async def test_answers_that_contradict_themselves(clinic: Clinic, items: list[dict[str, Any]]) -> None:
    """They decide nothing: an item decided twice, a denial of what was not asked for."""
    assert (await answered(clinic, *items)).problem == "payer-error"


async def test_no_claim_to_answer(clinic: Clinic) -> None:
    """An answer to what is not there is a problem."""
    given = {"patient": clinic.patient, "claim": {"reference": "Claim/none"}, "requested": REQUESTED}
    assert (await clinic.run("payer.record_decision", given)).problem == "claim-not-found"


RULE = "payer-rules/commercial-medical-standard@2026.1"
DECIDED = "2026-02-20T15:00:00Z"


async def test_what_may_follow_a_denial(clinic: Clinic) -> None:
    """Windows count from the decision; what an appeal forfeits is said before it is filed."""
    output = (await clinic.run("payer.follow_up_options", {"rule": RULE, "decided_at": DECIDED})).output
    assert (output["levels_left"], output["level"], output["file_within"]) == (3, "first level", "180 days")
    assert output["peer_to_peer"]
    assert output["decide_by"] == "2026-03-06T15:00:00Z"
    assert "an appeal forfeits it" in output["summary"]


async def test_after_an_appeal_the_peer_to_peer_is_forfeited(clinic: Clinic) -> None:
    """Where the payer's rule says so."""
    given = {"rule": RULE, "decided_at": DECIDED, "appeals": 1}
    output = (await clinic.run("payer.follow_up_options", given)).output
    assert (output["levels_left"], output["level"], output["peer_to_peer"]) == (2, "second level", False)


async def test_windows_close(clinic: Clinic) -> None:
    """A peer-to-peer is not offered when its days have passed; no level is left after the last."""
    given = {"rule": RULE, "decided_at": DECIDED}
    late = (await clinic.run("payer.follow_up_options", given, later=timedelta(days=30))).output
    assert not late["peer_to_peer"]
    last = (await clinic.run("payer.follow_up_options", {**given, "appeals": 3})).output
    assert (last["levels_left"], last["level"], last["file_within"]) == (0, None, None)
    assert last["summary"] == "No level of appeal is left."


@pytest.mark.parametrize("rule", [None, "payer-rules/none@2026.1", "regimens/infliximab-weight@2026.1"])
async def test_no_rule_for_what_follows(clinic: Clinic, rule: str | None) -> None:
    """A request that went by a supervisor's word has no row to ask."""
    assert (await clinic.run("payer.follow_up_options", {"rule": rule})).problem == "no-rule"


async def test_an_appeal_is_kept_once_a_level(clinic: Clinic) -> None:
    """With the payer's reference as an identifier."""
    claim = (await submitted(clinic)).output["claim"]
    given = {
        "patient": clinic.patient,
        "order": clinic.order,
        "claim": claim,
        "number": 1,
        "level": "first level",
        "channel": "fax",
        "submitted_at": "2026-03-02T13:00:00Z",
        "reference": "AP-1",
    }
    first = await clinic.run("payer.record_appeal", given, key="01/appeal")
    again = await clinic.run("payer.record_appeal", given, key="01/appeal")
    assert first.output == again.output
    (kept,) = await clinic.all("Communication")
    assert {"system": "urn:carelane:payer-reference", "value": "AP-1"} in kept["identifier"]


async def test_a_call_is_in_the_log(clinic: Clinic) -> None:
    """The reference is a field of its own."""
    given = {"patient": clinic.patient, "order": clinic.order, "channel": "phone", "purpose": "chase"}
    said = {"spoke_with": "Lee", "reference": "R-2", "result": "pending", "note": "Ask on Friday"}
    output = (await clinic.run("payer.log_call", {**given, **said})).output
    kept = await clinic.read(output["contact"])
    assert {"system": "urn:carelane:payer-reference", "value": "R-2"} in kept["identifier"]
    assert [one["text"] for one in kept["note"]] == ["Spoke with Lee", "pending", "Ask on Friday"]


@pytest.mark.parametrize(
    ("documents", "status"), [([{"reference": "DocumentReference/1"}], "completed"), ([], "not-done")]
)
async def test_documents_that_went_out(clinic: Clinic, documents: list[Any], status: str) -> None:
    """That there was nothing more to send is kept too."""
    claim = (await submitted(clinic)).output["claim"]
    given = {"patient": clinic.patient, "order": clinic.order, "claim": claim, "documents": documents}
    output = (await clinic.run("payer.record_documents", {**given, "reference": "U-1"})).output
    assert (await clinic.read(output["contact"]))["status"] == status
