"""Versions in a real browser: a folder is published, and a version is paused and goes on."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.support.office import REFERRAL
from tests.support.served import Served

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
