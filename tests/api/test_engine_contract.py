"""What the API relies on of its engine: of production's, on a real Temporal server, and of the played one alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from ulid import ULID

from api.services.engine import Engine, EngineAwayError, EngineRefusedError, InstanceGoneError
from api.temporal import TemporalEngine
from local.ports import free_port
from pathways.events import Cancelled, TaskCompleted
from pathways.messages import StartInstance
from store.database import Database
from store.definitions import Definition
from tests.support.interpreted import SPINE
from tests.support.interpreter import connect, until
from tests.support.played_engine import PlayedEngine
from tests.support.spine import RecordingInterpreter

PREPARED = {"test.prepare": lambda _: {"number": "N-1"}}


@dataclass
class Held:
    """An engine under the contract, with the store it records to."""

    engine: Engine
    database: Database

    async def started(self) -> str:
        """An instance that waits for its review."""
        ident = str(ULID())
        await self.engine.start(self.wish(ident))

        async def open_task() -> bool:
            async with self.database.transaction() as unit:
                return bool(await unit.tasks.open_of(ident))

        await until(open_task)
        return ident

    @staticmethod
    def wish(ident: str) -> StartInstance:
        """What starts it."""
        return StartInstance(ident, SPINE.digest, inputs={"order": {"reference": "ServiceRequest/1"}}, by="tester")


@pytest.fixture(params=["played", "temporal"])
async def held(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Held]:
    """Each of the engines."""
    database = Database(database_url)
    try:
        if request.param == "played":
            async with database.transaction() as unit:
                now = datetime.now(UTC)
                await unit.definitions.publish(
                    Definition("example", "1.0.0", SPINE.digest, "Example", "published", now, "x", plan=SPINE.document)
                )
            yield Held(PlayedEngine(database, PREPARED), database)
        else:
            server = request.getfixturevalue("temporal_server")
            client = await connect(server.address)
            interpreter = RecordingInterpreter(client, database)
            async with interpreter.running():

                async def connected() -> Any:
                    return client

                yield Held(TemporalEngine(connected, task_queue=interpreter.queue), database)
    finally:
        await database.close()


def review(outcome: str = "accept") -> TaskCompleted:
    """Somebody completes the review."""
    return TaskCompleted("review", outcome, {}, "tester", ("coordinator",))


async def test_a_start_is_done_once(held: Held) -> None:
    """However often it is sent, also at once."""
    ident = await held.started()
    await asyncio.gather(*(held.engine.start(held.wish(ident)) for _ in range(3)))
    async with held.database.transaction() as unit:
        started = [one for one in await unit.timeline.all(ident) if one.kind == "instance-started"]
    assert len(started) == 1


async def test_an_answer_names_the_revision_that_the_store_reaches(held: Held) -> None:
    """So that a page can wait for it."""
    ident = await held.started()
    answer = await held.engine.complete(ident, review(), request="k-1")
    assert answer.refused is None
    assert answer.result["address"] == "review"
    assert await held.database.reached(ident, answer.rev, within=20)
    async with held.database.transaction() as unit:
        known = await unit.results.get(ident, "k-1")
        assert known is not None
        assert (known.rev, known.result) == (answer.rev, answer.result)


async def test_a_key_gets_its_first_answer(held: Held) -> None:
    """At once and later; another key is refused, for the task is closed."""
    ident = await held.started()
    answers = await asyncio.gather(*(held.engine.complete(ident, review(), request="k-1") for _ in range(3)))
    assert len({one.rev for one in answers}) == 1
    with pytest.raises(EngineRefusedError) as refused:
        await held.engine.complete(ident, review(), request="k-2")
    assert refused.value.refused.code in ("task-closed", "unknown-task")


async def test_a_refusal_changes_nothing(held: Held) -> None:
    """It has a code and words, and the revision stays."""
    ident = await held.started()
    before = await held.engine.describe(ident)
    with pytest.raises(EngineRefusedError) as refused:
        await held.engine.complete(ident, review("nonsense"), request="k-1")
    assert refused.value.refused.code == "unknown-outcome"
    assert refused.value.refused.message
    assert (await held.engine.describe(ident)).rev == before.rev
    assert (await held.engine.complete(ident, review(), request="k-1")).refused is None


async def test_what_would_come_is_told_and_does_not_come(held: Held) -> None:
    """By the engine's own trial: what closes, how it ends, or why nothing would happen."""
    ident = await held.started()
    before = await held.engine.describe(ident)
    found = await held.engine.foresee(ident, Cancelled("supervisor", "Double."))
    assert (found.left, found.ends, len(found.closed)) == (("review",), "cancelled", 1)
    refused = (await held.engine.foresee(ident, review("nonsense"))).refused
    assert refused is not None
    assert refused.code == "unknown-outcome"
    assert (await held.engine.foresee(ident, review())).refused is None
    assert (await held.engine.describe(ident)).rev == before.rev


async def test_an_instance_that_has_ended_is_gone(held: Held) -> None:
    """Or says that it has ended, in the moment between."""
    ident = await held.started()
    answer = await held.engine.operate(ident, Cancelled("supervisor", "Double."), request="c-1")
    assert await held.database.reached(ident, answer.rev, within=20)

    async def gone() -> bool:
        with pytest.raises((InstanceGoneError, EngineRefusedError)) as told:
            await held.engine.complete(ident, review(), request="k-1")
        if isinstance(told.value, EngineRefusedError):
            assert told.value.refused.code == "ended"
        return isinstance(told.value, InstanceGoneError)

    await until(gone)


async def test_an_instance_that_never_was_is_gone(held: Held) -> None:
    """There is nothing to complete."""
    with pytest.raises(InstanceGoneError):
        await held.engine.complete(str(ULID()), review(), request="k-1")


async def test_time_is_moved_in_demonstrations_only(held: Held) -> None:
    """An instance without a demonstration clock refuses."""
    ident = await held.started()
    with pytest.raises(EngineRefusedError) as refused:
        await held.engine.move_clock(ident, None, request="m-1")
    assert refused.value.refused.code == "not-demo"


async def test_a_server_that_is_not_there_is_not_now() -> None:
    """Nothing hangs: after a few attempts it is said."""

    async def connected() -> Any:
        return await connect(f"127.0.0.1:{free_port()}")

    with pytest.raises(EngineAwayError):
        await TemporalEngine(connected, task_queue="x").complete("x", review(), request="k")
