"""Instances: the list, and the page of one."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from api.dot import layout_of
from api.services.core_versions import reads_of_all
from api.services.instances import InstanceDetail
from api.services.patients import patient_of
from api.services.records import InstanceFilter
from web.patients import banner
from web.presenters import diagram as pictures
from web.presenters import gone
from web.presenters import instance as presenter
from web.presenters.patients import patient_view
from web.presenters.related import STATUS, offer_views
from web.presenters.timeline import lines, story
from web.presenters.times import time_of
from web.presenters.values import words
from web.presenters.work_list import choices
from web.visit import Visit

_SHOWN = {"open": True, "held": True, "gone": True, "ended": False}


async def index(visit: Visit) -> Response:
    """The instances, the youngest first."""
    show = visit.query("show") or "open"
    pathway = visit.query("pathway") or None
    wanted = InstanceFilter(
        pathway=pathway, open=_SHOWN.get(show), held=show == "held" or None, gone=show == "gone" or None
    )
    page = await visit.services.instances.page(wanted, after=visit.query("after") or None, limit=50)
    zone = visit.services.instances.site_zone
    waiting = await visit.services.instances.held(page.items)
    versions = (await visit.services.definitions.list()).versions
    digests = {(one.name, one.version): one.digest for one in versions}
    shown = {digests[one.pathway, one.version] for one in page.items if (one.pathway, one.version) in digests}
    plans = await visit.services.instances.plans_of(shown)
    still = await visit.services.instances.standing_still(page.items)
    briefs = await visit.services.instances.briefs(one.id for one in page.items)
    subjects = {ident: patient_of(one.inputs) for ident, one in briefs.items()}
    patients = await visit.services.patients.of(subjects.values())
    rows = [
        {
            "id": one.id,
            "patient": patient_view(patients.get(subjects.get(one.id) or "")) if subjects.get(one.id) else None,
            "title": one.title,
            "version": one.version,
            "status": STATUS[one.status],
            "outcome": one.outcome_title or "",
            "suspended": one.suspended and one.status != "ended",
            "gone": gone.BRIEFLY if gone.is_gone(one) else "",
            "still": one.id in still,
            "holds": one.status != "ended" and (one.hold is not None or one.own_hold is not None),
            "held": presenter.held_at(one, waiting.get(one.id, ())),
            "kind": one.outcome_kind or "",
            "stage": words(one.stage) if one.stage else "",
            "started": time_of(one.started_at, zone, visit.now),
            "attributes": presenter.attributes_of(one, zone, plans.get(digests.get((one.pathway, one.version), ""))),
        }
        for one in page.items
    ]
    known = sorted({one.name: one.title for one in versions}.items())
    query = {"show": show, "pathway": pathway or ""}
    return await visit.render(
        "instances.html",
        rows=rows,
        shows=choices(
            [
                ("open", "Open"),
                ("held", "Open, with held steps"),
                ("gone", "Open, and standing still"),
                ("ended", "Ended"),
                ("all", "All"),
            ],
            show,
        ),
        pathways=choices([("", "Any"), *known], pathway),
        next_page=f"/instances?{urlencode({**query, 'after': page.next})}" if page.next else None,
        first_page=f"/instances?{urlencode(query)}" if visit.query("after") else None,
    )


async def show(visit: Visit) -> Response:
    """One instance."""
    found = await visit.services.instances.detail(visit.path("ident"))
    everything = visit.query("timeline") == "all"
    before = visit.query("before")
    here = presenter.instance_now(found.instance, visit.now)
    entries = lines(found, here, everything=everything, queues=visit.services.queues.title)
    moved = await visit.services.core.moved_on(reads_of_all(found.plan, found.instance.data))
    told = story(found, entries, int(before) if before.isdigit() else None)
    return await visit.render(
        "instance.html",
        diagram=await _diagram(found),
        instance=presenter.instance_view(found, visit.services.queues, visit.now, moved or ()),
        core_is_silent=moved is None,
        story=told,
        older=_timeline(found, everything=everything, before=told.older) if told.older else None,
        newest=_timeline(found, everything=everything) if before.isdigit() else None,
        everything=everything,
        offers=offer_views(found, visit.actor, visit.services.queues),
        may_operate=visit.actor.may("operate"),
        may_add=visit.actor.may("add-task"),
        patient=await banner(visit, patient_of(found.instance.inputs)),
        may_start_anew=visit.actor.may("start") and not gone.is_awaited(found),
        may_cancel=visit.actor.may("cancel") and found.instance.status != "ended",
        may_see_exceptions=visit.actor.may("see-exceptions"),
    )


def _timeline(found: InstanceDetail, *, everything: bool, before: int | None = None) -> str:
    """The address of a page of the timeline."""
    given = {"timeline": "all" if everything else None, "before": before}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/instances/{found.instance.id}?{query}"


async def _diagram(found: InstanceDetail) -> pictures.DiagramView | None:
    """The pathway with the way taken; None where its version cannot be read."""
    if found.plan is None:
        return None
    drawing = pictures.drawing_of(found.plan)
    overlay = pictures.instance_overlay(drawing, found)
    return pictures.diagram_view(drawing, await layout_of(drawing), overlay)
