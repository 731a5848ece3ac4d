"""Pathways: the published versions, one of them, and publishing."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from api.services.errors import DefinitionInvalidError
from pathways.errors import CarelaneError
from web.presenters.times import time_of
from web.presenters.values import words
from web.visit import Visit


async def index(visit: Visit) -> Response:
    """Every version."""
    return await _render(visit)


async def show(visit: Visit) -> Response:
    """One version, as it was written."""
    definition = await visit.services.definitions.get(visit.path("name"), visit.path("version"))
    zone = visit.services.instances.site_zone
    return await visit.render(
        "pathway.html",
        definition=definition,
        state=words(definition.state),
        published=time_of(definition.published_at, zone, visit.now),
        lines=definition.source.splitlines(),
    )


async def publish(visit: Visit) -> Response:
    """Publish what was typed, or show what is wrong with it."""
    visit.actor.require("publish")
    source = visit.typed.one("source")
    try:
        done = await visit.services.definitions.publish(visit.actor, source)
    except DefinitionInvalidError as error:
        return await _render(visit, source=source, error=error, status=422)
    except CarelaneError as error:
        if error.code != "version-taken":
            raise
        return await _render(visit, source=source, error=error, status=409)
    note = "published" if done.new else "published-before"
    return RedirectResponse(f"/pathways?note={note}", 303)


async def _render(visit: Visit, *, source: str = "", error: CarelaneError | None = None, status: int = 200) -> Response:
    found = await visit.services.definitions.list()
    zone = visit.services.instances.site_zone
    rows = [
        {
            "name": one.name,
            "title": one.title,
            "version": one.version,
            "state": words(one.state),
            "digest": one.digest[:12],
            "published": time_of(one.published_at, zone, visit.now),
            "by": found.names.get(one.published_by, one.published_by),
            "open": found.open.get(one.name, 0),
            "ended": found.ended.get(one.name, 0),
        }
        for one in found.versions
    ]
    diagnostics = error.diagnostics if isinstance(error, DefinitionInvalidError) else ()
    return await visit.render(
        "pathways.html",
        status=status,
        rows=rows,
        source=source,
        error=error,
        diagnostics=diagnostics,
        may_publish=visit.actor.may("publish"),
    )
