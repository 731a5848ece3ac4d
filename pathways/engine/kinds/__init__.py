"""The kinds of step, a module each. To add one: its plan class in `pathways.plan`, its module here, its line below.

A kind says what happens on entry (`enter`). Kinds that wait also say what happens when what they wait for comes:
`advance` calls that by name, so that each event has exactly one place.
"""

from __future__ import annotations

from typing import Any, Protocol

from pathways.addresses import container_of
from pathways.engine.kinds import child, decide, do, emit, end, parallel, repeat, set_data, task, wait
from pathways.engine.outcomes import Answer
from pathways.engine.run import Run
from pathways.plan import Parallel, Repeat, Step
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
    "wait-for-any": wait.FOR_ANY,
    "parallel": parallel,
    "repeat": repeat,
    "pathway": child,
    "emit": emit,
    "end": end,
}


def enter_step(run: Run, step: Step, position: Position) -> Answer:
    """Do what a step of its kind does on entry."""
    return _KINDS[step.kind].enter(run, step, position)


def scope_ended(run: Run, scope: str) -> None:
    """Go on in the step that a branch or iteration belongs to, now that this has ended well."""
    container = run.positions.get(container_of(scope))
    if container is None:
        return
    step = run.step_of(container)
    if isinstance(step, Parallel):
        parallel.branch_ended(run, step, container, scope)
    elif isinstance(step, Repeat):
        repeat.iteration_ended(run, step, container, scope)
