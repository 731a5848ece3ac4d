"""Interventions by the JSON API: who may, with what reason, and what the pathway has against them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.office import Office

WHY = {"reason": "Told by phone."}


async def standing(client: httpx.AsyncClient, ident: str) -> list[str]:
    """Where an instance stands."""
    found = (await client.get(f"/instances/{ident}")).json()
    return [one["address"] for one in found["positions"]]


async def test_suspend_and_resume(supervisor: httpx.AsyncClient, referral: str) -> None:
    """Twice is refused with the pathway's own word; the audit knows who and why."""
    assert (await supervisor.post(f"/instances/{referral}/suspend", json=WHY)).status_code == 200
    again = await supervisor.post(f"/instances/{referral}/suspend", json=WHY)
    assert (again.status_code, again.json()["reason"]) == (409, "suspended")
    assert (await supervisor.post(f"/instances/{referral}/resume", json=WHY)).status_code == 200
    timeline = (await supervisor.get(f"/instances/{referral}")).json()["timeline"]
    assert {"instance-suspended", "instance-resumed"} <= {one["kind"] for one in timeline}


async def test_a_move_and_a_repetition_of_it(supervisor: httpx.AsyncClient, referral: str) -> None:
    """The same key moves once; an unknown step is refused."""
    (address,) = await standing(supervisor, referral)
    wish = {**WHY, "address": address, "to": "nowhere"}
    refused = await supervisor.post(f"/instances/{referral}/move", json=wish)
    assert (refused.status_code, refused.json()["reason"]) == (409, "unknown-step")
    plan = (await supervisor.get("/pathways/referral/1.0.0")).json()
    assert plan["version"] == "1.0.0"
    wish = {**WHY, "address": address, "to": "check-completeness"}
    headers = {"Idempotency-Key": "m-1"}
    first = await supervisor.post(f"/instances/{referral}/move", json=wish, headers=headers)
    again = await supervisor.post(f"/instances/{referral}/move", json=wish, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["rev"] == again.json()["rev"]


async def test_a_skip_checks_what_the_step_is_to_have_given(supervisor: httpx.AsyncClient, referral: str) -> None:
    """What does not fit is said by field, as for a form."""
    (address,) = await standing(supervisor, referral)
    wish = {**WHY, "address": address, "output": {"outcome": "no-such"}}
    refused = await supervisor.post(f"/instances/{referral}/skip", json=wish)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["output.outcome"]


async def test_data_is_changed_with_a_reason(supervisor: httpx.AsyncClient, referral: str) -> None:
    """The value shows who changed it; a value of another type and an unknown name are refused."""
    wish: dict[str, Any] = {**WHY, "value": {"reference": "ServiceRequest/o-2"}}
    assert (await supervisor.post(f"/instances/{referral}/data/order", json=wish)).status_code == 200
    found = (await supervisor.get(f"/instances/{referral}")).json()
    assert found["data"][""]["order"]["value"]["reference"] == "ServiceRequest/o-2"
    unknown = await supervisor.post(f"/instances/{referral}/data/nothing", json=wish)
    assert (unknown.status_code, unknown.json()["reason"]) == (409, "unknown-name")
    odd = await supervisor.post(f"/instances/{referral}/data/order", json={**WHY, "value": 7})
    assert odd.status_code == 422
    silent = await supervisor.post(f"/instances/{referral}/data/order", json={"value": None, "reason": " "})
    assert silent.status_code in (400, 422)


async def test_a_task_added_by_hand_is_worked_like_any_other(
    coordinator: httpx.AsyncClient, place: Office, referral: str
) -> None:
    """It stands in its queue, and its completion is the pathway's."""
    wish = {"title": "Fax the plan", "queue": "referral-intake", "priority": "urgent"}
    assert (await coordinator.post(f"/instances/{referral}/tasks", json=wish)).status_code == 200
    tasks = (await coordinator.get("/tasks", params={"instance": referral})).json()["items"]
    (added,) = [one for one in tasks if one["title"] == "Fax the plan"]
    done = await coordinator.post(f"/tasks/{added['id']}/complete", json={"outcome": "done", "form": {}})
    assert done.status_code == 200, done.text


async def test_who_may_not_is_told_so(coordinator: httpx.AsyncClient, referral: str) -> None:
    """Interventions are for supervisors; an instance that is not is not found."""
    assert (await coordinator.post(f"/instances/{referral}/suspend", json=WHY)).status_code == 403
    offered = await coordinator.post(f"/instances/{referral}/offers/no-such")
    assert (offered.status_code, offered.json()["reason"]) == (409, "not-offered")
    assert (await coordinator.post("/instances/unknown/offers/no-such")).status_code == 404


async def test_what_would_come_is_told_first(supervisor: httpx.AsyncClient, referral: str) -> None:
    """By each of the asking routes; nothing has happened by it, and a refusal is part of the answer."""
    (address,) = await standing(supervisor, referral)
    told = (await supervisor.post(f"/instances/{referral}/foresee/cancel")).json()
    assert (told["left"], told["ends"], len(told["closed"])) == ([address], "cancelled", 1)
    wish = {"address": address, "to": "check-completeness"}
    told = (await supervisor.post(f"/instances/{referral}/foresee/move", json=wish)).json()
    assert (told["left"], [one["step"] for one in told["begun"]]) == ([address], ["check-completeness"])
    odd = {"address": address, "output": {"outcome": "no-such"}}
    told = (await supervisor.post(f"/instances/{referral}/foresee/skip", json=odd)).json()
    assert (told["refused"]["code"], told["left"]) == ("output-invalid", [])
    assert await standing(supervisor, referral) == [address]
