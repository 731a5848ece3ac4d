"""Incidents of handlers: an event that could not be judged stands beside its step; people deal with it as with any."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import delete

from pathways.events import MessageReceived
from pathways.plan import Plan
from relaying.reconciling import rebuild_one
from store import tables
from store.definitions import Definition
from tests.support.office import Office
from tests.support.plans import make_plan

PLAN = make_plan(
    """
language: 1
pathway: asking
version: 1.0.0
title: Asking
inputs: {bound: {type: integer}}
steps:
  ask: {task: {title: A, queue: intake}, on: [{event: lab.final, when: event.data.value > bound, to: high}]}
  e: {end: ok}
  high: {task: {title: High, queue: intake}, next: e}
outcomes: {ok: {title: Ok, kind: success}}
on: [{event: lab.final, when: event.data.value > 10 * bound, side: alarm}]
side_flows:
  alarm: {title: Alarm, steps: {call: {task: {title: Call, queue: intake}}}}
""",
    {"events": {"lab.final": {}}, "queues": ["intake"]},
)


@pytest_asyncio.fixture(loop_scope="session")
async def asked(place: Office, coordinator: httpx.AsyncClient) -> str:
    """An instance whose handler could not judge an event, and whose pathway has one for the same beside it."""
    await publish(place, PLAN)
    answer = await coordinator.post("/instances", json={"pathway": "asking", "inputs": {}})
    assert answer.status_code == 201, answer.text
    ident = str(answer.json()["id"])
    await place.engine.deliver(ident, MessageReceived("e-1", "lab.final", None, {"value": 3}))
    return ident


async def publish(place: Office, plan: Plan) -> None:
    """A version that may be started."""
    new = Definition(
        plan.pathway,
        plan.version,
        plan.digest,
        plan.title,
        "published",
        datetime.now(UTC),
        "carelane",
        plan=plan.document,
        source="",
    )
    async with place.database.transaction() as unit:
        await unit.definitions.publish(new)


async def incident(client: httpx.AsyncClient) -> dict[str, Any]:
    """The only open incident."""
    (found,) = (await client.get("/incidents")).json()["items"]
    return dict(found)


async def operate(client: httpx.AsyncClient, ident: str, what: str, **wish: Any) -> httpx.Response:
    """Intervene at the handler."""
    wish |= {"address": "ask^1", "reason": "Seen to."}
    return await client.post(f"/instances/{ident}/{what}", json=wish)


async def test_it_is_shown_beside_its_step(asked: str, supervisor: httpx.AsyncClient) -> None:
    """In the list with its step, kind and why; on the instance, whose step stands as before."""
    found = await incident(supervisor)
    assert (found["address"], found["step"], found["kind"]) == ("ask^1", "ask", "expression")
    assert "neither true nor false" in found["message"]
    assert "because" in found["detail"]
    shown = (await supervisor.get(f"/instances/{asked}")).json()
    assert shown["open_incidents"] == [found["id"]]
    assert [(one["address"], one["waits"]) for one in shown["positions"]] == [("ask", "people")]


async def test_a_retry_judges_the_event_again(asked: str, supervisor: httpx.AsyncClient) -> None:
    """As long as it can't be judged the incident is the same; then the handler takes it, and the step is left."""
    found = await incident(supervisor)
    again = await supervisor.post(f"/incidents/{found['id']}/retry", json={"reason": "Perhaps now."})
    assert again.status_code == 200
    assert [(await incident(supervisor))[name] for name in ("id", "occurrences", "retries")] == [found["id"], 2, 1]
    changed = await supervisor.post(f"/instances/{asked}/data/bound", json={"value": 1, "reason": "It was missing."})
    assert changed.status_code == 200, changed.text
    assert (await supervisor.post(f"/incidents/{found['id']}/retry", json={"reason": "Now."})).status_code == 200
    shown = (await supervisor.get(f"/instances/{asked}")).json()
    assert ([one["address"] for one in shown["positions"]], shown["open_incidents"]) == (["high"], [])
    assert (await supervisor.get(f"/incidents/{found['id']}")).json()["closed_how"] == "completed"


async def test_it_is_passed_over_but_not_moved(asked: str, supervisor: httpx.AsyncClient) -> None:
    """Nothing stands there that could go elsewhere; skipped, the event is let go and the step waits on."""
    refused = await operate(supervisor, asked, "move", to="high")
    assert (refused.status_code, refused.json()["reason"]) == (409, "no-position")
    found = await incident(supervisor)
    assert (await operate(supervisor, asked, "skip")).status_code == 200
    assert (await supervisor.get(f"/incidents/{found['id']}")).json()["closed_how"] == "left"
    assert [one["address"] for one in (await supervisor.get(f"/instances/{asked}")).json()["positions"]] == ["ask"]


async def test_completing_its_step_closes_it(asked: str, supervisor: httpx.AsyncClient) -> None:
    """With the step its handler is gone."""
    found = await incident(supervisor)
    (task,) = (await supervisor.get("/tasks", params={"instance": asked})).json()["items"]
    done = await supervisor.post(f"/tasks/{task['id']}/complete", json={"outcome": "done", "form": {}})
    assert done.status_code == 200, done.text
    assert (await supervisor.get(f"/incidents/{found['id']}")).json()["closed_how"] == "left"


@pytest.mark.parametrize("lost", ["rows", "everything"])
async def test_it_is_rebuilt_from_the_instance(
    place: Office, asked: str, supervisor: httpx.AsyncClient, lost: str
) -> None:
    """Its rows dropped, or the whole instance's: the same incident comes back, and can be tried again."""
    found = await incident(supervisor)
    async with place.database.transaction() as unit:
        for table in (tables.incident, tables.position, tables.task, tables.listener):
            await unit.connection.execute(delete(table).where(table.c.instance == asked))
        if lost == "everything":
            for table in (tables.timeline, tables.result, tables.clock):
                await unit.connection.execute(delete(table).where(table.c.instance == asked))
            await unit.connection.execute(delete(tables.instance).where(tables.instance.c.id == asked))
    await rebuild_one(place.database, place.engine.snapshot(asked))
    assert (await incident(supervisor))["id"] == found["id"]
    described = await place.engine.describe(asked)
    shown = (await supervisor.get(f"/instances/{asked}")).json()
    assert (shown["rev"], shown["open_incidents"]) == (described.rev, [found["id"]])
    await operate(supervisor, asked, "skip")
    assert (await supervisor.get(f"/incidents/{found['id']}")).json()["status"] == "closed"
