"""`set`: compute data, name by name; a later one sees the earlier ones."""

from __future__ import annotations

from pathways.datatypes import MisfitError
from pathways.engine.assigning import work_out
from pathways.engine.outcomes import Answer, Halt, Pass
from pathways.engine.run import Run
from pathways.plan import Set
from pathways.state import Position


def enter(run: Run, step: Set, position: Position) -> Answer:
    """Save each value and go on."""
    for assignment in step.assignments:
        try:
            worked = work_out(run, assignment, run.scope(position), position.address)
        except MisfitError as error:
            return Halt(position, "expression", f"{assignment.name}: {error.misfit}.", "enter")
        run.save(worked.name, worked.value, position.address, type_=worked.type)
    return Pass(position)
