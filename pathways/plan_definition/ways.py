"""How steps lead to each other, as an export needs it: seen from where a way arrives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pathways import wording
from pathways.plan import Decide, Do, Plan, Step
from pathways.values import Timing


@dataclass(frozen=True)
class Way:
    """A way from a step (or handler) to a step or side flow. `when` is a FEEL condition, `why` says it in words."""

    tail: str
    head: str
    when: str | None = None
    why: str = ""
    after: Timing | None = None
    undo: bool = False


def ways_of(plan: Plan) -> Iterator[Way]:
    """Every way that leads to a step of the plan; ends of scopes lead to none."""
    for number, handler in enumerate(plan.handlers, 1):
        head = f"~{handler.side}" if handler.side else handler.to
        if head:
            yield Way(handler_path("", number), head, undo=handler.undo)
    for step in plan.steps:
        yield from _of_step(step)


def _of_step(step: Step) -> Iterator[Way]:
    if isinstance(step, Decide) and step.table is not None:
        for row in step.table.rows:
            if row.to:
                yield Way(step.id, row.to, why=wording.row_words(step.table, row))
    earlier: list[str] = []
    for edge in step.next:
        when = edge.when.source if edge.when is not None else None
        why = f"outcome {edge.outcome}" if edge.outcome is not None and len(step.next) > 1 else ""
        if when is None and earlier and edge.outcome is None:
            why = "otherwise"
        if edge.to:
            yield Way(step.id, edge.to, when, why, undo=edge.undo)
        if when is not None:
            earlier.append(when)
    if isinstance(step, Do):
        for one in step.catch:
            if one.to:
                yield Way(step.id, one.to, why=f"problem {one.problem}", undo=one.undo)
    if step.timeout is not None and step.timeout.to:
        why = f"timeout {wording.after_words(step.timeout.after)}"
        yield Way(step.id, step.timeout.to, why=why, after=step.timeout.after, undo=step.timeout.undo)
    for number, handler in enumerate(step.handlers, 1):
        head = f"~{handler.side}" if handler.side else handler.to
        if head:
            yield Way(handler_path(step.id, number), head, undo=handler.undo)


def handler_path(owner: str, number: int) -> str:
    """The name of a handler's action: it is no step, so it begins with a capital."""
    return f"On/{owner}/{number}" if owner else f"On/{number}"
