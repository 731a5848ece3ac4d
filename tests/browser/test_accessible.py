"""Every page, in light and dark: no violation that axe finds, and nothing wider than a narrow window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Seat, get, post, start, start_broken
from tests.support.dosing import start_dosing, start_lost
from tests.support.registry import asking, quiet
from tests.support.registry import wish as wish_to_publish
from tests.support.served import Served, served

SMALL = """() => [...document.querySelectorAll("button, select, .top a, .queues a, label input[type=checkbox]")]
  .filter((one) => one.offsetParent && (one.closest("label") || one).getBoundingClientRect().height < 24)
  .map((one) => one.outerHTML.slice(0, 80))"""
"""Controls that are lower than 24 px, labels that contain them included."""

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def furnished(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, dict[str, str]]]:
    """An office with something in every state, and the addresses of all its pages."""
    with served(module_database_url, tmp_path_factory.mktemp("office")) as place:
        instances = [start(place, number, f"Patient/p-{number}") for number in (1, 2, 3, 4)]
        tasks = [one["id"] for one in get(place, "nurse-reviewer", "/tasks?order=due")["items"]]
        place.run(place.office.hire("nurse-2", "Noor Haddad", ["nurse-reviewer"]))
        post(place, "nurse-reviewer", f"/tasks/{tasks[0]}/claim")
        post(place, "nurse-2", f"/tasks/{tasks[1]}/claim")
        wish = {"outcome": "decided", "form": {"decision": "accept", "urgency": "urgent"}}
        post(place, "nurse-reviewer", f"/tasks/{tasks[2]}/complete", wish)
        incident = start_broken(place)
        series = place.run(start_dosing(place.office))
        stuck = place.run(start_dosing(place.office, broken=True))
        lost, replaced = (place.run(start_lost(place.office)) for _ in range(2))
        post(place, "supervisor", f"/instances/{replaced}/start-anew", {"reason": "Terminated by mistake."})
        gone = next(one["id"] for one in get(place, "supervisor", "/incidents")["items"] if one["instance"] == lost)
        (lost_task,) = [
            one["id"]
            for one in get(place, "supervisor", f"/tasks?instance={lost}")["items"]
            if one["title"].startswith("Review")
        ]
        post(place, "nurse-reviewer", f"/tasks/{lost_task}/claim")
        post(place, "supervisor", f"/instances/{stuck}/hold", {"steps": ["series/book"], "reason": "A recall."})
        post(place, "supervisor", f"/instances/{stuck}/suspend", {"reason": "The chairs are rebuilt."})
        for one in (quiet(), quiet(version="1.1.0"), asking()):
            post(place, "informaticist", "/pathways", wish_to_publish(one))
        held = {"reason": "A recall.", "held_steps": ["well"]}
        post(place, "informaticist", "/pathways/quiet/1.1.0/pause", held)
        (review,) = [
            one["id"]
            for one in get(place, "supervisor", f"/tasks?instance={series}")["items"]
            if one["title"].startswith("Review")
        ]
        at = "series%231%2Fprepare%2Fdrug%2Freview"
        yield (
            place,
            {
                "work list": "/work",
                "work list, nothing there": "/work?whose=mine&priority=stat",
                "task, mine": f"/tasks/{tasks[0]}",
                "task, held": f"/tasks/{tasks[1]}",
                "task, completed": f"/tasks/{tasks[2]}",
                "task, free": f"/tasks/{tasks[3]}",
                "task done": f"/tasks/{tasks[2]}/done",
                "instances": "/instances",
                "instance": f"/instances/{instances[2]}",
                "instance, every step": f"/instances/{instances[2]}?timeline=all",
                "cancel": f"/instances/{instances[0]}/cancel",
                "instance, nested": f"/instances/{series}",
                "instance, nested, every step": f"/instances/{series}?timeline=all",
                "instance, suspended": f"/instances/{stuck}",
                "task, gate": f"/tasks/{review}",
                "suspend": f"/instances/{series}/suspend",
                "resume": f"/instances/{stuck}/resume",
                "skip": f"/instances/{series}/skip?at={at}",
                "move, where to": f"/instances/{series}/move?at={at}",
                "move": f"/instances/{series}/move?at={at}&to=done",
                "change data": f"/instances/{series}/data?name=weight&scope=",
                "add a task": f"/instances/{series}/add-task",
                "exceptions": "/exceptions",
                "exception": f"/exceptions/{incident}",
                "pathways": "/pathways",
                "pathway": "/pathways/referral/1.0.0",
                "pathway, paused": "/pathways/quiet/1.1.0",
                "pathway, draft": "/pathways/asking/1.0.0",
                "publish": "/pathways/publish?name=quiet&version=1.0.0",
                "pause": "/pathways/quiet/1.1.0/pause",
                "unpause": "/pathways/quiet/1.1.0/unpause",
                "migrate": "/pathways/referral/1.0.0/migrate",
                "retire": "/pathways/quiet/1.0.0/retire",
                "withdraw": "/pathways/asking/1.0.0/withdraw",
                "instances, held": "/instances?show=held",
                "instances, gone": "/instances?show=gone",
                "instance, gone": f"/instances/{lost}",
                "instance, started anew": f"/instances/{replaced}",
                "task, its pathway gone": f"/tasks/{lost_task}",
                "exception, gone": f"/exceptions/{gone}",
                "hold": f"/instances/{stuck}/hold",
                "release": f"/instances/{stuck}/release",
                "close": f"/instances/{lost}/close",
                "start anew": f"/instances/{lost}/start-anew",
                "keyboard": "/help/keyboard",
                "nowhere": "/nowhere",
            },
        )


def violations(page: Page) -> list[str]:
    """What axe finds, each with where."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']]}" for one in found]


