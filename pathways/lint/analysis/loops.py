"""Loops of steps that wait for nothing: what is in one turns until it is stopped as runaway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from pathways.addresses import block_of
from pathways.lint.analysis.flow import DONE, INSIDE, ROUND, Flow
from pathways.lint.analysis.graph import groups, reach
from pathways.plan import (
    Child,
    Container,
    Decide,
    Do,
    Emit,
    End,
    Parallel,
    Repeat,
    Section,
    Set,
    Step,
    Task,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
)


def idle_loops(flow: Flow) -> list[list[str]]:
    """The groups of steps that lead round to themselves without waiting for anything, as authored."""
    passing = _passing(flow)
    ahead: dict[str, list[str]] = {}
    for node, ways in flow.ways.items():
        step = flow.steps.get(node.rstrip(ROUND + DONE))
        if step is None or INSIDE in node:
            continue
        if node in flow.steps and not (idle(step) or isinstance(step, Container)):
            continue
        followed = ("next", "enter") if node in flow.steps else ("next",)
        ahead[node] = [way.to for way in ways if way.kind in followed]
        ahead[node] += [way.to for way in ways if way.kind == "well" and way.to.rstrip(ROUND + DONE) in passing]
    known = {node: [to for to in targets if to in ahead] for node, targets in ahead.items()}
    found = [
        sorted({node for node in group if node in flow.steps}, key=flow.order.__getitem__)
        for group in groups(known)
        if len(group) > 1 or group[0] in known[group[0]]
    ]
    return sorted((one for one in found if one), key=lambda one: flow.order[one[0]])


def _passing(flow: Flow) -> set[str]:
    """The steps with others inside through which a way leads that waits for nothing."""
    passing: set[str] = set()
    for owner in sorted(flow.inner, key=flow.order.__getitem__, reverse=True):  # from the inside out
        step = flow.steps[owner]
        blocks = [_passes(flow, block, passing) for block in flow.inner[owner]]
        needed = step.join if isinstance(step, Parallel) else 1
        if sum(blocks) >= needed:
            passing.add(owner)
    return passing


def _passes(flow: Flow, block: str, passing: set[str]) -> bool:
    end = flow.well(block)

    def onwards(node: str) -> Iterator[str]:
        step = flow.steps.get(node)
        if step is None:
            return
        if isinstance(step, Container):
            node += DONE
            if step.id not in passing:
                return
        elif not (idle(step) or isinstance(step, End)):
            return
        for way in flow.ways.get(node, ()):
            if way.kind == "well" or (way.kind == "next" and block_of(way.to) == block):
                yield way.to

    return end in reach([flow.plan.blocks[block].first], onwards)


def idle(step: Step) -> bool:
    """Whether the step asks nothing of the world."""
    match step:
        case Set() | Decide() | Emit():
            return True
        case Child():
            return step.detached
        case Do() | Task() | WaitForEvent() | WaitForTime() | WaitForAny() | Parallel() | Repeat() | Section() | End():
            return False
        case _:
            assert_never(step)
