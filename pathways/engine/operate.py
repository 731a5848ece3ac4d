"""What an operator does: try an incident's step again, or cancel the instance."""

from __future__ import annotations

from dataclasses import replace

from pathways.datatypes import MisfitError
from pathways.engine.kinds import do, wait
from pathways.engine.outcomes import Pass
from pathways.engine.run import Run
from pathways.engine.transition import Refusal
from pathways.events import Cancelled, Retried
from pathways.facts import IncidentRetried
from pathways.plan import Do, Step, WaitForEvent
from pathways.state import Incident, Json, Position


def retry(run: Run, event: Retried) -> Refusal | None:
    """Try the step of an incident again, from where it stopped. The incident closes when the step has passed."""
    position = run.positions.get(event.address)
    if position is None or position.incident is None:
        return Refusal("no-incident", f'There is no open incident at "{event.address}".')
    if position.waits != "operator":
        return Refusal("retry-running", "The step is being tried again already.")
    step, incident = run.plan.step[position.step], position.incident
    if event.input is not None:
        given, refusal = _changed_input(step, incident, event.input)
        if refusal is not None:
            return refusal
        position = replace(position, input=given)
    run.facts.append(
        IncidentRetried(run.now, run.incident_id(incident), event.by, event.reason, event.input is not None)
    )
    _again(run, step, position, incident, event)
    return None


def _changed_input(step: Step, incident: Incident, given: Json) -> tuple[Json, Refusal | None]:
    if not isinstance(step, Do) or incident.phase == "leave":
        return None, Refusal("no-input", "Only an action that has not passed can be tried with another input.")
    try:
        return step.takes.conform(given), None
    except MisfitError as error:
        detail = {error.misfit.path: error.misfit.reason}
        return None, Refusal("input-invalid", f"The input does not fit: {error.misfit}.", detail)


def _again(run: Run, step: Step, position: Position, incident: Incident, event: Retried) -> None:
    if incident.phase == "leave":
        run.go_on(step, Pass(position, position.result))
    elif isinstance(step, Do) and (incident.phase == "act" or event.input is not None):
        key = position.key or f"{run.state.instance}/{position.address}"
        if event.input is not None and event.had_no_effect:
            key = f"{key.partition('+')[0]}+{position.run + 1}"
        run.go_on(step, do.order(run, step, replace(position, key=key), position.input))
    elif isinstance(step, WaitForEvent) and incident.phase == "act":
        if not wait.take(run, step, position):
            _begin_again(run, step, replace(position, bound={}))
    else:
        _begin_again(run, step, position)


def _begin_again(run: Run, step: Step, position: Position) -> None:
    following = run.begin(step, position)
    if following is not None:
        run.enter(*following)


def cancel(run: Run, event: Cancelled) -> Refusal | None:
    """End the instance as cancelled: everything that stands is left."""
    run.finish("cancelled", by=event.by, reason=event.reason)
    return None
