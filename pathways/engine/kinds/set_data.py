"""`set`: compute data, name by name; a later one sees the earlier ones."""

from __future__ import annotations

from pathways.datatypes import ANY, MisfitError, check_size, plain_json
from pathways.engine.outcomes import Answer, Halt, Pass
from pathways.engine.run import Run
from pathways.inference import tells, type_of_value
from pathways.plan import Set
from pathways.state import Position


def enter(run: Run, step: Set, position: Position) -> Answer:
    """Save each value and go on."""
    for assignment in step.assignments:
        try:
            given = assignment.value.evaluate(run.scope(position), run.env)
            if given is None and (limit := assignment.value.limit(run.scope(position), run.env)) is not None:
                return Halt(position, "expression", f"{assignment.name}: {limit}.", "enter")
            value = plain_json(given)
            check_size(value)
        except MisfitError as error:
            return Halt(position, "expression", f"{assignment.name}: {error.misfit}.", "enter")
        declared = run.plan.type_of(assignment.name, position.address) or ANY
        found = type_of_value(given)
        told = None if tells(declared, found) else found
        run.save(assignment.name, value, position.address, type_=told)
    return Pass(position)
