"""Interventions in an instance: each a page that shows what it brings and asks why, and the form that does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.services.errors import ForbiddenError, FormInvalidError, InvalidRequestError, RefusedError, ServiceError
from api.services.forms import FormRules
from api.services.instances import InstanceDetail
from api.services.interventions import Operated
from api.services.operations import NewTask
from api.services.patients import patient_of
from pathways.datatypes import TEXT, DataType
from pathways.plan import FormField
from web.form_values import typed_from_values, values_of
from web.notes import with_note
from web.patients import banner
from web.presenters import operations as presenter
from web.presenters.form import FieldView, OptionView, field_views, sentence
from web.presenters.instance import STATUS
from web.presenters.operations import Consequence, TargetGroup
from web.presenters.places import places_of
from web.presenters.refusals import refusal_words
from web.presenters.values import words
from web.presenters.work_list import PRIORITIES
from web.visit import Visit

Json = Any
Act = Callable[[], Awaitable[Operated]]


@dataclass(frozen=True)
class _Page:
    """An intervention's page: its words, its fields, and what it would bring."""

    found: InstanceDetail
    action: str
    title: str
    button: str
    why: str
    consequence: Consequence
    lead: str = ""
    fields: tuple[FormField, ...] = ()
    given: Mapping[str, Json] | None = None
    hidden: tuple[tuple[str, str], ...] = ()
    choice: tuple[str, str, str] | None = None
    warns: bool = False
    titles: Mapping[str, Mapping[str, str]] | None = None


# -- suspend and resume ---------------------------------------------------------------------------------------


async def suspend(visit: Visit) -> Response:
    """Start no new step until it is resumed."""
    found = await _found(visit, "operate")
    page = _Page(
        found,
        "suspend",
        f"Suspend: {found.instance.title}?",
        "Suspend",
        "Why is it suspended?",
        presenter.suspended(found),
        choice=("pause_clocks", "Pause its clocks as well", "Clocks that count against you go on otherwise."),
    )
    typed, operations = visit.typed, visit.services.operations
    pause = typed.one("pause_clocks") == "yes"
    return await _answer(
        visit,
        page,
        lambda: operations.suspend(
            visit.actor, found.instance.id, pause_clocks=pause, reason=typed.one("reason"), key=visit.key
        ),
        "suspended",
    )


async def resume(visit: Visit) -> Response:
    """End a suspension."""
    found = await _found(visit, "operate")
    page = _Page(
        found,
        "resume",
        f"Resume: {found.instance.title}?",
        "Resume",
        "Why does it go on?",
        presenter.resumed(found),
    )
    act = visit.services.operations.resume
    reason = visit.typed.one("reason")
    return await _answer(
        visit, page, lambda: act(visit.actor, found.instance.id, reason=reason, key=visit.key), "resumed"
    )


# -- skip and move --------------------------------------------------------------------------------------------


async def skip(visit: Visit) -> Response:
    """Let a step count as completed, with what it would have given."""
    found, at = await _found(visit, "operate"), _asked(visit, "at")
    fields, in_doubt = presenter.skip_fields(found.plan, at), presenter.is_in_doubt(found, at)
    page = _Page(
        found,
        "skip",
        *_skip_words(_whole(found, at), at, in_doubt=in_doubt),
        presenter.skipped(found, at),
        lead="What would the step have given? Leave empty what there is not." if fields else "",
        fields=fields,
        hidden=(("at", at),),
        choice=("was_done", "It was done outside", "Without this it counts as never done.") if in_doubt else None,
        titles=_outcomes(found, at),
    )
    zone = found.instance.zone

    async def act() -> Operated:
        given = {name: value for name, value in values_of(fields, visit.typed, zone).items() if value not in (None, [])}
        return await visit.services.operations.skip(
            visit.actor,
            found.instance.id,
            at,
            output=_output(given, in_doubt=in_doubt, was_done=visit.typed.one("was_done") == "yes"),
            reason=visit.typed.one("reason"),
            key=visit.key,
        )

    return await _answer(visit, page, act, "skipped")


