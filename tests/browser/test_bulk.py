"""Completing tasks together in a real browser, with scripts and without."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Sit, get, post
from tests.browser.test_accessible import violations
from tests.support.batches import Letters
from tests.support.office import store_away
from tests.support.served import Served


@pytest.fixture
def letters(place: Served) -> Letters:
    """An office in which letters are sent."""
    return Letters(place.office)


def ready(place: Served, letters: Letters, *patients: str, **more: Any) -> list[str]:
    """Letters of these patients that wait to be sent; their tasks."""
    return [place.run(letters.ready(f"Patient/{one}", **more)) for one in patients]


def select(page: Page, *patients: str) -> None:
    """Tick the boxes of these patients' tasks, and go on."""
    page.goto("/work?queue=scheduling")
    for one in patients:
        page.get_by_role("checkbox", name=f"Select: Send the letter to {one}").check()
    page.get_by_role("button", name="Complete the selected together").click()


def status(place: Served, task: str) -> str:
    """Whether a task is open."""
    return str(get(place, "supervisor", f"/tasks/{task}")["status"])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_tasks_are_completed_together_after_a_preview(place: Served, sit: Sit, letters: Letters, scripts: bool) -> None:
    """Select, answer once, see what comes for each with the patient's name, complete; a reload does nothing twice."""
    tasks = ready(place, letters, "p-1", "p-2", "p-3")
    with sit("coordinator", java_script_enabled=scripts) as seat:
        page = seat.page
        select(page, "p-1", "p-2")
        expect(page.get_by_role("heading", level=1)).to_have_text("Complete together: Send the letter")
        page.get_by_role("button", name="Show what this would bring").click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("Batch number is needed")
        expect(summary).to_contain_text("Choose how they ended")
        page.get_by_label("Batch number").fill("B-7")
        page.get_by_role("radio", name="Came back").check()
        page.get_by_label("Why it came back").fill("Moved.")
        page.get_by_role("button", name="Show what this would bring").click()
        expect(page.get_by_role("heading", name="2 tasks will be completed")).to_be_visible()
        expect(page.get_by_role("row", name="Send the letter to p-1").get_by_text("HARPER, Lena")).to_be_visible()
        expect(page.get_by_role("row", name="Send the letter to p-1")).to_contain_text("Check the address")
        page.get_by_role("button", name="Change the answer").click()
        expect(page.get_by_label("Batch number")).to_have_value("B-7")
        page.get_by_label("Sent").check()
        page.get_by_role("button", name="Show what this would bring").click()
        assert [status(place, one) for one in tasks] == ["open"] * 3
        page.get_by_role("button", name="Complete these 2 tasks").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send the letter: 2 of 2 completed")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send the letter: 2 of 2 completed")
        expect(page.get_by_text("Completed, as it was sent the first time")).to_have_count(2)
        assert all("422" in one for one in seat.complaints)
    assert [status(place, one) for one in tasks] == ["completed", "completed", "open"]
    assert get(place, "supervisor", f"/tasks/{tasks[0]}")["outcome"] == "sent"


def test_what_is_refused_is_told_of_each_and_tried_again(place: Served, sit: Sit, letters: Letters) -> None:
    """One was prepared by the same person, one is closed meanwhile; nothing that was typed is lost."""
    place.run(letters.ready("Patient/p-1", by="coordinator"))
    fine, gone = ready(place, letters, "p-2", "p-3")
    place.run(place.office.hire("coordinator-3", "Priya Nair", ["coordinator"]))
    with sit("coordinator") as seat:
        page = seat.page
        select(page, "p-1", "p-2", "p-3")
        page.get_by_label("Batch number").fill("B-7")
        page.get_by_label("Sent").check()
        page.get_by_role("button", name="Show what this would bring").click()
        expect(page.get_by_role("heading", name="One task is left out")).to_be_visible()
        expect(page.get_by_role("row", name="Send the letter to p-1")).to_contain_text("You did the part")
        wish = {"outcome": "sent", "form": {"batch": "B-1"}}
        post(place, "coordinator-3", f"/tasks/{gone}/complete", wish)
        page.get_by_role("button", name="Complete these 2 tasks").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send the letter: 1 of 2 completed")
        row = page.get_by_role("row", name="Send the letter to p-3")
        expect(row).to_contain_text("Priya Nair has completed this task.")
        expect(page.get_by_text("B-7")).to_be_visible()
        page.get_by_role("button", name="Change the answer").click()
        expect(page.get_by_text("None of these can be completed now.")).to_be_visible()
    assert status(place, fine) == "completed"
    assert get(place, "supervisor", f"/tasks/{gone}")["values"]["batch"] == "B-1"


def test_several_kinds_are_completed_one_after_the_other(place: Served, sit: Sit, letters: Letters) -> None:
    """Another version's form may ask something else."""
    ready(place, letters, "p-1")
    ready(place, letters, "p-2", version="1.1.0")
    with sit("coordinator") as seat:
        page = seat.page
        select(page, "p-1", "p-2")
        expect(page.get_by_text("What you selected is of 2 kinds.")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Go on with this one.*Yearly letters 1.1.0")).click()
        expect(page.get_by_role("row", name="Send the letter to p-2")).to_be_visible()
        expect(page.get_by_role("row", name="Send the letter to p-1")).to_have_count(0)


def test_keys_select_and_the_page_counts(place: Served, sit: Sit, letters: Letters) -> None:
    """`j` goes to a row, `x` selects it. What can't go in bulk has no box."""
    ready(place, letters, "p-1")
    place.run(letters.begin("Patient/p-2"))
    with sit("coordinator") as seat:
        page = seat.page
        page.goto("/work?queue=scheduling")
        boxes = page.get_by_role("checkbox", name="Select:")
        expect(boxes).to_have_count(1)
        for _ in range(2):
            page.keyboard.press("j")
            page.keyboard.press("x")
        expect(boxes).to_be_checked()
        expect(page.get_by_text("1 selected")).to_be_visible()
        page.keyboard.press("k")
        page.keyboard.press("j")
        assert seat.complaints == []


def test_an_expired_session_and_a_store_away_lose_nothing(place: Served, sit: Sit, letters: Letters) -> None:
    """What was typed comes back with the tasks, and is then sent once."""
    (task,) = ready(place, letters, "p-1")

    async def forget() -> None:
        async with place.office.database.transaction() as unit:
            await unit.sessions.close_expired(now=datetime.now(UTC) + timedelta(days=2))

    database = place.office.database
    with sit("coordinator") as seat:
        page = seat.page
        select(page, "p-1")
        page.get_by_label("Batch number").fill("B-7")
        page.get_by_label("Sent").check()
        page.get_by_role("button", name="Show what this would bring").click()
        expect(page.get_by_role("button", name="Complete this task")).to_be_visible()
        place.run(forget())
        page.get_by_role("button", name="Complete this task").click()
        seat.sign_in(place.url, "coordinator")
        expect(page.get_by_role("heading", level=1)).to_have_text("You are signed in again")
        expect(page.get_by_label("Batch")).to_have_value("B-7")
        with store_away(database):
            page.get_by_role("button", name="Send it again").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Not now")
        page.get_by_role("button", name="Send it again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send the letter: 1 of 1 completed")
    assert get(place, "supervisor", f"/tasks/{task}")["values"]["batch"] == "B-7"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_are_accessible_and_narrow(place: Served, sit: Sit, letters: Letters, scheme: str) -> None:
    """axe finds nothing on the list with boxes, the kinds, the form with errors, the preview and the results."""
    ready(place, letters, "p-1", "p-2", channel="phone")
    ready(place, letters, "p-3", version="1.1.0")
    found: list[str] = []
    with sit("coordinator", color_scheme=scheme, viewport={"width": 320, "height": 640}) as seat:
        page = seat.page

        def look(name: str) -> None:
            found.extend(f"{name}: {one}" for one in violations(page))
            if page.evaluate("document.documentElement.scrollWidth") > 320:
                found.append(f"{name}: wider than 320 px")

        page.goto("/work?queue=scheduling")
        look("list")
        select(page, "p-1", "p-2", "p-3")
        look("kinds")
        page.get_by_role("button", name=re.compile("^Go on with these 2")).click()
        page.get_by_role("button", name="Show what this would bring").click()
        look("form")
        page.get_by_label("Batch number").fill("B-7")
        page.get_by_label("Who calls first").fill("Marcus")
        page.get_by_label("Sent").check()
        page.get_by_role("button", name="Show what this would bring").click()
        look("preview")
        page.get_by_role("button", name="Complete these 2 tasks").click()
        look("results")
    assert found == []
