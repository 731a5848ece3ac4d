"""A section: steps held together, so that what the section has (handlers, a time limit, undo) holds for all of them."""

from __future__ import annotations

from pathways.addresses import section_scope
from pathways.engine import moving
from pathways.engine.outcomes import Answer, Pass, Stand
from pathways.engine.run import Run
from pathways.facts import InnerAwaited
from pathways.plan import Section
from pathways.state import Position, altered


def enter(run: Run, step: Section, position: Position) -> Answer:
    """Begin at the first of its steps."""
    run.facts.append(InnerAwaited(run.now, position.address, "inner"))
    moving.enter_scope(run, section_scope(position.address), step.shown)
    return Stand(altered(position, waits="inner"))


def section_ended(run: Run, position: Position) -> None:
    """Its steps are through: go on."""
    moving.settle(run, Pass(position))
