"""`wait`: for a domain event with a correlation key, for a point in time, or for whichever of several comes first."""

from __future__ import annotations

from datetime import datetime

from pathways.engine import listening, moving
from pathways.engine.listening import Unsure
from pathways.engine.outcomes import Answer, Halt, Pass, Stand
from pathways.engine.run import Run
from pathways.facts import DeadlineMoved, WaitStarted
from pathways.plan import Step, WaitForAny, WaitForEvent, WaitForTime, Way
from pathways.state import Json, Position, altered
from pathways.timing import TimingError


class _ForEvent:
    def enter(self, _run: Run, _step: WaitForEvent, position: Position) -> Answer:
        """Stand; the listener is armed as soon as its key has a value."""
        return Stand(altered(position, waits="event"))


class _ForTime:
    def enter(self, run: Run, step: WaitForTime, position: Position) -> Answer:
        """Stand until the moment, or go on at once when it is past."""
        try:
            until = _time(run, step, position)
        except TimingError as error:
            return Halt(position, "expression", f"wait: {error}", "enter")
        if until is None or until <= run.now:
            return Pass(position)
        run.facts.append(WaitStarted(run.now, position.address, until))
        return Stand(altered(position, waits="time", wake_at=until))


class _ForAny:
    def enter(self, run: Run, step: WaitForAny, position: Position) -> Answer:
        """Stand until the first comes; a moment that is past has come already."""
        try:
            until, way = _earliest(run, step, position)
        except TimingError as error:
            return Halt(position, "expression", f"wait: {error}", "enter")
        if until is None:
            return Stand(altered(position, waits="event"))
        if until <= run.now:
            return _came(run, step, position, way, None, None)
        run.facts.append(WaitStarted(run.now, position.address, until))
        return Stand(altered(position, waits="event", wake_at=until, way=way))


FOR_EVENT = _ForEvent()
FOR_TIME = _ForTime()
FOR_ANY = _ForAny()


def _time(run: Run, step: WaitForTime | Way, position: Position) -> datetime | None:
    timing = step.until or step.duration
    if timing is None:
        return None
    return run.moment(timing, run.scope(position), position.counts_from, "start" if step.until else "end")


def _earliest(run: Run, step: WaitForAny, position: Position) -> tuple[datetime | None, str]:
    times = [(at, one.name) for one in step.ways if one.timed and (at := _time(run, one, position)) is not None]
    return min(times, key=lambda one: one[0], default=(None, ""))


def retimed(run: Run, step: WaitForTime | WaitForAny, position: Position) -> Position:
    """The position with its time worked out anew. Raises `TimingError`."""
    if isinstance(step, WaitForTime):
        until, way = _time(run, step, position), position.way
    else:
        until, way = _earliest(run, step, position)
    if until != position.wake_at:
        run.facts.append(DeadlineMoved(run.now, position.address, "wait", until))
    return altered(position, wake_at=until, way=way or None)


def time_came(run: Run, step: Step, position: Position) -> None:
    """The moment that a position waited for has come."""
    if isinstance(step, WaitForAny):
        if position.listeners:
            position = listening.disarm(run, position)
        moving.settle(run, _came(run, step, altered(position, wake_at=None), position.way or "", None, None))
    else:
        moving.settle(run, Pass(altered(position, wake_at=None)))


def _came(run: Run, step: WaitForAny, position: Position, way: str, data: Json, by: str | None) -> Answer:
    if step.save is not None:
        run.save(step.save, {"which": way, "data": data}, position.address, by=by)
    return Pass(position, way)


def take(run: Run, position: Position, slot: str, event: Json) -> None:
    """Take an event that the wait (or one of its ways) was judged to want, and go on."""
    step = run.step_of(position)
    listening_ = step.listenings[slot]
    data = listening_.data.conform(event["data"])
    position = listening.disarm(run, position, consumed=event["id"], slot=slot)
    position = altered(position, wake_at=None)
    if isinstance(step, WaitForAny):
        moving.settle(run, _came(run, step, position, slot, data, event["id"]))
        return
    if isinstance(step, WaitForEvent) and step.save is not None:
        run.save(step.save, data, position.address, by=event["id"])
    moving.settle(run, Pass(position))


def stop(run: Run, position: Position, slot: str, event: Json, unsure: Unsure) -> None:
    """Stand still with an event that can't be judged; the incident keeps it."""
    if position.waits == "event":
        position = listening.disarm(run, position, consumed=event["id"], slot=slot)
    bound = {**position.bound, "event": event, "slot": slot}
    halted = altered(position, bound=bound, wake_at=None)
    moving.settle(run, Halt(halted, unsure.kind, unsure.message, "act", unsure.detail))  # type: ignore[arg-type]  # a kind of incident


def again(run: Run, position: Position) -> None:
    """Judge the event that an incident kept once more; where it is not wanted, wait on.

    Then the wait goes on as if the event had never come: its times count as before, and what came meanwhile counts.
    """
    event, slot = position.bound["event"], str(position.bound["slot"])
    step = run.step_of(position)
    unbound = {name: value for name, value in position.bound.items() if name not in ("event", "slot")}
    judged = listening.judge(run, step.listenings[slot], run.scope(altered(position, bound=unbound)), event)
    if isinstance(judged, Unsure):
        stop(run, position, slot, event, judged)
    elif judged:
        take(run, altered(position, bound=unbound), slot, event)
    else:
        halted_at = position.incident.opened_at if position.incident is not None else None
        waiting = altered(position, bound=unbound, held_at=halted_at)
        moving.settle(run, run.kinds.enter_step(run, step, waiting))
