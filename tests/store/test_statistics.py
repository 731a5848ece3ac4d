"""The numbers that diagrams show: who stands where, and how long steps take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from ulid import ULID

from store import tables
from store.database import Database, Unit
from store.instances import NewInstance
from store.statistics import StepNumbers

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


async def started(unit: Unit, pathway: str, version: str = "1.0.0") -> str:
    """An instance of a version."""
    ident = str(ULID())
    await unit.instances.add(NewInstance(ident, pathway, version, "d", "Title", "UTC", {}, AT, "ina"))
    return ident


async def stands(unit: Unit, instance: str, step: str, address: str | None = None) -> None:
    """The instance stands at a step."""
    row = {
        "instance": instance,
        "address": address or step,
        "step": step,
        "title": step,
        "waits": "people",
        "entered_at": AT,
    }
    await unit.connection.execute(insert(tables.position).values(row))


async def passed(unit: Unit, instance: str, step: str, hours: float, address: str | None = None) -> None:
    """The instance went through a step, which took some hours."""
    facts = [("step-entered", AT), ("step-left", AT + timedelta(hours=hours))]
    rows = [
        {"instance": instance, "rev": 1, "place": place, "at": at, "kind": kind, "address": address or step}
        | {"detail": {"step": step}}
        for place, (kind, at) in enumerate(facts)
    ]
    await unit.connection.execute(insert(tables.timeline).values(rows))


async def test_standing_and_median_by_step(database: Database) -> None:
    """Positions of open instances count; the time is the median over all visits."""
    async with database.transaction() as unit:
        first, second = await started(unit, "counted"), await started(unit, "counted")
        await stands(unit, first, "wait")
        await stands(unit, second, "wait")
        await stands(unit, second, "series/give", "series#2/give")
        for hours in (1, 2, 9):
            await passed(unit, first, "ask", hours, f"ask@{hours}")
        found = await unit.statistics.steps("counted", "1.0.0")
    assert found == {
        "wait": StepNumbers(standing=2),
        "series/give": StepNumbers(standing=1),
        "ask": StepNumbers(passed=3, median=timedelta(hours=2)),
    }


async def test_other_versions_do_not_count(database: Database) -> None:
    """Each version has its own numbers."""
    async with database.transaction() as unit:
        other = await started(unit, "versioned", "2.0.0")
        await stands(unit, other, "wait")
        await passed(unit, other, "ask", 1)
        assert await unit.statistics.steps("versioned", "1.0.0") == {}
        assert set(await unit.statistics.steps("versioned", "2.0.0")) == {"wait", "ask"}


async def test_a_visit_that_goes_on_has_no_time_yet(database: Database) -> None:
    """A step that was entered and not left counts as standing only."""
    async with database.transaction() as unit:
        one = await started(unit, "going-on")
        await stands(unit, one, "ask")
        row = {"instance": one, "rev": 1, "place": 0, "at": AT, "kind": "step-entered", "address": "ask"}
        await unit.connection.execute(insert(tables.timeline).values(row | {"detail": {"step": "ask"}}))
        assert await unit.statistics.steps("going-on", "1.0.0") == {"ask": StepNumbers(standing=1)}
