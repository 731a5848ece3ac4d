"""`set`: compute data, name by name; a later one sees the earlier ones."""

from __future__ import annotations

from pathways.engine.outcomes import Answer, Pass
from pathways.engine.run import Run
from pathways.plan import Set
from pathways.state import Position


def enter(run: Run, step: Set, position: Position) -> Answer:
    """Save each value and go on."""
    for assignment in step.assignments:
        value = assignment.value.evaluate(run.scope(position), run.env)
        run.save(assignment.name, value, position.address)
    return Pass(position)
