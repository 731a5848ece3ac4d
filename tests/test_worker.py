"""The worker as it is composed: real PostgreSQL, Temporal and core, and the library's referral on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle
from ulid import ULID

from activities import registry
from activities.gateways.fhir import FhirClient
from catalog import load
from local.temporal_server import TemporalServer
from pathways.compile import compile_definition
from pathways.events import MessageReceived, TaskCompleted
from pathways.messages import Pace, StartInstance
from pathways.parse import parse
from pathways.plan import Plan
from settings import Settings
from store.database import Database
from store.definitions import Definition
from tests.support.core import LiveCore, live_core
from tests.support.interpreted import pathway
from tests.support.interpreter import connect, until
from tests.support.working import settings_for, working
from workflows.names import workflow_id
from workflows.pathway import Pathway

REFERRAL = Path(__file__).parents[1] / "pathways/library/referral/1.0.0.yaml"


@pytest.fixture
def core(tmp_path: Path) -> Iterator[LiveCore]:
    """A core of this test alone."""
    with live_core(tmp_path / "core.db") as running:
        yield running


@pytest.fixture
def configured(database_url: str, temporal_server: TemporalServer, core: LiveCore, tmp_path: Path) -> Settings:
    """Settings for a worker with a task queue of its own."""
    return settings_for(database_url, temporal_server.address, core, tmp_path)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The store that the worker writes to."""
    opened = Database(database_url)
    yield opened
    await opened.close()


def referral() -> Plan:
    """The library's referral, compiled against what is installed."""
    parsed = parse(REFERRAL.read_text(encoding="utf-8"), REFERRAL.name)
    assert parsed.definition is not None
    compiled = compile_definition(parsed.definition, load.installed(registry.catalog().actions))
    assert compiled.plan is not None, compiled.diagnostics
    return compiled.plan


async def publish(database: Database, plan: Plan) -> None:
    """Put a plan into the store, as publishing does."""
    async with database.transaction() as unit:
        await unit.definitions.publish(
            Definition(
                name=plan.pathway,
                version=plan.version,
                digest=plan.digest,
                title=plan.title,
                state="published",
                published_at=datetime.now(UTC),
                published_by="tester",
                plan=plan.document,
                source="",
            )
        )


async def order(fhir: FhirClient) -> dict[str, Any]:
    """A patient with a complete order; the pathway's inputs."""
    patient = await fhir.create({"resourceType": "Patient"}, key="patient")
    reference = {"reference": f"Patient/{patient['id']}"}
    made = await fhir.create(
        {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "order",
            "priority": "routine",
            "code": {"text": "Cardiology consult"},
            "subject": reference,
            "reasonCode": [{"text": "Palpitations"}],
            "supportingInfo": [reference],
            "insurance": [{"display": "Example plan"}],
        },
        key="order",
    )
    return {"patient": reference, "order": {"reference": f"ServiceRequest/{made['id']}"}}


class Referral:
    """One referral, driven by people who answer at once."""

    def __init__(self, handle: WorkflowHandle[Any, str], fhir: FhirClient, inputs: dict[str, Any]) -> None:
        self.handle = handle
        self.fhir = fhir
        self.inputs = inputs

    async def reaches(self, address: str) -> None:
        """Wait until it stands there."""

        async def there() -> bool:
            taken = await self.handle.query(Pathway.snapshot)
            return [one["address"] for one in taken["positions"]] == [address]

        await until(there, seconds=40)

    async def complete(self, address: str, outcome: str, **form: Any) -> None:
        """Complete a task when it is open."""
        await self.reaches(address)
        roles = ("coordinator", "nurse-reviewer")
        await self.handle.execute_update(Pathway.complete, TaskCompleted(address, outcome, form, "tester", roles))

    async def event(self, kind: str, **data: Any) -> None:
        """Deliver an event about the order."""
        event = MessageReceived(str(ULID()), kind, self.inputs["order"]["reference"], data)
        answer = await self.handle.execute_update(Pathway.deliver, event)
        assert answer.result["verdict"] == "consumed"

    async def resources(self, kind: str) -> list[dict[str, Any]]:
        """Everything of a type in the core."""
        return [one async for one in self.fhir.search(kind, [("_count", "50")], fresh=True)]


