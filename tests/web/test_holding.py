"""Holding steps of one instance by its pages: what that brings, who lifts it, and what its version holds besides."""

from __future__ import annotations

import pytest_asyncio

from pathways.events import Held
from tests.support.dosing import start_dosing
from tests.support.office import Office
from tests.support.reader import Reader, reading

BOOK = "series/book"


@pytest_asyncio.fixture(loop_scope="session")
async def series(place: Office) -> str:
    """A series that waits at the first dose, both for its review and its chair."""
    return await start_dosing(place)


async def test_a_dose_is_held_and_released(place: Office, supervisor: Reader, series: str) -> None:
    """First which and why; then the page says who, why, and how it is lifted, until it is."""
    asked = await supervisor.get(f"/instances/{series}/hold")
    assert "clocks go on" in asked.text
    assert "It can be taken back by moving on or cancelling: Book a chair" in asked.text
    refused = await supervisor.send(asked, "/hold", reason="A recall.")
    assert (refused.status, "Say which steps are held." in refused.text) == (422, True)
    refused = await supervisor.send(asked, "/hold", f__steps=BOOK)
    assert (refused.status, "Say why." in refused.text) == (422, True)
    assert "checked" in refused.html
    done = await supervisor.send(refused, "/hold", reason="The lot is recalled.")
    assert "The steps are held." in done.text
    assert "Not entered until they are released: Book a chair The lot is recalled. (Samuel Ortiz" in done.text
    assert "Of this instance alone. A supervisor lifts it." in done.text
    assert f"/instances/{series}/release" in done.html
    listed = await supervisor.get("/instances?show=held")
    assert series in listed.html
    assert "Steps are held, none is reached" in listed.text
    asked = await supervisor.get(f"/instances/{series}/release")
    assert "Nothing stands before them now." in asked.text
    back = await supervisor.send(asked, "/release", reason="It is another lot.")
    assert "They are released." in back.text
    assert "No step is held any more of this instance alone by Samuel Ortiz It is another lot." in back.text
    again = await supervisor.get(f"/instances/{series}/release")
    assert "As things stand it would not be done: No step is held." in again.text


async def test_what_has_begun_goes_on(supervisor: Reader, series: str) -> None:
    """The page says so before it is held."""
    page = await supervisor.get(f"/instances/{series}/hold")
    seen = await supervisor.send(page, "/hold", f__steps="series/prepare/drug/review")
    assert "has begun already, and goes on." in seen.text


async def test_the_version_holds_for_itself(place: Office, supervisor: Reader, series: str) -> None:
    """Each is told by itself, with who may lift it; releasing the one leaves the other."""
    await place.engine.operate(series, Held((BOOK,), "ina", "A pause.", "p-1"), request="p-1")
    asked = await supervisor.get(f"/instances/{series}/hold")
    both = await supervisor.send(asked, "/hold", reason="A recall.", f__steps=BOOK)
    assert "It is lifted with the pause of its version." in both.text
    assert "Of this instance alone." in both.text
    asked = await supervisor.get(f"/instances/{series}/release")
    assert "What its version holds stays held." in asked.text
    back = await supervisor.send(asked, "/release", reason="Over.")
    assert "It is lifted with the pause of its version." in back.text
    assert "Of this instance alone." not in back.text


async def test_holding_belongs_to_who_operates(place: Office, series: str) -> None:
    """As suspending does, by page and by the JSON API; the audit names the person."""
    async with reading(place, "coordinator") as coordinator:
        assert (await coordinator.get(f"/instances/{series}/hold")).status == 403
        assert "/hold" not in (await coordinator.get(f"/instances/{series}")).html
    wish = {"steps": [BOOK], "reason": "A recall."}
    async with place.client("coordinator") as client:
        assert (await client.post(f"/instances/{series}/hold", json=wish)).status_code == 403
    async with place.client("supervisor") as client:
        assert (await client.post(f"/instances/{series}/hold", json={**wish, "steps": ["no"]})).status_code == 409
        assert (await client.post(f"/instances/{series}/hold", json=wish)).status_code == 200
        held = (await client.get(f"/instances/{series}")).json()
        assert (held["hold"], held["own_hold"]["steps"], held["own_hold"]["reason"]) == (None, [BOOK], "A recall.")
        assert (await client.post(f"/instances/{series}/release", json={"reason": "Over."})).status_code == 200
    async with place.database.transaction() as unit:
        entries = (await unit.audit.page(instance=series)).items
    told = {one.action: (one.actor.partition(":")[0], one.detail["own"]) for one in entries if "own" in one.detail}
    assert told == {"instance.hold": ("person", True), "instance.release": ("person", True)}
