"""What an operation would bring, worked out without doing it: the engine tries it on the state and tells what it did.

Operators see this before they give their reason. Nothing is guessed from lists or the timeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from pathways.engine import advance, gates, kinds
from pathways.engine.run import Run
from pathways.engine.undo import covers
from pathways.events import Event, Held, Moved, Skipped, TimePassed
from pathways.facts import (
    ChildCancelled,
    ClockMoved,
    Fact,
    InstanceEnded,
    InstanceEnding,
    Operated,
    StepEntered,
    StepHeld,
    StepLeft,
    TaskClosed,
)
from pathways.messages import Refused
from pathways.plan import Plan, Step
from pathways.state import State

_UNDO = "/undo"


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that would be entered; `held`: only when the instance is resumed."""

    address: str
    step: str
    title: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class Foresight:
    """What an event would bring to an instance that stands at revision `rev`, once what is due by now has happened.

    `left` are the addresses at which it would stand no more, `closed` the ids of the tasks that close undone,
    `children` the instances that are told to cancel, `dropped` the clocks that stop counting. `unsettled` are the
    addresses of actions that run outside and may have something to undo when they end; `undone` those of what is taken
    back, in that order. `undoable` is what could have been taken back: by a move that does not ask for it, or, where
    steps are held, at all. `ends` is the outcome with which it would end, at once or when all that is settled. `gates`
    are the steps whose decision would be passed over. `refused` is why nothing would happen.
    """

    rev: int
    left: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    undoable: tuple[str, ...] = ()
    begun: tuple[Begun, ...] = ()
    ends: str | None = None
    gates: tuple[str, ...] = ()
    refused: Refused | None = None


def foresee(plan: Plan, state: State, event: Event, at: datetime) -> Foresight:
    """What an event would bring. Changes nothing."""
    state = advance(plan, state, TimePassed(), at).state
    transition = advance(plan, state, event, at)
    if (refusal := transition.refusal) is not None:
        return Foresight(state.rev, refused=Refused(refusal.code, refusal.message, refusal.detail))
    after, facts = transition.state, transition.facts
    found = Foresight(
        rev=state.rev,
        left=tuple(_left(state, facts)),
        closed=tuple(one.id for one in facts if isinstance(one, TaskClosed) and one.how == "cancelled"),
        children=tuple(one.instance for one in facts if isinstance(one, ChildCancelled)),
        dropped=tuple(one.clock for one in facts if isinstance(one, ClockMoved) and one.verb == "drop"),
        unsettled=tuple(
            address
            for address, one in after.settling.items()
            if one.waits == "action" and address not in state.settling
        ),
        undone=tuple(_undone(state, after)),
        begun=tuple(_begun(after, facts)),
        ends=_end(after, facts),
        gates=tuple(one.id for one in _gates(Run(plan, state, state.now, kinds), event, facts)),
    )
    if isinstance(event, Moved) and not event.undo:
        return replace(found, undoable=foresee(plan, state, replace(event, undo=True), at).undone)
    if isinstance(event, Held):
        return replace(found, undoable=tuple(one.address for one in reversed(after.armed)))
    return found


def _left(before: State, facts: tuple[Fact, ...]) -> Iterator[str]:
    for one in facts:
        if isinstance(one, StepLeft) and one.address in before.positions and not one.address.endswith(_UNDO):
            yield one.address


def _undone(before: State, after: State) -> Iterator[str]:
    """What is taken back: begun at once, or armed where something now waits for its undo; the last done first."""
    begun = [one for one in after.positions.values() if one.role == "undo" and one.address not in before.positions]
    yield from (one.address.removesuffix(_UNDO) for one in begun)
    within = [one.leaving.within for one in after.positions.values() if one.leaving is not None]
    if after.ending is not None and after.ending.undo:
        within.append(("",))
    yield from (one.address for one in reversed(after.armed) if any(covers(each, one.address) for each in within))


def _begun(after: State, facts: tuple[Fact, ...]) -> Iterator[Begun]:
    """The steps that it would stand at then, in the order in which they are reached."""
    for one in facts:
        if isinstance(one, StepEntered | StepHeld) and not one.address.endswith(_UNDO):
            standing = after.positions.get(one.address)
            if standing is not None and standing.step == one.step:
                yield Begun(one.address, one.step, one.title, isinstance(one, StepHeld))


def _gates(run: Run, event: Event, facts: tuple[Fact, ...]) -> list[Step]:
    position = run.positions.get(event.address) if isinstance(event, Moved | Skipped) else None
    if position is None or position.role != "step":
        return []
    if isinstance(event, Skipped):
        return gates.passed_by_skip(run, position)
    told = next(one.detail for one in facts if isinstance(one, Operated))
    return gates.passed_by_move(run, position, told["to"])


def _end(after: State, facts: tuple[Fact, ...]) -> str | None:
    ends = [one.outcome for one in facts if isinstance(one, InstanceEnding | InstanceEnded)]
    return ends[-1] if ends else after.outcome
