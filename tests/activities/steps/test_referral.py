"""The referral's order and Task."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.steps.referral_status import CLOSED, OPEN
from tests.activities.steps.conftest import Clinic, reference
from tests.support.plans import MONDAY


async def test_receiving(clinic: Clinic) -> None:
    """The order is read, and one Task shows it in the core, with BSeR's code beside ours."""
    result = await clinic.run("referral.receive", {"order": clinic.order, "patient": clinic.patient})
    output = result.output
    assert output["service"] == "Cardiology consult"
    assert (output["priority"], output["urgent"]) == ("urgent", True)
    assert output["requester"]["reference"].startswith("Practitioner/")
    task = await clinic.read(output["task"])
    assert task["status"] == "received"
    assert task["focus"]["reference"] == clinic.order["reference"]
    assert [coding["code"] for coding in task["businessStatus"]["coding"]] == ["received", "2.0"]
    assert {source.reference for source in result.sources} >= {clinic.order["reference"], clinic.patient["reference"]}
    assert all(source.version for source in result.sources)


async def test_receiving_twice(clinic: Clinic) -> None:
    """The same key makes one Task, however often it is tried."""
    given = {"order": clinic.order, "patient": clinic.patient}
    first = await clinic.run("referral.receive", given)
    again = await clinic.run("referral.receive", given)
    assert first.output["task"] == again.output["task"]
    assert len(await clinic.all("Task")) == 1


async def test_an_answer_lost_after_the_write(clinic: Clinic) -> None:
    """A Task whose creation was answered with 500 is found again, not made twice."""
    clinic.core.fail(match={"method": "POST", "type": "Task"}, when="after", status=500)
    given = {"order": clinic.order, "patient": clinic.patient}
    with pytest.raises(Exception, match="500"):
        await clinic.run("referral.receive", given)
    await clinic.run("referral.receive", given)
    assert len(await clinic.all("Task")) == 1


async def test_an_order_that_is_not_there(clinic: Clinic) -> None:
    """A missing order is a problem, not a failure."""
    missing = {"reference": "ServiceRequest/none", "display": None}
    for action in ("referral.receive", "referral.check_completeness"):
        result = await clinic.run(action, {"order": missing, "patient": clinic.patient})
        assert result.problem == "order-not-found"


async def test_an_order_that_is_over(clinic: Clinic) -> None:
    """A revoked order is a problem."""
    await clinic.fhir.update(clinic.order["reference"], lambda order: order | {"status": "revoked"})
    result = await clinic.run("referral.receive", {"order": clinic.order, "patient": clinic.patient})
    assert (result.problem, result.detail) == ("order-not-active", {"status": "revoked"})


async def test_an_order_of_somebody_else(clinic: Clinic) -> None:
    """An order for another patient is a problem."""
    other = reference(await clinic.add({"resourceType": "Patient"}))
    result = await clinic.run("referral.receive", {"order": clinic.order, "patient": other})
    assert result.problem == "wrong-patient"


async def test_what_is_missing(clinic: Clinic) -> None:
    """Missing items are named, and found once they are there."""
    given = {"order": clinic.order, "patient": clinic.patient}
    first = (await clinic.run("referral.check_completeness", given)).output
    assert (first["complete"], first["missing"]) == (False, ["records", "coverage"])
    assert first["summary"] == "records, coverage"
    patient = {"reference": clinic.patient["reference"]}
    await clinic.add({"resourceType": "Coverage", "status": "active", "beneficiary": patient, "payor": [patient]})
    await clinic.add(_document(clinic, "11506-3", "2026-02-01T10:00:00Z"))
    second = (await clinic.run("referral.check_completeness", given)).output
    assert (second["complete"], second["missing"], second["summary"]) == (True, [], "")


async def test_what_is_required(clinic: Clinic) -> None:
    """Only what the service needs is looked for."""
    given = {"order": clinic.order, "patient": clinic.patient, "require": ["reason", "urgency"]}
    assert (await clinic.run("referral.check_completeness", given)).output["complete"]


