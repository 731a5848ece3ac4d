"""Pathways: the versions that there are, one of them, publishing and approving."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from starlette.responses import RedirectResponse, Response

from api.dot import layout_of
from api.services.errors import ChangedError, DefinitionInvalidError, DefinitionNotReadyError, DefinitionStateError
from api.services.numbers import step_numbers
from api.services.publishing import PublishWish
from api.services.records import Definition, DefinitionSummary
from pathways.diagnostics import Diagnostic
from pathways.errors import CarelaneError
from pathways.plan import plan_from_json
from pathways.workbench import SourceText
from web.presenters import diagram as pictures
from web.presenters.times import time_of
from web.presenters.values import words
from web.visit import Visit

_DOCUMENTS = re.compile(r"^---[ \t]*\r?$", re.MULTILINE)
"""What stands between several files of scenarios in one field."""


async def index(visit: Visit) -> Response:
    """Every version."""
    return await _render(visit)


async def show(visit: Visit) -> Response:
    """One version, as it was written."""
    return await _show(visit)


async def approve(visit: Visit) -> Response:
    """Publish a draft as the second person."""
    name, version = visit.path("name"), visit.path("version")
    try:
        await visit.services.publishing.approve(visit.actor, name, version, digest=visit.typed.one("digest"))
    except (ChangedError, DefinitionStateError) as error:
        return await _show(visit, error=error)
    return RedirectResponse(f"/pathways/{name}/{version}?note=published", 303)


async def publish(visit: Visit) -> Response:
    """Publish what was typed, or show what is wrong with it."""
    visit.actor.require("publish")
    source, scenarios = visit.typed.one("source"), visit.typed.one("scenarios")
    texts = [text for text in _DOCUMENTS.split(scenarios) if text.strip()]
    named = tuple(SourceText(f"scenarios {number}", text) for number, text in enumerate(texts, 1))
    try:
        done = await visit.services.publishing.publish(visit.actor, PublishWish(source, named))
    except (DefinitionInvalidError, DefinitionNotReadyError) as error:
        return await _render(visit, source=source, scenarios=scenarios, error=error, status=422)
    except CarelaneError as error:
        if error.code != "version-taken":
            raise
        return await _render(visit, source=source, scenarios=scenarios, error=error, status=409)
    if done.definition.state == "draft":
        return RedirectResponse(f"/pathways/{done.definition.name}/{done.definition.version}?note=drafted", 303)
    note = "published" if done.new else "published-before"
    return RedirectResponse(f"/pathways?note={note}", 303)


async def _show(visit: Visit, *, error: CarelaneError | None = None) -> Response:
    definition = await visit.services.definitions.get(visit.path("name"), visit.path("version"))
    zone = visit.services.instances.site_zone
    draft = definition.state == "draft"
    examination = await visit.services.publishing.examine(definition.name, definition.version) if draft else None
    own = definition.drafted_by == visit.actor.id
    return await visit.render(
        "pathway.html",
        status=200 if error is None else 409,
        definition=definition,
        diagram=await _diagram(visit, definition),
        state=words(definition.state),
        since=time_of(_since(definition), zone, visit.now),
        examination=examination,
        may_approve=draft and visit.actor.may("approve") and not own,
        error=error,
        lines=definition.source.splitlines(),
    )


async def _diagram(visit: Visit, definition: Definition) -> pictures.DiagramView:
    """The version with how many instances stand where."""
    drawing = pictures.drawing_of(plan_from_json(definition.plan))
    numbers = await step_numbers(visit.services.definitions, definition.name, definition.version)
    return pictures.diagram_view(drawing, await layout_of(drawing), pictures.numbers_overlay(numbers))


def _since(one: DefinitionSummary) -> datetime:
    """When it was published; a draft, when it was written."""
    since = one.published_at or one.drafted_at
    if since is None:  # the store has one of the two for every version
        raise ValueError(f"{one.name} {one.version} was neither published nor drafted.")
    return since


async def _render(
    visit: Visit, *, source: str = "", scenarios: str = "", error: CarelaneError | None = None, status: int = 200
) -> Response:
    found = await visit.services.definitions.list()
    zone = visit.services.instances.site_zone
    rows = [
        {
            "name": one.name,
            "title": one.title,
            "version": one.version,
            "state": words(one.state),
            "digest": one.digest[:12],
            "published": time_of(_since(one), zone, visit.now),
            "by": found.names.get(one.published_by or one.drafted_by or "", one.published_by),
            "open": found.open.get(one.name, 0),
            "ended": found.ended.get(one.name, 0),
        }
        for one in found.versions
    ]
    diagnostics: Sequence[Diagnostic] = ()
    if isinstance(error, DefinitionInvalidError):
        diagnostics = error.diagnostics
    elif isinstance(error, DefinitionNotReadyError):
        diagnostics = error.readiness.findings
    return await visit.render(
        "pathways.html",
        status=status,
        rows=rows,
        source=source,
        scenarios=scenarios,
        error=error,
        diagnostics=diagnostics,
        may_publish=visit.actor.may("publish"),
    )
