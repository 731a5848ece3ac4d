"""Undo (BPMN compensation): armed when a step completes, run in reverse order of completion when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pathways.addresses import is_inside
from pathways.commands import RunAction
from pathways.datatypes import MisfitError, plain_json
from pathways.engine.outcomes import Halt
from pathways.engine.run import Run
from pathways.facts import ActionEnded, ActionStarted, IncidentClosed, StepEntered, StepLeft
from pathways.plan import Do, Step, Undo
from pathways.state import Armed, Json, Position, altered


def covers(within: tuple[str, ...], address: str) -> bool:
    """Whether an address lies in one of the given scopes or positions, or is one."""
    return any(_covers(one, address) for one in within)


def _covers(one: str, address: str) -> bool:
    if one == "" or one.endswith("/"):
        return address.startswith(one)
    return address == one or is_inside(address, one)


def prepare(run: Run, step: Step, position: Position, bound: Mapping[str, Any] | None = None) -> Armed | Halt | None:
    """The undo of a step that completes, its input worked out now; None where it has none.

    `bound` are values that the step gives and that nothing saved.
    """
    undo = step.undo
    if undo is None:
        return None
    names = run.scope(position)
    try:
        given = plain_json(run.value(undo.input, names.binding(bound) if bound else names))
        given = undo.takes.conform({} if given is None else given)
    except MisfitError as error:
        message = f"The input of {undo.action}, which undoes this step, does not fit: {error.misfit}."
        return Halt(position, "expression", message, "leave")
    business = business_key(step, position.input) if isinstance(step, Do) else None
    return Armed(position.address, position.step, run.now, given, business)


def business_key(step: Do, given: Json) -> str | None:
    """What names the thing that an action does with an input, however often: `payer.submit_claim/C-1`."""
    business = given.get(step.business_key) if step.business_key and isinstance(given, dict) else None
    return None if business is None else f"{step.action}/{business}"


def arm(run: Run, armed: Armed | None) -> None:
    """Keep the undo of a step that has completed. What was done once is undone once: what a business key names, or
    a step that an operator let count as completed while its action, which now has an answer, still ran.
    """
    if armed is not None:
        run.armed = (*(one for one in run.armed if not _same(one, armed)), armed)


def _same(one: Armed, other: Armed) -> bool:
    return one.address == other.address or (one.business is not None and one.business == other.business)


def is_armed(run: Run, address: str) -> bool:
    """Whether the step at an address counts as completed, and can be undone."""
    return any(one.address == address for one in run.armed)


def give_up(run: Run, step: Step, position: Position) -> None:
    """Let stay done, now that a step has completed, what could be undone until then in its scope."""
    settled = run.plan.settles.get(step.id)
    if settled is not None:
        scope = position.scope
        run.armed = tuple(one for one in run.armed if one.step not in settled or not one.address.startswith(scope))


def begin(run: Run, armed: Armed) -> None:
    """Undo what a step did."""
    run.armed = tuple(one for one in run.armed if one is not armed)
    step = run.plan.step[armed.step]
    position = Position(
        f"{armed.address}/undo",
        armed.step,
        run.now,
        "action",
        scope=armed.address[: armed.address.rfind("/") + 1],
        role="undo",
        key=f"{run.state.instance}/{armed.address}/undo",
        input=armed.input,
        result={"business": armed.business} if armed.business else None,
    )
    run.facts.append(StepEntered(run.now, position.address, step.id, "undo", step.shown))
    order(run, position)


def order(run: Run, position: Position) -> None:
    """Order the action of an undo, the first time or again."""
    undo = undo_of(run, position)
    position = altered(position, waits="action", run=position.run + 1, origin=None)
    key = position.key or ""
    run.positions[position.address] = position
    run.facts.append(ActionStarted(run.now, position.address, undo.action, position.run, key))
    run.commands.append(
        RunAction(position.address, position.run, undo.action, key, position.input, undo.retry, undo.timeout_seconds)
    )


def undo_of(run: Run, position: Position) -> Undo:
    """The undo that a position with the role of one runs."""
    undo = run.step_of(position).undo
    return undo if undo is not None else Undo("")


def completed(run: Run, position: Position) -> None:
    """The undo was done: its step can be done again under a new key."""
    run.facts.append(ActionEnded(run.now, position.address, position.run, "completed"))
    passed(run, position)


def passed(run: Run, position: Position, *, by: str | None = None) -> None:
    """The undo is over: done, or skipped by an operator who saw to it otherwise."""
    del run.positions[position.address]
    run.scopes_ended = True  # what it kept of its scope is no longer needed
    business = position.result["business"] if isinstance(position.result, dict) else None
    if business is not None:
        run.undone[business] = run.undone.get(business, 0) + 1
    if position.incident is not None:
        run.facts.append(IncidentClosed(run.now, run.incident_id(position.incident), "left" if by else "completed"))
    how = "skipped" if by else "completed"
    run.facts.append(StepLeft(run.now, position.address, position.step, how, by=by))  # type: ignore[arg-type]  # one of two


def failed(run: Run, position: Position, how: str, message: str, detail: object) -> None:
    """The undo did not work: an incident, and what waits for it goes on waiting."""
    run.facts.append(ActionEnded(run.now, position.address, position.run, how, message))  # type: ignore[arg-type]  # problem or failed
    words = f"{undo_of(run, position).action}, which undoes this step, failed: {message}"
    run.positions[position.address] = run.open_incident(position, "undo-failed", words, "act", detail)
