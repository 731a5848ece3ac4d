"""Interventions in where an instance stands: suspend, resume, skip, move, change data, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from api.services.actor import Operation
from api.services.instances import InstanceDetail
from api.services.interventions import Operated
from api.services.patients import patient_of
from web.form_values import values_of
from web.patients import banner
from web.presenters import consequences, gone, reach, step_fields
from web.presenters.consequences import Consequence
from web.presenters.places import Places, places_of
from web.presenters.values import words
from web.views.intervention import Choice, Intervention, answer, asked, back_of
from web.visit import Visit

Json = Any


async def suspend(visit: Visit) -> Response:
    """Start no new step until it is resumed."""
    found = await _found(visit, "operate")

    async def ahead() -> Consequence:
        return consequences.suspended(found, await visit.services.foresight.suspend(visit.actor, found.instance.id))

    async def act() -> Operated:
        pause, reason = visit.typed.one("pause_clocks") == "yes", visit.typed.one("reason")
        return await visit.services.operations.suspend(
            visit.actor, found.instance.id, pause_clocks=pause, reason=reason, key=visit.key
        )

    page = Intervention(
        found,
        "suspend",
        f"Suspend: {found.instance.title}?",
        "Suspend",
        "Why is it suspended?",
        ahead,
        choice=lambda _: Choice(
            "pause_clocks", "Pause its clocks as well", "Clocks that count against you go on otherwise."
        ),
    )
    return await answer(visit, page, act, "suspended")


async def resume(visit: Visit) -> Response:
    """End a suspension."""
    found = await _found(visit, "operate")

    async def ahead() -> Consequence:
        return consequences.resumed(found, await visit.services.foresight.resume(visit.actor, found.instance.id))

    async def act() -> Operated:
        reason = visit.typed.one("reason")
        return await visit.services.operations.resume(visit.actor, found.instance.id, reason=reason, key=visit.key)

    title = f"Resume: {found.instance.title}?"
    page = Intervention(found, "resume", title, "Resume", "Why does it go on?", ahead)
    return await answer(visit, page, act, "resumed")


async def cancel(visit: Visit) -> Response:
    """Cancel the instance."""
    found = await _found(visit, "cancel")

    async def ahead() -> Consequence:
        return consequences.cancelled(found, await visit.services.foresight.cancel(visit.actor, found.instance.id))

    async def act() -> Operated:
        reason = visit.typed.one("reason")
        return await visit.services.instances.cancel(visit.actor, found.instance.id, reason=reason, key=visit.key)

    page = Intervention(
        found,
        "cancel",
        f"Cancel: {found.instance.title}?",
        "Cancel the instance",
        "Why is it cancelled?",
        ahead,
        warns=True,
    )
    return await answer(visit, page, act, "cancelled")


async def close(visit: Visit) -> Response:
    """Close an instance whose workflow is gone."""
    found = await _found(visit, "cancel")

    async def ahead() -> Consequence:
        return gone.closed(found)

    async def act() -> Operated:
        reason = visit.typed.one("reason")
        return await visit.services.gone.close(visit.actor, found.instance.id, reason=reason, key=visit.key)

    title = f"Close: {found.instance.title}?"
    page = Intervention(found, "close", title, "Close it", "Why is it closed?", ahead, warns=True)
    return await answer(visit, page, act, "closed")


async def start_anew(visit: Visit) -> Response:
    """Close an instance whose workflow is gone, and start the same from its beginning."""
    found = await _found(visit, "cancel")

    async def ahead() -> Consequence:
        return gone.started_anew(found)

    async def act() -> Operated:
        reason = visit.typed.one("reason")
        begun = await visit.services.gone.start_anew(visit.actor, found.instance.id, reason=reason, key=visit.key)
        return Operated(begun.id, begun.rev, lists_lag=False)

    title, why = f"Start anew: {found.instance.title}?", "Why is it started anew?"
    page = Intervention(found, "start-anew", title, "Start it anew", why, ahead, warns=True)
    return await answer(visit, page, act, "started-anew")


# -- skip -----------------------------------------------------------------------------------------------------


async def skip(visit: Visit) -> Response:
    """Let a step count as completed, with what it would have given."""
    found, at = await _found(visit, "operate"), asked(visit, "at")
    fields, in_doubt = step_fields.skip_fields(found.plan, at), consequences.is_in_doubt(found, at)

    def output() -> Json:
        typed = values_of(fields, visit.typed, found.instance.zone)
        given = {name: value for name, value in typed.items() if value not in (None, [])}
        if in_doubt:  # nothing says of it that it was never done
            return given if visit.typed.one("was_done") == "yes" else None
        return given or None

    async def ahead() -> Consequence:
        seen = await visit.services.foresight.skip(visit.actor, found.instance.id, at, output=output())
        return consequences.skipped(found, at, seen)

    async def act() -> Operated:
        return await visit.services.operations.skip(
            visit.actor, found.instance.id, at, output=output(), reason=visit.typed.one("reason"), key=visit.key
        )

    page = Intervention(
        found,
        "skip",
        *_skip_words(_places(found).own(at), at, in_doubt=in_doubt),
        ahead,
        within=_places(found).around(at),
        lead="What would the step have given? Leave empty what there is not." if fields else "",
        fields=fields,
        hidden=(("at", at),),
        choice=lambda _: _WAS_DONE if in_doubt else None,
        titles=_outcomes(found, at),
    )
    return await answer(visit, page, act, "skipped")


_WAS_DONE = Choice("was_done", "It was done outside", "Without this it counts as never done.")


def _skip_words(place: str, at: str, *, in_doubt: bool) -> tuple[str, str, str]:
    """Title, button and question: an undo is counted as undone, what is in doubt is settled, a step is skipped."""
    if in_doubt:
        return f"Was it done? {place}", "Settle it", "How do you know?"
    if at.endswith("/undo"):
        return f"Count as undone: {place.removeprefix('Undo: ')}?", "Count it as undone", "Why is it counted as undone?"
    return f"Skip: {place}?", "Skip this step", "Why is it skipped?"


def _outcomes(found: InstanceDetail, at: str) -> Mapping[str, Mapping[str, str]]:
    """The titles of a task's outcomes."""
    opened = [one for one in found.tasks if one.address == at]
    outcomes = (opened[-1].outcomes if opened else None) or []
    return {"outcome": {str(one["id"]): str(one["title"]) for one in outcomes}}


