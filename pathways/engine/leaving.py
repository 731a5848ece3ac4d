"""How steps and scopes are left: what waits there ends, what still runs outside settles, what was done is undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from pathways import ids
from pathways.addresses import is_inside
from pathways.commands import AbandonAction, CancelChild
from pathways.datatypes import MisfitError, plain_json
from pathways.engine import clocks, listening, undo
from pathways.engine.outcomes import Halt
from pathways.engine.places import place
from pathways.engine.run import Run
from pathways.facts import (
    ChildCancelled,
    IncidentClosed,
    InnerAwaited,
    InstanceEnded,
    InstanceEnding,
    ScopeLeft,
    StepLeft,
    TaskClosed,
)
from pathways.plan import Child, Container
from pathways.state import Departure, Ending, Json, Leaving, Position, altered


def leave(
    run: Run,
    position: Position,
    how: Departure,
    *,
    to: str | None = None,
    detail: str | None = None,
    by: str | None = None,
) -> None:
    """Take a position off its step: what it waits for ends, and its incident closes."""
    del run.positions[position.address]
    if how != "completed":
        _drop(run, position, detail or how)
    elif position.listeners:
        listening.disarm(run, position)
    if position.incident is not None:
        passed = "completed" if how == "completed" else "left"
        run.facts.append(IncidentClosed(run.now, run.incident_id(position.incident), passed))  # type: ignore[arg-type]  # one of two
    run.facts.append(StepLeft(run.now, position.address, position.step, how, to, detail, by))
    if position.role == "step" and run.step_of(position).listenings:
        _leave_handlers(run, position)


def _leave_handlers(run: Run, position: Position) -> None:
    """Close what a step's handlers could not judge: with the step they are gone."""
    for one in list(run.positions.values()):
        if one.role == "handler" and one.bound["owner"] == position.address:
            leave(run, one, "cancelled")


def _drop(run: Run, position: Position, reason: str) -> None:
    """End what a position waits for, when it is left before that came."""
    if position.listeners:
        listening.disarm(run, position)
    let_go(run, position, reason)


def let_go(run: Run, position: Position, reason: str) -> Position:
    """The position once it waits for nothing outside any more: its action settles, its task closes, its child ends."""
    match position.waits:
        case "action":
            _settle_action(run, position)
        case "people":
            close_task(run, position, reason)
        case "child":
            _cancel_child(run, position, reason)
        case _:
            return position
    return altered(position, waits="operator")


def _settle_action(run: Run, position: Position) -> None:
    """An action that can be undone is still awaited; of any other, what comes late is only a fact."""
    if run.step_of(position).undo is not None:
        run.settling[position.address] = altered(position, listeners={}, timeout_at=None, incident=None)
    else:
        run.commands.append(AbandonAction(position.ordered_from, position.run))


def _cancel_child(run: Run, position: Position, reason: str) -> None:
    """A child that is left is told to cancel; one that is detached goes on, and only its beginning is awaited."""
    child, step = position.key or "", run.step_of(position)
    if isinstance(step, Child) and step.detached:
        run.settling[position.address] = altered(position, listeners={}, incident=None)
        return
    run.facts.append(ChildCancelled(run.now, position.address, child))
    run.commands.append(CancelChild(position.ordered_from, child, reason))
    run.settling[position.address] = altered(position, listeners={}, timeout_at=None, incident=None)


def close_task(run: Run, position: Position, reason: str) -> None:
    """Close the task of a position that nobody completed."""
    ident = ids.task_id(run.state.instance, position.ordered_from, position.entered_at)
    run.facts.append(TaskClosed(run.now, ident, position.address, "cancelled", reason=reason))


def leave_inside(run: Run, container: Position, reason: str | None = None) -> None:
    """Leave everything that stands inside a position; undo that already runs goes on."""
    step = run.step_of(container)
    if step.listenings or isinstance(step, Container):
        _leave_where(run, lambda address: is_inside(address, container.address), reason)


def leave_scopes(run: Run, scopes: tuple[str, ...], reason: str | None = None) -> None:
    """Leave everything that stands in the given scopes."""
    _leave_where(run, lambda address: address.startswith(scopes), reason)


def _leave_where(run: Run, inside: Callable[[str], bool], reason: str | None) -> None:
    """Leave, from the inside out, every position whose address lies `inside`, and the scopes that lie there."""
    left = [one for one in run.positions.values() if one.role != "undo" and inside(one.address)]
    if not left and not run.agenda:
        return
    left.sort(key=lambda one: place(run.plan, one), reverse=True)
    scopes = {one.scope for one in (*left, *run.agenda) if one.scope and inside(one.scope)}
    for position in left:
        if position.address in run.positions:  # what a handler could not judge goes with its step
            leave(run, position, "cancelled", detail=reason)
    run.agenda = [one for one in run.agenda if not (one.scope and inside(one.scope))]
    for scope in sorted(scopes, key=lambda one: (-len(one), one)):
        close_scope(run, scope, "left")


def close_scope(run: Run, scope: str, how: Literal["ended", "left"]) -> None:
    """A scope is over. The clocks that were started in it go on outside only where it ended well."""
    run.scopes_ended = True
    run.facts.append(ScopeLeft(run.now, scope, how))
    if how == "ended":
        clocks.inherit(run, scope)
    else:
        clocks.drop(run, scope)


