"""`pathway`: start a child and wait for its outcome; or, detached, for its beginning alone."""

from __future__ import annotations

from pathways import ids
from pathways.commands import StartChild
from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine import moving
from pathways.engine.outcomes import Answer, Halt, Pass, Stand
from pathways.engine.run import Run
from pathways.events import ChildEnded, ChildFailed
from pathways.facts import ChildOrdered, ChildReported
from pathways.plan import Child
from pathways.state import Json, Position, altered


def enter(run: Run, step: Child, position: Position) -> Answer:
    """Work out the inputs and have the child started."""
    try:
        inputs = plain_json(run.value(step.inputs, run.scope(position)))
        check_size(inputs)
    except MisfitError as error:
        return Halt(position, "expression", f"The inputs of {step.pathway} can't be passed: {error.misfit}.", "enter")
    if not isinstance(inputs, dict | None):
        message = f"The inputs of {step.pathway} can't be passed: they are no map of names to values."
        return Halt(position, "expression", message, "enter")
    return order(run, step, position, inputs or {})


def order(run: Run, step: Child, position: Position, inputs: Json) -> Answer:
    """Have a child started, the first time or again."""
    number = position.run + 1
    child = ids.child_id(run.state.instance, position.address, number, run.now)
    position = altered(position, waits="child", run=number, key=child, input=inputs, bound={}, origin=None)
    run.facts.append(ChildOrdered(run.now, position.address, number, child, step.pathway, step.range, step.detached))
    run.commands.append(StartChild(position.address, number, child, step.pathway, step.range, inputs, step.detached))
    return Stand(position)


def began(run: Run, step: Child, position: Position) -> None:
    """The child runs: nobody waits any longer for one that is detached."""
    if step.detached:
        moving.settle(run, Pass(position))


def ended(run: Run, step: Child, position: Position, event: ChildEnded) -> None:
    """The child reported its end: save what it gives and go on."""
    run.facts.append(ChildReported(run.now, position.address, event.instance, event.outcome))
    moving.settle(run, taken(run, step, position, {"outcome": event.outcome, "give": event.give}))


def taken(run: Run, step: Child, position: Position, report: Json) -> Answer:
    """Take a report, the first time or when what it gives is looked at again."""
    try:
        value = step.gives.conform({**(report["give"] or {}), "outcome": report["outcome"]})
        check_size(value)
    except MisfitError as error:
        message = f"{step.pathway} gave what is not expected of it: {error.misfit}."
        stopped = altered(position, result={"report": report})
        return Halt(stopped, "invalid-output", message, "act")
    if step.save is not None:
        run.save(step.save, value, position.address, by=f"instance/{position.key}")
    return Pass(altered(position, result=None), report["outcome"])


def failed(run: Run, step: Child, position: Position, event: ChildFailed) -> None:
    """The child could not be started, or was ended from outside: an incident."""
    run.facts.append(ChildReported(run.now, position.address, event.instance, failed=event.message))
    message = f"{step.pathway} failed: {event.message}"
    moving.settle(run, Halt(position, "child-failed", message, "act", event.detail))


def again(run: Run, step: Child, position: Position) -> Answer:
    """Look at a report again, or start the child anew."""
    if isinstance(position.result, dict) and "report" in position.result:
        return taken(run, step, position, position.result["report"])
    return order(run, step, position, position.input)
