"""Which deadlines the scenarios moved while they stood, and whether to an earlier or to a later time.

Read from what the engine did, as coverage is: a deadline has moved where a transition that changed data worked it out
anew, whether or not it then fired at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from pathways.addresses import path_of
from pathways.facts import ClockMoved, DataSaved, DeadlineMoved, Fact
from pathways.lint.analysis.sites import TimeKind
from pathways.plan import Plan
from pathways.scenarios import Result
from pathways.state import Position, State

Direction = Literal["earlier", "later"]
Moved = Mapping[tuple[str, TimeKind, str], frozenset[Direction]]
"""By the path of a step, or a clock's id, which of its times, and the name whose change moved it."""

BOTH: frozenset[Direction] = frozenset({"earlier", "later"})


def moved_by(plan: Plan, results: Iterable[Result]) -> Moved:
    """Which of a plan's times scenarios have moved, and how; of one that migrates, while it ran this plan."""
    found: dict[tuple[str, TimeKind, str], frozenset[Direction]] = {}
    for result in results:
        for before, _, transition in result.seen:
            names = {one.name for one in transition.facts if isinstance(one, DataSaved)}
            if before.digest != plan.digest or not names:
                continue
            for (where, kind), direction in _moves(before, transition.state, transition.facts):
                for name in names:
                    key = where, kind, name
                    found[key] = found.get(key, frozenset()) | {direction}
    return found


def _moves(before: State, after: State, facts: Iterable[Fact]) -> Iterator[tuple[tuple[str, TimeKind], Direction]]:
    for fact in facts:
        if isinstance(fact, DeadlineMoved) and (position := before.positions.get(fact.address)) is not None:
            direction = _direction(_stood(position, fact.what), fact.until)
            if direction is not None:
                yield (path_of(fact.address), fact.what), direction
        elif isinstance(fact, ClockMoved) and fact.verb == "rearm" and fact.clock in before.clocks:
            was = before.clocks[fact.clock].budget
            if fact.budget is not None and fact.budget != was:
                yield (fact.clock, "limit"), "later" if fact.budget > was else "earlier"
    for address, position in before.positions.items():
        now = after.positions.get(address)
        for name, moment in position.alerts.items() if now is not None else ():
            direction = _direction(moment, now.alerts.get(name)) if now is not None else None
            if direction is not None:
                yield (position.step, "remind" if name.startswith("remind") else "escalate"), direction


def _stood(position: Position, what: Literal["timeout", "due", "wait"]) -> datetime | None:
    match what:
        case "timeout":
            return position.timeout_at
        case "due":
            return position.due_at
        case "wait":
            return position.wake_at


def _direction(was: datetime | None, now: datetime | None) -> Direction | None:
    if was is None or now is None or was == now:
        return None
    return "later" if now > was else "earlier"
