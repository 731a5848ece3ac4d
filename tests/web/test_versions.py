"""Versions on their pages: what may be done with them, what it brings, and what is held."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from pathways.events import Held
from tests.support.dosing import start_dosing
from tests.support.office import Office
from tests.support.reader import Reader, reading
from tests.support.registry import ASKING_SCENARIOS, QUIET_SCENARIOS, asking, quiet, wish

PUBLISH = "/pathways/publish"


@pytest_asyncio.fixture(loop_scope="session")
async def author(place: Office) -> AsyncIterator[Reader]:
    """The informaticist's browser."""
    async with reading(place, "informaticist") as reader:
        yield reader


async def published(place: Office, *sources: str) -> None:
    """Publish what needs nobody's approval."""
    async with place.client("informaticist") as client:
        for source in sources:
            assert (await client.post("/pathways", json=wish(source))).status_code == 201


async def test_a_version_is_paused_with_held_steps_and_goes_on(place: Office, author: Reader) -> None:
    """The page asks why and which steps; a banner says who, and counts; letting it go on ends it."""
    await published(place, quiet())
    page = await author.get("/pathways/quiet/1.0.0")
    asked = await author.get("/pathways/quiet/1.0.0/pause")
    assert "Nothing new starts of it" in asked.text
    refused = await author.send(asked, "/pause", held="well")
    assert (refused.status, "Say why." in refused.text) == (422, True)
    assert refused.form("/pause")[1]["held"] == "well"
    done = await author.send(refused, "/pause", reason="A recall.")
    for text in (
        "Paused: nothing starts of it A recall. (Ines Calder",
        "Held: Well (well) – 0 wait there",
        "0 of 0 running",
    ):
        assert text in done.text, text
    assert "Paused" in (await author.get("/pathways")).text
    back = await author.send(await author.get("/pathways/quiet/1.0.0/unpause"), "/unpause", reason="It is over.")
    assert "Paused: nothing starts" not in back.text
    assert "Goes on by Ines Calder" in back.text
    assert "Paused by Ines Calder" in back.text
    assert page.status == 200


async def test_an_instance_says_where_it_is_held(place: Office, supervisor: Reader) -> None:
    """A banner with the step, who and why; its place says it; the list does; the timeline tells it."""
    ident = await start_dosing(place)
    async with place.database.transaction() as unit:
        ina = await unit.people.by_login("informaticist")
    assert ina is not None
    await place.engine.operate(ident, Held(("~call/talk", "done"), ina.id, "A recall.", "p-1"), request="hold-1")
    page = await supervisor.get(f"/instances/{ident}")
    assert "Not entered until they are released: Done, Talk with the patient A recall. (Ines Calder" in page.text
    async with place.client("coordinator") as client:
        assert (await client.post(f"/instances/{ident}/offers/call", json={})).status_code == 200
    page = await supervisor.get(f"/instances/{ident}")
    for text in (
        "Held at Talk with the patient – Call the patient A recall. (Ines Calder",
        "Held: it begins when the step is released",
        "Not entered until they are released: Done, Talk with the patient by Ines Calder",
        "Held: Talk with the patient",
    ):
        assert text in page.text, text
    listed = (await supervisor.get("/instances?show=held")).text
    assert "Held at Talk with the patient" in listed
    assert "No instance fits." in (await supervisor.get("/instances?show=held&pathway=referral")).text


async def test_a_version_is_deprecated_and_retired(place: Office, author: Reader) -> None:
    """Each asks first; what fits no more is refused in words."""
    await published(place, quiet())
    page = await author.get("/pathways/quiet/1.0.0/deprecate")
    done = await author.send(page, "/deprecate", reason="Too slow.")
    assert "Deprecated by Ines Calder" in done.text
    assert "/pathways/quiet/1.0.0/deprecate" not in done.html
    retired = await author.send(await author.get("/pathways/quiet/1.0.0/retire"), "/retire")
    assert "put away for good" in retired.text
    late = await author.send(page, "/deprecate")
    assert (late.status, "is retired" in late.text) == (409, True)
    assert (await author.get("/pathways/quiet/1.0.0/burn")).status == 404


async def test_what_runs_is_not_retired(place: Office, author: Reader, referral: str) -> None:
    """The page says why, and what can be done first; it has no button that would be refused."""
    asked = await author.get("/pathways/referral/1.0.0/retire")
    assert "1 instance runs of it now. It can be retired once none does." in asked.text
    assert "/pathways/referral/1.0.0/retire" not in asked.forms
    assert 'href="/pathways/referral/1.0.0/migrate"' in asked.html