def depart(
    run: Run,
    position: Position,
    to: str,
    how: Departure,
    *,
    undo_: bool = False,
    detail: str | None = None,
    bound: dict[str, Json] | None = None,
    via: tuple[str, ...] | None = None,
    by: str | None = None,
) -> None:
    """Leave a step for another of its own scope or of one around it, with everything inside what is left."""
    top = listening.left_by(run, position, to)
    via = top.via if via is None else via
    inner = position.scope if top is not position else None
    how_top: Departure = how if inner is None else "cancelled"
    if inner is not None:
        leave(run, position, how, to=to, detail=detail, by=by)
        close_scope(run, inner, "left")
    leave_inside(run, top, detail)
    if undo_ and (inner is not None or how != "completed"):
        emptied = _emptied(run, top, how)
        if pending(run, (top.address,)):
            leaving = Leaving(to, how_top, (top.address,), detail, bound or {})
            run.positions[top.address] = replace(emptied, waits="undo", leaving=leaving, via=via)
            run.facts.append(InnerAwaited(run.now, top.address, "undo"))
            return
        top = emptied
    leave(run, top, how_top, to=to, detail=detail, by=by)
    run.enter(to, top.scope, bound, via)


def _emptied(run: Run, position: Position, how: str) -> Position:
    """A position that stays until undo is done, but waits for nothing else any more."""
    _drop(run, position, how)
    return altered(position, waits="inner", listeners={}, timeout_at=None, wake_at=None, due_at=None, alerts={})


def pending(run: Run, within: tuple[str, ...]) -> bool:
    """Whether something in the given scopes still settles, is being undone, or is there to be undone."""
    return (
        any(undo.covers(within, address) for address in run.settling)
        or any(one.role == "undo" and undo.covers(within, one.address) for one in run.positions.values())
        or any(undo.covers(within, one.address) for one in run.armed)
    )


# -- the end --------------------------------------------------------------------------------------------------


def finish(
    run: Run, outcome: str, position: Position | None, *, by: str | None = None, reason: str | None = None
) -> Halt | None:
    """End the pathway with an outcome: everything that stands is left, then settled and undone.

    `position` is the `end` that was reached, None for a cancel. Gives a `Halt` where what the outcome gives to a
    parent does not fit.
    """
    declared = run.plan.outcome[outcome]
    names = run.scope(position) if position is not None else run.names()
    give: dict[str, Json] = {}
    for assignment, member in zip(declared.give, declared.gives, strict=True):
        try:
            give[assignment.name] = member.type.conform(plain_json(run.value(assignment.value, names)))
        except MisfitError as error:
            if position is not None:
                message = f"What the outcome {outcome} gives does not fit: {assignment.name}: {error.misfit}."
                return Halt(position, "expression", message, "enter")
    if position is not None:
        run.positions[position.address] = position
        leave(run, position, "completed")
    _leave_where(run, lambda _address: True, reason)
    run.agenda.clear()
    clocks.drop(run, "")
    _close_added(run)
    listening.disarm_pathway(run)
    run.suspension = run.hold = run.own_hold = None
    run.ending = Ending(outcome, declared.undo, by, reason, give or None)
    if _unfinished(run):
        run.status = "cancelling"
        run.facts.append(InstanceEnding(run.now, outcome, by, reason))
    return None


def upgrade(run: Run, *, by: str, reason: str) -> None:
    """A cancel of what ends already: now everything is undone."""
    run.ending = Ending("cancelled", True, by, reason)
    run.facts.append(InstanceEnding(run.now, "cancelled", by, reason))


def _close_added(run: Run) -> None:
    for address, added in run.added.items():
        ident = ids.task_id(run.state.instance, address, added.at)
        run.facts.append(TaskClosed(run.now, ident, address, "cancelled", reason="cancelled"))
    run.added.clear()


def _unfinished(run: Run) -> bool:
    ending = run.ending
    undoing = any(one.role == "undo" for one in run.positions.values())
    return bool(run.settling or undoing or (ending is not None and ending.undo and run.armed))


def undone(run: Run, within: tuple[str, ...]) -> bool:
    """Whether all in the given scopes is settled and undone; begins the next undo where it is not.

    A suspended instance begins none: what was asked for is undone when it is resumed.
    """
    if any(undo.covers(within, address) for address in run.settling):
        return False
    if any(one.role == "undo" and undo.covers(within, one.address) for one in run.positions.values()):
        return False
    armed = [one for one in run.armed if undo.covers(within, one.address)]
    if armed and run.suspension is None:
        undo.begin(run, armed[-1])
    return not armed


def conclude(run: Run) -> None:
    """End the instance that is on its way to an end, once nothing settles and all that was asked for is undone."""
    ending = run.ending
    if ending is None or not undone(run, ("",) if ending.undo else ()) or _unfinished(run):
        return
    run.status, run.outcome, run.give, run.ending = "ended", ending.outcome, ending.give, None
    run.armed = ()
    declared = run.plan.outcome[ending.outcome]
    run.update_attributes()
    run.facts.append(
        InstanceEnded(run.now, ending.outcome, declared.title, declared.kind, ending.by, ending.reason, ending.give)
    )
