"""What people add to an instance: a task by hand, and side flows that it offers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.services.errors import FormInvalidError, RefusedError
from api.services.interventions import Operated
from api.services.operations import NewTask
from pathways.datatypes import TEXT, DataType
from pathways.plan import FormField
from web.form_values import values_of
from web.notes import with_note
from web.presenters.consequences import Consequence
from web.presenters.refusals import refusal_words
from web.presenters.work_list import PRIORITIES
from web.views.intervention import Intervention, answer
from web.visit import Visit

Json = Any

_ADDED = Consequence(("It stands in its queue beside the pathway's own tasks, holds nothing up, and closes with it.",))


async def add_task(visit: Visit) -> Response:
    """Add a task by hand."""
    visit.actor.require("add-task")
    found = await visit.services.instances.detail(visit.path("ident"))
    queues = visit.services.queues
    own = sorted(queues.known, key=queues.title)
    fields = (
        FormField("title", "What is to be done", DataType("code"), True),
        FormField("queue", "Queue", DataType("code", options=tuple(own)), True),
        FormField("priority", "Priority", DataType("code", options=tuple(reversed(PRIORITIES))), True),
        FormField("due_at", "Due", DataType("instant")),
        FormField("help", "Why, and what to do", TEXT, True),
    )
    values = values_of(fields, visit.typed, found.instance.zone)

    async def ahead() -> Consequence:
        return _ADDED

    async def act() -> Operated:
        missing = {one.name: "is required" for one in fields if one.required and not values[one.name]}
        due = _moment(values["due_at"])
        if values["due_at"] and due is None:
            missing["due_at"] = "is no date and time"
        if missing:
            raise FormInvalidError("Some fields need another look.", fields=missing)
        task = NewTask(values["title"], values["queue"], values["priority"], None, values["help"], due)
        return await visit.services.operations.add_task(visit.actor, found.instance.id, task, key=visit.key)

    page = Intervention(
        found,
        "add-task",
        "Add a task",
        "Add the task",
        "",
        ahead,
        fields=fields,
        given={"priority": "routine"},
        titles={"queue": {one: queues.title(one) for one in own}},
    )
    return await answer(visit, page, act, "task-added")


async def take_offer(visit: Visit) -> Response:
    """Start a side flow that is offered."""
    ident = visit.path("ident")
    try:
        done = await visit.services.operations.take_offer(visit.actor, ident, visit.path("side"), key=visit.key)
    except RefusedError as error:
        return await visit.render(
            "problem.html", status=409, title=error.title, message=refusal_words(error), hint="Look at it again."
        )
    return RedirectResponse(with_note(f"/instances/{ident}", "lag" if done.lists_lag else "offer-taken"), 303)


def _moment(text: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
