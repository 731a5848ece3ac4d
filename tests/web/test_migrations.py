"""Migrating on the pages: what it would do, doing it, what came of each, and taking it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest_asyncio

from pathways.plan import plan_from_json
from tests.support.office import Office, referral_definition
from tests.support.reader import Reader, reading


@pytest_asyncio.fixture(loop_scope="session")
async def author(place: Office) -> AsyncIterator[Reader]:
    """The informaticist's browser."""
    async with reading(place, "informaticist") as reader:
        yield reader


async def published(place: Office, version: str, *, without: str = "") -> None:
    """Another version of the referral; `without` is a step that has another name in it."""
    first = referral_definition(place.services.publishing.catalog)
    document = {**first.plan, "version": version}
    if without:
        steps = [{**one, "id": "other", "local": "other"} if one["id"] == without else one for one in document["steps"]]
        document = {**document, "steps": steps}
    plan = plan_from_json(document)
    async with place.database.transaction() as unit:
        more = replace(first, version=version, digest=plan.digest, plan=plan.document, published_at=datetime.now(UTC))
        await unit.definitions.publish(more)


async def test_instances_are_migrated_and_taken_back(place: Office, author: Reader, referral: str) -> None:
    """A dry run says what would happen to which; each has its result; what has not moved since goes back."""
    await published(place, "1.0.1")
    page = await author.get("/pathways/referral/1.0.0")
    assert "Migrate its instances" in page.text
    asked = await author.get("/pathways/referral/1.0.0/migrate")
    none = await author.send(asked, "/migrate", act="preview")
    assert (none.status, "Choose a version." in none.text) == (422, True)
    shown = await author.send(asked, "/migrate", to="1.0.1", act="preview")
    assert "1 instance, 0 blocked. Nothing was changed." in shown.text
    assert "Clinical triage triage 1" in shown.text
    assert "The task stays with its person, what was typed and its due time" in shown.text
    assert "Migrate 1 instance" in shown.text
    silent = await author.send(shown, "/migrate", act="apply")
    assert (silent.status, "Say why." in silent.text) == (422, True)
    done = await author.send(silent, "/migrate", act="apply", reason="A better text.")
    assert done.path.startswith("/migrations/")
    assert "1 of 1 are done" in done.text
    assert "Moved" in done.text
    assert "1.0.1" in (await author.get(f"/instances/{referral}")).text
    back = await author.send(done, "/take-back")
    assert "Taken back: 1" in back.text
    assert "1.0.0 → 1.0.1 Done" in (await author.get("/pathways/referral/1.0.0/migrate")).text


async def test_what_is_blocked_says_why(place: Office, author: Reader, referral: str) -> None:
    """In the dry run; a map that is wrong is refused at its field; with a right one it goes."""
    await published(place, "1.0.1", without="triage")
    asked = await author.get("/pathways/referral/1.0.0/migrate")
    shown = await author.send(asked, "/migrate", to="1.0.1", act="preview")
    assert "1 instance, 1 blocked" in shown.text
    assert shown.text.count("the map has to say where to") == 1
    assert "Why are they migrated?" not in shown.text
    wrong = await author.send(shown, "/migrate", map="steps: {triage: nowhere}", act="preview")
    assert (wrong.status, "nowhere" in wrong.text) == (422, True)
    mapped = await author.send(wrong, "/migrate", map="steps: {triage: other}", act="preview")
    assert "triage → other" in mapped.text


async def test_without_another_version_there_is_nothing_to_choose(author: Reader, referral: str) -> None:
    """The page says what is missing, in place of a list of nothing."""
    page = await author.get("/pathways/referral/1.0.0/migrate")
    assert "There is no other version." in page.text
    assert "Show what it would do" not in page.text


async def test_only_who_may_migrates(coordinator: Reader) -> None:
    """Neither by a button nor by address."""
    assert "/migrate" not in (await coordinator.get("/pathways/referral/1.0.0")).html
    assert (await coordinator.get("/pathways/referral/1.0.0/migrate")).status == 403
    assert (await coordinator.get("/migrations/01M0")).status == 403
