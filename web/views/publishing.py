"""Publishing from a page: a definition with the files beside it, typed or sent, tried before it is published."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from api.services.errors import DefinitionInvalidError, DefinitionNotReadyError, DefinitionStateError, FormInvalidError
from api.services.publishing import Checked
from pathways.errors import CarelaneError
from web.author_files import Authored, AuthorFile, typed_files, with_sent
from web.presenters import readiness as presenter
from web.visit import Visit

MOST_FILES = 200
"""How many files a browser may send at once."""


async def show(visit: Visit) -> Response:
    """An empty form; or one with a version's text, to go on from."""
    visit.actor.require("publish")
    name, version = visit.query("name"), visit.query("version")
    authored = Authored()
    if name and version:
        found = await visit.services.definitions.get(name, version)
        authored = Authored(found.source, f"{found.version}.yaml")
    return await _render(visit, authored)


async def send(visit: Visit) -> Response:
    """Do with what was typed and sent what the button says: take files, add one, try, or publish."""
    visit.actor.require("publish")
    authored, act = typed_files(visit.typed), visit.typed.one("act")
    if visit.files:
        authored = with_sent(authored, visit.files)
        if act != "publish" or authored.left_out:
            return await _render(visit, authored, taken=len(visit.files))
    if act == "more":
        return await _render(visit, authored, more=True)
    wish = authored.wish(effective_from=visit.typed.one("effective_from"), alone=bool(visit.typed.one("alone")))
    try:
        if act == "check":
            return await _render(visit, authored, checked=await visit.services.publishing.check(visit.actor, wish))
        done = await visit.services.publishing.publish(visit.actor, wish)
    except DefinitionInvalidError as error:
        return await _render(visit, authored, checked=Checked(tuple(error.diagnostics)), error=error, status=422)
    except DefinitionNotReadyError as error:
        return await _render(visit, authored, checked=Checked((), error.readiness), error=error, status=422)
    except (FormInvalidError, DefinitionStateError) as error:
        return await _render(visit, authored, error=error, status=error.status)
    except CarelaneError as error:
        if error.code != "version-taken":
            raise
        return await _render(visit, authored, error=error, status=409)
    note = "drafted" if done.definition.state == "draft" else "published" if done.new else "published-before"
    return RedirectResponse(f"/pathways/{done.definition.name}/{done.definition.version}?note={note}", 303)


async def _render(
    visit: Visit,
    authored: Authored,
    *,
    checked: Checked | None = None,
    error: CarelaneError | None = None,
    taken: int = 0,
    more: bool = False,
    status: int = 200,
) -> Response:
    blank = AuthorFile(f"scenarios/{len(authored.beside) + 1}.yaml", "", "scenarios", None, None)
    show_blank = more or not authored.beside
    return await visit.render(
        "publish.html",
        status=status,
        authored=authored,
        files=(*authored.beside, blank) if show_blank else authored.beside,
        taken=taken,
        result=None if checked is None else presenter.result_view(checked),
        error=error,
        effective_from=visit.typed.one("effective_from"),
        alone=bool(visit.typed.one("alone")),
        one_person=visit.services.publishing.one_person,
    )
