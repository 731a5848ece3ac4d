"""Versions in a real browser: a folder is published, and a version is paused and goes on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pathways.plan import plan_from_json
from store.definitions import Definition
from tests.browser.conftest import Sit, post, start
from tests.support.office import REFERRAL, Office, referral_definition
from tests.support.served import Served
from web.views import migrations

REFUSED = "Its scenarios do not carry it yet"


def folder_of(tmp_path: Path) -> Path:
    """The referral as an author's folder, under another number; one of its scenarios is not there yet."""
    folder = tmp_path / "referral"
    (folder / "scenarios").mkdir(parents=True)
    text = REFERRAL.read_text(encoding="utf-8").replace("version: 1.0.0", "version: 1.0.2", 1)
    (folder / "1.0.2.yaml").write_text(text, encoding="utf-8")
    for one in sorted((REFERRAL.parent / "scenarios").glob("*.yaml")):
        text = one.read_text(encoding="utf-8")
        if "\nversion: 1.0.0\n" in text and "migrate:" not in text:
            text = text.replace("\nversion: 1.0.0\n", "\nversion: 1.0.2\n")
            (folder / "scenarios" / one.name).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_is_published(sit: Sit, tmp_path: Path) -> None:
    """All files of it are taken at once, tried, changed on the page until they carry it, and published."""
    with sit("informaticist") as seat:
        page = seat.page
        folder = folder_of(tmp_path)
        page.goto("/pathways")
        page.get_by_role("link", name="Publish a version").click()
        page.get_by_label("Or a folder").set_input_files(folder)
        page.get_by_role("button", name="Take them").click()
        expect(page.get_by_text("files are below. Nothing is published yet.")).to_be_visible()
        expect(page.get_by_label("Definition (YAML)")).to_have_value(
            (folder / "1.0.2.yaml").read_text(encoding="utf-8")
        )
        visit = page.locator("summary", has_text="scenarios/visit.yaml")
        if not visit.locator("xpath=..").evaluate("one => one.open"):
            visit.click()
        text = visit.locator("xpath=..").locator("textarea")
        whole = text.input_value()
        text.fill("")
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.get_by_role("heading", name=REFUSED)).to_be_visible()
        expect(page.get_by_text("Too little:").first).to_be_visible()
        page.get_by_role("button", name="Add a file").click()
        page.locator("textarea[name=text]").last.fill(whole)
        page.get_by_role("button", name="Try it").click()
        expect(page.get_by_role("heading", name="It can be published")).to_be_visible()
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(page.get_by_text("The version is published.")).to_be_visible()
        expect(page).to_have_url(re.compile("/pathways/referral/1.0.2$"))


def test_a_version_is_paused_and_goes_on(sit: Sit, place: Served, referral: str) -> None:
    """The steps are chosen by name; the version's page says who paused it, and how many know of it."""
    with sit("informaticist") as seat:
        page = seat.page
        page.goto("/pathways/referral/1.0.0")
        page.get_by_role("link", name="Pause").click()
        page.get_by_label("Why is it paused?").fill("The template was recalled.")
        page.get_by_label("Show those that say").fill("VISIT")
        expect(page.get_by_role("checkbox", name="Receive the referral")).to_be_hidden()
        page.get_by_role("checkbox", name="Book the visit").check()
        page.get_by_label("Show those that say").fill("receive")
        expect(page.get_by_role("checkbox", name="Book the visit")).to_be_visible()
        page.get_by_role("button", name="Pause").click()
        banner = page.get_by_role("region", name="Paused")
        expect(banner).to_contain_text("The template was recalled.")
        expect(banner).to_contain_text("0 of 1 running instances know of it")
        page.get_by_role("link", name="Let it go on").click()
        page.get_by_role("button", name="Let it go on").click()
        expect(page.get_by_text("It goes on. Running instances are being told.")).to_be_visible()
        expect(page.get_by_role("region", name="Paused")).to_have_count(0)


def test_a_migration_goes_on_by_itself_where_it_was_set_going(
    sit: Sit, place: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request moves a few; whoever only looks at the page moves nothing."""
    monkeypatch.setattr(migrations, "_AT_ONCE", 1)
    monkeypatch.setattr(migrations, "_SECONDS", 0.0001)
    for number in range(3):
        start(place, number)
    first = referral_definition(place.office.services.publishing.catalog)
    plan = plan_from_json({**first.plan, "version": "1.0.1"})
    more = replace(first, version="1.0.1", digest=plan.digest, plan=plan.document, published_at=datetime.now(UTC))
    place.run(publish(place.office, more))
    wish = {"pathway": "referral", "from_version": "1.0.0", "to_version": "1.0.1", "reason": "A better text."}
    run = post(place, "informaticist", "/migrations", wish)["run"]["id"]
    with sit("informaticist") as seat:
        page = seat.page
        page.goto(f"/migrations/{run}")
        page.reload()
        expect(page.get_by_role("heading", name="0 of 3 are done")).to_be_visible()
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="3 of 3 are done")).to_be_visible()
        expect(page.get_by_role("button", name="Go on")).to_have_count(0)


async def publish(office: Office, definition: Definition) -> None:
    """Have a version in the registry, whoever would have to approve it."""
    async with office.database.transaction() as unit:
        await unit.definitions.publish(definition)
