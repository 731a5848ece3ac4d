"""Skip: an operator lets a step count as completed, with what it would have given."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from pathways import forms
from pathways.datatypes import ANY, MisfitError, check_size, plain_json
from pathways.engine import gates, leaving, moving, undo
from pathways.engine.kinds import do, task
from pathways.engine.operate import no_position
from pathways.engine.outcomes import Pass
from pathways.engine.run import Run
from pathways.engine.transition import Refusal
from pathways.events import Skipped
from pathways.facts import IncidentClosed, Operated
from pathways.plan import (
    Child,
    Container,
    Decide,
    Do,
    Emit,
    End,
    FormField,
    Parallel,
    Repeat,
    Section,
    Set,
    Step,
    Task,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
    came,
)
from pathways.state import Json, Position


def skip(run: Run, event: Skipped) -> Refusal | None:
    """Let the step at an address count as completed."""
    settling = run.settling.get(event.address)
    position = run.positions.get(event.address)
    if settling is not None and settling.incident is not None:
        return _settle(run, settling, event)
    if position is None or position.waits in ("undo", "resume"):
        return no_position(event.address, position)
    if position.role == "undo":
        _operated(run, position, event)
        undo.passed(run, position, by=event.by)
        return None
    if position.role == "handler":
        _operated(run, position, event)
        del run.positions[position.address]
        if position.incident is not None:
            run.facts.append(IncidentClosed(run.now, run.incident_id(position.incident), "left"))
        return None
    return _skip_step(run, run.step_of(position), position, event)


def _operated(run: Run, position: Position, event: Skipped) -> None:
    detail = None if event.output is None else {"output": event.output}
    run.facts.append(Operated(run.now, "skip", position.address, event.by, event.reason, detail))


def _settle(run: Run, position: Position, event: Skipped) -> Refusal | None:
    """Say how an action in doubt ended: with an output it counts as completed, without one as never done."""
    step = run.step_of(position)
    if not isinstance(step, Do):
        return Refusal("no-position", f'Nothing stands at "{event.address}" now that could be skipped.')
    try:
        step.output.conform(event.output)
    except MisfitError as error:
        return Refusal("output-invalid", f"The output does not fit: {error.misfit}.")
    _operated(run, position, event)
    do.settle_by_hand(run, step, position, event.output)
    return None


def _skip_step(run: Run, step: Step, position: Position, event: Skipped) -> Refusal | None:
    refusal = gates.refusal(gates.passed_by_skip(run, position), event.roles)
    if refusal is not None:
        return refusal
    if isinstance(step, End) or (isinstance(step, Decide) and step.table is None):
        return Refusal("skip-decide", f'"{step.shown}" only says where to go: move the position instead.')
    try:
        result, saves = _given(run, step, position, event)
    except MisfitError as error:
        detail = {error.misfit.path: error.misfit.reason}
        return Refusal("output-invalid", f"What the step is to have given does not fit: {error.misfit}.", detail)
    _operated(run, position, event)
    if isinstance(step, Container):
        leaving.leave_inside(run, position, event.reason)
    if isinstance(step, Task) and position.waits == "people":
        task.done(run, replace(step, save=None), position, {}, event.by)
    for name, value in saves.items():
        run.save(name, value, position.address, by=event.by, reason=event.reason)
    # Before the way on is looked for: where there is none, nothing would end what nobody waits for.
    position = leaving.let_go(run, position, event.reason)
    moving.settle(run, Pass(position, result, by=event.by, reason=event.reason))
    return None


def _given(run: Run, step: Step, position: Position, event: Skipped) -> tuple[Json, dict[str, Json]]:
    """What routing may ask and what is saved, from the output that the operator gave. Raises `MisfitError`."""
    output = plain_json(event.output)
    check_size(output)
    match step:
        case Task():
            return _task_given(run, step, event, output)
        case Child() if step.detached:
            return None, {}
        case Child():
            value = step.gives.conform(output)
            outcome = value.get("outcome") if isinstance(value, dict) else None
            return outcome, _saves(step.save, value, output)
        case Do():
            return output, _saves(step.save, step.output.conform(output), output)
        case WaitForEvent():
            return None, _saves(step.save, step.data.conform(output), output)
        case WaitForAny():
            value = came(step).conform(output)
            which = value.get("which") if isinstance(value, dict) else None
            return which, _saves(step.save, value, output)
        case Decide():
            return None, _saves(step.save, step.gives.conform(output), output)
        case Set():
            given = output if isinstance(output, dict) else {}
            unknown = [name for name in given if all(one.name != name for one in step.assignments)]
            if unknown:
                raise MisfitError("is not set by this step", unknown[0])
            types = {name: run.plan.type_of(name, position.address) or ANY for name in given}
            return None, {name: types[name].conform(value) for name, value in given.items()}
        case WaitForTime() | Parallel() | Repeat() | Section() | Emit() | End():
            return None, {}
        case _:
            assert_never(step)


def _saves(name: str | None, value: Json, output: Json) -> dict[str, Json]:
    return {name: value} if name is not None and output is not None else {}


def _task_given(run: Run, step: Task, event: Skipped, output: Json) -> tuple[Json, dict[str, Json]]:
    given = dict(output) if isinstance(output, dict) else {}
    only = step.outcomes[0].id if len(step.outcomes) == 1 else None
    outcome = given.pop("outcome", only)
    known = [one.id for one in step.outcomes]
    if outcome not in known:
        raise MisfitError(f"is one of {', '.join(known)}", "outcome")
    fields = {one.name: one for one in step.form}
    if unknown := [name for name in given if name not in fields]:
        raise MisfitError("is not a field of this form", unknown[0])
    values = {name: _field(one, given.get(name)) for name, one in fields.items()}
    saved = {**values, "outcome": outcome, "by": event.by, "at": run.now.isoformat()}
    return outcome, {step.save: saved} if step.save is not None else {}


def _field(field: FormField, given: Json) -> Json:
    try:
        return forms.read(field, given)
    except MisfitError as error:
        raise error.within(field.name) from None
