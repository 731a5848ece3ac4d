"""`do`: order a registered action, and take its output, its problem or its failure."""

from __future__ import annotations

from dataclasses import replace

from pathways.commands import RunAction
from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine.outcomes import Answer, Halt, Pass, Stand
from pathways.engine.run import Run
from pathways.events import ActionCompleted, ActionFailed, ActionProblem
from pathways.facts import ActionEnded, ActionStarted
from pathways.plan import Do
from pathways.state import Json, Position


def enter(run: Run, step: Do, position: Position) -> Answer:
    """Work out the input and order the action."""
    try:
        given = step.takes.conform(plain_json(step.input.evaluate(run.scope(position), run.env)))
    except MisfitError as error:
        message = f"The input of {step.action} does not fit: {error.misfit}."
        return Halt(position, "expression", message, "enter")
    return order(run, step, replace(position, key=_key(run, step, position, given)), given)


def order(run: Run, step: Do, position: Position, given: Json) -> Answer:
    """Order the action, the first time or again."""
    position = replace(position, waits="action", run=position.run + 1, input=given)
    key = position.key or ""
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
    """The idempotency key: the address, or the business key that holds however often the step is visited."""
    business = given.get(step.business_key) if step.business_key and isinstance(given, dict) else None
    if business is None:
        return f"{run.state.instance}/{position.address}"
    return f"{run.state.instance}/{step.action}/{business}"


def completed(run: Run, step: Do, position: Position, event: ActionCompleted) -> None:
    """Keep the declared output and go on."""
    run.facts.append(ActionEnded(run.now, position.address, position.run, "completed"))
    try:
        output = step.output.conform(event.output)
        check_size(output)
    except MisfitError as error:
        message = f"{step.action} gave what its schema does not allow: {error.misfit}."
        run.go_on(step, Halt(position, "invalid-output", message, "act"))
        return
    if step.save is not None:
        run.save(step.save, output, position.address, by=step.action, sources=event.sources)
    run.go_on(step, Pass(position))


def problem(run: Run, step: Do, position: Position, event: ActionProblem) -> None:
    """Go where the problem is caught; else it is an incident."""
    run.facts.append(ActionEnded(run.now, position.address, position.run, "problem", event.message or event.problem))
    settled = replace(position, waits="operator")
    for catch in step.catch:
        if catch.problem == event.problem:
            bound = {"problem": {"name": event.problem, "message": event.message, "detail": event.detail}}
            run.divert(settled, catch.to, "problem", detail=event.problem, bound=bound)
            return
    message = f"{step.action} reported {event.problem}" + (f": {event.message}" if event.message else ".")
    detail = {"problem": event.problem, "detail": event.detail}
    run.go_on(step, Halt(settled, "problem", message, "act", detail))


def failed(run: Run, step: Do, position: Position, event: ActionFailed) -> None:
    """Open an incident with the outside system's words."""
    run.facts.append(ActionEnded(run.now, position.address, position.run, "failed", event.message))
    message = f"{step.action} failed: {event.message}"
    detail = {"attempts": event.attempts, "detail": event.detail}
    run.go_on(step, Halt(replace(position, waits="operator"), event.kind, message, "act", detail))
