"""The relay on real parts: Temporal, PostgreSQL, and a worker that records."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from temporalio.client import Client
from ulid import ULID

import relay
from pathways.events import MessageReceived, Resumed, Suspended
from relaying.port import Answered, GoneError, NoAnswerError
from relaying.reconciling import Reconciler, rebuild_one
from relaying.starting import finish_starts
from relaying.temporal import TemporalPathways
from store import tables
from store.database import Database
from store.definitions import Definition, Pause
from store.holds import Holding
from store.inbox import NewEvent
from store.instances import NewInstance
from store.snapshots import stored_digest
from tests.support.interpreted import SPINE
from tests.support.interpreter import Instance, until
from tests.support.spine import RecordingInterpreter

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.fixture
def pathways(client: Client, interpreter: RecordingInterpreter) -> TemporalPathways:
    """The relay's side of Temporal."""
    return TemporalPathways(client, task_queue=interpreter.queue)


async def listening(interpreter: RecordingInterpreter) -> tuple[Instance, str]:
    """An instance that waits for its note, and the key it waits for."""
    instance = await interpreter.at_task()
    await instance.complete("review", "accept")
    await interpreter.records(instance)
    async with interpreter.database.transaction() as unit:
        [listener] = await unit.listeners.of([instance.id])
    return instance, listener.key


async def test_the_tables_of_a_real_instance_are_as_it_pictures_itself(
    interpreter: RecordingInterpreter, database: Database
) -> None:
    """What the activity recorded has the digest that the workflow says."""
    async with interpreter.running():
        instance, _ = await listening(interpreter)
        described = await instance.describe()
        async with database.transaction() as unit:
            stored = await unit.instances.get(instance.id)
            assert stored is not None
            assert await stored_digest(unit, stored) == described.digest
            assert stored.snapshot_digest == described.digest
        await instance.terminate()


async def test_verdicts_are_the_workflows_own(interpreter: RecordingInterpreter, pathways: TemporalPathways) -> None:
    """Consumed with the address, ignored where nothing matches, and gone after the end; once for each update id."""
    async with interpreter.running():
        instance, key = await listening(interpreter)
        stranger = MessageReceived("e-0", "note.received", "another", {})
        assert await pathways.deliver(instance.id, stranger, update_id="e-0/0") == Answered("ignored")
        note = MessageReceived("e-1", "note.received", key, {})
        consumed = Answered("consumed", ("await-note",))
        assert await pathways.deliver(instance.id, note, update_id="e-1/0") == consumed
        await instance.handle.result()
        with pytest.raises(GoneError):
            await pathways.deliver(instance.id, note, update_id="e-2/0")
        assert (await pathways.describe(instance.id)).status == "ended"
    with pytest.raises(GoneError):
        await pathways.describe(str(ULID()))