def visit(chromium: Browser, place: Served, login: str, **options: object) -> Seat:
    """A browser of somebody who sees much."""
    context = chromium.new_context(base_url=place.url, **options)  # type: ignore[arg-type]
    seat = Seat(context.new_page(), context, [])
    seat.sign_in(place.url, login)
    return seat


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    chromium: Browser, furnished: tuple[Served, dict[str, str]], scheme: str
) -> None:
    """WCAG 2.2 AA and axe's own good practice, for three people who see different things."""
    place, addresses = furnished
    found: list[str] = []
    context = chromium.new_context(base_url=place.url, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/sign-in")
    found += [f"sign-in: {one}" for one in violations(page)]
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    found += [f"sign-in refused: {one}" for one in violations(page)]
    context.close()
    for login in ("nurse-reviewer", "supervisor", "informaticist"):
        seat = visit(chromium, place, login, color_scheme=scheme)
        for name, address in addresses.items():
            seat.page.goto(address)
            found += [f"{login}, {name}: {one}" for one in violations(seat.page)]
        seat.context.close()
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_pages_with_errors(
    chromium: Browser, furnished: tuple[Served, dict[str, str]], scheme: str
) -> None:
    """Error summaries, errors beside fields, findings of a definition, every field shown."""
    place, addresses = furnished
    found: list[str] = []
    seat = visit(chromium, place, "nurse-reviewer", color_scheme=scheme)
    seat.page.goto(addresses["task, mine"])
    seat.page.get_by_label("Decline").check()
    seat.page.get_by_role("button", name="Decided").click()
    found += violations(seat.page)
    seat.context.close()
    seat = visit(chromium, place, "supervisor", color_scheme=scheme)
    seat.page.goto(addresses["exception"])
    seat.page.get_by_text("With another input").click()
    seat.page.get_by_role("button", name="Try again").click()
    found += violations(seat.page)
    seat.page.goto(addresses["cancel"])
    seat.page.get_by_role("button", name="Cancel the instance").click()
    found += violations(seat.page)
    for name, button in (("add a task", "Add the task"), ("skip", "Skip this step"), ("move", "Move")):
        seat.page.goto(addresses[name])
        seat.page.get_by_role("button", name=button, exact=True).click()
        found += violations(seat.page)
    seat.context.close()
    seat = visit(chromium, place, "informaticist", color_scheme=scheme)
    seat.page.goto("/pathways/publish")
    seat.page.get_by_label("Definition (YAML)").fill("language: 1")
    seat.page.get_by_role("button", name="Publish").click()
    found += violations(seat.page)
    seat.context.close()
    assert found == []


@pytest.mark.parametrize(("width", "height"), [(320, 640), (640, 400)], ids=["320 px", "200 %"])
def test_no_page_scrolls_sideways(
    chromium: Browser, furnished: tuple[Served, dict[str, str]], width: int, height: int
) -> None:
    """Reflow (WCAG 1.4.10): at 320 px, and at 1280 px enlarged to 200 %."""
    place, addresses = furnished
    wide: list[str] = []
    for login in ("supervisor", "nurse-reviewer"):
        seat = visit(chromium, place, login, viewport={"width": width, "height": height})
        for name, address in addresses.items():
            seat.page.goto(address)
            if seat.page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(f"{login}: {name}")
        seat.context.close()
    assert wide == []


def test_targets_are_large_enough(chromium: Browser, furnished: tuple[Served, dict[str, str]]) -> None:
    """24 px at least for every control that is no link in a text (WCAG 2.5.8)."""
    place, addresses = furnished
    seat = visit(chromium, place, "supervisor")
    small: list[str] = []
    for name, address in addresses.items():
        seat.page.goto(address)
        small += [f"{name}: {one}" for one in seat.page.evaluate(SMALL)]
    seat.context.close()
    assert small == []
