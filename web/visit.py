"""A visit of a page: who it is, what they typed and sent, and pages rendered for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.services import Services
from api.services.actor import Actor
from api.services.base import new_id
from api.services.people import SignedIn
from pathways.errors import CarelaneError
from web.form_values import Typed
from web.notes import note
from web.presenters.times import Time, time_of


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that a browser sent, with its path in the folder where one was sent; or why it can't be taken."""

    name: str
    text: str | None
    wrong: str = ""


@dataclass(frozen=True)
class Site:
    """What all views share."""

    services: Services
    templates: Environment
    secure_cookies: bool = False


@dataclass
class Visit:
    """One request for a page."""

    site: Site
    request: Request
    typed: Typed = field(default_factory=Typed)
    files: tuple[SentFile, ...] = ()
    signed_in: SignedIn | None = None

    @property
    def services(self) -> Services:
        """The use cases."""
        return self.site.services

    @property
    def actor(self) -> Actor:
        """Who visits; only where `page` has seen to it that somebody is signed in."""
        if self.signed_in is None:
            raise RuntimeError("nobody is signed in")
        return self.signed_in.actor

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.services.people.now()

    @property
    def key(self) -> str:
        """The idempotency key that the form carried."""
        return self.typed.one("request") or new_id()

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """A parameter of the address; empty where it is not given."""
        return self.request.query_params.get(name, "")

    async def render(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page from a template."""
        actor = self.signed_in.actor if self.signed_in else None
        given = {
            "actor": actor,
            "csrf": self.signed_in.session.csrf if self.signed_in else "",
            "request_id": new_id(),
            "note": note(self.query("note")),
            "here": self.request.url.path,
            "open_incidents": await self._open_incidents(actor),
            "demo": self.services.demonstration.demo,
            "demo_time": await self._demo_time(),
            **context,
        }
        return HTMLResponse(self.site.templates.get_template(template).render(given), status)

    async def _demo_time(self) -> Time | None:
        """What a demonstration takes for now."""
        try:
            moment = await self.services.demonstration.time()
        except CarelaneError:
            return None
        return None if moment is None else time_of(moment, self.services.instances.site_zone, moment)

    async def _open_incidents(self, actor: Actor | None) -> int | None:
        """How many exceptions are open, for the menu; None where the person does not see them, or nobody knows."""
        if actor is None or not actor.may("see-exceptions"):
            return None
        try:
            return await self.services.incidents.open_count()
        except CarelaneError:
            return None
