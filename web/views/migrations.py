"""Migrating a version's instances: what it would do, doing it with progress, what came of each, and taking it back."""

from __future__ import annotations

import time

from starlette.responses import RedirectResponse, Response

from api.services.errors import FormInvalidError, InvalidRequestError
from api.services.migrations import MigrationWish, Preview
from web.presenters import migrations as presenter
from web.visit import Visit

_AT_ONCE = 20
_SECONDS = 2.0
"""How long one request goes on before it shows how far it is."""


async def ask(visit: Visit) -> Response:
    """To which version, and with what map."""
    visit.actor.require("migrate")
    return await _ask(visit)


async def do(visit: Visit) -> Response:
    """Show what it would do; or put a run on record and begin it."""
    visit.actor.require("migrate")
    typed = visit.typed
    wish = MigrationWish(
        visit.path("name"),
        visit.path("version"),
        typed.one("to"),
        typed.one("map").strip() or None,
        bool(typed.one("with_children")),
        typed.one("reason"),
    )
    if not wish.to_version:
        return await _ask(visit, errors={"to": "Choose a version."})
    try:
        if typed.one("act") != "apply":
            return await _ask(visit, preview=await visit.services.migrations.preview(visit.actor, wish))
        run = (await visit.services.migrations.begin(visit.actor, wish)).run
    except (FormInvalidError, InvalidRequestError) as error:
        preview = None
        if isinstance(error, InvalidRequestError):
            preview = await visit.services.migrations.preview(visit.actor, wish)
        return await _ask(visit, preview=preview, errors=dict(error.fields))
    return await _go_on(visit, run.id)


async def show(visit: Visit) -> Response:
    """A run: how far it is, and what came of each instance."""
    migrations, run = visit.services.migrations, visit.path("run")
    progress = await migrations.progress(visit.actor, run)
    page = await migrations.results(visit.actor, run, after=visit.query("after") or None, limit=100)
    zone = visit.services.instances.site_zone
    begun = await visit.services.definitions.detail(progress.run.pathway, progress.run.from_version)
    return await visit.render(
        "migration.html",
        title=begun.definition.title,
        is_going=visit.query("going") == "yes",
        view=presenter.run_view(progress, page.items, zone, visit.now),
        next_page=f"/migrations/{run}?after={page.next}" if page.next else None,
    )


async def go_on(visit: Visit) -> Response:
    """Move the next instances."""
    return await _go_on(visit, visit.path("run"))


async def take_back(visit: Visit) -> Response:
    """Take back what has not moved since."""
    run = visit.path("run")
    await visit.services.migrations.take_back(visit.actor, run, limit=200)
    return RedirectResponse(f"/migrations/{run}", 303)


async def _go_on(visit: Visit, run: str) -> Response:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if (await visit.services.migrations.go_on(visit.actor, run, limit=_AT_ONCE)).run.status != "running":
            break
    return RedirectResponse(f"/migrations/{run}?going=yes", 303)


async def _ask(visit: Visit, *, preview: Preview | None = None, errors: dict[str, str] | None = None) -> Response:
    name, version = visit.path("name"), visit.path("version")
    found = await visit.services.definitions.detail(name, version)
    versions = (await visit.services.definitions.list()).versions
    others = [one for one in versions if one.name == name and one.version != found.definition.version]
    runs = await visit.services.migrations.runs(visit.actor, pathway=name)
    zone = visit.services.instances.site_zone
    return await visit.render(
        "migrate.html",
        status=422 if errors else 200,
        definition=found.definition,
        in_flight=found.in_flight,
        choices=presenter.version_choices(others, visit.typed.one("to")),
        map=visit.typed.one("map"),
        with_children=bool(visit.typed.one("with_children")),
        reason=visit.typed.one("reason"),
        preview=preview,
        groups=presenter.group_views(preview, found.definition.plan) if preview is not None else (),
        errors=errors or {},
        runs=[presenter.line_of(one, zone, visit.now) for one in runs.items],
    )
