"""What may be done with a version: withdraw, deprecate, retire, pause it, let it go on; each says what it brings."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from api.services.errors import DefinitionStateError, InvalidRequestError, NotFoundError
from pathways.errors import CarelaneError
from web.presenters import versions as presenter
from web.visit import Visit

_NOTES = {"deprecate": "deprecated", "retire": "retired", "pause": "paused", "unpause": "unpaused"}


async def ask(visit: Visit) -> Response:
    """What an act would bring, and why it shall be done."""
    return await _ask(visit)


async def do(visit: Visit) -> Response:
    """Do it."""
    name, version, act = visit.path("name"), visit.path("version"), visit.path("act")
    try:
        await _do(visit, name, version, act)
    except (InvalidRequestError, DefinitionStateError) as error:
        return await _ask(visit, error=error)
    if act == "withdraw":
        return RedirectResponse("/pathways?note=withdrawn", 303)
    return RedirectResponse(f"/pathways/{name}/{version}?note={_NOTES[act]}", 303)


async def _do(visit: Visit, name: str, version: str, act: str) -> None:
    definitions, actor, reason = visit.services.definitions, visit.actor, visit.typed.one("reason")
    match act:
        case "withdraw":
            await definitions.withdraw(actor, name, version, reason=reason)
        case "deprecate":
            await definitions.deprecate(actor, name, version, reason=reason)
        case "retire":
            await definitions.retire(actor, name, version, reason=reason)
        case "pause":
            held = visit.typed.every("held")
            await definitions.pause(actor, name, version, reason=reason, held_steps=held)
        case "unpause":
            await definitions.unpause(actor, name, version, reason=reason)
        case _:
            raise NotFoundError("There is no such page.")


async def _ask(visit: Visit, *, error: CarelaneError | None = None) -> Response:
    act = visit.path("act")
    found = await visit.services.definitions.detail(visit.path("name"), visit.path("version"))
    page = presenter.act_page(act, found)
    if page is None:
        raise NotFoundError("There is no such page.")
    visit.actor.require(page.operation)
    numbers = await visit.services.definitions.standing(found.definition.name, found.definition.version)
    chosen = visit.typed.raw.get("held", tuple(found.definition.held_steps))
    return await visit.render(
        "version_act.html",
        status=200 if error is None else 422 if isinstance(error, InvalidRequestError) else 409,
        definition=found.definition,
        page=page,
        instead=[
            one for one in presenter.acts_for(found.definition, visit.actor) if one.name in ("migrate", "deprecate")
        ],
        steps=presenter.step_choices(found.definition, numbers, chosen) if page.holds else (),
        error=error,
        reason=visit.typed.one("reason"),
        needs_reason=isinstance(error, InvalidRequestError) and not visit.typed.one("reason").strip(),
    )
