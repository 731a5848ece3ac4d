"""Gates by the JSON API: what a decision rests on is read again, here and in the core, before it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api.core_versions import CoreVersionsSource
from api.services.core_versions import CoreSilentError
from tests.support.dosing import WEIGHT, start_dosing, weighed_in_core
from tests.support.office import Office

Json = Any


@pytest_asyncio.fixture(loop_scope="session")
async def gate(place: Office) -> str:
    """The open review of a dose, whose weight was read from the core in version 3; the task's id."""
    series = await start_dosing(place)
    await weighed_in_core(place, series)
    async with place.client("nurse-reviewer") as client:
        (task,) = (await client.get("/tasks", params={"instance": series})).json()["items"]
    return str(task["id"])


def wish(task: Mapping[str, Json], **more: Json) -> Json:
    """What completes the gate as it was seen."""
    return {"outcome": "fine", "seen": task["rev"], "core": task["core"], **more}


async def see(client: httpx.AsyncClient, task: str) -> Json:
    """The task as it is now."""
    return (await client.get(f"/tasks/{task}")).json()


async def test_a_gate_is_completed_as_it_was_seen(nurse: httpx.AsyncClient, gate: str) -> None:
    """Without saying what was seen it is not; with it, where nothing has changed, it is."""
    task = await see(nurse, gate)
    assert (task["moved_on"], task["core"]) == ([], [])
    blind = await nurse.post(f"/tasks/{gate}/complete", json={"outcome": "fine"})
    assert (blind.status_code, blind.json()["errors"][0]["field"]) == (422, "seen")
    assert (await nurse.post(f"/tasks/{gate}/complete", json=wish(task))).status_code == 200


async def test_what_changed_in_the_pathway_is_told(place: Office, nurse: httpx.AsyncClient, gate: str) -> None:
    """With the value as it is now; seen again, it counts."""
    task = await see(nurse, gate)
    await place.hire("lead", "Lea Grant", ["supervisor", "nurse-reviewer"])
    async with place.client("lead") as lead:
        changed = {"value": 82, "reason": "Weighed again."}
        assert (await lead.post(f"/instances/{task['instance']}/data/weight", json=changed)).status_code == 200
    refused = (await nurse.post(f"/tasks/{gate}/complete", json=wish(task))).json()
    assert (refused["reason"], refused["about"]) == ("inputs-changed", {"weight": 82})
    assert (await nurse.post(f"/tasks/{gate}/complete", json=wish(await see(nurse, gate)))).status_code == 200


async def test_what_changed_in_the_core_is_told(place: Office, nurse: httpx.AsyncClient, gate: str) -> None:
    """With the versions; again where it changes once more. Whoever has seen it may decide."""
    task = await see(nurse, gate)
    place.versions.known[WEIGHT] = "4"
    refused = (await nurse.post(f"/tasks/{gate}/complete", json=wish(task))).json()
    assert refused["reason"] == "core-changed"
    (told,) = refused["about"]
    assert (told["names"], told["reference"], told["read"], told["now"]) == (["weight"], WEIGHT, "3", "4")
    place.versions.known[WEIGHT] = "5"
    stale = await nurse.post(f"/tasks/{gate}/complete", json=wish(task, core=[told["mark"]]))
    assert stale.json()["reason"] == "core-changed"
    seen = await see(nurse, gate)
    assert [one["now"] for one in seen["moved_on"]] == ["5"]
    assert (await nurse.post(f"/tasks/{gate}/complete", json=wish(seen))).status_code == 200


async def test_a_silent_core_is_said_and_stops_nobody(place: Office, nurse: httpx.AsyncClient, gate: str) -> None:
    """It is asked once more; whoever knows that the core is silent may decide. When it speaks it is heard."""
    task = await see(nurse, gate)
    place.versions.away = True
    refused = (await nurse.post(f"/tasks/{gate}/complete", json=wish(task))).json()
    assert (refused["reason"], refused["about"]) == ("core-silent", ["unknown"])
    place.versions.away, place.versions.known[WEIGHT] = False, None
    heard = (await nurse.post(f"/tasks/{gate}/complete", json=wish(task, core=["unknown"]))).json()
    assert (heard["reason"], heard["about"][0]["now"]) == ("core-changed", None)
    place.versions.away = True
    assert (await nurse.post(f"/tasks/{gate}/complete", json=wish(task, core=["unknown"]))).status_code == 200


async def test_versions_are_read_past_any_cache_by_one_search_for_each_type() -> None:
    """What is not found is no longer there; a core that fails is silent."""
    asked: list[tuple[str, str, bool]] = []

    async def search(kind: str, params: Mapping[str, str], *, fresh: bool = False) -> Any:
        asked.append((kind, params["_id"], fresh))
        if kind == "Patient":
            raise OSError("away")
        yield {"resourceType": kind, "id": "w-1", "meta": {"versionId": "7"}}

    source = CoreVersionsSource(search, OSError)
    assert await source.versions(frozenset({WEIGHT, "Observation/w-2"})) == {WEIGHT: "7", "Observation/w-2": None}
    assert asked == [("Observation", "w-1,w-2", True)]
    with pytest.raises(CoreSilentError):
        await source.versions(frozenset({"Patient/p-1"}))
