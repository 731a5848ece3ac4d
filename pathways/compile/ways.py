"""The ways out of a step: next, timeout, events that interrupt; all of them led to the paths of steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pathways.compile.context import Context
from pathways.model import (
    ChildDecl,
    DecideDecl,
    EdgeDecl,
    EndDecl,
    HandlerDecl,
    ListeningDecl,
    Placed,
    StepDecl,
    TaskDecl,
)
from pathways.plan import NOTHING, Edge, Handler, TaskOutcome, Timeout

DONE = TaskOutcome("done", "Done")
"""The outcome of a task that declares none."""


def edges_of(context: Context, placed: Placed) -> tuple[Edge, ...]:
    """The ways on from a step, in the order in which they are asked."""
    step, body = placed.step, placed.step.body
    if isinstance(body, EndDecl):
        if step.next is not None:
            context.reader.note("end-next", step.id.mark, f'"{step.id}" ends, so it has no next.')
        return ()
    if isinstance(body, DecideDecl) and body.table is None:
        return _edges(context, placed, body.rules)
    if isinstance(body, DecideDecl) and body.table is not None and all(row.to for row in body.table.rows):
        return ()
    if step.next is None:
        return _onwards(context, placed)
    by_outcome = [edge for edge in step.next if edge.outcome is not None]
    if by_outcome:
        _check_outcomes(context, step, by_outcome)
    return _edges(context, placed, step.next)


def _onwards(context: Context, placed: Placed) -> tuple[Edge, ...]:
    """The step below; behind the last one of a nested block, its end."""
    following = context.layout.following(placed.path)
    if following is None and not placed.block:
        step = placed.step
        context.reader.note(
            "runs-off", step.id.mark, f'Nothing comes after "{step.id}".', "Say next, or add a step with end."
        )
        return ()
    return (Edge(following or ""),)


def _edges(context: Context, placed: Placed, edges: Sequence[EdgeDecl]) -> tuple[Edge, ...]:
    return tuple(
        Edge(
            context.target(placed.block, edge.to),
            context.condition(edge.when),
            edge.outcome.value if edge.outcome else None,
            edge.undo,
        )
        for edge in edges
    )


def _check_outcomes(context: Context, step: StepDecl, edges: list[EdgeDecl]) -> None:
    """A map by outcome names those that there are, and all of them."""
    detached = isinstance(step.body, ChildDecl) and step.body.detached
    if not isinstance(step.body, TaskDecl | ChildDecl) or detached:
        mark = edges[0].outcome.mark if edges[0].outcome else step.id.mark
        message = "Only the next of a task, or of a pathway that is waited for, is a map by outcome."
        context.reader.note("next-map", mark, message, "Use a list of {when, to}.")
        return
    known, what = _outcomes(context, step.body)
    named = {edge.outcome.value for edge in edges if edge.outcome}
    for edge in edges:
        if known is not None and edge.outcome is not None and edge.outcome.value not in known:
            hint = context.reader.nearest(edge.outcome.value, known, plural="Outcomes")
            context.reader.note("unknown-outcome", edge.outcome.mark, f'{what} has no outcome "{edge.outcome}".', hint)
    if missing := sorted(set(known or ()) - named):
        message = f'next of "{step.id}" says nothing for the outcome {", ".join(missing)}.'
        context.reader.note("missing-outcome", step.id.mark, message)


def _outcomes(context: Context, body: TaskDecl | ChildDecl) -> tuple[Collection[str] | None, str]:
    """The outcomes of a task or a child pathway, where they are known, and what it is called in a message."""
    if isinstance(body, TaskDecl):
        return {outcome.id.value for outcome in body.outcomes} or {DONE.id}, "The task"
    child = context.catalog.pathways.get(body.name.value)
    known = {*child.outcomes, "cancelled"} if child is not None and child.outcomes is not None else None
    return known, f"The pathway {body.name}"


def timeout_of(context: Context, placed: Placed) -> Timeout | None:
    """A step's timeout."""
    timeout = placed.step.timeout
    if timeout is None:
        return None
    after = context.timing(timeout.after, f'"{placed.step.id}"')
    return Timeout(after, context.target(placed.block, timeout.to), timeout.undo)


def handlers_of(context: Context, handlers: Sequence[HandlerDecl], block: str) -> tuple[Handler, ...]:
    """What interrupts a step that stands in a block, or the pathway; and what starts side flows."""
    return tuple(_handler(context, one, block) for one in handlers)


def _handler(context: Context, handler: HandlerDecl, block: str) -> Handler:
    if handler.side is not None:
        context.known(handler.side, context.side_flows, "side flow")
    return Handler(
        **listening(context, handler),
        to=context.target(block, handler.to) if handler.to else None,
        side=handler.side.value if handler.side else None,
        undo=handler.undo,
    )


def listening(context: Context, declared: ListeningDecl) -> dict[str, Any]:
    """The fields of everything that listens for events."""
    return {
        "type": declared.type.value,
        "key": context.value(declared.key) if declared.key else NOTHING,
        "keyed": declared.key is not None,
        "when": context.condition(declared.when),
        "data": context.event(declared.type),
        "lookback": context.optional_length(declared.lookback, "lookback"),
    }