async def test_a_draft_is_withdrawn(place: Office, author: Reader, coordinator: Reader) -> None:
    """By an author, after a question; nobody else is offered it."""
    async with place.client("informaticist") as client:
        await client.post("/pathways", json=wish(asking()))
    assert (await coordinator.get("/pathways/asking/1.0.0/withdraw")).status == 403
    assert "/withdraw" not in (await coordinator.get("/pathways/asking/1.0.0")).html
    done = await author.send(await author.get("/pathways/asking/1.0.0/withdraw"), "/withdraw", reason="Too early.")
    assert (done.path, "The draft is withdrawn." in done.text) == ("/pathways", True)
    assert (await author.get("/pathways/asking/1.0.0")).status == 404


async def test_files_of_a_folder_are_taken_and_can_be_changed(author: Reader) -> None:
    """The newest version is the definition, scenarios for others are left out with a word, and nothing is published."""
    page = await author.get(PUBLISH)
    files = {
        "care/1.0.0.yaml": quiet(),
        "care/1.10.0.yaml": quiet(version="1.10.0"),
        "care/1.9.0.yaml": quiet(version="1.9.0"),
        "care/scenarios/main.yaml": QUIET_SCENARIOS.format(name="quiet"),
        "care/scenarios/old.yaml": QUIET_SCENARIOS.format(name="quiet").replace(
            "scenarios:", "version: 1.0.0\nscenarios:"
        ),
        "care/child/1.0.0.yaml": asking(),
        "care/child/scenarios/main.yaml": ASKING_SCENARIOS.format(name="asking"),
        "care/notes.txt": "Nothing.",
        "care/.hidden.yaml": "x: 1",
        "care/queues.yaml": "queues: [intake]",
    }
    taken = await author.upload(page, PUBLISH, "take", files)
    fields = taken.form(PUBLISH)[1]
    assert "version: 1.10.0" in fields["source"]
    for text in ("old.yaml is for quiet 1.0.0.", "notes.txt is no YAML file.", "queues.yaml holds no definition"):
        assert text in taken.text, text
    assert "care/scenarios/main.yaml (scenarios)" in taken.text
    assert "care/1.9.0.yaml (definition)" in taken.text
    assert "hidden" not in taken.text
    assert "Nothing is published yet" in taken.text
    bad = await author.client.post(
        PUBLISH, data={**fields, "act": "take"}, files=[("upload", ("x.yaml", b"\xff\xfe", "text/yaml"))]
    )
    assert "x.yaml is not UTF-8 text." in bad.text


async def test_a_definition_is_tried_before_it_is_published(author: Reader) -> None:
    """Which scenarios pass, what none goes through, and what a second person will be asked; nothing is kept."""
    page = await author.get(PUBLISH)
    half = ASKING_SCENARIOS.format(name="asking").split("  stopping:")[0]
    short = await author.send(page, PUBLISH, source=asking(), text=half, act="check")
    assert (short.status, "Too little: 2 of 3 steps Not badly" in short.text) == (200, True)
    broken = ASKING_SCENARIOS.format(name="asking").replace("outcome: done", "outcome: dropped")
    failed = await author.send(short, PUBLISH, text=broken, act="check")
    assert "Failed going-on" in failed.text
    assert "What happened" in failed.text
    whole = await author.send(failed, PUBLISH, text=ASKING_SCENARIOS.format(name="asking"), act="check")
    for text in ("It can be published", "Passed going-on", "A second person", "Forms New: Ask"):
        assert text in whole.text, text
    assert (await author.get("/pathways/asking/1.0.0")).status == 404
    kept = await author.send(whole, PUBLISH, act="publish", effective_from="2098-01-01")
    assert "kept as a draft" in kept.text
    assert "In effect from" in kept.text
    more = await author.send(whole, PUBLISH, act="more")
    assert "scenarios/2.yaml" in more.text


async def test_another_version_is_written_from_one(place: Office, author: Reader) -> None:
    """Its text is in the form, and its page then says what changed."""
    await published(place, quiet())
    page = await author.get("/pathways/publish?name=quiet&version=1.0.0")
    source = page.form(PUBLISH)[1]["source"]
    assert "pathway: quiet" in source
    changed = source.replace("version: 1.0.0", "version: 1.1.0").replace("=1 + 1", "=1 + 2")
    done = await author.send(page, PUBLISH, source=changed, text=QUIET_SCENARIOS.format(name="quiet"), act="publish")
    assert "What changed since 1.0.0" in done.text
    first = await author.get("/pathways/quiet/1.0.0")
    assert "Compare with another version" in first.text
    other_way = (await author.get("/pathways/quiet/1.0.0?against=1.1.0")).text
    assert "What changed since 1.1.0" in other_way
    assert "1 + 2 → 1 + 1" in other_way
    assert "What changed since" not in (await author.get("/pathways/quiet/1.0.0?against=9.9.9")).text
    assert "text only" not in done.text
