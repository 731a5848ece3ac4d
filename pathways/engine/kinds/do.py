"""`do`: order a registered action, and take its output, its problem or its failure."""

from __future__ import annotations

from pathways.commands import RunAction
from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine import leaving, moving, undo
from pathways.engine.outcomes import Answer, Halt, Pass, Stand
from pathways.engine.run import Run
from pathways.events import ActionCompleted, ActionFailed, ActionProblem
from pathways.facts import ActionEnded, ActionStarted, IncidentClosed
from pathways.plan import Do
from pathways.state import Json, Position, altered


def enter(run: Run, step: Do, position: Position) -> Answer:
    """Work out the input and order the action."""
    try:
        given = plain_json(run.value(step.input, run.scope(position)))
        given = step.takes.conform({} if given is None else given)
    except MisfitError as error:
        message = f"The input of {step.action} does not fit: {error.misfit}."
        return Halt(position, "expression", message, "enter")
    return order(run, step, position, given, _key(run, step, position, given))


def order(run: Run, step: Do, position: Position, given: Json, key: str | None = None) -> Answer:
    """Order the action, the first time or again; `key` where it is not the one that it was ordered under before."""
    key = key or position.key or ""
    position = altered(position, waits="action", run=position.run + 1, input=given, key=key, origin=None)
    run.facts.append(ActionStarted(run.now, position.address, step.action, position.run, key))
    run.commands.append(
        RunAction(
            position.address,
            position.run,
            step.action,
            key,
            given,
            step.retry,
            step.timeout_seconds,
            step.slow,
        )
    )
    return Stand(position)


def _key(run: Run, step: Do, position: Position, given: Json) -> str:
    """The idempotency key: the address, or the business key that holds however often the step is visited.

    What was undone can be done again: a business key ends with the number of completed undos of it.
    """
    business = undo.business_key(step, given)
    if business is None:
        return f"{run.state.instance}/{position.address}"
    undone = run.undone.get(business, 0)
    return f"{run.state.instance}/{business}" + (f"/{undone}" if undone else "")


def completed(run: Run, step: Do, position: Position, event: ActionCompleted) -> None:
    """Keep the declared output and go on."""
    run.facts.append(ActionEnded(run.now, position.address, position.run, "completed"))
    try:
        output = step.output.conform(event.output)
        check_size(output)
    except MisfitError as error:
        message = f"{step.action} gave what its schema does not allow: {error.misfit}."
        moving.settle(run, Halt(position, "invalid-output", message, "act"))
        return
    if step.save is not None:
        run.save(step.save, output, position.address, by=step.action, sources=event.sources)
    moving.settle(run, Pass(position))


def problem(run: Run, step: Do, position: Position, event: ActionProblem) -> None:
    """Go where the problem is caught; else it is an incident."""
    run.facts.append(ActionEnded(run.now, position.address, position.run, "problem", event.message or event.problem))
    settled = altered(position, waits="operator")
    for catch in step.catch:
        if catch.problem == event.problem:
            bound = {"problem": {"name": event.problem, "message": event.message, "detail": event.detail}}
            leaving.depart(run, settled, catch.to, "problem", undo_=catch.undo, detail=event.problem, bound=bound)
            return
    message = f"{step.action} reported {event.problem}" + (f": {event.message}" if event.message else ".")
    detail = {"problem": event.problem, "detail": event.detail}
    moving.settle(run, Halt(settled, "problem", message, "act", detail))


def failed(run: Run, step: Do, position: Position, event: ActionFailed) -> None:
    """Open an incident with the outside system's words."""
    run.facts.append(ActionEnded(run.now, position.address, position.run, "failed", event.message))
    message = f"{step.action} failed: {event.message}"
    detail = {"attempts": event.attempts, "detail": event.detail}
    moving.settle(run, Halt(altered(position, waits="operator"), event.kind, message, "act", detail))


def settled(run: Run, step: Do, position: Position, event: ActionCompleted | ActionProblem | ActionFailed) -> None:
    """The result of an action that was left, but that can be undone: done, not done, or in doubt."""
    address = position.address
    match event:
        case ActionCompleted():
            run.facts.append(ActionEnded(run.now, address, event.run, "completed", late=True))
            _count_as_completed(run, step, position, event.output)
        case ActionProblem():
            message = event.message or event.problem
            run.facts.append(ActionEnded(run.now, address, event.run, "problem", message, late=True))
            forget(run, position)
        case ActionFailed():
            run.facts.append(ActionEnded(run.now, address, event.run, "failed", event.message, late=True))
            if undo.is_armed(run, address):  # an operator has said that it counts as done
                forget(run, position)
                return
            message = f"{step.action} failed after it was left, so it is not known whether it was done: {event.message}"
            run.settling[address] = run.open_incident(position, "in-doubt", message, "act", event.detail)


def _count_as_completed(run: Run, step: Do, position: Position, output: Json) -> None:
    try:
        given = step.output.conform(output)
        bound = {step.save: step.output.load(given)} if step.save else None
        armed = undo.prepare(run, step, position, bound)
        if isinstance(armed, Halt):
            raise MisfitError(armed.message, "undo")
    except MisfitError as error:
        message = f"{step.action} was done after it was left, and can't be undone as it stands: {error.misfit}."
        run.settling[position.address] = run.open_incident(position, "in-doubt", message, "act", None)
        return
    undo.arm(run, armed)
    forget(run, position)


def settle_by_hand(run: Run, step: Do, position: Position, output: Json) -> None:
    """A person says how an action in doubt ended: it gave this, or (None) it had no effect."""
    if output is None:
        forget(run, position)
    else:
        _count_as_completed(run, step, position, output)


def forget(run: Run, position: Position) -> None:
    """Nothing settles at a position any more."""
    del run.settling[position.address]
    run.scopes_ended = True
    if position.incident is not None:
        run.facts.append(IncidentClosed(run.now, run.incident_id(position.incident), "left"))
