"""Clocks: deadlines that people are held to. Steps start, stop, pause, resume and restart them; they warn and breach.

When a clock starts, its limit becomes a deadline and a budget of working seconds in its calendar. A pause freezes what
is left of the budget; resuming computes a new deadline from that (semantics.md, "Alerts and clocks", "Time").
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from pathways import ids
from pathways.datatypes import MisfitError, shown_json
from pathways.engine.run import Run, declared_timing
from pathways.engine.scope import Names
from pathways.facts import ClockMoved, TaskClosed, TaskOpened
from pathways.plan import Clock, ClockVerb, Plan, Step
from pathways.state import ClockState, Json, Position, altered
from pathways.time.arithmetic import add_working_seconds, working_seconds
from pathways.time.calendars import Calendar
from pathways.time.durations import DurationError
from pathways.timing import TimingError, resolve
from pathways.values import Timing

Verb = Literal["start", "stop", "pause", "resume", "restart", "rearm", "warn", "breach", "drop"]

RUNS = frozenset({"running", "breached"})
OPEN = frozenset({"running", "breached", "paused"})

PRIORITIES = ("routine", "urgent", "asap", "stat")
"""FHIR R4 request-priority, from low to high."""


def act(run: Run, step: Step, position: Position, at: Literal["entry", "completion"]) -> str | None:
    """Do what a step does to clocks on its entry or completion; gives what is wrong where a time can't be made out."""
    for verb in step.clocks:
        if verb.at != at:
            continue
        try:
            _act(run, verb, position)
        except (TimingError, DurationError) as error:
            return f"clock {verb.clock}: {error}"
    return None


def _act(run: Run, verb: ClockVerb, position: Position) -> None:
    clock = run.plan.clock[verb.clock]
    if verb.verb in ("stop", "pause"):
        _overtake(run, clock.id)
    state = run.clocks.get(clock.id)
    status = state.status if state is not None else None
    match verb.verb:
        case "start" if status not in OPEN:
            _start(run, clock, verb, position)
        case "restart":
            _start(run, clock, verb, position)
        case "stop" if state is not None and status in OPEN:
            _change(run, clock, "stop", altered(state, status="late" if state.breached else "met"), position.address)
        case "pause" if state is not None and status in RUNS:
            _pause(run, clock, state, position.address)
        case "resume" if state is not None and status == "paused":
            _resume(run, clock, state, position.address)
        case _:
            fact = clock_fact(run.plan, verb.clock, state, run.now, verb.verb, address=position.address)
            run.facts.append(replace(fact, ignored=True))


def _overtake(run: Run, name: str) -> None:
    """Breach a clock that was past its limit when it started, before the same event stops or pauses it."""
    state = run.clocks.get(name)
    if state is not None and state.status == "running" and state.deadline is not None and state.deadline <= run.now:
        breach(run, name, late=True)


# -- starting -------------------------------------------------------------------------------------------------


def _start(run: Run, clock: Clock, verb: ClockVerb, position: Position) -> None:
    names = run.scope(position)
    start = run.now
    if verb.since is not None and _begun(run, verb.since, names):
        start = run.moment(verb.since, names, run.now, "start")
    before = run.clocks.get(clock.id)
    if before is not None and before.task_at is not None:
        _close_task(run, clock.id, before)
    number = before.number + 1 if before is not None else 1
    deadline, budget = _limit(run, clock, names, start)
    calendar = _calendar(run.plan, clock)
    state = ClockState(
        "running",
        start,
        budget,
        scope=position.scope,
        number=number,
        deadline=deadline,
        warn_at=_warn_at(clock, start, budget, calendar),
        resumed_at=start,
    )
    run.fresh.add(task_address(clock.id, number))
    _change(run, clock, verb.verb, state, position.address)


def _limit(run: Run, clock: Clock, names: Names, start: datetime) -> tuple[datetime, float]:
    """The deadline and the budget in working seconds of a clock that starts. Raises `TimingError`."""
    calendar = _calendar(run.plan, clock)
    timing = declared_timing(clock.limit, names)
    counted = calendar or run.plan.default_calendar
    deadline = resolve(timing, start, run.tz, counted, names, run.env)
    budget = working_seconds(start, deadline, calendar)
    if budget <= 0:
        raise TimingError(f'"{clock.limit.source}" leaves no time at all')
    return deadline, budget


def _calendar(plan: Plan, clock: Clock) -> Calendar | None:
    return plan.business_calendars.get(clock.calendar) if clock.calendar else None


def _warn_at(clock: Clock, start: datetime, budget: float, calendar: Calendar | None) -> datetime | None:
    if clock.warn is None:
        return None
    return add_working_seconds(start, int(budget * clock.warn), calendar)


