"""Signing in and out."""

from __future__ import annotations

import re

from starlette.responses import RedirectResponse, Response

from api.services.errors import ServiceError, WrongPasswordError
from api.services.people import SESSION_MOST, SignedIn
from web.admission import COOKIE, render_sign_in
from web.keeping import is_local, render_kept, unkeep
from web.visit import Visit

_OF_A_TASK = re.compile(r"^/tasks/([0-9A-Za-z]+)/(?:complete|draft)$")


async def show(visit: Visit) -> Response:
    """The sign-in page."""
    there = visit.query("next")
    if visit.signed_in is not None:
        return RedirectResponse(there if is_local(there) else "/work", 303)
    return await render_sign_in(visit, next=there if is_local(there) else "/")


async def sign_in(visit: Visit) -> Response:
    """Begin a session, and go on where the person was."""
    login, there, kept = visit.typed.one("login").strip(), visit.typed.one("next"), visit.typed.one("kept")
    try:
        signed_in = await visit.services.people.sign_in(login, visit.typed.one("password"))
    except WrongPasswordError as error:
        return await render_sign_in(visit, status=401, error=error.message, login=login, next=there, kept=kept)
    visit.signed_in = signed_in
    answer = await _back(visit, kept) or RedirectResponse(there if is_local(there) else "/work", 303)
    _remember(visit, answer, signed_in)
    return answer


async def sign_out(visit: Visit) -> Response:
    """End the session."""
    if visit.signed_in is not None:
        await visit.services.people.sign_out(visit.signed_in)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


async def _back(visit: Visit, kept: str) -> Response | None:
    """Back to what was typed before the session had expired."""
    found = unkeep(kept) if kept else None
    if found is None:
        return None
    path, typed = found
    task = _OF_A_TASK.match(path)
    if task is not None:
        try:
            await visit.services.tasks.keep_typed(visit.actor, task.group(1), typed.fields())
        except ServiceError:
            pass
        else:
            return RedirectResponse(f"/tasks/{task.group(1)}?note=restored", 303)
    return await render_kept(
        visit,
        path,
        typed,
        title="You are signed in again",
        message="What you typed is below; nothing was sent yet.",
    )


def _remember(visit: Visit, answer: Response, signed_in: SignedIn) -> None:
    answer.set_cookie(
        COOKIE,
        signed_in.secret or "",
        max_age=int(SESSION_MOST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=visit.site.secure_cookies,
        path="/",
    )
