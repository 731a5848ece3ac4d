"""Operating an instance in a real browser, with scripts and without."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from pathways.events import TimePassed
from tests.browser.conftest import Sit, get
from tests.support.dosing import start_dosing
from tests.support.served import Served


@pytest.fixture
def series(place: Served) -> str:
    """A series of doses that waits at the first one; its instance's id."""
    place.run(place.office.hire("lead", "Lea Grant", ["supervisor", "nurse-reviewer", "coordinator"]))
    return place.run(start_dosing(place.office))


def open_instance(page: Page, ident: str) -> None:
    """Go to the instance's page."""
    page.goto(f"/instances/{ident}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Infusion series")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_position_is_moved_after_its_consequences_were_shown(
    place: Served, sit: Sit, series: str, scripts: bool
) -> None:
    """Where to, what that brings, refused without a reason with the tick kept, then done and undone."""
    with sit("lead", java_script_enabled=scripts) as seat:
        page = seat.page
        open_instance(page, series)
        page.get_by_role("link", name=re.compile("^Move.*Review the dose.*round 1, Drug")).click()
        page.get_by_label("Where shall it go on?").select_option(label="Done")
        page.get_by_role("button", name="Show what this would bring").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Move on to: Done?")
        expect(page.get_by_text("It leaves: Confirm the chair")).to_be_visible()
        page.get_by_label("Undo first what was done there").check()
        page.get_by_role("button", name="Move", exact=True).click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("Say why.")
        expect(page.get_by_label("Undo first what was done there")).to_be_checked()
        page.get_by_label("Why is it moved?").fill("Given elsewhere.")
        page.get_by_role("button", name="Move", exact=True).click()
        expect(page.get_by_text("It is moved.")).to_be_visible()
        expect(page.get_by_text("Moved by hand from Review the dose to Done")).to_be_visible()
        expect(page.get_by_text("Undo: Book a chair").first).to_be_visible()
    assert get(place, "supervisor", f"/instances/{series}")["outcome"] == "given"


def test_an_instance_is_suspended_changed_and_resumed(sit: Sit, series: str) -> None:
    """The banner stands as long as it is suspended; a value is changed meanwhile."""
    with sit("lead") as seat:
        page = seat.page
        open_instance(page, series)
        page.get_by_role("link", name="Suspend").click()
        page.get_by_label("Pause its clocks as well").check()
        page.get_by_label("Why is it suspended?").fill("The chairs are rebuilt.")
        page.get_by_role("button", name="Suspend").click()
        banner = page.get_by_role("region", name="Suspended: no new step begins")
        expect(banner).to_contain_text("The chairs are rebuilt. (Lea Grant")
        clocks = page.get_by_role("region", name="Clocks")
        expect(clocks).to_contain_text("Paused")
        page.get_by_role("link", name="Change Weight").click()
        expect(page.get_by_label("Weight")).to_have_value("70")
        page.get_by_label("Weight").fill("82")
        page.get_by_label("Why is it changed?").fill("Weighed again.")
        page.get_by_role("button", name="Change it").click()
        expect(page.get_by_text("Changed by hand: Weight")).to_be_visible()
        page.get_by_role("link", name="Resume").click()
        page.get_by_label("Why does it go on?").fill("They are done.")
        page.get_by_role("button", name="Resume").click()
        expect(banner).to_have_count(0)
        expect(clocks).to_contain_text("Running")
        assert seat.complaints == []


def test_a_step_is_skipped_an_offer_taken_and_a_task_added(sit: Sit, series: str) -> None:
    """Each from the page of the instance, and back to it."""
    with sit("lead") as seat:
        page = seat.page
        open_instance(page, series)
        page.get_by_role("button", name=re.compile("^Start.*Call the patient now")).click()
        expect(page.get_by_text("It is started.")).to_be_visible()
        page.get_by_role("link", name=re.compile("^Skip.*Review the dose.*round 1, Drug")).click()
        page.get_by_label("It is fine").check()
        page.get_by_label("Why is it skipped?").fill("Checked by phone.")
        page.get_by_role("button", name="Skip this step").click()
        expect(page.get_by_text("Skipped by hand: Review the dose")).to_be_visible()
        page.get_by_role("link", name="Add a task").click()
        page.get_by_label("What is to be done").fill("Fax the plan")
        page.get_by_role("button", name="Add the task").click()
        expect(page.get_by_role("alert")).to_contain_text("Queue is needed")
        expect(page.get_by_label("What is to be done")).to_have_value("Fax the plan")
        page.get_by_label("Queue").select_option(label="Scheduling")
        page.get_by_label("Why, and what to do").fill("Asked for by the patient.")
        page.get_by_role("button", name="Add the task").click()
        expect(page.get_by_role("link", name="Fax the plan")).to_be_visible()
        tasks = page.get_by_role("region", name="Open tasks")
        expect(tasks).to_contain_text("Added by hand")


def test_an_exception_in_a_round_is_passed_by_skipping(place: Served, sit: Sit) -> None:
    """From the list of exceptions to the step's own fields, and back to the exception, which is closed."""
    place.run(start_dosing(place.office, broken=True))
    with sit("supervisor") as seat:
        page = seat.page
        page.goto("/exceptions")
        page.locator("[data-row] a").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Book a chair – Give a dose: round 1")
        page.get_by_role("link", name="Skip the step").click()
        page.get_by_label("Why is it skipped?").fill("Booked by phone.")
        page.get_by_label("Chair").fill("C-7")
        page.get_by_role("button", name="Skip this step").click()
        expect(page.get_by_text("The step is skipped.")).to_be_visible()
        expect(page.get_by_text("The pathway went on without the step.")).to_be_visible()


def test_a_breached_clock_is_seen_on_page_and_list(place: Served, sit: Sit, series: str) -> None:
    """Told in words on the instance and on its task in the work list."""
    playing = place.office.engine._playing[series]
    deadline = max(one.deadline for one in playing.state.clocks.values() if one.deadline is not None)

    async def late() -> None:
        playing.state = replace(playing.state, now=max(deadline, datetime.now(UTC)))
        await place.office.engine.deliver(series, TimePassed())

    place.run(late())
    with sit("lead") as seat:
        page = seat.page
        open_instance(page, series)
        expect(page.get_by_role("region", name="Clocks")).to_contain_text("Time has run out")
        page.goto("/work?queue=supervisor")
        expect(page.get_by_text("A deadline has run out")).to_be_visible()
        page.get_by_role("link", name="The first dose is late").click()
        expect(page.get_by_text("A late first dose is a missed treatment.").first).to_be_visible()
