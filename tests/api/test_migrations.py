"""Migration by the JSON API: the dry run, a run in steps, and taking it back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest_asyncio

from pathways.messages import Migrate
from pathways.plan import Plan, plan_from_json
from tests.support.office import ORDER, PATIENT, Office, referral_definition

TO = {"pathway": "referral", "from_version": "1.0.0", "to_version": "1.0.1"}


@pytest_asyncio.fixture(loop_scope="session")
async def author(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the informaticist."""
    async with place.client("informaticist") as client:
        yield client


async def publish(place: Office, version: str, change: Any = None) -> Plan:
    """Publish another version of the referral; `change` alters its plan's document."""
    first = referral_definition(place.services.publishing.catalog)
    document = {**first.plan, "version": version}
    if change is not None:
        change(document)
    plan = plan_from_json(document)
    async with place.database.transaction() as unit:
        found = replace(first, version=version, digest=plan.digest, plan=plan.document, published_at=datetime.now(UTC))
        await unit.definitions.publish(found)
    return plan


async def start(client: httpx.AsyncClient, number: int) -> str:
    """Start a referral that then waits for triage."""
    order = {"reference": f"{ORDER}-{number}"}
    wish = {"pathway": "referral", "version": "1.0.0", "inputs": {"patient": {"reference": PATIENT}, "order": order}}
    answer = await client.post("/instances", json=wish)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_dry_run_changes_nothing_and_says_what_would(
    place: Office, author: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """Instances that stand alike are one group."""
    idents = {await start(coordinator, number) for number in range(3)}
    await publish(place, "1.0.1")
    found = (await author.post("/migrations/preview", json=TO)).json()
    assert (found["instances"], found["blocked"], found["silent"]) == (3, 0, 0)
    (group,) = found["groups"]
    assert set(group["examples"]) == idents
    assert "task stays" in group["moves"][0]["what"]
    for ident in idents:
        assert (await author.get(f"/instances/{ident}")).json()["version"] == "1.0.0"


async def test_a_run_moves_step_by_step_and_is_taken_back_where_nothing_moved(
    place: Office, author: httpx.AsyncClient, coordinator: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    """Claims stay; what was cancelled meanwhile can't be taken back; going on twice moves nothing twice."""
    idents = [await start(coordinator, number) for number in range(3)]
    tasks = (await supervisor.get("/tasks", params={"instance": idents[0]})).json()["items"]
    assigned = await supervisor.post(f"/tasks/{tasks[0]['id']}/assign", json={"to": "nurse-reviewer"})
    assert assigned.status_code == 200, assigned.text
    await publish(place, "1.0.1")
    assert (await author.post("/migrations", json={**TO, "reason": " "})).status_code in (400, 422)
    begun = (await author.post("/migrations", json={**TO, "reason": "A better text."})).json()
    run = begun["run"]["id"]
    assert begun["counts"] == {"waiting": 3}
    first = (await author.post(f"/migrations/{run}/steps", params={"limit": 2})).json()
    assert first["counts"] == {"moved": 2, "waiting": 1}
    for _ in range(2):
        done = (await author.post(f"/migrations/{run}/steps")).json()
    assert (done["counts"], done["run"]["status"]) == ({"moved": 3}, "done")
    for ident in idents:
        assert (await author.get(f"/instances/{ident}")).json()["version"] == "1.0.1"
    after = (await supervisor.get("/tasks", params={"instance": idents[0]})).json()["items"]
    assert (after[0]["id"], after[0]["assignee"]) == (tasks[0]["id"], assigned.json()["assignee"])
    await supervisor.post(f"/instances/{idents[2]}/cancel", json={"reason": "Not needed."})
    back = (await author.post(f"/migrations/{run}/take-back")).json()
    assert back["counts"] == {"taken-back": 2, "moved": 1}
    assert (await author.get(f"/instances/{idents[0]}")).json()["version"] == "1.0.0"


async def test_a_paused_version_holds_whatever_comes_to_it(
    place: Office, author: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """From the moment it comes, and no longer than it stays: the version before holds nothing."""
    ident = await start(coordinator, 1)
    await publish(place, "1.0.1")
    paused = {"reason": "A recall.", "held_steps": ["book"]}
    assert (await author.post("/pathways/referral/1.0.1/pause", json=paused)).status_code == 200
    run = (await author.post("/migrations", json={**TO, "reason": "A better text."})).json()["run"]["id"]
    assert (await author.post(f"/migrations/{run}/steps")).json()["counts"] == {"moved": 1}
    found = (await author.get(f"/instances/{ident}")).json()
    assert (found["version"], found["hold"]["steps"], found["hold"]["reason"]) == ("1.0.1", ["book"], "A recall.")
    held = (await author.get("/instances", params={"held": True})).json()["items"]
    assert [one["id"] for one in held] == [ident]
    shown = (await author.get("/pathways/referral/1.0.1")).json()["holding"]
    assert shown == {"running": 1, "know": 1, "standing": {}}
    assert (await author.post(f"/migrations/{run}/take-back")).json()["counts"] == {"taken-back": 1}
    assert (await author.get(f"/instances/{ident}")).json()["hold"] is None


async def test_who_died_after_moving_one_has_moved_it(
    place: Office, author: httpx.AsyncClient, coordinator: httpx.AsyncClient, supervisor: httpx.AsyncClient
) -> None:
    """What was moved and not noted counts as moved once somebody goes on: as it stands, or though it ended since."""
    idents = [await start(coordinator, number) for number in range(2)]
    plan = await publish(place, "1.0.1")
    run = (await author.post("/migrations", json={**TO, "reason": "A better text."})).json()["run"]["id"]
    for ident in idents:
        order = Migrate(plan.digest, {}, "informaticist", "A better text.")
        await place.engine.migrate(ident, order, request=f"migration/{run}/{ident}")
    place.engine.forget_answers()  # as an instance that continued as new has forgotten its updates
    await supervisor.post(f"/instances/{idents[1]}/cancel", json={"reason": "Not needed."})
    done = (await author.post(f"/migrations/{run}/steps")).json()
    assert done["counts"] == {"moved": 2}
    back = (await author.post(f"/migrations/{run}/take-back")).json()
    assert back["counts"] == {"taken-back": 1, "moved": 1}
    assert (await author.get(f"/instances/{idents[0]}")).json()["version"] == "1.0.0"


async def test_what_did_not_answer_is_asked_again(
    place: Office, author: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """A step of a run that is done asks those that failed once more, also where one had moved all the same."""
    idents = [await start(coordinator, number) for number in range(2)]
    plan = await publish(place, "1.0.1")
    run = (await author.post("/migrations", json={**TO, "reason": "A better text."})).json()["run"]["id"]
    order = Migrate(plan.digest, {}, "informaticist", "A better text.")
    await place.engine.migrate(idents[0], order, request=f"migration/{run}/{idents[0]}")
    place.engine.away = True
    failed = (await author.post(f"/migrations/{run}/steps")).json()
    assert (failed["counts"], failed["run"]["status"]) == ({"failed": 1, "moved": 1}, "done")
    place.engine.away = False
    assert (await author.post(f"/migrations/{run}/steps")).json()["counts"] == {"moved": 2}
    assert (await author.get(f"/instances/{idents[1]}")).json()["version"] == "1.0.1"


async def test_what_has_not_begun_is_asked_again(
    place: Office, author: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """An instance whose workflow is not there yet has not ended: it did not answer, and is moved later."""
    ident = await start(coordinator, 1)
    await publish(place, "1.0.1")
    run = (await author.post("/migrations", json={**TO, "reason": "A better text."})).json()["run"]["id"]
    with place.engine.without(ident):
        assert (await author.post(f"/migrations/{run}/steps")).json()["counts"] == {"failed": 1}
    assert (await author.post(f"/migrations/{run}/steps")).json()["counts"] == {"moved": 1}


async def test_what_blocks_is_said_and_refused(
    place: Office, author: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """A step that is gone without a map; with the map it moves; a wrong map is a finding with its place."""
    ident = await start(coordinator, 1)
    (position,) = (await author.get(f"/instances/{ident}")).json()["positions"]
    step = position["step"]

    def rename(document: Any) -> None:
        text = json.dumps(document).replace(f'"{step}"', f'"{step}-anew"')
        document.clear()
        document.update(json.loads(text))

    await publish(place, "1.0.1", rename)
    found = (await author.post("/migrations/preview", json=TO)).json()
    assert found["blocked"] == 1
    assert step in found["groups"][0]["blocked"][0]
    run = (await author.post("/migrations", json={**TO, "reason": "x"})).json()["run"]["id"]
    assert (await author.post(f"/migrations/{run}/steps")).json()["counts"] == {"refused": 1}
    (result,) = (await author.get(f"/migrations/{run}/results")).json()["items"]
    assert step in result["message"]
    wrong = await author.post("/migrations/preview", json={**TO, "map": "steps: {nothing: nowhere}"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "map")
    mapped = {**TO, "map": f"steps: {{{step}: {step}-anew}}", "reason": "x"}
    run = (await author.post("/migrations", json=mapped)).json()["run"]["id"]
    assert (await author.post(f"/migrations/{run}/steps")).json()["counts"] == {"moved": 1}
    assert (await author.get(f"/instances/{ident}")).json()["positions"][0]["step"] == f"{step}-anew"


async def test_who_may_not_and_what_is_not(author: httpx.AsyncClient, coordinator: httpx.AsyncClient) -> None:
    """Coordinators don't migrate; unknown versions and runs are not found."""
    assert (await coordinator.post("/migrations/preview", json=TO)).status_code == 403
    assert (await author.post("/migrations/preview", json={**TO, "to_version": "9.9.9"})).status_code == 404
    assert (await author.post("/migrations/unknown/steps")).status_code == 404
    assert (await author.get("/migrations", params={"pathway": "referral"})).json()["items"] == []
