"""`emit`: publish a domain event. It is a fact; the outbox sends what was recorded."""

from __future__ import annotations

from pathways import ids
from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine.outcomes import Answer, Halt, Pass
from pathways.engine.run import Run
from pathways.facts import EventEmitted
from pathways.plan import Emit
from pathways.state import Position


def enter(run: Run, step: Emit, position: Position) -> Answer:
    """State the event and go on; data that its schema does not know is an incident."""
    try:
        data = step.schema.conform(plain_json(run.value(step.data, run.scope(position))))
        check_size(data)
    except MisfitError as error:
        message = f"The data of {step.type} does not fit its schema: {error.misfit}."
        return Halt(position, "expression", message, "enter")
    ident = ids.event_id(run.state.instance, position.address, run.now)
    run.facts.append(EventEmitted(run.now, ident, position.address, step.type, data))
    return Pass(position)
