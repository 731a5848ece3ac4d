"""Holding steps of one instance, and releasing them."""

from __future__ import annotations

from starlette.responses import Response

from api.services.interventions import Operated
from pathways.datatypes import DataType
from pathways.plan import FormField
from web.form_values import values_of
from web.presenters import consequences, reach
from web.presenters.consequences import Consequence
from web.views.intervention import Intervention, answer
from web.visit import Visit


async def hold(visit: Visit) -> Response:
    """Have steps not be entered until they are released."""
    visit.actor.require("operate")
    found = await visit.services.instances.detail(visit.path("ident"))
    titles = reach.all_steps(found)
    steps = DataType("list", item=DataType("code", options=tuple(titles)))
    fields = (FormField("steps", "Which steps?", steps, True),)
    before = tuple((found.instance.own_hold or {}).get("steps", ()))

    def chosen() -> tuple[str, ...]:
        typed = values_of(fields, visit.typed, found.instance.zone)["steps"] or ()
        return before if visit.request.method == "GET" else tuple(str(one) for one in typed)

    async def ahead() -> Consequence:
        steps = chosen()
        seen = await visit.services.foresight.hold(visit.actor, found.instance.id, steps or tuple(titles))
        return consequences.held(found, steps, seen)

    async def act() -> Operated:
        reason = visit.typed.one("reason")
        return await visit.services.operations.hold(
            visit.actor, found.instance.id, chosen(), reason=reason, key=visit.key
        )

    page = Intervention(
        found,
        "hold",
        f"Hold steps: {found.instance.title}?",
        "Hold them",
        "Why are they held?",
        ahead,
        fields=fields,
        given={"steps": list(before)},
        titles={"steps": titles},
    )
    return await answer(visit, page, act, "held")


async def release(visit: Visit) -> Response:
    """Hold no step of this instance any more."""
    visit.actor.require("operate")
    found = await visit.services.instances.detail(visit.path("ident"))

    async def ahead() -> Consequence:
        return consequences.released(found, await visit.services.foresight.release(visit.actor, found.instance.id))

    async def act() -> Operated:
        reason = visit.typed.one("reason")
        return await visit.services.operations.release(visit.actor, found.instance.id, reason=reason, key=visit.key)

    title = f"Release what is held: {found.instance.title}?"
    page = Intervention(found, "release", title, "Release it", "Why is it released?", ahead)
    return await answer(visit, page, act, "let-go")