async def test_a_running_relay_carries_events_to_instances(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database, database_url: str
) -> None:
    """From the inbox to the end of the pathway, by itself and soon."""
    running = asyncio.create_task(relay.relay(database, database_url, pathways))
    async with interpreter.running():
        instance, key = await listening(interpreter)
        async with database.transaction() as unit:
            event, _ = await unit.inbox.receive(NewEvent("test", "e-1", "note.received", key, {}))
        assert await asyncio.wait_for(instance.handle.result(), 20) == "completed"

        async def settled() -> bool:
            async with database.transaction() as unit:
                return [one.verdict for one in await unit.inbox.deliveries(event.id)] == ["consumed"]

        await until(settled)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_what_came_during_a_suspension_is_taken_after_it(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database, database_url: str
) -> None:
    """The event is deferred, nothing else is held up, and resuming brings it again."""
    running = asyncio.create_task(relay.relay(database, database_url, pathways))
    async with interpreter.running():
        instance, key = await listening(interpreter)
        await instance.operate(Suspended("boss", "The patient travels."))
        await interpreter.records(instance)
        async with database.transaction() as unit:
            event, _ = await unit.inbox.receive(NewEvent("test", "e-1", "note.received", key, {}))

        async def verdicts() -> list[str | None]:
            async with database.transaction() as unit:
                return [one.verdict for one in await unit.inbox.deliveries(event.id)]

        async def deferred() -> bool:
            return await verdicts() == ["deferred"]

        async def consumed() -> bool:
            return await verdicts() == ["superseded", "consumed"]

        await until(deferred)
        await instance.operate(Resumed("boss", "The patient is back."))
        assert await asyncio.wait_for(instance.handle.result(), 20) == "completed"
        await until(consumed)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_running_instances_hold_what_their_version_holds(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database, database_url: str
) -> None:
    """A pause reaches every instance by itself, across continue-as-new, and so does its end; then they go on."""
    definition = Definition(
        SPINE.pathway, SPINE.version, SPINE.digest, SPINE.title, "published", AT, "ina", AT, "ina", plan=SPINE.document
    )
    async with database.transaction() as unit:
        await unit.definitions.publish(definition)

    async def pause(ident: str, *steps: str, paused: bool = True) -> None:
        why = Pause(ident, "ina", "A recall.", AT)
        async with database.transaction() as unit:
            await unit.definitions.set_pause(SPINE.pathway, SPINE.version, why, paused=paused, held_steps=steps)

    async def holding() -> Holding:
        async with database.transaction() as unit:
            return await unit.holds.of_version(SPINE.pathway, SPINE.version)

    async def held() -> bool:
        return await holding() == Holding(2, 2, {"close": 1})

    running = asyncio.create_task(relay.relay(database, database_url, pathways))
    async with interpreter.running():
        first, key = await listening(interpreter)
        second = await interpreter.at_task()
        await pause("p-1", "close")

        async def all_know() -> bool:
            return (await holding()).know == 2

        await until(all_know)
        await first.deliver(MessageReceived("e-1", "note.received", key, {}))
        await until(held)
        await first.renew()
        assert await held()
        await pause("p-2", paused=False)
        assert await asyncio.wait_for(first.latest.result(), 20) == "completed"

        async def none_holds() -> bool:
            async with database.transaction() as unit:
                found = await unit.instances.get(second.id)
            return found is not None and found.hold is None

        await until(none_holds)
        await second.terminate()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_start_that_was_cut_short_is_finished(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database
) -> None:
    """The row is there, the workflow is not: the relay starts it, once."""
    order = {"order": {"reference": "ServiceRequest/1"}}
    new = NewInstance(str(ULID()), "example", "1.0.0", SPINE.digest, "Example", "UTC", order, datetime.now(UTC), "anna")
    async with database.transaction() as unit:
        await unit.instances.add(new)
    async with interpreter.running():
        for _ in range(2):
            await finish_starts(database, pathways, patience=timedelta(0))

        async def runs() -> bool:
            stored = await interpreter.stored(new.id)
            return stored is not None and stored.status == "running"

        await until(runs)
        assert await finish_starts(database, pathways, patience=timedelta(0)) == 0
        stored = await interpreter.stored(new.id)
        assert stored is not None
        assert (stored.inputs, stored.started_by) == (order, "anna")
        await pathways.deliver(new.id, MessageReceived("e", "x", None, {}), update_id="e/0")


async def test_what_differs_is_recorded_anew_by_the_workflow(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database
) -> None:
    """Lost rows come back through the workflow's own snapshot."""
    async with interpreter.running():
        instance = await interpreter.at_task()
        async with database.transaction() as unit:
            for table in (tables.position, tables.task):
                await unit.connection.execute(delete(table).where(table.c.instance == instance.id))
        reconciler = Reconciler(database, pathways)
        assert await reconciler.look(instance.id) == "different"

        async def repaired() -> bool:
            return await reconciler.look(instance.id) == "same"

        await until(repaired)
        async with database.transaction() as unit:
            assert len(await unit.tasks.open_of(instance.id)) == 1
        await instance.terminate()


async def test_a_lost_row_is_rebuilt_from_a_query(
    interpreter: RecordingInterpreter, pathways: TemporalPathways, database: Database
) -> None:
    """The snapshot that a workflow answers is all that a lost database needs."""
    async with interpreter.running():
        instance = await interpreter.at_task()
        described = await instance.describe()
        async with database.transaction() as unit:
            for table in (tables.timeline, tables.position, tables.task, tables.result):
                await unit.connection.execute(delete(table).where(table.c.instance == instance.id))
            await unit.connection.execute(delete(tables.instance).where(tables.instance.c.id == instance.id))
        assert instance.id in [ident async for ident in pathways.running()]
        await rebuild_one(database, await pathways.snapshot(instance.id))
        async with database.transaction() as unit:
            stored = await unit.instances.get(instance.id)
            assert stored is not None
            assert await stored_digest(unit, stored) == described.digest
        await instance.terminate()


async def test_temporal_away_is_no_answer(database: Database) -> None:
    """The error is ours, and quick."""
    client = await Client.connect("127.0.0.1:1", lazy=True)
    away = TemporalPathways(client, task_queue="none")
    with pytest.raises(NoAnswerError):
        await away.describe(str(ULID()))