async def test_a_referral_closes_its_loop(configured: Settings, core: LiveCore, database: Database) -> None:
    """From the order to the closed loop: people, the core and the store agree at the end."""
    plan = referral()
    await publish(database, plan)
    client: Client = await connect(configured.temporal_target)
    async with working(configured), FhirClient(core.base_url) as fhir:
        inputs = await order(fhir)
        instance, now = str(ULID()), datetime.now(UTC)
        handle = await client.start_workflow(
            Pathway.run,
            StartInstance(instance, plan.digest, "America/New_York", inputs, "tester", Pace(0, now, now)),
            id=workflow_id(instance),
            task_queue=configured.temporal_task_queue,
        )
        case = Referral(handle, fhir, inputs)
        await case.complete("triage", "decided", decision="accept", urgency="routine")
        start = (now + timedelta(days=5)).isoformat()
        await case.complete("reach-patient", "logged", contact="reached", start=start)
        await case.reaches("until-reminder")
        await handle.execute_update(Pathway.move_clock, None)
        await case.reaches("until-visit")
        await handle.execute_update(Pathway.move_clock, None)
        await case.complete("visit", "arrived")
        await case.reaches("await-note")
        note = {
            "resourceType": "DocumentReference",
            "status": "current",
            "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
            "subject": inputs["patient"],
            "date": (now + timedelta(days=5)).isoformat(timespec="seconds"),
            "content": [{"attachment": {"contentType": "text/plain", "data": "bm90ZQ=="}}],
        }
        filed = await fhir.create(note, key="note")
        await case.event("note.filed", note={"reference": f"DocumentReference/{filed['id']}"})
        assert await asyncio.wait_for(handle.result(), 40) == "closed-loop"
        (task,) = await case.resources("Task")
        (visit,) = await case.resources("Appointment")
        assert (task["status"], visit["status"]) == ("completed", "fulfilled")
        messages = [
            one["topic"]["coding"][0]["code"] for one in await case.resources("Communication") if "topic" in one
        ]
        assert sorted(messages) == [
            "patient-appointment-booked",
            "patient-appointment-reminder",
            "referrer-accepted",
            "referrer-note-available",
            "referrer-received",
        ]
        async with database.transaction() as unit:
            stored = await unit.instances.get(instance)
        assert stored is not None
        assert (stored.status, stored.outcome) == ("ended", "closed-loop")


CHILD = pathway("  ask: {task: {title: Ask, queue: intake}}\n  finished: {end: completed}\n", name="child")
PARENT = pathway("""
  sub: {pathway: {name: child, version: ^1, inputs: {order: =order}}, save: sub}
  finished: {end: completed}
""")


async def test_a_parent_and_its_child(configured: Settings, database: Database) -> None:
    """A child is looked up in the store, has its row there, and takes its parent to the end."""
    await publish(database, PARENT)
    await publish(database, CHILD)
    client: Client = await connect(configured.temporal_target)
    instance = str(ULID())
    start = StartInstance(instance, PARENT.digest, inputs={"order": {"reference": "ServiceRequest/1"}}, by="tester")
    async with working(configured):
        parent = await client.start_workflow(
            Pathway.run, start, id=workflow_id(instance), task_queue=configured.temporal_task_queue
        )

        async def child_stands() -> bool:
            async with database.transaction() as unit:
                children = await unit.children.of(instance)
                told = bool(children) and children[0].status == "running"
                return told and bool(await unit.tasks.open_of(children[0].instance))

        await until(child_stands, seconds=40)
        async with database.transaction() as unit:
            (child,) = await unit.children.of(instance)
            row = await unit.instances.get(child.instance)
        assert (child.version, child.status) == ("1.0.0", "running")
        assert row is not None
        assert (row.parent_instance, row.parent_address) == (instance, "sub")
        assert row.inputs["order"]["reference"] == "ServiceRequest/1"
        handle = client.get_workflow_handle(workflow_id(child.instance))
        await handle.execute_update(Pathway.complete, TaskCompleted("ask", "done", {}, "tester"))
        assert await asyncio.wait_for(parent.result(), 40) == "completed"
        assert await asyncio.wait_for(handle.result(), 40) == "completed"
    async with database.transaction() as unit:
        (child,) = await unit.children.of(instance)
    assert (child.status, child.outcome) == ("ended", "completed")


async def test_a_worker_that_is_stopped_leaves_nothing(configured: Settings) -> None:
    """A stopped worker ends, and another one may begin in the same process."""
    async with working(configured):
        pass
    async with working(configured):
        pass
