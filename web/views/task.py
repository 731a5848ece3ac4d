"""The task page: taking it, filling its form in, completing it, and what happens when somebody else was faster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.services.core_versions import marks
from api.services.errors import (
    ChangedError,
    ForbiddenError,
    FormInvalidError,
    RefusedError,
    ServiceError,
    TaskClosedError,
    TaskHeldError,
)
from api.services.patients import patient_of
from api.services.tasks import TaskDetail
from web.form_values import Typed, typed_from_draft, values_of
from web.notes import with_note
from web.patients import banner
from web.presenters import instance as instances
from web.presenters.form import asks_outcome, field_views, sentence, visible
from web.presenters.places import places_of
from web.presenters.refusals import refusal_words
from web.presenters.task import changed_pairs, kept, moved_on, submitted, task_view
from web.presenters.timeline import lines
from web.presenters.times import time_of
from web.views.work import back_to_list
from web.visit import Visit

_LATEST = 6
_ASKED_AGAIN = ("inputs-changed", "core-changed", "core-silent")
_ABOUT_THE_DRAFT = ("restored", "draft-saved")


async def show(visit: Visit) -> Response:
    """The task, with the person's draft."""
    found = await visit.services.tasks.get(visit.actor, visit.path("ident"))
    return await _render(visit, found, typed_from_draft(found.draft.values if found.draft else None))


async def claim(visit: Visit) -> Response:
    """Take the task."""
    ident = visit.path("ident")
    try:
        await visit.services.tasks.claim(visit.actor, ident)
    except (TaskHeldError, TaskClosedError, RefusedError) as error:
        return await _conflict(visit, error)
    return RedirectResponse(f"/tasks/{ident}?note=claimed", 303)


async def release(visit: Visit) -> Response:
    """Give the task back."""
    try:
        await visit.services.tasks.release(visit.actor, visit.path("ident"))
    except (TaskHeldError, TaskClosedError) as error:
        return await _conflict(visit, error)
    return RedirectResponse(with_note(back_to_list(visit.typed), "released"), 303)


async def assign(visit: Visit) -> Response:
    """Give the task to somebody."""
    ident = visit.path("ident")
    await visit.services.tasks.assign(visit.actor, ident, visit.typed.one("to") or None)
    return RedirectResponse(f"/tasks/{ident}?note=assigned", 303)


async def save_draft(visit: Visit) -> Response:
    """Keep what was typed; scripts ask for it now and then, a button always."""
    ident, by_script = visit.path("ident"), "application/json" in visit.request.headers.get("accept", "")
    try:
        await visit.services.tasks.save_draft(visit.actor, ident, visit.typed.fields())
    except TaskClosedError as error:
        if by_script:
            raise
        return await _conflict(visit, error)
    if not by_script:
        return RedirectResponse(f"/tasks/{ident}?note=draft-saved", 303)
    found = await visit.services.tasks.get(visit.actor, ident)
    zone = found.instance.zone
    answer = {
        "saved": True,
        "at": time_of(visit.now, zone, visit.now).clock,
        "fields": visible(found.rules, visit.typed, zone),
    }
    return Response(json.dumps(answer), media_type="application/json")


async def complete(visit: Visit) -> Response:
    """Complete the task, or say what needs another look."""
    ident, typed = visit.path("ident"), visit.typed
    found = await visit.services.tasks.get(visit.actor, ident)
    values = values_of(found.rules.fields, typed, found.instance.zone)
    outcome = _outcome(found, typed)
    errors = found.rules.check(values, outcome) if found.task.status == "open" else {}
    if not outcome and found.task.status == "open":
        errors["outcome"] = "Choose how it ended"
    if errors:
        return await _render(visit, found, typed, errors=errors, status=422)
    version, seen = (int(one) if one.isdigit() else None for one in (typed.one("version"), typed.one("seen")))
    try:
        done = await visit.services.tasks.complete(
            visit.actor,
            ident,
            outcome=outcome,
            form=values,
            key=visit.key,
            version=version,
            seen=seen,
            core=typed.every("core"),
        )
    except FormInvalidError as error:
        return await _render(visit, found, typed, errors=error.fields or {"outcome": error.message}, status=422)
    except (TaskHeldError, TaskClosedError, ChangedError, RefusedError, ForbiddenError) as error:
        return await _conflict(visit, error)
    return RedirectResponse(f"/tasks/{ident}/done{'?note=lag' if done.lists_lag else ''}", 303)


