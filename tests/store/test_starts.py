"""What may run only once: one of two starts at once wins, and the other is told of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from ulid import ULID

from pathways.engine import advance, snapshot, snapshot_digest, start_state
from pathways.events import Started
from pathways.messages import RecordRequest
from pathways.plan import Plan
from pathways.projection import snapshot_to_json
from pathways.starting import KeylessError
from pathways.state import Parent
from store.database import Database
from store.definitions import Definition
from store.instances import NewInstance
from store.recording import record_in
from store.starts import Begun, begin
from store.tables import instance
from tests.support.plans import make_plan

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TEXT = """
purpose: One at a time.
inputs: {order: {type: text}}
unique: =order
on_duplicate: %s
steps: {rest: {wait: {for: 1 day}}, finish: {end: done}}
outcomes: {done: {title: Done, kind: success}}
"""
JOINS, REFUSES = make_plan(TEXT % "join"), make_plan(TEXT % "refuse")


async def start(database: Database, plan: Plan, order: str | None, request: str | None = None) -> Begun:
    """Somebody starts an instance."""
    inputs = {"order": order}
    new = NewInstance(
        str(ULID()), plan.pathway, plan.version, plan.digest, plan.title, "UTC", inputs, AT, "anna", request
    )
    async with database.transaction() as unit:
        return await begin(unit, plan, new)


async def test_of_two_at_once_one_begins(own_database: Database) -> None:
    """The other gets the one that runs, or is refused, as the pathway says."""
    for plan, order, second in ((JOINS, "O-1", "joined"), (REFUSES, "O-2", "duplicate")):
        begun = await asyncio.gather(*(start(own_database, plan, order) for _ in range(4)))
        assert sorted(one.how for one in begun) == sorted([second] * 3 + ["new"])
        assert len({one.instance.id for one in begun}) == 1


async def test_another_may_begin_when_the_first_has_ended(own_database: Database) -> None:
    """Only open instances are in the way; and another key never is."""
    first = await start(own_database, REFUSES, "O-1")
    assert (await start(own_database, REFUSES, "O-2")).how == "new"
    async with own_database.transaction() as unit:
        await unit.connection.execute(update(instance).where(instance.c.id == first.instance.id).values(status="ended"))
    assert (await start(own_database, REFUSES, "O-1")).how == "new"


async def test_a_repeated_request_gets_its_first_answer(own_database: Database) -> None:
    """Also one that joined."""
    first = await start(own_database, JOINS, "O-1", "click-1")
    again = await start(own_database, JOINS, "O-1", "click-1")
    assert (again.how, again.instance.id) == ("again", first.instance.id)
    assert (await start(own_database, JOINS, "O-1", "click-2")).how == "joined"
    async with own_database.transaction() as unit:
        joined = await unit.instances.joined_by("click-2")
    assert joined is not None
    assert joined.id == first.instance.id


async def test_without_a_key_nothing_begins(own_database: Database) -> None:
    """It can't be said whether the same runs already."""
    with pytest.raises(KeylessError):
        await start(own_database, JOINS, None)


async def test_a_rebuilt_instance_is_in_the_way_again(own_database: Database) -> None:
    """Whose row was lost keeps its key, inputs and parent, as far as its definition is there to tell."""
    definition = Definition(
        JOINS.pathway, "1.0.0", JOINS.digest, JOINS.title, "published", AT, "anna", plan=JOINS.document, source=""
    )
    ident, parent = str(ULID()), Parent(str(ULID()), "sub")
    begun = start_state(JOINS, ident, "UTC", AT)
    state = advance(JOINS, begun, Started({"order": "O-1"}, parent=parent), AT).state
    picture = snapshot(JOINS, state)
    request = RecordRequest(ident, (), snapshot_digest(picture), snapshot_to_json(picture))
    async with own_database.transaction() as unit:
        await unit.definitions.publish(definition)
    await record_in(own_database, request)
    async with own_database.transaction() as unit:
        stored = await unit.instances.get(ident)
    assert stored is not None
    assert (stored.unique_key, stored.inputs) == ("O-1", {"order": "O-1"})
    assert (stored.parent_instance, stored.parent_address) == (parent.instance, "sub")
    assert (await start(own_database, JOINS, "O-1")).how == "joined"
