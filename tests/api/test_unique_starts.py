"""What may run only once, by the JSON API: a second start joins the first, or is refused with a link to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from store.definitions import Definition
from tests.support.office import Office
from tests.support.plans import make_plan

TEXT = """
language: 1
pathway: {name}
version: 1.0.0
title: One at a time
purpose: One at a time.
inputs: {{order: {{type: text}}}}
unique: =order
on_duplicate: {second}
steps: {{rest: {{wait: {{for: 1 day}}}}, finish: {{end: done}}}}
outcomes: {{done: {{title: Done, kind: success}}}}
"""


async def publish(place: Office, name: str, second: str) -> None:
    """A pathway that runs once for each order."""
    plan = make_plan(TEXT.format(name=name, second=second))
    now = datetime.now(UTC)
    new = Definition(name, "1.0.0", plan.digest, plan.title, "published", now, "anna", plan=plan.document, source="")
    async with place.database.transaction() as unit:
        await unit.definitions.publish(new)


async def start(client: httpx.AsyncClient, name: str, key: str, **inputs: Any) -> httpx.Response:
    """Somebody starts it."""
    wish = {"pathway": name, "inputs": inputs}
    return await client.post("/instances", json=wish, headers={"Idempotency-Key": key})


async def test_a_second_start_joins_the_first(place: Office, coordinator: httpx.AsyncClient) -> None:
    """It answers with the one that runs; again under the same key, also when that one has ended meanwhile."""
    await publish(place, "joins", "join")
    first = await start(coordinator, "joins", "a", order="O-1")
    second = await start(coordinator, "joins", "b", order="O-1")
    other = await start(coordinator, "joins", "c", order="O-2")
    assert [one.status_code for one in (first, second, other)] == [201, 200, 201]
    assert first.json()["id"] == second.json()["id"] != other.json()["id"]
    async with place.client("supervisor") as boss:
        await boss.post(f"/instances/{first.json()['id']}/cancel", json={"reason": "Over."})
    assert (await start(coordinator, "joins", "b", order="O-1")).json()["id"] == first.json()["id"]
    assert (await start(coordinator, "joins", "d", order="O-1")).status_code == 201


async def test_a_second_start_is_refused_with_a_link(place: Office, coordinator: httpx.AsyncClient) -> None:
    """The problem names the instance that is in the way; nothing new runs."""
    await publish(place, "refuses", "refuse")
    first = await start(coordinator, "refuses", "a", order="O-1")
    second = await start(coordinator, "refuses", "b", order="O-1")
    assert second.status_code == 409
    problem = second.json()
    assert (problem["reason"], problem["existing"]) == ("duplicate", first.json()["id"])
    assert len((await coordinator.get("/instances")).json()["items"]) == 1


async def test_a_start_without_the_key_is_refused(place: Office, coordinator: httpx.AsyncClient) -> None:
    """It can't be said whether the same runs already."""
    await publish(place, "refuses", "refuse")
    answer = await start(coordinator, "refuses", "a")
    assert answer.status_code == 422
    assert "only once" in answer.json()["errors"][0]["message"]