def _skip_words(place: str, at: str, *, in_doubt: bool) -> tuple[str, str, str]:
    """Title, button and question: an undo is counted as undone, what is in doubt is settled, a step is skipped."""
    if in_doubt:
        return f"Was it done? {place}", "Settle it", "How do you know?"
    if at.endswith("/undo"):
        return f"Count as undone: {place.removeprefix('Undo: ')}?", "Count it as undone", "Why is it counted as undone?"
    return f"Skip: {place}?", "Skip this step", "Why is it skipped?"


def _output(given: dict[str, Json], *, in_doubt: bool, was_done: bool) -> Json:
    """What a skipped step gave; of an action in doubt, nothing says that it was never done."""
    if in_doubt:
        return given if was_done else None
    return given or None


async def move(visit: Visit) -> Response:
    """Move a position to another step: first which, then what that brings."""
    found, at, to = await _found(visit, "operate"), _asked(visit, "at"), _asked(visit, "to")
    groups = presenter.targets(found, at)
    known = {one.path: one.title for group in groups for one in group.targets}
    if to not in known:
        return await _choose_step(visit, found, at, groups)
    consequence = presenter.moved(found, at, to)
    page = _Page(
        found,
        "move",
        f"Move on to: {known[to]}?",
        "Move",
        "Why is it moved?",
        consequence,
        lead=f"From: {_whole(found, at)}.",
        hidden=(("at", at), ("to", to)),
        choice=("undo", "Undo first what was done there", _undo_words(consequence)) if consequence.undoes else None,
        warns=True,
    )
    typed = visit.typed
    act = visit.services.operations.move
    return await _answer(
        visit,
        page,
        lambda: act(
            visit.actor,
            found.instance.id,
            at,
            to=to,
            undo=typed.one("undo") == "yes",
            reason=typed.one("reason"),
            key=visit.key,
        ),
        "moved",
    )


async def _choose_step(visit: Visit, found: InstanceDetail, at: str, groups: tuple[TargetGroup, ...]) -> Response:
    return await visit.render(
        "move_to.html",
        instance=found.instance,
        patient=await banner(visit, patient_of(found.instance.inputs)),
        place=_whole(found, at),
        at=at,
        groups=groups,
        back=_back(visit),
    )


def _undo_words(consequence: Consequence) -> str:
    return f"It would be taken back, the last first: {'; '.join(consequence.undoes)}."


# -- data and tasks -------------------------------------------------------------------------------------------


async def change(visit: Visit) -> Response:
    """Change a saved value."""
    found = await _found(visit, "operate")
    name, scope = _asked(visit, "name"), _asked(visit, "scope")
    saved = found.instance.data.get(scope, {}).get(name, {})
    field = presenter.data_field(found, name, scope)
    around = places_of(found.plan, found.timeline).scope(scope)
    page = _Page(
        found,
        "data",
        f"Change: {words(name)}",
        "Change it",
        "Why is it changed?",
        presenter.changed(saved),
        lead=f"In {around}." if around else "",
        fields=(field,),
        given={"value": saved.get("value")},
        hidden=(("name", name), ("scope", scope)),
    )
    zone = found.instance.zone

    async def act() -> Operated:
        value = values_of(page.fields, visit.typed, zone)["value"]
        reason = visit.typed.one("reason")
        return await visit.services.operations.change(
            visit.actor, found.instance.id, name, value, scope=scope, reason=reason, key=visit.key
        )

    return await _answer(visit, page, act, "changed")


