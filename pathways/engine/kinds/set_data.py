"""`set`: compute data, name by name; a later one sees the earlier ones."""

from __future__ import annotations

from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine.outcomes import Answer, Halt, Pass
from pathways.engine.run import Run
from pathways.plan import Set
from pathways.state import Position


def enter(run: Run, step: Set, position: Position) -> Answer:
    """Save each value and go on."""
    for assignment in step.assignments:
        try:
            value = plain_json(assignment.value.evaluate(run.scope(position), run.env))
            check_size(value)
        except MisfitError as error:
            return Halt(position, "expression", f"{assignment.name}: {error.misfit}.", "enter")
        run.save(assignment.name, value, position.address)
    return Pass(position)
