"""Incidents by the JSON API: found, tried again, closed when the step has passed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from tests.support.office import ORDER, PATIENT, Office
from tests.support.played_engine import Failure

WISH = {"pathway": "referral", "inputs": {"patient": {"reference": PATIENT}, "order": {"reference": ORDER}}}


@pytest_asyncio.fixture(loop_scope="session")
async def incident(
    place: Office, coordinator: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> AsyncIterator[dict[str, Any]]:
    """A referral that stands still because the core is broken."""
    working = place.engine.actions["referral.check_completeness"]

    def broken(_: Any) -> Any:
        raise Failure("The core answered 500.")

    place.engine.actions["referral.check_completeness"] = broken
    await coordinator.post("/instances", json=WISH)
    place.engine.actions["repaired"] = working
    (found,) = (await supervisor.get("/incidents")).json()["items"]
    yield dict(found)


def repair(place: Office) -> None:
    """The core works again."""
    place.engine.actions["referral.check_completeness"] = place.engine.actions["repaired"]


async def test_an_incident_tells_what_failed(supervisor: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    """Step, message and the input that was tried."""
    assert incident["step"] == "check-completeness"
    assert "The core answered 500." in incident["message"]
    assert incident["input"]["order"]["reference"] == ORDER
    assert (await supervisor.get(f"/incidents/{incident['id']}")).json()["status"] == "open"
    assert (await supervisor.get("/incidents/unknown")).status_code == 404


async def test_a_retry_after_repair_closes_it(
    place: Office, supervisor: httpx.AsyncClient, incident: dict[str, Any]
) -> None:
    """The step passes, the incident closes, and the same key does not try a third time."""
    repair(place)
    headers, wish = {"Idempotency-Key": "r"}, {"reason": "Repaired."}
    first = await supervisor.post(f"/incidents/{incident['id']}/retry", json=wish, headers=headers)
    again = await supervisor.post(f"/incidents/{incident['id']}/retry", json=wish, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["rev"] == again.json()["rev"]
    closed = (await supervisor.get(f"/incidents/{incident['id']}")).json()
    assert (closed["status"], closed["closed_how"]) == ("closed", "completed")
    late = await supervisor.post(f"/incidents/{incident['id']}/retry", json=wish)
    assert (late.status_code, late.json()["reason"]) == (409, "no-incident")


async def test_a_retry_that_fails_again_leaves_it_open(supervisor: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    """It is counted, and stays what it is."""
    answer = await supervisor.post(f"/incidents/{incident['id']}/retry", json={"reason": "Perhaps now."})
    assert answer.status_code == 200
    found = (await supervisor.get(f"/incidents/{incident['id']}")).json()
    assert (found["status"], found["occurrences"], found["retries"]) == ("open", 2, 1)


async def test_a_changed_input_must_fit(place: Office, supervisor: httpx.AsyncClient, incident: dict[str, Any]) -> None:
    """One that does not is refused by place; one that does reaches the action."""
    wrong = {"reason": "Other order.", "input": {"order": {"reference": "Patient/1"}}}
    answer = await supervisor.post(f"/incidents/{incident['id']}/retry", json=wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"], answer.text
    seen: list[Any] = []
    working = place.engine.actions["repaired"]

    def watched(given: Any) -> Any:
        seen.append(given)
        return working(given)

    place.engine.actions["referral.check_completeness"] = watched
    right = {**incident["input"], "order": {"reference": "ServiceRequest/other"}}
    wish = {"reason": "Other order.", "input": right, "had_no_effect": True}
    assert (await supervisor.post(f"/incidents/{incident['id']}/retry", json=wish)).status_code == 200
    assert seen[0]["order"]["reference"] == "ServiceRequest/other"


async def test_exceptions_belong_to_roles(
    place: Office, coordinator: httpx.AsyncClient, incident: dict[str, Any]
) -> None:
    """A coordinator sees none; an informaticist sees them and does not operate."""
    assert (await coordinator.get("/incidents")).status_code == 403
    async with place.client("informaticist") as informaticist:
        assert len((await informaticist.get("/incidents?status=all")).json()["items"]) == 1
        answer = await informaticist.post(f"/incidents/{incident['id']}/retry", json={"reason": "x"})
        assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")
