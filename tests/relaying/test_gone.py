"""Instances whose workflow is gone, on real parts: found once, shown, taken back where it returns, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    ResetWorkflowExecutionRequest,
)
from temporalio.client import Client
from ulid import ULID

from relaying.port import NoAnswerError
from relaying.reconciling import Reconciler
from relaying.starting import finish_starts
from relaying.temporal import TemporalPathways
from store import closing, gone
from store.database import Database
from store.incidents import GONE
from store.instances import NewInstance
from store.timeline import Entry
from tests.support.interpreted import SPINE
from tests.support.interpreter import Instance, until
from tests.support.played import Played
from tests.support.spine import ORDER, RecordingInterpreter
from workflows.names import workflow_id


@pytest.fixture
def pathways(client: Client, interpreter: RecordingInterpreter) -> TemporalPathways:
    """The relay's side of Temporal."""
    return TemporalPathways(client, task_queue=interpreter.queue)


class Watching:
    """A reconciler, and what it counted."""

    def __init__(self, database: Database, pathways: TemporalPathways | Played) -> None:
        self.found: list[gone.How] = []
        self.database = database
        self.reconciler = Reconciler(database, pathways, gone=self.found.append)

    async def look(self, ident: str) -> str:
        """Look at an instance."""
        return await self.reconciler.look(ident)

    async def told(self, ident: str) -> tuple[Any, list[Entry]]:
        """The open incident of the whole instance, and what the timeline tells of its workflow."""
        async with self.database.transaction() as unit:
            incidents = [one for one in await unit.incidents.of_instance(ident) if one.kind == GONE]
            entries = [one for one in await unit.timeline.all(ident) if one.kind.startswith("workflow-")]
        opened = [one for one in incidents if one.status == "open"]
        return (opened[0] if opened else None), entries

    async def audited(self, ident: str) -> list[tuple[str, str]]:
        """Who did what to an instance, of what the rule does."""
        async with self.database.transaction() as unit:
            entries = (await unit.audit.page(instance=ident)).items
            assert (await unit.audit.verify()).holds
        return [(one.actor, one.action) for one in entries if one.actor == gone.RULE]


async def reset(client: Client, instance: Instance) -> None:
    """Take a workflow up again where its last workflow task had completed."""
    history = await instance.latest.fetch_history()
    done = [one.event_id for one in history.events if one.HasField("workflow_task_completed_event_attributes")]
    request = ResetWorkflowExecutionRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow_id(instance.id)),
        reason="Taken up again.",
        request_id=str(ULID()),
        workflow_task_finish_event_id=done[-1],
    )
    await client.workflow_service.reset_workflow_execution(request)


async def test_a_terminated_workflow_is_found_once(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database
) -> None:
    """As an incident of the whole instance, counted and audited as the rule's; looking again adds nothing."""
    watching = Watching(database, pathways)
    async with interpreter.running():
        instance = await interpreter.at_task()
        await instance.terminate()
        assert [await watching.look(instance.id) for _ in range(3)] == ["gone"] * 3
    incident, entries = await watching.told(instance.id)
    assert (incident.address, incident.message) == (gone.WHOLE, "Its workflow was terminated in Temporal.")
    assert [(one.kind, one.actor) for one in entries] == [(GONE, gone.RULE)]
    assert await watching.audited(instance.id) == [(gone.RULE, "instance.gone")]
    assert watching.found == ["terminated"]
    stored = await interpreter.stored(instance.id)
    assert stored is not None
    assert (stored.status, stored.gone["how"]) == ("running", "terminated")


async def test_a_workflow_that_comes_back_is_noted(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database, client: Client
) -> None:
    """One that Temporal was told to take up again goes on, and nobody is asked to act any more."""
    watching = Watching(database, pathways)
    async with interpreter.running():
        instance = await interpreter.at_task()
        await instance.terminate()
        assert await watching.look(instance.id) == "gone"
        await reset(client, instance)

        async def back() -> bool:
            return await watching.look(instance.id) == "same"

        await until(back)
        incident, entries = await watching.told(instance.id)
        assert incident is None
        assert [one.kind for one in entries] == [GONE, gone.BACK]
        assert (await instance.complete("review", "decline")).refused is None
        assert await instance.latest.result() == "expired"


async def test_a_workflow_that_temporal_does_not_know(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database, client: Client
) -> None:
    """Temporal was restored to what it was before the start: the lists know more than there is."""
    watching = Watching(database, pathways)
    async with interpreter.running():
        instance = await interpreter.at_task()
        execution = WorkflowExecution(workflow_id=workflow_id(instance.id))
        request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
        await client.workflow_service.delete_workflow_execution(request)

        async def missing() -> bool:
            return await watching.look(instance.id) == "gone"

        await until(missing)
    incident, _ = await watching.told(instance.id)
    assert watching.found[-1] in ("missing", "terminated")  # terminated first, where it is looked at meanwhile
    assert incident.status == "open"


async def test_an_unknown_namespace_says_nothing_of_an_instance(
    interpreter: RecordingInterpreter, database: Database, client: Client
) -> None:
    """A relay that is led to another Temporal does not take every instance for lost."""
    elsewhere = await Client.connect(
        client.service_client.config.target_host, namespace="nowhere", data_converter=client.data_converter
    )
    stranger = TemporalPathways(elsewhere, task_queue=interpreter.queue)
    with pytest.raises(NoAnswerError):
        await stranger.describe(str(ULID()))


