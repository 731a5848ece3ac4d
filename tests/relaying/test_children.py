"""Reporting again: a parent hears of its child's end, also where the child's own word was lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ulid import ULID

from pathways.events import ChildEnded, ChildFailed, ChildStarted
from pathways.facts import ChildOrdered, ChildReported, ChildRuns
from pathways.state import Parent
from relaying.children import ask_after, report_again
from relaying.port import NoAnswerError
from relaying.reconciling import Reconciler
from store.database import Database
from tests.support.played import Played
from tests.support.stated import Stated

AT_ONCE = timedelta(0)


async def family(
    database: Database, pathways: Played, *, detached: bool = False, heard: bool = True
) -> tuple[Stated, Stated]:
    """A parent, whose workflow runs, and its child, of whose beginning it has heard."""
    parent = await Stated(database).begin()
    pathways.histories[parent.id] = await pathways.listening(str(ULID()))
    child = Stated(database, parent=Parent(parent.id, "arrange"))
    await parent.say(ChildOrdered(parent.at, "arrange", 1, child.id, "transport", "^1", detached))
    if heard:
        await parent.say(ChildRuns(parent.at, "arrange", child.id, "1.2.0", "d"))
    await child.begin()
    return parent, child


async def test_a_lost_report_is_sent_again(database: Database, pathways: Played) -> None:
    """With outcome and what it gives; once the parent has recorded it, no more."""
    parent, child = await family(database, pathways)
    assert await report_again(database, pathways, patience=AT_ONCE) == 0
    await child.end("arranged", {"seat": 3})
    assert await report_again(database, pathways) == 0, "the parent may be about to record it"
    assert await report_again(database, pathways, patience=AT_ONCE) == 1
    [(told, report)] = pathways.reports
    assert (told, report.event) == (parent.id, ChildEnded("arrange", child.id, "arranged", {"seat": 3}))
    await parent.say(ChildReported(parent.at, "arrange", child.id, "arranged"))
    assert await report_again(database, pathways, patience=AT_ONCE) == 0
    async with database.transaction() as unit:
        [known] = await unit.children.of(parent.id)
        stored = await unit.instances.get(child.id)
    assert (known.status, known.outcome, known.version, known.awaited) == ("ended", "arranged", "1.2.0", False)
    assert stored is not None
    assert (stored.parent_instance, stored.parent_address) == (parent.id, "arrange")


async def test_nobody_is_told_who_does_not_wait(database: Database, pathways: Played) -> None:
    """A detached child reports nothing, and a parent that has ended wants to know nothing."""
    _, detached = await family(database, pathways, detached=True)
    await detached.end()
    parent, child = await family(database, pathways)
    await child.end()
    await parent.end()
    assert await report_again(database, pathways, patience=AT_ONCE) == 0


async def test_a_parent_that_is_gone_counts_as_told(database: Database, pathways: Played) -> None:
    """There is nobody left who could want it; and while Temporal is away it is tried again."""
    parent, child = await family(database, pathways)
    await child.end()
    pathways.away = True
    with pytest.raises(NoAnswerError):
        await report_again(database, pathways, patience=AT_ONCE)
    pathways.away = False
    del pathways.histories[parent.id]
    assert await report_again(database, pathways, patience=AT_ONCE) == 1
    async with database.transaction() as unit:
        known = await unit.children.get(child.id)
    assert known is not None
    assert known.told_at is not None
    assert await report_again(database, pathways, patience=timedelta(minutes=1)) == 0


async def test_a_child_without_workflow_is_reported_as_failed(database: Database, pathways: Played) -> None:
    """It was ended from outside: its parent would wait for ever."""
    parent, child = await family(database, pathways)
    assert await Reconciler(database, pathways).look(child.id) == "gone"
    [(told, report)] = pathways.reports
    assert told == parent.id
    assert isinstance(report.event, ChildFailed)
    assert (report.event.address, report.event.instance) == ("arrange", child.id)


@pytest.mark.parametrize("detached", [False, True])
async def test_a_beginning_that_was_not_heard_is_told_again(
    database: Database, pathways: Played, detached: bool
) -> None:
    """The parent of a detached child waits for that alone; once it is recorded, nobody is asked any more."""
    parent, child = await family(database, pathways, detached=detached, heard=False)
    assert await ask_after(database, pathways) == 0, "it may be about to say so"
    assert await ask_after(database, pathways, patience=AT_ONCE) == 0, "it has not begun yet"
    pathways.histories[child.id] = await pathways.listening(str(ULID()))
    assert await ask_after(database, pathways, patience=AT_ONCE) == 1
    [(told, report)] = pathways.reports
    assert (told, report.event) == (parent.id, ChildStarted("arrange", 1, "1.0.0", "d" * 64))
    await parent.say(ChildRuns(parent.at, "arrange", child.id, "1.0.0", "d" * 64))
    assert await ask_after(database, pathways, patience=AT_ONCE) == 0
