"""Pathways: the versions that there are, one of them, and approving it."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import RedirectResponse, Response

from api.dot import layout_of
from api.services.errors import ChangedError, DefinitionStateError
from api.services.numbers import step_numbers
from api.services.publishing import Examination
from api.services.records import Definition, DefinitionSummary
from pathways.errors import CarelaneError
from pathways.plan import plan_from_json
from web.presenters import diagram as pictures
from web.presenters import versions as presenter
from web.presenters.times import time_of
from web.visit import Visit


async def index(visit: Visit) -> Response:
    """Every version."""
    found = await visit.services.definitions.list()
    zone = visit.services.instances.site_zone
    rows = [
        {
            "name": one.name,
            "title": one.title,
            "version": one.version,
            "state": presenter.state_of(one, visit.now, zone),
            "digest": one.digest[:12],
            "since": "Published" if one.published_at else "Written",
            "published": time_of(_since(one), zone, visit.now),
            "by": found.names.get(one.published_by or one.drafted_by or "", one.published_by),
            "running": found.in_flight.get((one.name, one.version), 0),
            "open": found.open.get(one.name, 0),
            "ended": found.ended.get(one.name, 0),
        }
        for one in found.versions
    ]
    return await visit.render("pathways.html", rows=rows, may_publish=visit.actor.may("publish"))


async def show(visit: Visit) -> Response:
    """One version: its state, what was done to it, and as it was written."""
    return await _show(visit)


async def approve(visit: Visit) -> Response:
    """Publish a draft as the second person."""
    name, version = visit.path("name"), visit.path("version")
    try:
        await visit.services.publishing.approve(visit.actor, name, version, digest=visit.typed.one("digest"))
    except (ChangedError, DefinitionStateError) as error:
        return await _show(visit, error=error)
    return RedirectResponse(f"/pathways/{name}/{version}?note=published", 303)


async def _show(visit: Visit, *, error: CarelaneError | None = None) -> Response:
    found = await visit.services.definitions.detail(visit.path("name"), visit.path("version"))
    definition, zone = found.definition, visit.services.instances.site_zone
    examination = await visit.services.publishing.examine(definition.name, definition.version)
    changes = await _changes(visit, definition, examination)
    own = definition.drafted_by == visit.actor.id
    draft = definition.state == "draft"
    return await visit.render(
        "pathway.html",
        status=200 if error is None else 409,
        definition=definition,
        view=presenter.version_view(found, examination, changes, zone, visit.now),
        acts=presenter.acts_for(definition, visit.actor),
        diagram=await _diagram(visit, definition),
        since=time_of(_since(definition), zone, visit.now),
        is_draft=draft,
        may_approve=draft and visit.actor.may("approve") and not own,
        may_publish=visit.actor.may("publish"),
        error=error,
        lines=definition.source.splitlines(),
    )


async def _changes(visit: Visit, definition: Definition, examination: Examination) -> presenter.ChangesView | None:
    """What changed since the version that was asked for, or since the one before; None where there is no other."""
    versions = (await visit.services.definitions.list()).versions
    others = [one.version for one in versions if one.name == definition.name and one.version != definition.version]
    against = visit.query("against") or examination.review.base or ""
    if not others or (against and against not in others):
        return None
    if not against or against == examination.review.base:
        diff = examination.diff
    else:
        diff = await visit.services.publishing.compare(definition.name, definition.version, against)
    return presenter.changes_view(diff, against, others)


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