async def test_one_terminated_while_starting_is_found(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database
) -> None:
    """It is not started over and over: what became of it is looked at, and then it is left to people."""
    new = NewInstance(
        str(ULID()), "example", "1.0.0", SPINE.digest, "Example", "UTC", {"order": ORDER}, datetime.now(UTC)
    )
    async with database.transaction() as unit:
        await unit.instances.add(new)
    watching, at_once, known = Watching(database, pathways), timedelta(0), set[str]()
    for _ in range(2):  # no worker runs: it begins, and nothing is heard of it
        assert await finish_starts(database, pathways, patience=at_once, look=watching.look, known=known) == 1
    assert known == {new.id}
    await interpreter.child(new.id).terminate()
    assert await finish_starts(database, pathways, patience=at_once, look=watching.look, known=known) == 1
    assert await finish_starts(database, pathways, patience=at_once, look=watching.look, known=known) == 0
    assert (watching.found, known) == (["terminated"], set())
    assert await watching.look(new.id) == "gone"


async def test_what_it_had_not_recorded_is_read_from_its_history(database: Database, pathways_played: Played) -> None:
    """The lists show where it stood last, not where they last heard of it."""
    history = await pathways_played.listening("N-1")
    history.deliver("N-1")
    pathways_played.terminated.add(history.instance)
    assert await Watching(database, pathways_played).look(history.instance) == "gone"
    async with database.transaction() as unit:
        stored = await unit.instances.get(history.instance)
    assert stored is not None
    assert (stored.rev, stored.gone["how"]) == (history.rev, "terminated")


async def test_one_that_records_is_there(database: Database, pathways_played: Played) -> None:
    """Whoever records has a workflow: the mark goes with what it states; a record that is repeated says nothing."""
    history = await pathways_played.listening("N-1")
    async with database.transaction() as unit:
        assert await gone.mark(unit, history.instance, "missing")
    await pathways_played.record(history)
    watching = Watching(database, pathways_played)
    assert (await watching.told(history.instance))[0] is not None
    history.cancel()
    await pathways_played.record(history)
    incident, entries = await watching.told(history.instance)
    assert incident is None
    assert [one.kind for one in entries] == [GONE, gone.BACK]
    async with database.transaction() as unit:
        stored = await unit.instances.get(history.instance)
    assert stored is not None
    assert (stored.status, stored.gone) == ("ended", None)


@pytest.fixture
def pathways_played(database: Database) -> Played:
    """Instances that the test plays."""
    return Played(database)


async def close(database: Database, ident: str, children: Sequence[str] = ()) -> int:
    """Somebody closes it."""
    async with database.transaction() as unit:
        stored = await unit.instances.lock(ident)
        assert stored is not None
        at = datetime.now(UTC)
        return await closing.close(
            unit, stored, by="sam", reason="Begun anew.", request="r-1", at=at, children=tuple(children)
        )


async def test_what_is_closed_is_over(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database
) -> None:
    """Tasks close as cancelled with their drafts kept, nobody listens or stands any more, and a person is on record."""
    watching = Watching(database, pathways)
    async with interpreter.running():
        instance = await interpreter.at_task()
        await instance.terminate()
        await watching.look(instance.id)
    async with database.transaction() as unit:
        [task] = await unit.tasks.open_of(instance.id)
        await unit.tasks.save_draft(task.id, "anna", {"note": "typed"})
    rev = await close(database, instance.id)
    async with database.transaction() as unit:
        stored, draft = await unit.instances.get(instance.id), await unit.tasks.draft(task.id, "anna")
        assert await unit.instances.positions(instance.id) == ()
        assert await unit.listeners.of([instance.id]) == ()
        assert [one.status for one in await unit.tasks.of_instance(instance.id)] == ["cancelled"]
        assert [one.status for one in await unit.incidents.of_instance(instance.id)] == ["closed"]
        told = (await unit.timeline.all(instance.id))[-1]
        assert (await unit.results.get(instance.id, "r-1")) is not None
        assert (await unit.audit.verify()).holds
    assert stored is not None
    assert (stored.status, stored.outcome_kind, stored.rev) == ("ended", "cancelled", rev)
    assert draft is not None
    assert (told.kind, told.actor, told.detail["reason"]) == ("instance-ended", "sam", "Begun anew.")
    assert await watching.look(instance.id) == "gone"
    assert watching.found == ["terminated"]


async def test_one_that_comes_back_after_all_replaces_what_was_closed(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database, client: Client
) -> None:
    """The workflow is the truth: what it states once it goes on is what the lists say again."""
    async with interpreter.running():
        instance = await interpreter.at_task()
        await instance.terminate()
        await Watching(database, pathways).look(instance.id)
        await close(database, instance.id)
        await reset(client, instance)

        async def taken() -> bool:
            return (await instance.complete("review", "accept")).refused is None

        await until(taken)

        async def again() -> bool:
            stored = await interpreter.stored(instance.id)
            return stored is not None and stored.status == "running"

        await until(again)
        assert await Watching(database, pathways).look(instance.id) == "same"
        stored = await interpreter.stored(instance.id)
        assert stored is not None
        assert stored.gone is None
        await instance.terminate()
