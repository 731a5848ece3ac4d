"""A real Chromium, and an office with something in every state that pages have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import settings
from local.chromium import obtain_chromium
from tests.support.office import ORDER, PASSWORD, PATIENT
from tests.support.played_engine import Failure
from tests.support.served import Served, served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium, found on this machine or got once for it.

    For one module: while it is open Playwright's event loop runs in this thread, and asynchronous tests cannot.
    """
    configured = settings.load()
    program = obtain_chromium(configured.chromium, environment=settings.environment_of(configured))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def place(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An office of this test alone."""
    with served(database_url, tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture
def referral(place: Served) -> str:
    """A referral that waits for triage; its instance's id."""
    return start(place)


def start(place: Served, number: int = 1, patient: str = PATIENT) -> str:
    """Start a referral."""

    async def work() -> str:
        async with place.office.client("coordinator") as client:
            inputs = {"patient": {"reference": patient}, "order": {"reference": f"{ORDER}-{number}"}}
            answer = await client.post("/instances", json={"pathway": "referral", "inputs": inputs})
            return str(answer.json()["id"])

    return place.run(work())


def start_broken(place: Served, number: int = 99) -> str:
    """Start a referral that stands still; its incident's id."""
    working = place.office.engine.actions["referral.check_completeness"]

    def broken(_: Any) -> Any:
        raise Failure("The core answered 500.")

    place.office.engine.actions["referral.check_completeness"] = broken
    start(place, number)
    place.office.engine.actions["referral.check_completeness"] = working
    return str(get(place, "supervisor", "/incidents")["items"][0]["id"])


def get(place: Served, login: str, path: str) -> Any:
    """What the JSON API answers."""

    async def work() -> Any:
        async with place.office.client(login) as client:
            return (await client.get(path)).json()

    return place.run(work())


def post(place: Served, login: str, path: str, body: Any = None) -> Any:
    """What the JSON API answers to a POST."""

    async def work() -> Any:
        async with place.office.client(login) as client:
            return (await client.post(path, json=body)).json()

    return place.run(work())


@dataclass
class Seat:
    """Somebody's browser, signed in. `complaints` is what its console said: refused scripts and styles, errors."""

    page: Page
    context: BrowserContext
    complaints: list[str]

    def sign_in(self, url: str, login: str) -> None:
        """Sign in: at the page that asks, or else at the sign-in page."""
        if not self.page.get_by_label("Password").is_visible():
            self.page.goto(f"{url}/sign-in")
        self.page.get_by_label("Who are you?").select_option(login)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()


Sit = Callable[..., Any]


@pytest.fixture
def sit(chromium: Browser, place: Served) -> Sit:
    """Opens a browser for somebody."""

    @contextmanager
    def seat(login: str | None, **options: Any) -> Iterator[Seat]:
        context = chromium.new_context(base_url=place.url, locale="en-US", **options)
        context.set_default_timeout(15_000)
        page = context.new_page()
        opened = Seat(page, context, [])
        page.on(
            "console",
            lambda message: opened.complaints.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        try:
            if login is not None:
                opened.sign_in(place.url, login)
            yield opened
        finally:
            context.close()

    return seat
