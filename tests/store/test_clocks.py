"""Clocks in lists: the nearest deadline first, and only those whose time goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pathways.facts import ClockMoved
from store.database import Database
from tests.support.stated import Stated


def moved(instance: Stated, clock: str, verb: Any, status: Any, hours: float | None = None, **more: Any) -> ClockMoved:
    """A clock moves; its deadline is that many hours away."""
    deadline = None if hours is None else instance.at + timedelta(hours=hours)
    return ClockMoved(
        instance.at, clock, clock.title(), verb, status, started_at=instance.at, deadline=deadline, **more
    )


async def test_clocks_that_run_are_listed_by_deadline(own_database: Database) -> None:
    """Running and breached ones of open instances, of all pathways or one, in pages that join without a gap."""
    first, second, ended = [await Stated(own_database, pathway=name).begin() for name in ("a", "b", "b")]
    await first.say(moved(first, "late", "breach", "breached", -1), moved(first, "soon", "start", "running", 1))
    await second.say(moved(second, "far", "start", "running", 9), moved(second, "met", "stop", "met", 2))
    await second.say(moved(second, "paused", "pause", "paused", None, left=60.0))
    await ended.say(moved(ended, "over", "start", "running", 3))
    await ended.end()
    async with own_database.transaction() as unit:
        page = await unit.clocks.due(limit=2)
        rest = await unit.clocks.due(limit=2, after=page.next)
        assert [one.clock for one in (*page.items, *rest.items)] == ["late", "soon", "far"]
        assert [one.clock for one in (await unit.clocks.due(pathway="b")).items] == ["far"]
        assert [one.clock for one in (await unit.clocks.due(breached=True)).items] == ["late"]
        assert [one.clock for one in (await unit.clocks.due(breached=False)).items] == ["soon", "far"]
        before = first.at + timedelta(hours=2)
        assert [one.clock for one in (await unit.clocks.due(before=before)).items] == ["late", "soon"]
        counts = {(one.pathway, one.clock): (one.running, one.breached) for one in await unit.clocks.counts()}
        assert counts == {("a", "late"): (0, 1), ("a", "soon"): (1, 0), ("b", "far"): (1, 0)}


async def test_a_clock_remembers_its_warning_until_it_starts_again(own_database: Database) -> None:
    """And a verb that did not fit changes nothing."""
    instance = await Stated(own_database).begin()
    await instance.say(moved(instance, "c", "start", "running", 5))
    await instance.say(moved(instance, "c", "warn", "running", 5))
    await instance.say(moved(instance, "c", "start", "running", 50, ignored=True))
    await instance.say(moved(instance, "c", "pause", "paused", None, left=3600.0))
    async with own_database.transaction() as unit:
        [clock] = await unit.clocks.of_instance(instance.id)
        assert (clock.status, clock.left, clock.warned_at is None) == ("paused", 3600.0, False)
    await instance.say(moved(instance, "c", "restart", "running", 5, number=2))
    async with own_database.transaction() as unit:
        [clock] = await unit.clocks.of_instance(instance.id)
        assert (clock.status, clock.number, clock.warned_at) == ("running", 2, None)
