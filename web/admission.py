"""What surrounds every view: the session, whether a form comes from our own pages, and errors as pages.

Every view is wrapped by `page`. Nothing that was typed is lost by an error: signed out, the sign-in page takes it
along; the store away, the page says "not now" and holds it.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.problems import RETRY_AFTER, status_of
from api.services.errors import NotNowError, ServiceError
from pathways.errors import CarelaneError
from web.form_values import Typed, typed_from
from web.keeping import keep, render_kept
from web.visit import SentFile, Site, Visit

COOKIE = "carelane_session"
MOST_FORM_BYTES = 512_000
MOST_FILE_BYTES = 1_000_000
"""As large as a definition may be."""

_log = logging.getLogger(__name__)

View = Callable[[Visit], Awaitable[Response]]
Handler = Callable[[Request], Awaitable[Response]]


def page(site: Site, view: View, *, open_to_all: bool = False, most_files: int = 0) -> Handler:
    """A view with everything around it. `most_files` may be sent to it along with what is typed."""

    async def handle(request: Request) -> Response:
        visit = Visit(site, request)
        try:
            return await _admitted(visit, view, open_to_all=open_to_all, most_files=most_files)
        except CarelaneError as error:
            return await answer_error(visit, error)
        except Exception:  # noqa: BLE001 - a page answers in words whatever happens; the log has the rest
            _log.exception("unexpected error")
            return await visit.render(
                "problem.html", status=500, title="Something went wrong", message="It was not your doing.", hint=""
            )

    return handle


async def _admitted(visit: Visit, view: View, *, open_to_all: bool, most_files: int) -> Response:
    request = visit.request
    if request.method == "POST":
        if _from_elsewhere(request):
            return await refused_origin(visit)
        visit.typed, visit.files = await _read_form(request, most_files)
    secret = request.cookies.get(COOKIE)
    visit.signed_in = await visit.services.people.session(secret) if secret else None
    if open_to_all:
        return await view(visit)
    if visit.signed_in is None:
        return await sign_in_first(visit)
    if request.method == "POST" and not hmac.compare_digest(visit.typed.one("csrf"), visit.signed_in.session.csrf):
        return await _again(visit)
    return await view(visit)


async def _read_form(request: Request, most_files: int) -> tuple[Typed, tuple[SentFile, ...]]:
    size = MOST_FILE_BYTES if most_files else MOST_FORM_BYTES
    async with request.form(max_files=most_files, max_fields=500, max_part_size=size) as form:
        pairs = form.multi_items()
        files = [one for _, one in pairs if isinstance(one, UploadFile) and one.filename]
        return typed_from(pairs), tuple([await _sent(one) for one in files])


async def _sent(file: UploadFile) -> SentFile:
    name = file.filename or ""
    data = await file.read(MOST_FILE_BYTES + 1)
    if len(data) > MOST_FILE_BYTES:
        return SentFile(name, None, f"{name} is larger than {MOST_FILE_BYTES // 1000} KB.")
    try:
        return SentFile(name, data.decode("utf-8").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        return SentFile(name, None, f"{name} is not UTF-8 text.")


def _from_elsewhere(request: Request) -> bool:
    """Whether another site's page sent this (OWASP: Fetch Metadata, else the origin)."""
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


async def refused_origin(visit: Visit) -> Response:
    """Another site sent a form to us."""
    return await visit.render(
        "problem.html",
        status=403,
        title="This did not come from Carelane",
        message="Another site tried to do something here in your name. Nothing was done.",
        hint="Open Carelane by its own address.",
    )


async def sign_in_first(visit: Visit) -> Response:
    """To the sign-in page; what was typed goes along."""
    request = visit.request
    if request.method != "POST":
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(there, safe='')}", 303)
    if "application/json" in request.headers.get("accept", ""):
        return Response('{"saved": false, "reason": "signed-out"}', 401, media_type="application/json")
    return await render_sign_in(visit, status=401, kept=keep(request.url.path, visit.typed), expired=True)


async def render_sign_in(visit: Visit, *, status: int = 200, **context: Any) -> Response:
    """The sign-in page."""
    people = await visit.services.people.everybody() if visit.services.people.development else ()
    given: dict[str, Any] = {"kept": "", "next": "/", "expired": False, "error": "", "login": "", **context}
    return await visit.render("sign_in.html", status=status, people=people, **given)


async def _again(visit: Visit) -> Response:
    """The form was of another session: nothing was done, and it can be sent again from this one."""
    return await render_kept(
        visit,
        visit.request.url.path,
        visit.typed,
        status=403,
        title="Please send this again",
        message="The page was older than your present sign-in, so nothing was done. What you typed is below.",
    )


async def answer_error(visit: Visit, error: CarelaneError) -> Response:
    """An error as a page; where something is away, what was typed stays."""
    status, title = status_of(error)
    if "application/json" in visit.request.headers.get("accept", ""):
        return Response(json.dumps({"saved": False, "reason": error.code}), status, media_type="application/json")
    if status == 503:
        return await _not_now(visit, error)
    if status == 500:
        _log.error("unexpected %s", error.code, exc_info=error)
        return await visit.render("problem.html", status=500, title=title, message="It was not your doing.", hint="")
    fields = list(error.fields.items()) if isinstance(error, ServiceError) else []
    return await visit.render(
        "problem.html", status=status, title=title, message=error.message, hint=error.hint, fields=fields
    )


async def _not_now(visit: Visit, error: CarelaneError) -> Response:
    what = "The pathways do" if isinstance(error, NotNowError) else "The lists and records do"
    if visit.request.method == "POST" and visit.request.url.path != "/sign-in":
        return await render_kept(
            visit,
            visit.request.url.path,
            visit.typed,
            status=503,
            title="Not now",
            message=f"{what} not answer at the moment. Nothing you typed is lost: it is below. "
            "Send it again in a moment; it is done once, however often you send it.",
            retry_after=RETRY_AFTER,
        )
    answer = await visit.render(
        "problem.html",
        status=503,
        title="Not now",
        message=f"{what} not answer at the moment.",
        hint="Running pathways go on meanwhile. Load this page again in a moment.",
    )
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer
