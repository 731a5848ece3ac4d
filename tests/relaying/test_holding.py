"""Holding: running instances are told what their version holds, each until it says so itself."""

from __future__ import annotations

from datetime import UTC, datetime

from pathways.events import Held, Released
from relaying.holding import Holder
from store.database import Database
from store.definitions import Definition, Pause
from tests.support.played import PLAN, Played

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


async def published(database: Database) -> None:
    """The version that instances run."""
    definition = Definition(
        PLAN.pathway, PLAN.version, PLAN.digest, PLAN.title, "published", AT, "ina", AT, "ina", plan=PLAN.document
    )
    async with database.transaction() as unit:
        await unit.definitions.publish(definition)


async def pause(database: Database, ident: str, *steps: str, paused: bool = True) -> None:
    """Somebody pauses it, or lets it go on."""
    async with database.transaction() as unit:
        why = Pause(ident, "ina", "A recall.", AT)
        await unit.definitions.set_pause(PLAN.pathway, PLAN.version, why, paused=paused, held_steps=steps)


async def test_instances_hold_and_go_on(database: Database, pathways: Played) -> None:
    """Each is told once, and once more of the end; the update says by which pause and at which revision."""
    await published(database)
    clock = Clock()
    histories = [await pathways.listening(f"N-{number}") for number in range(3)]
    await pause(database, "p-1", "rest")
    holder = Holder(database, pathways, clock=clock)
    assert not await holder.step()
    told = Held(("rest",), "ina", "A recall.", "p-1")
    assert sorted(pathways.held) == sorted((one.instance, told, f"hold/p-1/{one.rev - 1}") for one in histories)
    assert all(one.state.hold is not None for one in histories)
    await holder.step()
    assert len(pathways.held) == 3, "they may be about to record it"
    for one in histories:
        await pathways.record(one)
    clock.now = 60.0
    await holder.step()
    assert len(pathways.held) == 3
    await pause(database, "p-2", paused=False)
    await holder.step()
    assert [event for _, event, _ in pathways.held[3:]] == [Released("ina", "A recall.")] * 3
    assert all(one.state.hold is None for one in histories)


async def test_one_that_does_not_answer_is_asked_again_and_holds_up_nobody(
    database: Database, pathways: Played
) -> None:
    """The others are told; it is, when it answers. One whose workflow is gone is passed over."""
    await published(database)
    clock = Clock()
    silent, gone, there = [await pathways.listening(f"N-{number}") for number in range(3)]
    pathways.mute.add(silent.instance)
    del pathways.histories[gone.instance]
    await pause(database, "p-1", "rest")
    holder = Holder(database, pathways, clock=clock)
    await holder.step()
    assert there.state.hold is not None
    pathways.mute.clear()
    await holder.step()
    assert silent.state.hold is None
    clock.now = 60.0
    await holder.step()
    assert silent.state.hold is not None


async def test_a_refusal_is_no_fault(database: Database, pathways: Played) -> None:
    """What the lists know late was done already."""
    await published(database)
    history = await pathways.listening("N-1")
    history.play(Held(("rest",), "ina", "A recall.", "p-1"))
    await pathways.record(history)
    history.play(Released("ina", "It is over."))
    assert not await Holder(database, pathways).step()
    assert len(pathways.held) == 1


async def test_a_batch_at_a_time(database: Database, pathways: Played) -> None:
    """However many there are, each gets its turn, and the round ends."""
    await published(database)
    for number in range(5):
        await pathways.listening(f"N-{number}")
    await pause(database, "p-1", "rest")
    holder = Holder(database, pathways, batch=2)
    assert [await holder.step() for _ in range(3)] == [True, True, False]
    assert len(pathways.held) == 5