async def done(visit: Visit) -> Response:
    """The task is completed: what comes next."""
    found = await visit.services.tasks.get(visit.actor, visit.path("ident"))
    return await visit.render(
        "task_done.html",
        task=task_view(found, visit.actor, visit.services.queues, visit.now, Typed()),
        queue=found.task.queue,
        patient=await banner(visit, patient_of(found.instance.inputs)),
        pairs=submitted(found),
    )


async def _conflict(visit: Visit, error: ServiceError) -> Response:
    """Somebody else took, finished or cancelled it: who and when, and what was typed."""
    ident = visit.path("ident")
    if visit.typed.fields():
        await visit.services.tasks.keep_typed(visit.actor, ident, visit.typed.fields())
    found = await visit.services.tasks.get(visit.actor, ident)
    typed = visit.typed if visit.typed.fields() else typed_from_draft(found.draft.values if found.draft else None)
    return await _render(visit, found, typed, status=error.status, conflict=error)


async def _render(
    visit: Visit,
    found: TaskDetail,
    typed: Typed,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    conflict: ServiceError | None = None,
) -> Response:
    wrong = dict(errors or {})
    anew = isinstance(conflict, RefusedError) and conflict.reason in _ASKED_AGAIN
    task = task_view(found, visit.actor, visit.services.queues, visit.now, typed)
    detail = await visit.services.instances.detail(found.task.instance)
    here = instances.instance_now(found.instance, visit.now)
    people = await visit.services.people.everybody() if visit.actor.may("assign") else ()
    context: dict[str, Any] = {
        "task": task,
        "around": places_of(detail.plan, detail.timeline).around(found.task.address),
        "fields": field_views(found.rules, typed, wrong, task.zone),
        "outcome_first": asks_outcome(found.rules.fields),
        "errors": _summary(found, wrong),
        "outcome_error": wrong.get("outcome"),
        "conflict": conflict,
        "conflict_words": refusal_words(conflict) if conflict is not None else "",
        "changed": changed_pairs(conflict.detail, task.zone) if isinstance(conflict, RefusedError) and anew else [],
        "asked_again": anew,
        "moved_on": moved_on(found),
        "marks": marks(found.moved_on),
        "seen": task.seen if anew or not typed.one("seen").isdigit() else int(typed.one("seen")),
        "kept": kept(found, typed) if task.standing in ("closed", "held") else [],
        "submitted": submitted(found) if task.standing == "closed" else [],
        "patient": await banner(visit, patient_of(found.instance.inputs)),
        "instance": instances.instance_view(detail, visit.services.queues, visit.now),
        "timeline": lines(detail, here, queues=visit.services.queues.title)[:_LATEST],
        "people": people,
        "has_draft": found.draft is not None and not wrong and visit.query("note") not in _ABOUT_THE_DRAFT,
        "back": visit.typed.one("back") or visit.query("back"),
    }
    return await visit.render("task.html", status=status, **context)


def _summary(found: TaskDetail, errors: Mapping[str, str]) -> list[dict[str, str]]:
    """The errors in the form's order, each leading to its field."""
    listed = [
        {"text": sentence(one.label, errors[one.name]), "href": f"#field-{one.name.replace('_', '-')}"}
        for one in found.rules.fields
        if one.name in errors
    ]
    if "outcome" in errors:
        first = asks_outcome(found.rules.fields)
        listed.insert(0 if first else len(listed), {"text": errors["outcome"], "href": "#outcome"})
    known = {one.name for one in found.rules.fields} | {"outcome"}
    listed += [{"text": f"{name}: {text}", "href": "#form"} for name, text in errors.items() if name not in known]
    return listed


def _outcome(found: TaskDetail, typed: Typed) -> str:
    chosen = typed.one("outcome")
    known = [one["id"] for one in found.task.outcomes or []]
    if chosen in known:
        return chosen
    return str(known[0]) if len(known) == 1 else ""