# -- move -----------------------------------------------------------------------------------------------------


async def move(visit: Visit) -> Response:
    """Move a position to another step: first which, then what that brings."""
    found, at, to = await _found(visit, "operate"), asked(visit, "at"), asked(visit, "to")
    groups = reach.targets(found, at)
    known = {one.path: one.title for group in groups for one in group.targets}
    if to not in known:
        return await _choose_step(visit, found, at, groups)

    async def ahead() -> Consequence:
        return consequences.moved(
            found, to, await visit.services.foresight.move(visit.actor, found.instance.id, at, to=to)
        )

    async def act() -> Operated:
        undo, reason = visit.typed.one("undo") == "yes", visit.typed.one("reason")
        return await visit.services.operations.move(
            visit.actor, found.instance.id, at, to=to, undo=undo, reason=reason, key=visit.key
        )

    page = Intervention(
        found,
        "move",
        f"Move on to: {known[to]}?",
        "Move",
        "Why is it moved?",
        ahead,
        lead=f"From: {_places(found).whole(at)}.",
        hidden=(("at", at), ("to", to)),
        choice=_with_undo,
        warns=True,
    )
    return await answer(visit, page, act, "moved")


def _with_undo(consequence: Consequence) -> Choice | None:
    if not consequence.undoes:
        return None
    what = f"It would be taken back, the last first: {'; '.join(consequence.undoes)}."
    return Choice("undo", "Undo first what was done there", what)


async def _choose_step(visit: Visit, found: InstanceDetail, at: str, groups: tuple[reach.TargetGroup, ...]) -> Response:
    return await visit.render(
        "move_to.html",
        instance=found.instance,
        patient=await banner(visit, patient_of(found.instance.inputs)),
        place=_places(found).own(at),
        within=_places(found).around(at),
        at=at,
        groups=groups,
        back=back_of(visit),
    )


# -- data -----------------------------------------------------------------------------------------------------


async def change(visit: Visit) -> Response:
    """Change a saved value."""
    found = await _found(visit, "operate")
    name, scope = asked(visit, "name"), asked(visit, "scope")
    saved = found.instance.data.get(scope, {}).get(name, {})
    fields = (step_fields.data_field(found, name, scope),)
    around = places_of(found.plan, found.timeline).scope(scope)

    def value() -> Json:
        if visit.request.method == "GET":
            return saved.get("value")
        return values_of(fields, visit.typed, found.instance.zone)["value"]

    async def ahead() -> Consequence:
        seen = await visit.services.foresight.change(visit.actor, found.instance.id, name, value(), scope=scope)
        return consequences.changed(found, saved, seen)

    async def act() -> Operated:
        reason = visit.typed.one("reason")
        return await visit.services.operations.change(
            visit.actor, found.instance.id, name, value(), scope=scope, reason=reason, key=visit.key
        )

    page = Intervention(
        found,
        "data",
        f"Change: {words(name)}",
        "Change it",
        "Why is it changed?",
        ahead,
        lead=f"In {around}." if around else "",
        fields=fields,
        given={"value": saved.get("value")},
        hidden=(("name", name), ("scope", scope)),
    )
    return await answer(visit, page, act, "changed")


async def _found(visit: Visit, operation: Operation) -> InstanceDetail:
    visit.actor.require(operation)
    return await visit.services.instances.detail(visit.path("ident"))


def _places(found: InstanceDetail) -> Places:
    return places_of(found.plan, found.timeline)
