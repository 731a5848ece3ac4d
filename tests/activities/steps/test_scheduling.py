"""Visits and the contact log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.activities.steps.conftest import Clinic
from tests.support.plans import MONDAY

TUESDAY = MONDAY + timedelta(days=1)


async def _book(clinic: Clinic, key: str = "01/book", **more: Any) -> Any:
    given = {"order": clinic.order, "patient": clinic.patient, "start": TUESDAY.isoformat(), **more}
    return await clinic.run("scheduling.book_appointment", given, key=key)


async def test_booking(clinic: Clinic) -> None:
    """A visit is booked for the order, with its length."""
    output = (await _book(clinic, minutes=45, service="Cardiology consult")).output
    visit = await clinic.read(output["appointment"])
    assert (visit["status"], visit["minutesDuration"]) == ("booked", 45)
    assert visit["basedOn"] == [{"reference": clinic.order["reference"]}]
    assert output["end"] == "2026-03-03T14:45:00Z"


async def test_booking_twice(clinic: Clinic) -> None:
    """A repeated attempt finds its own visit, even when the time has come meanwhile."""
    first = await _book(clinic)
    given = {"order": clinic.order, "patient": clinic.patient, "start": TUESDAY.isoformat()}
    again = await clinic.run("scheduling.book_appointment", given, key="01/book", later=timedelta(days=2))
    assert first.output == again.output
    assert len(await clinic.all("Appointment")) == 1


async def test_another_booking_stands(clinic: Clinic) -> None:
    """An order with a live visit is not booked again; one whose visit was cancelled is."""
    first = await _book(clinic)
    second = await _book(clinic, key="01/book@2")
    assert second.problem == "already-booked"
    assert second.detail["appointment"] == first.output["appointment"]["reference"]
    await _cancel(clinic, first.output["appointment"])
    third = await _book(clinic, key="01/book@3")
    assert third.problem is None


async def test_booking_in_the_past(clinic: Clinic) -> None:
    """A visit cannot start in the past."""
    result = await _book(clinic, start=(MONDAY - timedelta(hours=1)).isoformat())
    assert result.problem == "start-in-past"
    assert await clinic.all("Appointment") == []


async def _cancel(clinic: Clinic, appointment: dict[str, Any]) -> Any:
    given = {"appointment": appointment, "by": "patient", "reason": "travelling"}
    return await clinic.run("scheduling.cancel_appointment", given)


async def test_cancelling(clinic: Clinic) -> None:
    """A cancelled visit says who cancelled, and cancelling again changes nothing."""
    appointment = (await _book(clinic)).output["appointment"]
    await _cancel(clinic, appointment)
    visit = await clinic.read(appointment)
    assert visit["status"] == "cancelled"
    assert visit["cancelationReason"]["coding"][0]["code"] == "pat"
    await _cancel(clinic, appointment)
    assert (await clinic.read(appointment))["meta"]["versionId"] == visit["meta"]["versionId"]


@pytest.mark.parametrize("result", ["arrived", "fulfilled", "noshow"])
async def test_recording_a_visit(clinic: Clinic, result: str) -> None:
    """What became of the visit is its status."""
    appointment = (await _book(clinic)).output["appointment"]
    given = {"appointment": appointment, "result": result}
    assert (await clinic.run("scheduling.record_visit", given)).output["result"] == result
    assert (await clinic.read(appointment))["status"] == result


async def test_the_core_knows_better(clinic: Clinic) -> None:
    """A visit that took place is not cancelled, and one that was cancelled did not take place."""
    appointment = (await _book(clinic)).output["appointment"]
    await clinic.run("scheduling.record_visit", {"appointment": appointment, "result": "fulfilled"})
    assert (await _cancel(clinic, appointment)).problem == "visit-took-place"
    other = (await _book(clinic, key="01/book@2")).output["appointment"]
    await _cancel(clinic, other)
    recorded = await clinic.run("scheduling.record_visit", {"appointment": other, "result": "noshow"})
    assert recorded.problem == "appointment-cancelled"


async def test_a_visit_that_is_not_there(clinic: Clinic) -> None:
    """A visit that somebody deleted is a problem."""
    missing = {"reference": "Appointment/none", "display": None}
    assert (await _cancel(clinic, missing)).problem == "appointment-not-found"
    given = {"appointment": missing, "result": "arrived"}
    assert (await clinic.run("scheduling.record_visit", given)).problem == "appointment-not-found"


@pytest.mark.parametrize(("result", "status"), [("reached", "completed"), ("no-answer", "not-done")])
async def test_the_contact_log(clinic: Clinic, result: str, status: str) -> None:
    """An attempt is logged once, with how it went."""
    given = {
        "patient": clinic.patient,
        "order": clinic.order,
        "attempt": 1,
        "channel": "phone",
        "result": result,
        "note": "left at reception",
    }
    first = await clinic.run("scheduling.record_contact", given)
    again = await clinic.run("scheduling.record_contact", given)
    assert first.output == again.output
    contact = await clinic.read(first.output["contact"])
    assert contact["status"] == status
    assert contact["reasonCode"][0]["coding"][0]["code"] == result
