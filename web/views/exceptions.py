"""Exceptions: what stands still, by what is the matter; one of them, and trying it again."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from api.services.errors import FormInvalidError, InvalidRequestError
from api.services.incidents import RetryWish
from api.services.patients import patient_of
from api.services.records import IncidentGroup
from pathways.plan import Plan
from web.patients import banner
from web.presenters import exceptions as presenter
from web.presenters.values import pretty
from web.visit import Visit

Json = Any


async def index(visit: Visit) -> Response:
    """The groups, or the incidents of one group."""
    fingerprint = visit.query("group") or None
    zone = visit.services.instances.site_zone
    groups = await visit.services.incidents.groups(visit.actor)
    page = await visit.services.incidents.page(
        visit.actor, fingerprint=fingerprint, after=visit.query("after") or None, limit=50
    )
    briefs = await visit.services.instances.briefs(one.instance for one in page.items)
    subjects = {ident: patient_of(one.inputs) or "" for ident, one in briefs.items()}
    patients = await visit.services.patients.of(subjects.values())
    plans = await _plans(visit, {(one.pathway, one.pathway_version) for one in page.items}, groups)
    query = {"group": fingerprint or "", "after": page.next}
    return await visit.render(
        "exceptions.html",
        groups=[presenter.group_view(one, plans.get((one.pathway, "")), zone, visit.now) for one in groups],
        incidents=[
            presenter.incident_row(
                one,
                plans.get((one.pathway, one.pathway_version)),
                patients.get(subjects.get(one.instance, "")),
                zone,
                visit.now,
            )
            for one in page.items
        ],
        group=fingerprint,
        next_page=f"/exceptions?{urlencode(query)}" if page.next else None,
    )


async def _plans(
    visit: Visit, versions: Collection[tuple[str, str]], groups: Collection[IncidentGroup]
) -> dict[tuple[str, str], Plan]:
    """The plans of versions, and under an empty version that of the highest one of each group's pathway."""
    known = (await visit.services.definitions.list()).versions
    digests = {(one.name, one.version): one.digest for one in known if (one.name, one.version) in versions}
    named = {one.pathway for one in groups}
    digests |= {(one.name, ""): one.digest for one in reversed(known) if one.name in named and one.state != "draft"}
    plans = await visit.services.instances.plans_of(set(digests.values()))
    return {version: plans[digest] for version, digest in digests.items() if digest in plans}


async def show(visit: Visit) -> Response:
    """One incident."""
    return await _render(visit)


async def retry(visit: Visit) -> Response:
    """Try the step again, with another input where one was typed."""
    ident, typed = visit.path("ident"), visit.typed
    found = await visit.services.incidents.detail(visit.actor, ident)
    errors: dict[str, str] = {}
    changed: Json = None
    if typed.one("change") == "yes":
        try:
            changed = json.loads(typed.one("input"))
        except (ValueError, RecursionError) as error:
            errors["input"] = f"The input is not JSON: {error}"
        else:
            if changed == found.incident.input:
                changed = None
    if not typed.one("reason").strip():
        errors["reason"] = "Say why it is tried again"
    if errors:
        return await _render(visit, errors=errors, status=422)
    wish = RetryWish(typed.one("reason"), changed, had_no_effect=typed.one("had_no_effect") == "yes")
    try:
        await visit.services.incidents.retry(visit.actor, ident, wish, key=visit.key)
    except (FormInvalidError, InvalidRequestError) as error:
        wrong = {"input": "; ".join(f"{name} {text}" for name, text in error.fields.items()) or error.message}
        return await _render(visit, errors=wrong, status=422)
    return RedirectResponse(f"/exceptions/{ident}?note=retried", 303)


async def _render(visit: Visit, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    found = await visit.services.incidents.detail(visit.actor, visit.path("ident"))
    typed = visit.typed
    given = {
        "reason": typed.one("reason"),
        "input": typed.one("input") or pretty(found.incident.input),
        "change": typed.one("change") == "yes",
        "had_no_effect": typed.one("had_no_effect") == "yes",
    }
    return await visit.render(
        "exception.html",
        status=status,
        incident=presenter.incident_view(found, visit.now),
        patient=await banner(visit, patient_of(found.instance.inputs)),
        may_operate=visit.actor.may("operate") and found.incident.status == "open",
        given=given,
        errors=errors or {},
    )
