"""A browser without scripts: keeps cookies, follows redirects, reads forms and sends them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import httpx
from ulid import ULID

from api.security.passwords import hash_token
from store.people import Session
from tests.support.office import PASSWORD, Office
from web.admission import COOKIE

VOID = ("input", "br", "meta", "link", "img")


class _Forms(HTMLParser):
    """The forms of a page, each with its action and what it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.text: list[str] = []
        self._form: dict[str, str] | None = None
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self._form = self.forms.setdefault(given["action"], {})
        elif self._form is not None and tag == "input" and given.get("name"):
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                self._form[given["name"]] = given.get("value", "")
        elif self._form is not None and tag == "textarea":
            self._area = given["name"]
            self._form[self._area] = ""
        elif tag == "select":
            self._select = given.get("name")
        elif self._form is not None and tag == "option" and self._select and "selected" in given:
            self._form[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._form is not None:
            self._form[self._area] += data
        self.text.append(data)


class Page:
    """An answer, read."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.path = answer.url.path
        parser = _Forms()
        parser.feed(answer.text)
        self.forms = parser.forms
        self.text = " ".join(" ".join(parser.text).split())
        self.html = answer.text

    def form(self, ending: str) -> tuple[str, dict[str, str]]:
        """The form whose action ends so, with what it would send."""
        found = [(action, fields) for action, fields in self.forms.items() if action.endswith(ending)]
        assert len(found) == 1, (ending, list(self.forms))
        return found[0]


class Reader:
    """Somebody's browser."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> Page:
        """Open a page."""
        return Page(await self.client.get(path))

    async def send(self, page: Page, ending: str, **typed: str) -> Page:
        """Fill a form of the page in and send it; names with `__` mean dots."""
        action, fields = page.form(ending)
        return await self.post(action, {**fields, **{name.replace("__", "."): value for name, value in typed.items()}})

    async def upload(self, page: Page, ending: str, act: str, files: Mapping[str, str], **typed: str) -> Page:
        """Fill a form in and send it with files, by their names."""
        action, fields = page.form(ending)
        sent = [("upload", (name, text.encode(), "application/yaml")) for name, text in files.items()]
        return Page(await self.client.post(action, data={**fields, **typed, "act": act}, files=sent))

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Page:
        """Send fields to an address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Page(await self.client.post(path, data=dict(fields), headers=named))

    async def sign_in(self, login: str, password: str = PASSWORD) -> Page:
        """Sign in."""
        return await self.send(await self.get("/sign-in"), "/sign-in", login=login, password=password)


@asynccontextmanager
async def reading(place: Office, login: str | None = None) -> AsyncIterator[Reader]:
    """A browser, signed in as somebody."""
    transport = httpx.ASGITransport(place.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://carelane", follow_redirects=True) as client:
        reader = Reader(client)
        if login is not None:
            client.cookies.set(COOKIE, await session_of(place, login))
        yield reader


async def session_of(place: Office, login: str) -> str:
    """The secret of a new session of somebody, without the time that a password takes."""
    secret, now = str(ULID()), datetime.now(UTC)
    async with place.database.transaction() as unit:
        found = await unit.people.by_login(login)
        assert found is not None, login
        await unit.sessions.open(Session(hash_token(secret), found.id, str(ULID()), now, now, now + timedelta(hours=1)))
    return secret
