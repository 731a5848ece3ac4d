"""Instances whose workflow is gone: nothing is sent to them, people are told, and may close them or start them anew."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from temporalio.client import Client

from api.services.actor import Actor
from api.services.engine import InstanceGoneError
from api.services.gone import GoneService
from api.temporal import TemporalEngine
from local.temporal_server import TemporalServer
from pathways.events import TaskCompleted
from relaying.reconciling import Reconciler
from relaying.temporal import TemporalPathways
from store.database import Database
from store.definitions import Definition
from store.gone import mark
from store.incidents import GONE
from tests.support.interpreted import SPINE
from tests.support.interpreter import connect, until
from tests.support.office import ORDER, PATIENT, Office
from tests.support.plans import MONDAY
from tests.support.spine import RecordingInterpreter

INPUTS = {"patient": {"reference": PATIENT}, "order": {"reference": ORDER}}
WHY = {"reason": "Terminated by mistake."}


async def lose(place: Office, ident: str) -> None:
    """The relay has found that a workflow is gone."""
    place.engine.lose(ident)
    async with place.database.transaction() as unit:
        assert await mark(unit, ident, "terminated")


async def shown(client: httpx.AsyncClient, ident: str) -> Any:
    """An instance."""
    return (await client.get(f"/instances/{ident}")).json()


async def test_people_see_it(place: Office, supervisor: httpx.AsyncClient, referral: str) -> None:
    """In the list, on the instance, and among the exceptions, with what happened and when it was found."""
    await lose(place, referral)
    [row] = (await supervisor.get("/instances?gone=true")).json()["items"]
    assert (row["id"], row["gone"]["how"], row["status"]) == (referral, "terminated", "running")
    assert (await supervisor.get("/instances?gone=false")).json()["items"] == []
    [incident] = (await supervisor.get("/incidents")).json()["items"]
    assert (incident["kind"], incident["instance"]) == (GONE, referral)
    assert (await shown(supervisor, referral))["open_incidents"] == [incident["id"]]


async def test_a_task_of_it_is_refused_and_stays(
    place: Office, nurse: httpx.AsyncClient, supervisor: httpx.AsyncClient, referral: str
) -> None:
    """It says why, and nothing is done to it; no operation reaches it either."""
    [task] = (await shown(nurse, referral))["open_tasks"]
    place.engine.lose(referral)
    answer = await nurse.post(f"/tasks/{task}/complete", json={"outcome": "accept", "form": {"urgency": "routine"}})
    assert answer.status_code == 503  # nobody has found it yet
    async with place.database.transaction() as unit:
        await mark(unit, referral, "terminated")
    answer = await nurse.post(f"/tasks/{task}/complete", json={"outcome": "accept", "form": {"urgency": "routine"}})
    assert (answer.status_code, answer.json()["reason"]) == (409, "gone")
    assert "start it anew" in answer.json()["detail"]
    async with place.database.transaction() as unit:
        kept = await unit.tasks.get(task)
    assert kept is not None
    assert kept.status == "open"
    answer = await supervisor.post(f"/instances/{referral}/suspend", json=WHY)
    assert (answer.status_code, answer.json()["reason"]) == (409, "gone")
    ahead = await supervisor.post(f"/instances/{referral}/foresee/cancel")
    assert ahead.json()["refused"]["code"] == "gone"


async def test_closing_it(place: Office, supervisor: httpx.AsyncClient, referral: str) -> None:
    """With a reason, once for a key; it is over then, and so are its tasks and exception."""
    [task] = (await shown(supervisor, referral))["open_tasks"]
    await lose(place, referral)
    assert (await supervisor.post(f"/instances/{referral}/close", json={"reason": " "})).status_code in (400, 422)
    headers = {"Idempotency-Key": "close-1"}
    first = await supervisor.post(f"/instances/{referral}/close", json=WHY, headers=headers)
    assert first.status_code == 200, first.text
    again = await supervisor.post(f"/instances/{referral}/close", json=WHY, headers=headers)
    assert again.json() == first.json()
    over = await shown(supervisor, referral)
    assert (over["status"], over["outcome_kind"], over["open_tasks"]) == ("ended", "cancelled", [])
    assert (await supervisor.get(f"/tasks/{task}")).json()["status"] == "cancelled"
    assert (await supervisor.get("/incidents")).json()["items"] == []
    answer = await supervisor.post(f"/instances/{referral}/close", json=WHY)
    assert (answer.status_code, answer.json()["reason"]) == (409, "ended")


async def test_only_what_is_gone_is_closed(
    place: Office, supervisor: httpx.AsyncClient, coordinator: httpx.AsyncClient, referral: str
) -> None:
    """Not one that runs, nor one that runs again; and only by who may cancel."""
    for act in ("close", "start-anew"):
        answer = await supervisor.post(f"/instances/{referral}/{act}", json=WHY)
        assert (answer.status_code, answer.json()["reason"]) == (409, "not-gone")
        assert (await coordinator.post(f"/instances/{referral}/{act}", json=WHY)).status_code == 403
    async with place.database.transaction() as unit:
        await mark(unit, referral, "missing")
    answer = await supervisor.post(f"/instances/{referral}/close", json=WHY)
    assert (answer.status_code, answer.json()["reason"]) == (409, "not-gone")
    place.engine.away = True
    assert (await supervisor.post(f"/instances/{referral}/close", json=WHY)).status_code == 503


async def test_starting_it_anew(place: Office, supervisor: httpx.AsyncClient, referral: str) -> None:
    """The same version with the same inputs, from its beginning, each linked to the other; once for a key."""
    await lose(place, referral)
    headers = {"Idempotency-Key": "anew-1"}
    first = await supervisor.post(f"/instances/{referral}/start-anew", json=WHY, headers=headers)
    assert first.status_code == 201, first.text
    again = await supervisor.post(f"/instances/{referral}/start-anew", json=WHY, headers=headers)
    assert again.json()["id"] == first.json()["id"]
    old, new = await shown(supervisor, referral), await shown(supervisor, first.json()["id"])
    assert (old["status"], old["replaced_by"]) == ("ended", new["id"])
    assert (new["status"], new["replaces"], new["version"]) == ("running", referral, old["version"])
    assert {name: new["inputs"][name] for name in INPUTS} == {name: old["inputs"][name] for name in INPUTS}
    assert len((await supervisor.get("/instances?open=true")).json()["items"]) == 1


async def test_what_can_be_started_no_more_is_not_started_anew(
    place: Office, supervisor: httpx.AsyncClient, referral: str
) -> None:
    """Nothing is closed then."""
    await lose(place, referral)
    before = await shown(supervisor, referral)
    async with place.database.transaction() as unit:
        await unit.definitions.set_state("referral", before["version"], "retired")
    answer = await supervisor.post(f"/instances/{referral}/start-anew", json=WHY)
    assert (answer.status_code, answer.json()["reason"]) == (409, "not-published")
    assert (await shown(supervisor, referral))["status"] == "running"


@pytest.fixture
async def client(temporal_server: TemporalServer) -> Client:
    """A client with Carelane's converter."""
    return await connect(temporal_server.address)


