"""What a version may be used for, by the JSON API: starts by range, deprecating, pausing, retiring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.office import Office, office
from tests.support.registry import asking, quiet, wish


@pytest_asyncio.fixture(loop_scope="session")
async def informaticist(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the informaticist."""
    async with place.client("informaticist") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def director(place: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The JSON API for the medical director."""
    async with place.client("medical-director") as client:
        yield client


async def publish(client: httpx.AsyncClient, *sources: str, **more: Any) -> None:
    """Publish definitions that need nobody's approval."""
    for source in sources:
        answer = await client.post("/pathways", json=wish(source, **more))
        assert answer.json()["definition"]["state"] == "published", answer.text


async def start(client: httpx.AsyncClient, version: str | None = None, **more: object) -> httpx.Response:
    """Start the quiet pathway."""
    return await client.post("/instances", json={"pathway": "quiet", "version": version, **more})


async def test_a_start_takes_the_highest_of_its_range(
    informaticist: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """And keeps it, whatever is published later; the same key gets the same one."""
    await publish(informaticist, quiet(), quiet(version="1.2.0"), quiet(version="2.0.0"))
    for wanted, meant in ((None, "2.0.0"), ("^1", "1.2.0"), ("1.0.x", "1.0.0"), ("1.0.0", "1.0.0")):
        answer = await start(coordinator, wanted)
        assert (answer.status_code, answer.json()["version"]) == (201, meant), answer.text
    headers = {"Idempotency-Key": "ranged"}
    body = {"pathway": "quiet", "version": "^1"}
    first = (await coordinator.post("/instances", json=body, headers=headers)).json()
    await publish(informaticist, quiet(version="1.3.0"))
    second = (await coordinator.post("/instances", json=body, headers=headers)).json()
    assert (first["id"], first["version"]) == (second["id"], "1.2.0")


async def test_what_cannot_be_started_is_said(informaticist: httpx.AsyncClient, coordinator: httpx.AsyncClient) -> None:
    """No range, no such version, a draft."""
    await publish(informaticist, quiet())
    answer = await start(coordinator, "one")
    assert (answer.status_code, answer.json()["code"]) == (422, "form-invalid")
    assert answer.json()["errors"][0]["field"] == "version"
    answer = await start(coordinator, "^2")
    assert (answer.status_code, "there are 1.0.0" in answer.json()["detail"]) == (404, True)
    await informaticist.post("/pathways", json=wish(asking()))
    answer = await coordinator.post("/instances", json={"pathway": "asking"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "not-published")
    assert "1.0.0 waits for its approval" in answer.json()["detail"]


async def test_a_version_in_effect_later_waits(
    informaticist: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """By its own word or that of whoever publishes it; a date begins where the site is."""
    await publish(informaticist, quiet(), quiet(version="1.1.0", more="effective_from: 2098-01-01\n"))
    await publish(informaticist, quiet(version="1.2.0"), effective_from="2098-07-01")
    versions = {one["version"]: one for one in (await coordinator.get("/pathways")).json()["items"]}
    assert versions["1.1.0"]["effective_from"] == "2098-01-01T05:00:00Z"
    assert versions["1.2.0"]["effective_from"] == "2098-07-01T04:00:00Z"
    assert (await start(coordinator)).json()["version"] == "1.0.0"
    answer = await start(coordinator, "1.1.0")
    assert (answer.status_code, "in effect only from 2098-01-01" in answer.json()["detail"]) == (409, True)
    for wrong in ("soon", "2098-13-01", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+09:00", ""):
        answer = await informaticist.post("/pathways", json=wish(quiet(version="1.3.0"), effective_from=wrong))
        assert (answer.status_code, answer.json()["code"]) == (422, "form-invalid"), (wrong, answer.text)


async def test_of_a_deprecated_version_nothing_starts_by_default(
    informaticist: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """Whoever means it says so; what runs goes on."""
    await publish(informaticist, quiet(), quiet(version="1.1.0"))
    for _ in range(2):
        answer = await informaticist.post("/pathways/quiet/1.1.0/deprecate", json={"reason": "Too slow."})
        assert (answer.status_code, answer.json()["state"]) == (200, "deprecated")
    assert (await start(coordinator)).json()["version"] == "1.0.0"
    assert "is deprecated" in (await start(coordinator, "1.1.0")).json()["detail"]
    assert (await start(coordinator, "1.1.0", deprecated=True)).status_code == 201
    history = (await informaticist.get("/pathways/quiet/1.1.0")).json()["history"]
    assert [(one["action"], one["detail"].get("reason")) for one in history] == [
        ("publish", None),
        ("deprecate", "Too slow."),
    ]


async def test_a_paused_version_goes_on_later(informaticist: httpx.AsyncClient, coordinator: httpx.AsyncClient) -> None:
    """With a reason, and steps that it has; all of it on record."""
    await publish(informaticist, quiet(), quiet(version="1.1.0"))
    path = "/pathways/quiet/1.1.0"
    assert (await informaticist.post(f"{path}/pause", json={"reason": " "})).status_code == 400
    unknown = await informaticist.post(f"{path}/pause", json={"reason": "Recall.", "held_steps": ["compote"]})
    assert (unknown.status_code, "compote" in unknown.json()["detail"]) == (400, True)
    paused = await informaticist.post(f"{path}/pause", json={"reason": "Recall.", "held_steps": ["well", "compute"]})
    assert (paused.json()["paused"], paused.json()["held_steps"]) == (True, ["compute", "well"])
    assert (await start(coordinator)).json()["version"] == "1.0.0"
    assert "is paused" in (await start(coordinator, "1.1.0")).json()["detail"]
    for _ in range(2):
        unpaused = await informaticist.post(f"{path}/unpause", json={})
        assert (unpaused.json()["paused"], unpaused.json()["held_steps"]) == (False, [])
    assert (await start(coordinator)).json()["version"] == "1.1.0"
    history = (await informaticist.get(path)).json()["history"]
    assert [one["action"] for one in history] == ["publish", "pause", "unpause"]
    assert history[1]["detail"]["held_steps"] == ["compute", "well"]


async def test_nothing_in_flight_is_retired(
    place: Office, informaticist: httpx.AsyncClient, director: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    """Not even what only waits for Temporal to begin; once all have ended it is put away for good."""
    await informaticist.post("/pathways", json=wish(asking()))
    await director.post("/pathways/asking/1.0.0/approve", json={})
    place.engine.away = True
    begun = (await coordinator.post("/instances", json={"pathway": "asking"})).json()
    assert begun["status"] == "starting"
    path = "/pathways/asking/1.0.0"
    refused = await informaticist.post(f"{path}/retire", json={})
    assert (refused.status_code, refused.json()["reason"]) == (409, "in-flight")
    assert "1 instance" in refused.json()["detail"]
    assert (await informaticist.get(path)).json()["in_flight"] == 1
    place.engine.away = False
    await publish(informaticist, quiet())
    for _ in range(2):
        retired = await informaticist.post("/pathways/quiet/1.0.0/retire", json={"reason": "Never used."})
        assert (retired.status_code, retired.json()["state"]) == (200, "retired")
    assert "is retired" in (await start(coordinator, "1.0.0", deprecated=True)).json()["detail"]
    for verb, body in (("deprecate", {}), ("pause", {"reason": "x"})):
        answer = await informaticist.post(f"/pathways/quiet/1.0.0/{verb}", json=body)
        assert (answer.status_code, answer.json()["reason"]) == (409, "retired"), verb
    assert (await informaticist.post("/pathways", json=wish(quiet(title="Other")))).status_code == 409


@pytest.mark.parametrize("verb", ["deprecate", "retire", "pause"])
async def test_a_draft_has_no_state_to_change(informaticist: httpx.AsyncClient, verb: str) -> None:
    """It is replaced by publishing another; and what is not there is not found."""
    await informaticist.post("/pathways", json=wish(asking()))
    answer = await informaticist.post(f"/pathways/asking/1.0.0/{verb}", json={"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "definition-state")
    assert (await informaticist.post(f"/pathways/nothing/1.0.0/{verb}", json={"reason": "x"})).status_code == 404


async def test_a_draft_is_withdrawn(place: Office, informaticist: httpx.AsyncClient) -> None:
    """It is gone from the lists, and the audit has who, why and what; a published version never is."""
    await informaticist.post("/pathways", json=wish(asking()))
    async with place.client("coordinator") as nobody:
        assert (await nobody.post("/pathways/asking/1.0.0/withdraw", json={})).status_code == 403
    done = await informaticist.post("/pathways/asking/1.0.0/withdraw", json={"reason": "Sent too early."})
    assert (done.status_code, done.json()) == (200, {"name": "asking", "version": "1.0.0"})
    assert (await informaticist.get("/pathways/asking/1.0.0")).status_code == 404
    assert (await informaticist.post("/pathways/asking/1.0.0/withdraw", json={})).status_code == 404
    async with place.database.transaction() as unit:
        drafted, withdrawn = (await unit.audit.page(subject="definition/asking@1.0.0")).items[::-1]
    assert (withdrawn.action, withdrawn.detail["reason"]) == ("definition.withdraw", "Sent too early.")
    assert withdrawn.actor == drafted.actor
    assert withdrawn.detail["digest"] == drafted.detail["digest"]
    again = await informaticist.post("/pathways", json=wish(asking(title="Another")))
    assert (again.status_code, again.json()["definition"]["state"]) == (201, "draft")
    await publish(informaticist, quiet())
    refused = await informaticist.post("/pathways/quiet/1.0.0/withdraw", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "definition-state")


async def test_one_person_alone_is_on_record(database_url: str, tmp_path: Path) -> None:
    """Where the installation is set up for one, each time by their own word."""
    async with office(database_url, tmp_path, one_person=True) as place, place.client("informaticist") as alone:
        draft = await alone.post("/pathways", json=wish(asking()))
        assert draft.json()["definition"]["state"] == "draft", "the setting alone publishes nothing"
        done = await alone.post("/pathways", json=wish(asking(), alone=True))
        assert (done.status_code, done.json()["definition"]["state"]) == (201, "published"), done.text
        history = (await alone.get("/pathways/asking/1.0.0")).json()["history"]
        assert [one["action"] for one in history] == ["draft", "publish"]
        assert "one-person" in history[1]["detail"]["approval"]