# -- pausing --------------------------------------------------------------------------------------------------


def _left(run: Run, clock: Clock, state: ClockState) -> float:
    """What is left of a running clock's budget now."""
    if state.deadline is None or state.deadline <= run.now:
        return 0
    return working_seconds(run.now, state.deadline, _calendar(run.plan, clock))


def _pause(run: Run, clock: Clock, state: ClockState, address: str | None) -> None:
    left = _left(run, clock, state)
    paused = altered(state, status="paused", left=left, deadline=None, warn_at=None)
    _change(run, clock, "pause", paused, address)


def _resume(run: Run, clock: Clock, state: ClockState, address: str | None) -> None:
    calendar, left = _calendar(run.plan, clock), state.left or 0
    if state.breached:
        _change(run, clock, "resume", altered(state, status="breached", left=None, resumed_at=run.now), address)
        return
    resumed = altered(
        state,
        status="running",
        left=None,
        resumed_at=run.now,
        deadline=add_working_seconds(run.now, int(left), calendar),
        warn_at=_warn_after(run, clock, state, left),
    )
    _change(run, clock, "resume", resumed, address)


def _warn_after(run: Run, clock: Clock, state: ClockState, left: float) -> datetime | None:
    if clock.warn is None or state.warned:
        return None
    remaining = clock.warn * state.budget - (state.budget - left)
    return add_working_seconds(run.now, max(0, int(remaining)), _calendar(run.plan, clock))


def pause_all(run: Run) -> tuple[str, ...]:
    """Pause every clock that runs; gives their ids."""
    running = tuple(name for name, state in run.clocks.items() if state.status in RUNS)
    for name in running:
        _pause(run, run.plan.clock[name], run.clocks[name], None)
    return running


def resume_all(run: Run, names: tuple[str, ...]) -> None:
    """Resume clocks that were paused together, as far as they still are."""
    for name in names:
        state = run.clocks.get(name)
        if state is not None and state.status == "paused":
            _resume(run, run.plan.clock[name], state, None)


# -- the end of a scope ---------------------------------------------------------------------------------------


def drop(run: Run, scope: str) -> None:
    """Drop the clocks of a scope that is left."""
    for name, state in list(run.clocks.items()):
        if state.scope.startswith(scope) and state.status in OPEN:
            _change(run, run.plan.clock[name], "drop", altered(state, status="dropped"), None)
        elif state.scope.startswith(scope) and scope:
            run.clocks[name] = altered(state, scope=run.plan.parent_of(scope))


def inherit(run: Run, scope: str) -> None:
    """Hand the clocks of a scope that ended well to the scope around it."""
    for name, state in run.clocks.items():
        if state.scope.startswith(scope):
            run.clocks[name] = altered(state, scope=run.plan.parent_of(scope))


# -- time -----------------------------------------------------------------------------------------------------


def _begun(run: Run, start: Timing, names: Names) -> bool:
    """Whether what a clock starts from has a value. Raises `TimingError`."""
    try:
        return run.value(start.computed, names) is not None
    except MisfitError as error:
        raise TimingError(f'"{start.source}": {error.misfit}.') from None


def warn(run: Run, name: str, *, late: bool) -> None:
    """A share of the budget has passed: say so."""
    state = altered(run.clocks[name], warned=True, warn_at=None)
    run.clocks[name] = state
    run.facts.append(clock_fact(run.plan, name, state, run.now, "warn", late=late))


def breach(run: Run, name: str, *, late: bool) -> None:
    """The limit has passed: open the clock's task, if it has one."""
    clock = run.plan.clock[name]
    state = altered(run.clocks[name], status="breached", breached=True, warn_at=None, warned=True)
    if clock.breach is not None:
        names, env = run.names(state.scope), run.env
        priority = shown_json(clock.breach.priority.evaluate(names, env))
        task = {
            "title": str(shown_json(clock.breach.title.evaluate(names, env)) or clock.title),
            "queue": str(shown_json(clock.breach.queue.evaluate(names, env)) or clock.breach.queue.source),
            "priority": priority if priority in PRIORITIES else "routine",
            "help": None if clock.breach.help is None else shown_json(clock.breach.help.evaluate(names, env)),
        }
        state = altered(state, task_at=run.now, task=task)
    run.clocks[name] = state
    run.facts.append(clock_fact(run.plan, name, state, run.now, "breach", late=late))
    if state.task_at is not None:
        run.facts.append(task_fact(run.plan, run.state.instance, run.stage, name, state))


