"""The deadlines of a state: which comes first, in what order those of one moment fire, and what each does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from pathways.engine import alerts, clocks, leaving, listening, moving
from pathways.engine.kinds import task, wait
from pathways.engine.outcomes import Halt
from pathways.engine.places import place
from pathways.engine.run import Run
from pathways.facts import DeadlineMoved
from pathways.ids import task_id
from pathways.plan import Plan, Task, WaitForAny, WaitForTime
from pathways.records import dataclass
from pathways.state import ClockState, Position, State, altered
from pathways.timing import TimingError

_RANK = {"clock": 0, "alert": 1, "wait": 2, "timeout": 3}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment at which something happens by itself: to a clock (`name`), or at a position.

    `what` is `warn` or `breach` for a clock, and the alert's name for an alert.
    """

    at: datetime
    kind: Literal["clock", "alert", "wait", "timeout"]
    position: Position | None = None
    name: str = ""
    what: str = ""


def _of_position(position: Position) -> Iterator[Deadline]:
    if position.wake_at is not None and position.waits in ("time", "event"):
        yield Deadline(position.wake_at, "wait", position)
    if position.timeout_at is not None:
        yield Deadline(position.timeout_at, "timeout", position)
    if position.waits == "people":
        for what, at in position.alerts.items():
            yield Deadline(at, "alert", position, what=what)


def _of_clock(name: str, state: ClockState) -> Iterator[Deadline]:
    if state.status == "running":
        if state.warn_at is not None:
            yield Deadline(state.warn_at, "clock", name=name, what="warn")
        if state.deadline is not None:
            yield Deadline(state.deadline, "clock", name=name, what="breach")


def _all(positions: Iterable[Position], running: Mapping[str, ClockState]) -> Iterator[Deadline]:
    for name, state in running.items():
        yield from _of_clock(name, state)
    for position in positions:
        yield from _of_position(position)


def next_deadline(state: State) -> datetime | None:
    """The nearest moment at which the instance moves by itself, or None."""
    return _nearest(state.positions.values(), state.clocks)


def _nearest(positions: Iterable[Position], running: Mapping[str, ClockState]) -> datetime | None:
    """The time of the nearest deadline. Asked for several times an event, so it makes no `Deadline` of each."""
    nearest: datetime | None = None
    for clock in running.values():
        if clock.status == "running":
            for at in (clock.warn_at, clock.deadline):
                if at is not None and (nearest is None or at < nearest):
                    nearest = at
    for position in positions:
        at = position.timeout_at
        if at is not None and (nearest is None or at < nearest):
            nearest = at
        if position.wake_at is not None and position.waits in ("time", "event"):
            nearest = position.wake_at if nearest is None else min(nearest, position.wake_at)
        if position.alerts and position.waits == "people":
            soonest = min(position.alerts.values())
            nearest = soonest if nearest is None else min(nearest, soonest)
    return nearest


def first_due(run: Run) -> Deadline | None:
    """The deadline that fires first among those not after the event.

    By nominal time; then clock, reminder, wait, timeout; then authored order, visits as numbers.
    """
    nearest = _nearest(run.positions.values(), run.clocks)
    if nearest is None or nearest > run.at:
        return None
    due = [one for one in _all(run.positions.values(), run.clocks) if one.at <= run.at]
    return min(due, key=lambda one: _turn(run.plan, one), default=None)


def _turn(plan: Plan, due: Deadline) -> tuple[Any, ...]:
    if due.position is None:
        return due.at, _RANK[due.kind], list(plan.clock).index(due.name), due.what == "breach"
    return due.at, _RANK[due.kind], place(plan, due.position), due.what


def catch_up(run: Run) -> None:
    """Fire every deadline that is due, one by one; each moves positions before the next is looked for."""
    while run.ending is None and run.status != "ended" and (due := first_due(run)) is not None:
        late = due.at < run.floor
        run.now = run.floor = max(due.at, run.floor)
        _fire(run, due, late=late)
        moving.drive(run)
        rearm(run)


def _fire(run: Run, due: Deadline, *, late: bool) -> None:
    position = due.position
    if position is None:
        (clocks.warn if due.what == "warn" else clocks.breach)(run, due.name, late=late)
        return
    step = run.step_of(position)
    if due.kind == "alert" and isinstance(step, Task):
        alerts.fire(run, step, position, due.what, late=late)
    elif due.kind == "wait":
        wait.time_came(run, step, position)
    elif step.timeout is not None:
        leaving.depart(run, position, step.timeout.to, "timeout", undo_=step.timeout.undo)


# -- data that changes ----------------------------------------------------------------------------------------


def rearm(run: Run) -> None:
    """Work out anew the deadlines and listeners that depend on data which changed since they were worked out.

    A time that can't be made out any more leaves a deadline as it was; only what waits for nothing but that time
    stands still.
    """
    changed = run.changed
    if not changed or run.ending is not None:
        changed.clear()
        return
    run.changed, fresh = set(), frozenset(run.fresh)
    if not changed.isdisjoint(run.plan.live_names):
        clocks.rearm(run, changed, fresh)
        listening.arm_pathway(run, changed)
    for position in list(run.positions.values()):
        if position.role != "step" or position.address in fresh:
            continue
        if not changed.isdisjoint(run.step_of(position).live_names):
            _rearm_position(run, position)


def _rearm_position(run: Run, position: Position) -> None:
    step, names = run.step_of(position), run.scope(position)
    if position.waits in ("resume", "undo"):
        return
    try:
        position = listening.arm(run, position, own=position.waits == "event")
    except listening.UnkeyedError as error:
        moving.settle(run, Halt(position, "expression", str(error), "enter"))
        return
    run.positions[position.address] = position
    if step.timeout is not None and position.timeout_at is not None:
        try:
            moved = run.moment(step.timeout.after, names, position.counts_from)
        except TimingError:
            moved = position.timeout_at
        position = _moved(run, position, "timeout", moved)
    if isinstance(step, Task) and position.waits == "people":
        position = _rearm_task(run, step, position)
    if isinstance(step, WaitForTime | WaitForAny) and position.wake_at is not None:
        try:
            position = wait.retimed(run, step, position)
        except TimingError as error:
            moving.settle(run, Halt(position, "expression", f"wait: {error}", "enter"))
            return
    run.positions[position.address] = position


def _moved(run: Run, position: Position, what: Literal["timeout"], moment: datetime) -> Position:
    if moment == position.timeout_at:
        return position
    run.facts.append(DeadlineMoved(run.now, position.address, what, moment))
    return altered(position, timeout_at=moment)


def _rearm_task(run: Run, step: Task, position: Position) -> Position:
    names = run.scope(position)
    try:
        due_at = task.due_at(run, step, position, names)
        rearmed = altered(position, due_at=due_at)
        upcoming = alerts.times(run, step, rearmed, names)
    except TimingError:
        return position
    if due_at != position.due_at:
        ident = task_id(run.state.instance, position.ordered_from, position.entered_at)
        run.facts.append(DeadlineMoved(run.now, position.address, "due", due_at, ident))
    still = {name: at for name, at in upcoming.items() if name in position.alerts}
    return altered(rearmed, alerts=still)