async def add_task(visit: Visit) -> Response:
    """Add a task by hand."""
    found = await _found(visit, "add-task")
    queues = visit.services.queues
    own = sorted(queues.known, key=queues.title)
    fields = (
        FormField("title", "What is to be done", DataType("code"), True),
        FormField("queue", "Queue", DataType("code", options=tuple(own)), True),
        FormField("priority", "Priority", DataType("code", options=tuple(reversed(PRIORITIES))), True),
        FormField("due_at", "Due", DataType("instant")),
        FormField("help", "Why, and what to do", TEXT, True),
    )
    page = _Page(
        found,
        "add-task",
        "Add a task",
        "Add the task",
        "",
        Consequence(("It stands in its queue beside the pathway's own tasks, holds nothing up, and closes with it.",)),
        fields=fields,
        given={"priority": "routine"},
        titles={"queue": {one: queues.title(one) for one in own}},
    )
    values = values_of(fields, visit.typed, found.instance.zone)

    async def act() -> Operated:
        missing = {one.name: "is required" for one in fields if one.required and not values[one.name]}
        due = _moment(values["due_at"])
        if values["due_at"] and due is None:
            missing["due_at"] = "is no date and time"
        if missing:
            raise FormInvalidError("Some fields need another look.", fields=missing)
        task = NewTask(values["title"], values["queue"], values["priority"], None, values["help"], due)
        return await visit.services.operations.add_task(visit.actor, found.instance.id, task, key=visit.key)

    return await _answer(visit, page, act, "task-added")


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


# -- around them all ------------------------------------------------------------------------------------------


async def _answer(visit: Visit, page: _Page, act: Act, note: str) -> Response:
    """The page, or what doing it came to. What was typed stays, whatever is wrong with it."""
    if visit.request.method == "GET":
        return await _show(visit, page)
    try:
        done = await act()
    except FormInvalidError as error:
        return await _show(visit, page, errors=_by_field(error, page), status=422)
    except InvalidRequestError as error:
        return await _show(visit, page, errors={"reason": error.message}, status=422)
    except (RefusedError, ForbiddenError) as error:
        return await _show(visit, page, refused=error, status=error.status)
    address = _back(visit) or f"/instances/{page.found.instance.id}"
    return RedirectResponse(with_note(address, "lag" if done.lists_lag else note), 303)


def _by_field(error: FormInvalidError, page: _Page) -> dict[str, str]:
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
    page: _Page,
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
    return await visit.render(
        "operation.html",
        status=status,
        page=page,
        instance=instance,
        standing=STATUS[instance.status],
        patient=await banner(visit, patient_of(instance.inputs)),
        fields=views,
        errors=_summary(page, wrong),
        form_error=wrong.get(""),
        reason=visit.typed.one("reason"),
        reason_error=wrong.get("reason"),
        chosen=page.choice is not None and visit.typed.one(page.choice[0]) == "yes",
        refused=refusal_words(refused) if refused is not None else "",
        back=_back(visit),
    )


def _titled(view: FieldView, page: _Page) -> FieldView:
    """Options with the titles that people know."""
    titles = (page.titles or {}).get(view.key)
    if titles is None:
        return view
    options = tuple(OptionView(one.value, titles.get(one.value, one.text), one.chosen) for one in view.options)
    return replace(view, options=options)


def _summary(page: _Page, wrong: Mapping[str, str]) -> list[dict[str, str]]:
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


async def _found(visit: Visit, operation: Any) -> InstanceDetail:
    visit.actor.require(operation)
    return await visit.services.instances.detail(visit.path("ident"))


def _asked(visit: Visit, name: str) -> str:
    """What the form says of itself, or on the way to it, its address."""
    return visit.typed.one(name) if visit.request.method == "POST" else visit.query(name)


def _back(visit: Visit) -> str:
    """The exception that a person came from."""
    back = _asked(visit, "back")
    return back if back.startswith("/exceptions/") and "\n" not in back else ""


def _whole(found: InstanceDetail, address: str) -> str:
    return places_of(found.plan, found.timeline).whole(address)


def _outcomes(found: InstanceDetail, at: str) -> Mapping[str, Mapping[str, str]]:
    """The titles of a task's outcomes."""
    opened = [one for one in found.tasks if one.address == at]
    outcomes = (opened[-1].outcomes if opened else None) or []
    return {"outcome": {str(one["id"]): str(one["title"]) for one in outcomes}}


def _moment(text: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
