"""The kinds of step, a module each. To add one: its plan class in `pathways.plan`, its module here, its line below.

A kind says what happens on entry (`enter`). Kinds that wait also say what happens when what they wait for comes:
`advance` calls that by name, so that each event has exactly one place.
"""

from __future__ import annotations

from typing import Any, Protocol

from pathways.engine.kinds import decide, do, emit, end, set_data, task, wait
from pathways.engine.outcomes import Answer
from pathways.engine.run import Run
from pathways.plan import Step
from pathways.state import Position


class Kind(Protocol):
    """A kind of step."""

    def enter(self, run: Run, step: Any, position: Position) -> Answer:
        """Do what the step does on entry."""
        ...


_KINDS: dict[str, Kind] = {
    "do": do,
    "task": task,
    "decide": decide,
    "set": set_data,
    "wait-for-event": wait.FOR_EVENT,
    "wait-for-time": wait.FOR_TIME,
    "emit": emit,
    "end": end,
}


def enter_step(run: Run, step: Step, position: Position) -> Answer:
    """Do what a step of its kind does on entry."""
    return _KINDS[step.kind].enter(run, step, position)
