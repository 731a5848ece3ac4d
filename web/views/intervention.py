"""The page of an intervention: what it brings first, then why, then doing it. What was typed stays in any case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.services.errors import ForbiddenError, FormInvalidError, InvalidRequestError, RefusedError, ServiceError
from api.services.forms import FormRules
from api.services.instances import InstanceDetail
from api.services.interventions import Operated
from api.services.patients import patient_of
from pathways.plan import FormField
from web.form_values import typed_from_values
from web.notes import with_note
from web.patients import banner
from web.presenters.consequences import Consequence
from web.presenters.form import FieldView, OptionView, field_views, sentence
from web.presenters.refusals import refusal_words
from web.presenters.related import STATUS
from web.presenters.values import words
from web.visit import Visit

Json = Any
Act = Callable[[], Awaitable[Operated]]
Ahead = Callable[[], Awaitable[Consequence]]


@dataclass(frozen=True)
class Choice:
    """A box to tick beside what is typed."""

    name: str
    text: str
    hint: str


@dataclass(frozen=True)
class Intervention:
    """An intervention's page: its words, its fields, and how to find out what it would bring.

    `within` is what the place lies in that it is about. `choices` may depend on what it would bring. `given` are the
    fields' values before anything is typed, `titles` the names of a field's options.
    """

    found: InstanceDetail
    action: str
    title: str
    button: str
    why: str
    ahead: Ahead
    lead: str = ""
    within: str = ""
    fields: tuple[FormField, ...] = ()
    given: Mapping[str, Json] | None = None
    hidden: tuple[tuple[str, str], ...] = ()
    choice: Callable[[Consequence], Choice | None] = lambda _: None
    warns: bool = False
    titles: Mapping[str, Mapping[str, str]] | None = None


async def answer(visit: Visit, page: Intervention, act: Act, note: str) -> Response:
    """The page, or what doing it came to."""
    if visit.request.method == "GET" or visit.typed.one("act") == "foresee":
        return await _show(visit, page)
    try:
        done = await act()
    except FormInvalidError as error:
        return await _show(visit, page, errors=_by_field(error, page), status=422)
    except InvalidRequestError as error:
        return await _show(visit, page, errors={"reason": error.message}, status=422)
    except (RefusedError, ForbiddenError) as error:
        return await _show(visit, page, refused=error, status=error.status)
    address = back_of(visit) or f"/instances/{done.instance}"
    return RedirectResponse(with_note(address, "lag" if done.lists_lag else note), 303)


def asked(visit: Visit, name: str) -> str:
    """What the form says of itself, or on the way to it, its address."""
    return visit.typed.one(name) if visit.request.method == "POST" else visit.query(name)


def back_of(visit: Visit) -> str:
    """The exception that a person came from."""
    back = asked(visit, "back")
    return back if back.startswith("/exceptions/") and "\n" not in back else ""


def _by_field(error: FormInvalidError, page: Intervention) -> dict[str, str]:
    """Errors by the fields of the page; those inside a field are said at it."""
    told: dict[str, str] = {}
    known = {one.name for one in page.fields}
    for place, why in error.fields.items():
        parts = place.removeprefix("output.").removeprefix("value.").split(".")
        name = parts[0] if parts[0] in known else "value" if "value" in known else ""
        inner = ".".join(parts[1:] if parts[0] in known else parts)
        text = f"{words(inner)}: {why}" if inner and inner != name else why
        told[name] = f"{told[name]}; {text}" if name in told else text
    return told or {"": error.message}


async def _show(
    visit: Visit,
    page: Intervention,
    *,
    errors: Mapping[str, str] | None = None,
    refused: ServiceError | None = None,
    status: int = 200,
) -> Response:
    instance, wrong = page.found.instance, dict(errors or {})
    typed = visit.typed
    if visit.request.method == "GET" and page.given:
        typed = typed_from_values(page.fields, page.given, instance.zone)
    rules = FormRules(page.fields, {}, None)
    views = [_titled(one, page) for one in field_views(rules, typed, wrong, instance.zone)]
    consequence = await page.ahead()
    choice = page.choice(consequence)
    return await visit.render(
        "operation.html",
        status=status,
        page=page,
        consequence=consequence,
        choice=choice,
        instance=instance,
        standing=STATUS[instance.status],
        patient=await banner(visit, patient_of(instance.inputs)),
        fields=views,
        errors=_summary(page, wrong),
        form_error=wrong.get(""),
        reason=visit.typed.one("reason"),
        reason_error=wrong.get("reason"),
        chosen=choice is not None and visit.typed.one(choice.name) == "yes",
        refused=refusal_words(refused) if refused is not None else "",
        back=back_of(visit),
    )


def _titled(view: FieldView, page: Intervention) -> FieldView:
    """Options with the titles that people know."""
    titles = (page.titles or {}).get(view.key)
    if titles is None:
        return view
    options = tuple(OptionView(one.value, titles.get(one.value, one.text), one.chosen) for one in view.options)
    return replace(view, options=options)


def _summary(page: Intervention, wrong: Mapping[str, str]) -> list[dict[str, str]]:
    listed = [
        {"text": sentence(one.label, wrong[one.name]), "href": f"#field-{one.name.replace('_', '-')}"}
        for one in page.fields
        if one.name in wrong
    ]
    if "reason" in wrong:
        listed.append({"text": wrong["reason"], "href": "#reason"})
    if "" in wrong:
        listed.append({"text": wrong[""], "href": "#form"})
    return listed