@pytest.mark.parametrize("status", OPEN)
async def test_every_open_status(clinic: Clinic, status: str) -> None:
    """Each stage is shown with its coarse status, and showing it again writes nothing."""
    task = await clinic.task()
    given = {"task": task, "status": status, "reason": "as agreed"}
    output = (await clinic.run("referral.update_status", given)).output
    shown = await clinic.read(task)
    assert shown["status"] == output["coarse"] == OPEN[status].coarse  # type: ignore[index]
    assert shown["businessStatus"]["coding"][0]["code"] == status
    assert shown["statusReason"] == {"text": "as agreed"}
    await clinic.run("referral.update_status", given, later=timedelta(hours=1))
    assert (await clinic.read(task))["meta"]["versionId"] == shown["meta"]["versionId"]


@pytest.mark.parametrize("result", CLOSED)
async def test_every_way_to_close(clinic: Clinic, result: str) -> None:
    """Each result closes the Task for good, with its reason and the acknowledgement."""
    task = await clinic.task()
    given = {"task": task, "result": result, "reason": "so it was", "acknowledged": "Front office"}
    output = (await clinic.run("referral.close", given)).output
    await clinic.run("referral.close", given)
    shown = await clinic.read(task)
    assert shown["status"] == output["coarse"]
    assert shown["output"] == [{"type": {"text": "Acknowledged by"}, "valueString": "Front office"}]
    late = await clinic.run("referral.update_status", {"task": task, "status": "scheduling"})
    assert late.problem == "task-closed"


async def test_a_task_that_is_not_there(clinic: Clinic) -> None:
    """A Task that somebody deleted is a problem."""
    task = {"reference": "Task/none", "display": None}
    given: dict[str, dict[str, Any]] = {
        "referral.update_status": {"task": task, "status": "scheduling"},
        "referral.close": {"task": task, "result": "completed"},
    }
    for action, one in given.items():
        assert (await clinic.run(action, one)).problem == "task-not-found"


async def test_someone_else_changes_the_task_meanwhile(clinic: Clinic) -> None:
    """A conflict is merged once: the other's change stays."""
    task = await clinic.task()
    await clinic.fhir.update(task["reference"], lambda one: one | {"description": "changed by hand"})
    clinic.core.fail(match={"method": "PUT", "type": "Task"}, status=412)
    await clinic.run("referral.update_status", {"task": task, "status": "scheduling"})
    shown = await clinic.read(task)
    assert (shown["description"], shown["status"]) == ("changed by hand", "in-progress")


def _document(clinic: Clinic, code: str, at: str) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": clinic.patient["reference"]},
        "date": at,
        "content": [{"attachment": {"contentType": "text/plain", "data": "bm90ZQ=="}}],
    }


async def test_finding_the_note(clinic: Clinic) -> None:
    """A consult note since the visit is found; older ones and other documents are not."""
    given = {"order": clinic.order, "patient": clinic.patient, "since": MONDAY.isoformat()}
    await clinic.add(_document(clinic, "11488-4", "2026-01-01T10:00:00Z"))
    await clinic.add(_document(clinic, "57133-1", "2026-03-02T15:00:00Z"))
    assert (await clinic.run("referral.find_note", given)).output == {"found": False, "note": None}
    note = reference(await clinic.add(_document(clinic, "11488-4", "2026-03-02T16:00:00Z")))
    assert (await clinic.run("referral.find_note", given)).output == {"found": True, "note": note}


async def test_attaching_the_note(clinic: Clinic) -> None:
    """The note becomes an output of the Task, once."""
    task = await clinic.task()
    note = reference(await clinic.add(_document(clinic, "11488-4", "2026-03-02T16:00:00Z")))
    given = {"task": task, "patient": clinic.patient, "note": note}
    await clinic.run("referral.attach_note", given)
    await clinic.run("referral.attach_note", given)
    outputs = (await clinic.read(task))["output"]
    assert [one["valueReference"]["reference"] for one in outputs] == [note["reference"]]


async def test_a_note_of_somebody_else(clinic: Clinic) -> None:
    """A document of another patient, or none, is a problem and changes nothing."""
    task = await clinic.task()
    other = reference(await clinic.add({"resourceType": "Patient"}))
    note = reference(await clinic.add(_document(clinic, "11488-4", "2026-03-02T16:00:00Z")))
    given = {"task": task, "patient": other, "note": note}
    assert (await clinic.run("referral.attach_note", given)).problem == "wrong-patient"
    missing = given | {"note": {"reference": "DocumentReference/none", "display": None}}
    assert (await clinic.run("referral.attach_note", missing)).problem == "note-not-found"
    assert "output" not in await clinic.read(task)
