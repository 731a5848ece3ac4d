"""Starting, finding and cancelling instances by the JSON API."""

from __future__ import annotations

import httpx

from pathways.events import Cancelled
from tests.support.office import ORDER, PATIENT, Office

INPUTS = {"patient": {"reference": PATIENT}, "order": {"reference": ORDER}}
WISH = {"pathway": "referral", "inputs": INPUTS}


async def test_a_start_is_done_once(coordinator: httpx.AsyncClient) -> None:
    """The same key gives the same instance, and says that it is not new."""
    headers = {"Idempotency-Key": "start-1"}
    first = await coordinator.post("/instances", json=WISH, headers=headers)
    second = await coordinator.post("/instances", json=WISH, headers=headers)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.headers["location"] == f"/api/v1/instances/{first.json()['id']}"
    assert len((await coordinator.get("/instances")).json()["items"]) == 1


async def test_a_key_does_not_start_something_else(coordinator: httpx.AsyncClient) -> None:
    """A key that started one order is refused for another."""
    headers = {"Idempotency-Key": "start-1"}
    await coordinator.post("/instances", json=WISH, headers=headers)
    other = {**WISH, "inputs": {**INPUTS, "order": {"reference": "ServiceRequest/other"}}}
    answer = await coordinator.post("/instances", json=other, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


async def test_inputs_that_do_not_fit_are_named(coordinator: httpx.AsyncClient) -> None:
    """Missing, unknown and misfitting inputs are each named; nothing is started."""
    wish = {"pathway": "referral", "inputs": {"patient": {"reference": "Practitioner/1"}, "colour": "red"}}
    answer = await coordinator.post("/instances", json=wish)
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == {"inputs.patient", "inputs.order", "inputs.colour"}
    assert (await coordinator.get("/instances")).json()["items"] == []


async def test_an_unknown_pathway_or_zone_is_refused(coordinator: httpx.AsyncClient) -> None:
    """With what there is instead."""
    answer = await coordinator.post("/instances", json={**WISH, "pathway": "refferal"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "referral" in answer.json()["hint"]
    assert (await coordinator.post("/instances", json={**WISH, "version": "9.9.9"})).status_code == 404
    answer = await coordinator.post("/instances", json={**WISH, "zone": "America/New_Yrok"})
    assert answer.status_code == 422
    assert "America/New_York" in answer.json()["hint"]


async def test_a_start_says_the_site(place: Office, coordinator: httpx.AsyncClient) -> None:
    """Its site is what was asked for, else the server's own; an id that is none is refused."""
    answer = await coordinator.post("/instances", json={**WISH, "site": "main-street"})
    there = (await coordinator.get(f"/instances/{answer.json()['id']}")).json()
    assert (there["site"], place.engine.snapshot(there["id"])["site"]) == ("main-street", "main-street")
    assert (await coordinator.post("/instances", json={**WISH, "site": "Main Street"})).status_code == 422


async def test_a_start_is_kept_while_temporal_is_away(place: Office, coordinator: httpx.AsyncClient) -> None:
    """The row is there, in status `starting`; the same key starts it when Temporal answers again."""
    place.engine.away = True
    headers = {"Idempotency-Key": "start-1"}
    answer = await coordinator.post("/instances", json=WISH, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (201, "starting")
    place.engine.away = False
    await coordinator.post("/instances", json=WISH, headers=headers)
    instance = (await coordinator.get(f"/instances/{answer.json()['id']}")).json()
    assert instance["status"] == "running"


async def test_one_instance_tells_where_it_stands(coordinator: httpx.AsyncClient, referral: str) -> None:
    """Positions, open tasks, data with where it came from, and the timeline."""
    instance = (await coordinator.get(f"/instances/{referral}")).json()
    assert [one["step"] for one in instance["positions"]] == ["triage"]
    assert len(instance["open_tasks"]) == 1
    assert instance["data"][""]["patient"]["value"]["reference"] == PATIENT
    assert instance["timeline"][0]["kind"] == "instance-started"
    assert (await coordinator.get("/instances/unknown")).status_code == 404


async def test_a_supervisor_cancels_with_a_reason(
    supervisor: httpx.AsyncClient, coordinator: httpx.AsyncClient, referral: str
) -> None:
    """Its tasks close; a second cancel says how it ended; the same key gets the first answer."""
    assert (await coordinator.post(f"/instances/{referral}/cancel", json={"reason": "Double."})).status_code == 403
    assert (await supervisor.post(f"/instances/{referral}/cancel", json={"reason": " "})).status_code == 400
    headers = {"Idempotency-Key": "c"}
    first = await supervisor.post(f"/instances/{referral}/cancel", json={"reason": "Double."}, headers=headers)
    assert first.status_code == 200, first.text
    instance = (await supervisor.get(f"/instances/{referral}")).json()
    assert (instance["status"], instance["outcome"], instance["open_tasks"]) == ("ended", "cancelled", [])
    again = await supervisor.post(f"/instances/{referral}/cancel", json={"reason": "Double."}, headers=headers)
    assert (again.status_code, again.json()["rev"]) == (200, first.json()["rev"])
    late = await supervisor.post(f"/instances/{referral}/cancel", json={"reason": "Double."})
    assert (late.status_code, late.json()["reason"]) == (409, "ended")


async def test_a_task_of_a_cancelled_instance_says_that_it_was_cancelled(
    place: Office, nurse: httpx.AsyncClient, referral: str
) -> None:
    """Whoever still had it open is told what happened."""
    (task,) = (await nurse.get("/tasks")).json()["items"]
    await place.engine.operate(referral, Cancelled("supervisor", "Double."), request="x")
    answer = await nurse.post(f"/tasks/{task['id']}/complete", json={"form": {"decision": "accept"}})
    assert (answer.status_code, answer.json()["how"]) == (409, "cancelled")


async def test_lists_are_filtered(coordinator: httpx.AsyncClient, referral: str) -> None:
    """By openness, pathway and stage."""
    for query, found in (("open=true", 1), ("open=false", 0), ("pathway=other", 0), ("stage=triage", 1)):
        assert len((await coordinator.get(f"/instances?{query}")).json()["items"]) == found, query
