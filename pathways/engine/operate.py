"""What an operator does: try again, move, change data, suspend, resume, cancel. Each names a person and a reason."""

from __future__ import annotations

from pathways.addresses import PATHWAY, block_of, data_scopes, path_of
from pathways.datatypes import ANY, MisfitError, check_size, plain_json
from pathways.engine import clocks, gates, handlers, holding, leaving, moving, undo
from pathways.engine.kinds import child, do, repeat, wait
from pathways.engine.outcomes import Pass
from pathways.engine.run import Run
from pathways.engine.transition import Refusal
from pathways.events import Cancelled, DataChanged, Moved, Resumed, Retried, Suspended
from pathways.facts import IncidentRetried, InstanceResumed, InstanceSuspended, Operated
from pathways.plan import Child, Do, Repeat, Step, WaitForAny, WaitForEvent
from pathways.state import Incident, Json, Position, Suspension, altered

# -- retry ----------------------------------------------------------------------------------------------------


def retry(run: Run, event: Retried) -> Refusal | None:
    """Try the step of an incident again, from where it stopped. The incident closes when the step has passed."""
    standing, settling = run.positions.get(event.address), run.settling.get(event.address)
    in_doubt = standing is None or standing.incident is None
    position = settling if in_doubt else standing
    if position is None or position.incident is None:
        return Refusal("no-incident", f'There is no open incident at "{event.address}".')
    if position.waits != "operator":
        return Refusal("retry-running", "The step is being tried again already.")
    if run.suspension is not None and position.role == "step" and not in_doubt:
        return Refusal("suspended", "The instance is suspended: resume it first.")
    step, incident = run.step_of(position), position.incident
    if event.input is not None:
        given, refusal = _changed_input(run, step, position, incident, event.input)
        if refusal is not None:
            return refusal
        position = altered(position, input=given)
    run.facts.append(
        IncidentRetried(run.now, run.incident_id(incident), event.by, event.reason, event.input is not None)
    )
    if in_doubt:
        _settle_again(run, step, position)
    elif position.role == "undo":
        undo.order(run, position)
    elif position.role == "handler":
        handlers.again(run, position)
    else:
        _again(run, step, position, incident, event)
    return None


def _changed_input(
    run: Run, step: Step, position: Position, incident: Incident, given: Json
) -> tuple[Json, Refusal | None]:
    takes = ANY
    if position.role == "undo":
        takes = undo.undo_of(run, position).takes
    elif isinstance(step, Do) and incident.phase != "leave":
        takes = step.takes
    elif not (isinstance(step, Child) and incident.phase != "leave"):
        return None, Refusal("no-input", "Only an action that has not passed can be tried with another input.")
    try:
        return takes.conform(given), None
    except MisfitError as error:
        detail = {error.misfit.path: error.misfit.reason}
        return None, Refusal("input-invalid", f"The input does not fit: {error.misfit}.", detail)


def _settle_again(run: Run, step: Step, position: Position) -> None:
    """Ask an action in doubt once more, with the same key: the outside system knows whether it was done."""
    if isinstance(step, Do):
        answer = do.order(run, step, position, position.input)
        run.settling[position.address] = answer.position


def _again(run: Run, step: Step, position: Position, incident: Incident, event: Retried) -> None:
    if incident.phase == "leave":
        moving.settle(run, Pass(position, position.result))
    elif isinstance(step, Do) and (incident.phase == "act" or event.input is not None):
        key = position.key or f"{run.state.instance}/{position.address}"
        if event.input is not None and event.had_no_effect:
            key = f"{key.partition('+')[0]}+{position.run + 1}"
        moving.settle(run, do.order(run, step, position, position.input, key))
    elif isinstance(step, Child) and (incident.phase == "act" or event.input is not None):
        changed = altered(position, result=None) if event.input is not None else position
        moving.settle(run, child.again(run, step, changed))
    elif isinstance(step, WaitForEvent | WaitForAny) and incident.phase == "act":
        wait.again(run, position)
    elif isinstance(step, Repeat) and incident.phase == "act":
        moving.settle(run, repeat.again(run, step, position))
    else:
        reached = incident.opened_at if step.listenings else None  # what came while it stood still was meant for it
        moving.begin_again(run, altered(position, held_at=reached))


# -- move -----------------------------------------------------------------------------------------------------


def move(run: Run, event: Moved) -> Refusal | None:
    """Move a position to another step of its scope or of one around it."""
    position = run.positions.get(event.address)
    if position is None or position.role != "step" or position.waits == "undo":
        return no_position(event.address, position)
    target = _target(run, position, event.to)
    if target is None:
        message = f'"{event.to}" is no step of the scope in which "{event.address}" stands, or of one around it.'
        return Refusal("unknown-step", message)
    refusal = gates.refusal(gates.passed_by_move(run, position, target), event.roles)
    if refusal is not None:
        return refusal
    run.facts.append(
        Operated(run.now, "move", position.address, event.by, event.reason, {"to": target, "undo": event.undo})
    )
    leaving.depart(run, position, target, "moved", undo_=event.undo, detail=event.reason, by=event.by, via=())
    return None


