"""The kinds of step, a module each. What else a new one needs is said in the README of `pathways`.

A kind says what happens on entry (`enter`). Kinds that wait also say what happens when what they wait for comes:
`advance` calls that by name, so that each event has exactly one place.
"""

from __future__ import annotations

from typing import Any, Protocol, assert_never

from pathways.engine.kinds import child, decide, do, emit, end, parallel, repeat, section, set_data, task, wait
from pathways.engine.outcomes import Answer
from pathways.engine.run import Run
from pathways.plan import Container, Parallel, Repeat, Section, Step
from pathways.state import Position


class Kind(Protocol):
    """A kind of step."""

    def enter(self, run: Run, step: Any, position: Position) -> Answer:
        """Do what the step does on entry."""
        ...


KINDS: dict[str, Kind] = {
    "do": do,
    "task": task,
    "decide": decide,
    "set": set_data,
    "wait-for-event": wait.FOR_EVENT,
    "wait-for-time": wait.FOR_TIME,
    "wait-for-any": wait.FOR_ANY,
    "parallel": parallel,
    "repeat": repeat,
    "section": section,
    "pathway": child,
    "emit": emit,
    "end": end,
}


def enter_step(run: Run, step: Step, position: Position) -> Answer:
    """Do what a step of its kind does on entry."""
    return KINDS[step.kind].enter(run, step, position)


def scope_ended(run: Run, scope: str) -> None:
    """Go on in the step that a scope stands in, now that it has ended well; a side flow's run stands in none."""
    container = run.positions.get(run.plan.container_of(scope))
    step = run.step_of(container) if container is not None else None
    if container is None or not isinstance(step, Container):
        return
    match step:
        case Parallel():
            parallel.branch_ended(run, step, container, scope)
        case Repeat():
            repeat.iteration_ended(run, step, container, scope)
        case Section():
            section.section_ended(run, container)
        case _:
            assert_never(step)
