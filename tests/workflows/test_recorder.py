"""The store learns everything once and in order, whatever happens to it meanwhile."""

from __future__ import annotations

from dataclasses import replace

from temporalio.client import Client

from pathways.facts import Recorded, StageReached
from pathways.messages import RecordAnswer, RecordRequest
from tests.support.interpreted import ACTIONS, SPINE
from tests.support.interpreter import Instance, Interpreter, refused, until
from tests.support.plans import MONDAY
from workflows import recorder
from workflows.pathway import Pathway
from workflows.recorder import Picture, Recorder


def assert_all_recorded_once(interpreter: Interpreter, instance: Instance) -> None:
    """Every revision is in the store, once, in order."""
    revs = [one.rev for one in interpreter.store.recorded[instance.id]]
    assert revs == list(range(1, len(revs) + 1))


async def test_the_store_is_away(client: Client) -> None:
    """History does not grow while the store is away; afterwards everything is recorded."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        await instance.settled_events()
        interpreter.store.away = True
        await instance.complete("review", "accept")
        before = await instance.events()
        refusals = interpreter.store.refusals
        await until(lambda: interpreter.store.refusals >= refusals + 2)
        assert await instance.events() == before
        interpreter.store.away = False
        await instance.stands_at("await-note")
        await instance.handle.terminate()
    assert_all_recorded_once(interpreter, instance)


async def test_a_lost_answer(client: Client) -> None:
    """A record whose answer is lost is sent again, and the store keeps one of each."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    interpreter.store.lost_answers = 2
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await until(lambda: len(interpreter.store.requests) == 3)
        await instance.stands_at("review")
        await instance.handle.terminate()
    assert_all_recorded_once(interpreter, instance)


async def test_a_store_that_lost_something_gets_a_snapshot(client: Client) -> None:
    """On a gap the store asks, and gets what can be rebuilt; from then on all is as before."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        interpreter.store.revs[instance.id] = 0  # a database restored from an old backup
        await instance.complete("review", "accept")
        await instance.stands_at("await-note")
        given = [request.snapshot for request in interpreter.store.requests if request.snapshot]
        assert [snapshot["rev"] for snapshot in given] == [(await instance.describe()).rev]
        await instance.handle.terminate()


async def test_resending(client: Client) -> None:
    """Asked by the reconciler, an instance at rest sends a snapshot with its digest."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        await instance.handle.signal(Pathway.resend, None)
        await until(lambda: interpreter.store.requests[-1].snapshot is not None)
        sent = interpreter.store.requests[-1]
        assert sent.snapshot == await instance.snapshot()
        assert sent.digest == (await instance.describe()).digest
        await instance.handle.terminate()


async def test_digests_of_what_is_recorded(client: Client) -> None:
    """The last request carries the digest of the instance as it stands."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        assert interpreter.store.requests[-1].digest == (await instance.describe()).digest
        await instance.handle.terminate()


async def test_far_behind(client: Client) -> None:
    """With too much unrecorded, updates are refused as store-lag until the store has caught up."""
    interpreter = Interpreter(client, [SPINE], ACTIONS)
    async with interpreter.running():
        instance = await interpreter.start(SPINE)
        await instance.stands_at("review")
        limit = recorder.LAG_BYTES
        recorder.LAG_BYTES = 0
        try:
            interpreter.store.away = True
            await instance.complete("review", "accept")
            event = instance.note("N-1")
            assert (await refused(instance.handle.execute_update(Pathway.deliver, event))).code == "store-lag"
            interpreter.store.away = False
            await until(instance.is_acknowledged)
            await instance.handle.execute_update(Pathway.deliver, event)
            assert await instance.handle.result() == "completed"
        finally:
            recorder.LAG_BYTES = limit


def _revision(rev: int, size: int) -> Recorded:
    return Recorded(rev, (StageReached(MONDAY, "x" * size),))


def _recorder(*sizes: int) -> Recorder:
    tail = [_revision(rev, size) for rev, size in enumerate(sizes, 1)]
    return Recorder("i", lambda: Picture(len(sizes), "digest", dict), lambda: True, tail)


def test_chunks() -> None:
    """What is sent at once stays under the limit; one large revision goes by itself."""
    third = recorder.CHUNK_BYTES // 3
    tail = _recorder(third, third, third, third, recorder.CHUNK_BYTES * 2)
    sent: list[RecordRequest] = []
    while not tail.done:
        sent.append(tail._request())
        tail._acknowledge(sent[-1].recorded[-1].rev)
    assert [[one.rev for one in request.recorded] for request in sent] == [[1, 2], [3, 4], [5]]
    assert [request.digest for request in sent] == ["", "", "digest"]


def test_acknowledging_less_than_sent() -> None:
    """Only what the store says it has leaves the tail."""
    tail = _recorder(10, 10, 10)
    tail._acknowledge(2)
    assert [one.rev for one in tail.tail] == [3]
    assert tail.recorded_rev == 2


def test_the_answers_of_the_tail() -> None:
    """An unrecorded request's answer is found by its key, and no other."""
    tail = _recorder(10)
    tail.append(replace(_revision(2, 10), request="key", result={"a": 1}))
    found = tail.answer_to("key")
    assert found is not None
    assert (found.rev, found.result) == (2, {"a": 1})
    assert tail.answer_to("other") is None
    assert RecordAnswer(2).needs_snapshot is False