def _target(run: Run, position: Position, to: str) -> str | None:
    """The path of a step by its id or path: looked up in its own block, then outwards; never inwards."""
    block = path_of(position.scope)
    outwards = [block]
    while outwards[-1]:
        owner = run.plan.blocks[outwards[-1]].owner
        if not owner:
            break  # the pathway's own, or a side flow's, which can't be left for another
        outwards.append(block_of(owner))
    for one in outwards:
        for path in (f"{one}/{to}" if one else to, to):
            if path in run.plan.step and block_of(path) == one:
                return path
    return None


def no_position(address: str, position: Position | None = None) -> Refusal:
    """The refusal for an address at which nothing stands, or nothing that can be skipped or moved."""
    if position is None:
        return Refusal("no-position", f'Nothing stands at "{address}" now.')
    match position.role, position.waits:
        case "undo", _:
            message = f'"{address}" undoes a step: it can be tried again or skipped, not moved.'
        case "handler", _:
            message = f'"{address}" keeps an event: it can be judged again or skipped, not moved.'
        case _, "undo":
            message = f'"{address}" is being left: it waits until what was done in it is undone.'
        case _:
            message = f'"{address}" has not begun: it does when the instance is resumed or the step released.'
    return Refusal("no-position", message)


# -- data -----------------------------------------------------------------------------------------------------


def change(run: Run, event: DataChanged) -> Refusal | None:
    """Change a saved value, or set one that a step would have saved."""
    if event.name not in run.plan.types:
        return Refusal("unknown-name", f'The pathway has no value "{event.name}".')
    keeping = _keeping(run, event.name)
    if event.scope not in keeping:
        where = ", ".join(f'"{one}"' if one else "the pathway" for one in keeping) or "nothing that stands now"
        what = f'"{event.scope}" does' if event.scope else "the pathway itself does"
        return Refusal("no-position", f'"{event.name}" is kept by {where}; {what} not keep it.', {"scopes": [*keeping]})
    before = run.data.get(event.scope, {}).get(event.name)
    declared = before.type if before is not None and before.type is not None else None
    declared = declared or run.plan.type_of(event.name, before.address if before is not None else "") or ANY
    try:
        value = declared.conform(plain_json(event.value))
        check_size(value)
    except MisfitError as error:
        detail = {error.misfit.path or event.name: error.misfit.reason}
        return Refusal("value-invalid", f"The value does not fit: {error.misfit}.", detail)
    refusal = gates.refusal(gates.reading(run, event.name), event.roles)
    if refusal is not None:
        return refusal
    change_ = {"name": event.name, "before": before.value if before is not None else None, "after": value}
    run.facts.append(Operated(run.now, "set", event.scope.rstrip("/"), event.by, event.reason, change_))
    address = before.address if before is not None else ""
    run.save(event.name, value, address, scope=event.scope, by=event.by, reason=event.reason, type_=declared)
    return None


def _keeping(run: Run, name: str) -> list[str]:
    """The scopes that keep a name now: those of its blocks that something stands in, and those that have it already."""
    homes = run.plan.homes.get(name, frozenset())
    scopes = {one for position in run.positions.values() for one in data_scopes(position.scope)} | {*run.data, PATHWAY}
    return sorted(one for one in scopes if path_of(one) in homes or name in run.data.get(one, {}))


# -- suspend, resume, cancel ----------------------------------------------------------------------------------


def suspend(run: Run, event: Suspended) -> Refusal | None:
    """Start no new step until resumed; what runs and what is open may finish."""
    if run.suspension is not None:
        return Refusal("suspended", "The instance is suspended already.")
    run.facts.append(InstanceSuspended(run.now, event.by, event.reason))
    paused = clocks.pause_all(run) if event.pause_clocks else ()
    run.suspension = Suspension(event.by, event.reason, run.now, paused)
    return None


def resume(run: Run, event: Resumed) -> Refusal | None:
    """End a suspension: what was reached meanwhile begins, in the order in which it was reached."""
    if run.suspension is None:
        return Refusal("not-suspended", "The instance is not suspended.")
    paused = run.suspension.paused
    run.suspension = None
    run.facts.append(InstanceResumed(run.now, event.by, event.reason))
    clocks.resume_all(run, paused)
    holding.go_on(run)
    return None


def cancel(run: Run, event: Cancelled) -> Refusal | None:
    """End the instance as cancelled: everything that stands is left, what was done is undone."""
    if run.ending is not None:
        if run.ending.undo:
            return Refusal("cancelling", "The instance is being cancelled already.")
        leaving.upgrade(run, by=event.by, reason=event.reason)
        return None
    leaving.finish(run, "cancelled", None, by=event.by, reason=event.reason)
    return None
