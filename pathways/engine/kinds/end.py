"""`end`: finish the pathway with an outcome, or only the branch, iteration or side flow that it stands in."""

from __future__ import annotations

from pathways.engine.outcomes import Answer, EndScope, Finish
from pathways.engine.run import Run
from pathways.plan import End
from pathways.state import Position


def enter(_run: Run, step: End, position: Position) -> Answer:
    """Finish."""
    return Finish(position, step.outcome) if step.outcome else EndScope(position)