async def test_from_terminated_to_started_anew_on_temporal(client: Client, database_url: str) -> None:
    """The whole way on real parts: terminated by hand, found by the relay, started anew, and gone on to its end."""
    database = Database(database_url)
    async with database.transaction() as unit:
        await unit.definitions.publish(
            Definition(
                "example", "1.0.0", SPINE.digest, "Example", "published", MONDAY, "x", plan=SPINE.document, source=""
            )
        )
    interpreter = RecordingInterpreter(client, database)

    async def connected() -> Client:
        return client

    engine = TemporalEngine(connected, task_queue=interpreter.queue)
    service = GoneService(database, engine)
    sam = Actor("sam", "sam", "Sam", frozenset({"supervisor"}))
    async with interpreter.running():
        lost = await interpreter.start(SPINE, site="main-street", order={"reference": "ServiceRequest/1"})
        await interpreter.records(lost)
        await lost.terminate()
        with pytest.raises(InstanceGoneError):
            await engine.describe(lost.id)
        with pytest.raises(InstanceGoneError):
            await engine.complete(lost.id, TaskCompleted("review", "accept", {}, "sam"), request="k-0")
        pathways = TemporalPathways(client, task_queue=interpreter.queue)
        assert await Reconciler(database, pathways).look(lost.id) == "gone"
        begun = await service.start_anew(sam, lost.id, reason="Terminated by mistake.", key="k-1")
        anew = interpreter.child(begun.id)
        await until(lambda: _at_task(database, begun.id))
        await anew.complete("review", "decline")
        assert await anew.latest.result() == "expired"
        await interpreter.records(anew)
    stored = await interpreter.stored(begun.id)
    assert stored is not None
    assert (stored.status, stored.replaces, stored.site) == ("ended", lost.id, "main-street")
    await database.close()


async def _at_task(database: Database, ident: str) -> bool:
    async with database.transaction() as unit:
        return bool(await unit.tasks.open_of(ident))
