"""`decide`: only routing; its rules are the step's ways on."""

from __future__ import annotations

from pathways.engine.outcomes import Answer, Pass
from pathways.engine.run import Run
from pathways.plan import Decide
from pathways.state import Position


def enter(_run: Run, _step: Decide, position: Position) -> Answer:
    """Go on at once."""
    return Pass(position)
