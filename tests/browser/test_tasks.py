"""Working a task in a real browser, with scripts and without, alone and against others."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Sit, get, post
from tests.support.office import store_away
from tests.support.served import Served


def take(page: Page) -> None:
    """Take the next task from the list."""
    page.goto("/work")
    page.get_by_role("button", name="Take the next task").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Triage: Cardiology consult")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_task_is_completed_with_errors_first_and_then_right(
    place: Served, sit: Sit, referral: str, scripts: bool
) -> None:
    """Errors stand beside their fields and in a summary; then the pathway goes on."""
    with sit("nurse-reviewer", java_script_enabled=scripts) as seat:
        page = seat.page
        take(page)
        page.get_by_label("Decline").check()
        page.get_by_role("button", name="Decided").click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("Reason for the referrer is needed")
        expect(page.get_by_label("Decline")).to_be_checked()
        summary.get_by_role("link", name="Reason for the referrer is needed").click()
        reason = page.get_by_label("Reason for the referrer")
        if scripts:
            expect(reason).to_be_focused()
        reason.fill("Needs rheumatology.")
        page.get_by_role("button", name="Decided").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Completed: Triage: Cardiology consult")
        expect(page.get_by_text("Needs rheumatology.")).to_be_visible()
        assert seat.complaints == [] or all("422" in one for one in seat.complaints)
    assert get(place, "supervisor", f"/instances/{referral}")["data"][""]["triage"]["value"]["decision"] == "decline"


def test_fields_appear_as_they_are_asked_for(sit: Sit, referral: str) -> None:
    """What the rules do not ask for now is not in the way, and the draft is saved meanwhile."""
    with sit("nurse-reviewer") as seat:
        page = seat.page
        take(page)
        expect(page.get_by_label("Reason for the referrer")).to_be_hidden()
        page.get_by_label("Accept").check()
        expect(page.get_by_role("group", name="Urgency")).to_be_visible()
        expect(page.get_by_label("Reason for the referrer")).to_be_hidden()
        page.get_by_label("Redirect").check()
        expect(page.get_by_label("Reason for the referrer")).to_be_visible()
        expect(page.get_by_role("group", name="Urgency")).to_be_hidden()
        page.get_by_label("Reason for the referrer").fill("To the spine clinic.")
        expect(page.get_by_text("Draft saved")).to_be_visible()
        page.wait_for_function("() => !document.querySelector('[data-saved]').textContent.includes('not')")
        expect(page.locator("[data-saved]")).to_have_text(re.compile(r"Draft saved \d\d:\d\d"))
        assert seat.complaints == []


def test_a_draft_survives_closing_the_browser(place: Served, sit: Sit, referral: str) -> None:
    """It was saved without a button, and is in the form when the person comes back."""
    with sit("nurse-reviewer") as seat:
        take(seat.page)
        address = seat.page.url
        seat.page.get_by_label("Decline").check()
        with seat.page.expect_response(
            lambda answer: (
                answer.url.endswith("/draft")
                and b"Half a" in (answer.request.post_data_buffer or b"").replace(b"+", b" ")
            )
        ):
            seat.page.get_by_label("Reason for the referrer").fill("Half a sentence")
    with sit("nurse-reviewer") as seat:
        seat.page.goto(address)
        expect(seat.page.get_by_label("Reason for the referrer")).to_have_value("Half a sentence")
        expect(seat.page.get_by_text("This is your draft.")).to_be_visible()


def test_the_second_of_two_is_told_who_was_faster(place: Served, sit: Sit, referral: str) -> None:
    """And finds what was typed."""
    place.run(place.office.hire("nurse-2", "Noor Haddad", ["nurse-reviewer"]))
    (task,) = get(place, "nurse-reviewer", "/tasks")["items"]
    with sit("nurse-reviewer") as first:
        take(first.page)
        first.page.get_by_label("Decline").check()
        first.page.get_by_label("Reason for the referrer").fill("Typed with care.")
        post(place, "supervisor", f"/tasks/{task['id']}/assign", {"to": "nurse-2"})
        wish = {"outcome": "decided", "form": {"decision": "accept", "urgency": "routine"}}
        post(place, "nurse-2", f"/tasks/{task['id']}/complete", wish)
        first.page.get_by_role("button", name="Decided").click()
        alert = first.page.get_by_role("alert")
        expect(alert).to_contain_text("Noor Haddad has completed this task.")
        expect(alert).to_be_focused()
        expect(first.page.get_by_text("Typed with care.")).to_be_visible()
        expect(first.page.get_by_role("button", name="Take the next task")).to_be_visible()


def test_an_expired_session_loses_nothing(place: Served, sit: Sit, referral: str) -> None:
    """Sign in again, and the form is as it was left."""

    async def forget() -> None:
        async with place.office.database.transaction() as unit:
            await unit.sessions.close_expired(now=datetime.now(UTC) + timedelta(days=2))

    with sit("nurse-reviewer") as seat:
        page = seat.page
        take(page)
        place.run(forget())
        page.get_by_label("Decline").check()
        page.get_by_label("Reason for the referrer").fill("Written while the session ran out.")
        page.get_by_role("button", name="Decided").click()
        expect(page.get_by_text("Your session has expired.")).to_be_visible()
        seat.sign_in(place.url, "nurse-reviewer")
        expect(page.get_by_text("nothing was sent yet")).to_be_visible()
        expect(page.get_by_label("Reason for the referrer")).to_have_value("Written while the session ran out.")
        page.get_by_role("button", name="Decided").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Completed: Triage: Cardiology consult")


def test_the_store_away_keeps_what_was_typed(place: Served, sit: Sit, referral: str) -> None:
    """The page says "not now", holds the text, and sends it again when asked."""
    database = place.office.database
    with sit("nurse-reviewer") as seat:
        page = seat.page
        take(page)
        page.get_by_label("Decline").check()
        page.get_by_label("Reason for the referrer").fill("Typed before the outage.")
        expect(page.get_by_text("Draft saved")).to_be_visible()
        with store_away(database):
            page.get_by_label("Reason for the referrer").fill("Typed during the outage.")
            expect(page.get_by_text("What you typed is still here.")).to_be_visible()
            page.get_by_role("button", name="Decided").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Not now")
            expect(page.get_by_label("Reason")).to_have_value("Typed during the outage.")
        page.get_by_role("button", name="Send it again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Completed: Triage: Cardiology consult")
        expect(page.get_by_text("Typed during the outage.")).to_be_visible()


def test_a_list_is_worked_by_keys(place: Served, sit: Sit, referral: str) -> None:
    """`j`, `k`, Enter, `c`, `g w`; they never act while one types, and can be turned off."""
    with sit("nurse-reviewer") as seat:
        page = seat.page
        expect(page.get_by_role("heading", level=1)).to_have_text("Work list")
        page.keyboard.press("j")
        expect(page.locator("[data-row] a").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Take this task")).to_be_visible()
        page.keyboard.press("c")
        expect(page.get_by_text("The task is yours.")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/tasks/\w+$"))  # a note is said once
        page.get_by_label("Decline").check()
        expect(page.get_by_label("Reason for the referrer", exact=True)).to_be_visible()  # and it is needed now
        page.get_by_label("Reason for the referrer").press_sequentially("g w ? j c")
        expect(page.get_by_label("Reason for the referrer")).to_have_value("g w ? j c")
        page.locator("h1").click()
        page.keyboard.press("g")
        page.keyboard.press("w")
        expect(page.get_by_role("heading", level=1)).to_have_text("Work list")
        page.keyboard.press("?")
        page.get_by_label("Turn them off in this browser").check()
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("g")
        page.keyboard.press("w")
        expect(page.get_by_role("heading", level=1)).to_have_text("Keyboard shortcuts")


def test_the_task_page_is_worked_by_tab_alone(sit: Sit, referral: str) -> None:
    """From the first press of Tab, which offers to skip the menu, to the completed task."""
    with sit("nurse-reviewer") as seat:
        page = seat.page
        take(page)
        page.reload()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "f.decision":
                break
        page.keyboard.press("Space")
        expect(page.get_by_label("Accept")).to_be_checked()
        expect(page.get_by_role("group", name="Urgency")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        expect(page.get_by_label("Routine")).to_be_checked()
        for _ in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == "Decided":
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Completed: Triage: Cardiology consult")


LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenantragsformular " * 2


@pytest.mark.parametrize("width", [1280, 900, 320])
def test_long_words_push_nothing_out_of_sight(place: Served, sit: Sit, referral: str, width: int) -> None:
    """Neither in the list, whose last column takes a task, nor on the page of the instance."""
    with sit("supervisor", viewport={"width": width, "height": 900}) as seat:
        page = seat.page
        page.goto(f"/instances/{referral}/add-task")
        page.get_by_label("What is to be done").fill(LONG)
        page.get_by_label("Queue").select_option("supervisor")
        page.get_by_label("Why, and what to do").fill("It came by post.")
        page.get_by_role("button", name="Add the task").click()
        expect(page.get_by_text("The task is added.")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto("/work")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        button = page.get_by_role("button", name=re.compile("^Take.*Donau")).bounding_box()
        assert button is not None
        assert button["x"] + button["width"] <= width


def test_a_list_is_printed_in_black_on_white(place: Served, sit: Sit, referral: str) -> None:
    """Also where the screen is dark; without addresses behind links, and without what can only be pressed."""
    with sit("nurse-reviewer", color_scheme="dark") as seat:
        page = seat.page
        page.goto("/work")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(23, 37, 44)"
        assert page.evaluate("getComputedStyle(document.querySelector('.list__main'), '::after').content") == "none"
        expect(page.get_by_role("button", name=re.compile("^Take"))).to_have_count(0)


def test_what_takes_long_says_so(place: Served, sit: Sit, referral: str) -> None:
    """Something was sent, and nothing is to be seen of it yet. Here it is said to be sent, and never is."""
    with sit("nurse-reviewer") as seat:
        page = seat.page
        page.goto("/work")
        expect(page.get_by_text("Still working on it…")).to_be_hidden()
        page.locator("form[action='/work/claim-next']").dispatch_event("submit")
        expect(page.get_by_text("Still working on it…")).to_be_visible()