def rearm(run: Run, changed: Set[str], fresh: Set[str]) -> None:
    """Work out anew the limits that depend on data which changed, less what has passed already.

    Those of clocks whose task's address is among the `fresh` ones were worked out since.
    """
    for name, state in list(run.clocks.items()):
        clock = run.plan.clock[name]
        if task_address(name, state.number) in fresh:
            continue
        if state.status not in ("running", "paused") or not (clock.limit.names & changed):
            continue
        try:
            _, budget = _limit(run, clock, run.names(state.scope), state.started_at)
        except (TimingError, DurationError):
            continue  # the limit as it was goes on: a clock that runs is never lost
        left = state.left if state.left is not None else _left(run, clock, state)
        remaining = left + budget - state.budget
        if state.status == "paused":
            moved = altered(state, budget=budget, left=max(0, remaining))
        else:
            calendar = _calendar(run.plan, clock)
            deadline = add_working_seconds(run.now, int(remaining), calendar)
            moved = altered(state, budget=budget, deadline=deadline)
            moved = altered(moved, warn_at=_warn_after(run, clock, moved, remaining))
        if moved != state:
            _change(run, clock, "rearm", moved, None)


# -- tasks and facts ------------------------------------------------------------------------------------------


def task_address(name: str, number: int) -> str:
    """The address of a clock's task."""
    return f"!{name}" if number == 1 else f"!{name}@{number}"


def clock_of(run: Run, address: str) -> str | None:
    """The clock whose open task stands at an address."""
    for name, state in run.clocks.items():
        if state.task_at is not None and task_address(name, state.number) == address:
            return name
    return None


def complete_task(run: Run, name: str, by: str) -> None:
    """A person has seen to a breach; the clock goes on as it is."""
    state = run.clocks[name]
    address, ident = _task_of(run, name, state)
    run.facts.append(TaskClosed(run.now, ident, address, "completed", "done", by, form={}))
    run.clocks[name] = altered(state, task_at=None, task=None)


def _close_task(run: Run, name: str, state: ClockState) -> None:
    address, ident = _task_of(run, name, state)
    run.facts.append(TaskClosed(run.now, ident, address, "cancelled", reason="clock"))


def _task_of(run: Run, name: str, state: ClockState) -> tuple[str, str]:
    """The address and id of a clock's open task."""
    address = task_address(name, state.number)
    return address, ids.task_id(run.state.instance, address, state.task_at or run.now)


def _change(run: Run, clock: Clock, verb: Verb, state: ClockState, address: str | None) -> None:
    if state.task_at is not None and state.status not in RUNS:
        _close_task(run, clock.id, state)
        state = altered(state, task_at=None, task=None)
    run.clocks[clock.id] = state
    run.facts.append(clock_fact(run.plan, clock.id, state, run.now, verb, address=address))


def clock_fact(
    plan: Plan,
    name: str,
    state: ClockState | None,
    at: datetime,
    verb: Verb,
    *,
    address: str | None = None,
    late: bool = False,
) -> ClockMoved:
    """The fact that states where a clock stands."""
    clock = plan.clock[name]
    alert = clock.breach if verb == "breach" and clock.breach is not None else clock
    return ClockMoved(
        at=at,
        clock=name,
        title=clock.title,
        verb=verb,
        status=state.status if state is not None else None,
        number=state.number if state is not None else 1,
        started_at=state.started_at if state is not None else None,
        deadline=state.deadline if state is not None else None,
        warn_at=state.warn_at if state is not None else None,
        budget=state.budget if state is not None else None,
        left=state.left if state is not None else None,
        address=address,
        late=late,
        why=alert.why or clock.why or plan.purpose,
        review_by=alert.review_by or clock.review_by or plan.review_by,
        cause=alert.cause or clock.cause,
    )


def task_fact(plan: Plan, instance: str, stage: str | None, name: str, state: ClockState) -> TaskOpened:
    """The fact that states the open task of a breached clock."""
    clock, shown = plan.clock[name], _shown(state)
    address, at = task_address(name, state.number), state.task_at or state.started_at
    alert = clock.breach
    return TaskOpened(
        at=at,
        id=ids.task_id(instance, address, at),
        address=address,
        step=f"!{name}",
        title=shown["title"],
        queue=shown["queue"],
        priority=shown["priority"],
        role=alert.role if alert is not None else None,
        help=shown["help"],
        due_at=state.deadline,
        stage=stage,
        form=[],
        outcomes=[{"id": "done", "title": "Done", "role": None}],
        origin="clock",
        why=(alert.why if alert else None) or clock.why or plan.purpose,
        review_by=(alert.review_by if alert else None) or clock.review_by or plan.review_by,
        cause=(alert.cause if alert else None) or clock.cause,
    )


def _shown(state: ClockState) -> dict[str, Any]:
    task: Json = state.task
    return dict(task)
