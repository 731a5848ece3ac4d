"""Starting by event: each pathway that wants an event starts once, and what can't be judged is seen."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from ulid import ULID

from pathways.plan import Plan
from relaying.event_starts import EventStarter
from store.database import Database
from store.definitions import Definition
from store.event_starts import EventStart
from store.inbox import NewEvent
from store.instances import Instance, InstanceFilter
from tests.support.plans import make_plan
from tests.support.played import Played

CATALOG = {"events": {"order.placed": {"schema": {"order": "text", "wanted": "boolean"}}}}
TEXT = """
language: 1
pathway: {name}
version: {version}
title: Orders
purpose: Starts with an order.
inputs: {{order: {{type: text, required: true}}}}
{unique}
starts_on: [{{event: order.placed, when: event.data.wanted, inputs: {{order: =event.data.order}}}}]
steps: {{finish: {{end: done}}}}
outcomes: {{done: {{title: Done, kind: success}}}}
"""
NOW = datetime.now(UTC)


async def publish(
    database: Database, name: str = "orders", version: str = "1.0.0", unique: str = "", **more: Any
) -> Plan:
    """A pathway that starts with an order."""
    plan = make_plan(TEXT.format(name=name, version=version, unique=unique), CATALOG)
    definition = Definition(
        name, version, plan.digest, plan.title, "published", NOW, "anna", plan=plan.document, source="", **more
    )
    async with database.transaction() as unit:
        await unit.definitions.publish(definition)
    return plan


async def order(database: Database, **data: Any) -> str:
    """An order is placed; the event's id."""
    async with database.transaction() as unit:
        event, _ = await unit.inbox.receive(NewEvent("shop", str(ULID()), "order.placed", None, data))
        return event.id


async def look(database: Database, pathways: Played, **more: Any) -> None:
    """Look at all events."""
    starter = EventStarter(database, pathways, **more)
    while await starter.step():
        pass


async def came_to(database: Database, event: str) -> dict[str, EventStart]:
    """What an event came to, by pathway."""
    async with database.transaction() as unit:
        return {one.pathway: one for one in await unit.event_starts.of_event(event)}


async def instances(database: Database) -> list[Instance]:
    """Every instance."""
    async with database.transaction() as unit:
        found = (await unit.instances.page(InstanceFilter())).items
        return [one for brief in found if (one := await unit.instances.get(brief.id)) is not None]


async def test_an_event_starts_every_pathway_that_wants_it(database: Database, pathways: Played) -> None:
    """With its inputs, at the site and in its zone, and once however often it is looked at."""
    await publish(database, "orders")
    await publish(database, "billing")
    event = await order(database, order="O-1", wanted=True)
    for _ in range(2):
        await look(database, pathways, zone="Europe/Rome", site="rome")
    assert {name: one.verdict for name, one in (await came_to(database, event)).items()} == {
        "orders": "started",
        "billing": "started",
    }
    begun = await instances(database)
    assert {(one.pathway, one.zone, one.status) for one in begun} == {
        ("orders", "Europe/Rome", "starting"),
        ("billing", "Europe/Rome", "starting"),
    }
    assert {one.instance for one in pathways.started} == {one.id for one in begun}
    assert [one.inputs for one in begun] == [{"order": "O-1"}] * 2
    assert {one.site for one in begun} | {one.site for one in pathways.started} == {"rome"}
    async with database.transaction() as unit:
        stored = await unit.inbox.get(event)
    assert stored is not None
    assert stored.status == "consumed"


async def test_an_event_that_nobody_wants_starts_nothing(database: Database, pathways: Played) -> None:
    """It waits for who may yet listen."""
    await publish(database)
    event = await order(database, order="O-1", wanted=False)
    await look(database, pathways)
    assert await came_to(database, event) == {}
    assert await instances(database) == []


async def test_the_highest_version_that_may_be_started_is_meant(database: Database, pathways: Played) -> None:
    """Neither one that is not yet in effect, nor one that is paused."""
    await publish(database, version="1.0.0")
    await publish(database, version="1.1.0")
    await publish(database, version="1.2.0", effective_from=NOW + timedelta(days=1))
    await publish(database, version="1.3.0", paused=True)
    await order(database, order="O-1", wanted=True)
    await look(database, pathways)
    assert [one.version for one in await instances(database)] == ["1.1.0"]


async def test_what_cannot_be_judged_is_a_dead_letter(database: Database, pathways: Played) -> None:
    """A condition that gives null, inputs that do not fit, and a unique key that is missing."""
    await publish(database, "orders", unique="unique: '=if order = \"none\" then null else order'")
    events = [
        await order(database, order="O-1"),
        await order(database, wanted=True),
        await order(database, order="none", wanted=True),
    ]
    await look(database, pathways)
    async with database.transaction() as unit:
        letters = {one.event: one.reason for one in (await unit.inbox.dead_letters()).items}
    assert [letters[one].partition(": ")[0] for one in events] == ["orders 1.0.0"] * 3
    assert "neither true nor false" in letters[events[0]]
    assert "order is required" in letters[events[1]]
    assert "only once" in letters[events[2]]
    assert await instances(database) == []


async def test_a_second_event_for_the_same_joins_or_is_a_duplicate(database: Database, pathways: Played) -> None:
    """As the pathway says; it starts nothing, and names the one that runs."""
    await publish(database, "joins", unique="unique: =order\non_duplicate: join")
    await publish(database, "refuses", unique="unique: =order")
    await order(database, order="O-1", wanted=True)
    second = await order(database, order="O-1", wanted=True)
    await look(database, pathways)
    found = await came_to(database, second)
    assert {name: one.verdict for name, one in found.items()} == {"joins": "joined", "refuses": "duplicate"}
    assert {one.instance for one in found.values()} == {one.id for one in await instances(database)}


async def test_several_relays_share_the_events(database: Database, pathways: Played) -> None:
    """Each event starts a pathway once."""
    await publish(database)
    for number in range(6):
        await order(database, order=f"O-{number}", wanted=True)
    await asyncio.gather(*(look(database, pathways) for _ in range(3)))
    assert sorted(one.inputs["order"] for one in await instances(database)) == [f"O-{number}" for number in range(6)]


async def test_while_temporal_is_away_the_rows_wait(database: Database, pathways: Played) -> None:
    """The start is durable: it is finished when Temporal answers again."""
    await publish(database)
    await order(database, order="O-1", wanted=True)
    pathways.away = True
    await look(database, pathways)
    assert [one.status for one in await instances(database)] == ["starting"]


async def test_in_a_demonstration_new_instances_share_its_time(database: Database, pathways: Played) -> None:
    """The clock of what was started before is the clock of what starts now."""
    await publish(database)
    for number in range(2):
        await order(database, order=f"O-{number}", wanted=True)
        await look(database, pathways, demo_pace=1000.0)
    second, first = await instances(database)
    assert first.pace["factor"] == second.pace["factor"] == 1000.0
    assert second.started_at > first.started_at
