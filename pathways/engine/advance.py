"""What an event does to an instance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine.deadlines import Deadline, first_due, place
from pathways.engine.kinds import do, enter_step, task, wait
from pathways.engine.operate import cancel, retry
from pathways.engine.outcomes import Pass
from pathways.engine.run import Run
from pathways.engine.transition import Refusal, Transition
from pathways.events import (
    ActionCompleted,
    ActionFailed,
    ActionProblem,
    Cancelled,
    Event,
    MessageReceived,
    Retried,
    Started,
    TaskCompleted,
    TimePassed,
)
from pathways.facts import ActionEnded, InstanceStarted
from pathways.plan import Do, Plan, Task, WaitForEvent
from pathways.state import Json, State


def start_state(plan: Plan, instance: str, zone: str, at: datetime) -> State:
    """The state before the first event, which is `Started`."""
    moment = at.astimezone(UTC)
    return State(instance, plan.digest, zone, moment, moment)


def advance(plan: Plan, state: State, event: Event, at: datetime) -> Transition:
    """The transition that `event` causes at `at`; pure and total.

    Deadlines that are due fire first, in their order and with their own time as now; then the event is applied, or
    refused because of what they did. `at` is never before the state's last time.
    """
    if state.status == "ended":
        return _after_the_end(state, event)
    begun = state.rev > 0
    if begun == isinstance(event, Started):
        return Transition(state, refusal=_already_started() if begun else _not_started())
    run = Run(plan, state, max(at.astimezone(UTC), state.now), enter_step)
    _catch_up(run)
    if run.status == "ended":
        refused = None if isinstance(event, TimePassed) else _ended(run.outcome)
        return run.close(refusal=refused)
    run.now = run.at
    refusal, result = _apply(run, event)
    return run.close(refusal=refusal, result=result)


def _after_the_end(state: State, event: Event) -> Transition:
    match event:
        case TimePassed() | ActionCompleted() | ActionProblem() | ActionFailed():
            return Transition(state)
        case _:
            return Transition(state, refusal=_ended(state.outcome))


def _ended(outcome: str | None) -> Refusal:
    return Refusal("ended", f"The instance has ended as {outcome}.", {"outcome": outcome})


def _already_started() -> Refusal:
    return Refusal("already-started", "The instance runs already.")


def _not_started() -> Refusal:
    return Refusal("not-started", "The instance has not begun.")


def _catch_up(run: Run) -> None:
    """Fire every deadline that is due, one by one; each moves positions before the next is looked for."""
    while run.status != "ended" and (due := first_due(run.plan, list(run.positions.values()), run.at)) is not None:
        run.now = due.at
        _fire(run, due)


def _fire(run: Run, due: Deadline) -> None:
    step = run.plan.step[due.position.step]
    if due.kind == "wait":
        run.go_on(step, Pass(due.position))
    elif step.timeout is not None:
        run.divert(due.position, step.timeout.to, "timeout")


def _apply(run: Run, event: Event) -> tuple[Refusal | None, Json]:
    match event:
        case Started():
            return _start(run, event), None
        case ActionCompleted() | ActionProblem() | ActionFailed():
            _action_ended(run, event)
            return None, None
        case TaskCompleted():
            return _complete(run, event)
        case MessageReceived():
            return _deliver(run, event)
        case TimePassed():
            return None, None
        case Retried():
            return retry(run, event), None
        case Cancelled():
            return cancel(run, event), None
        case _:
            assert_never(event)


def _start(run: Run, event: Started) -> Refusal | None:
    plan, values = run.plan, dict[str, Json]()
    known = {one.name for one in plan.inputs}
    errors = {name: "is not an input of this pathway" for name in event.inputs if name not in known}
    for declared in plan.inputs:
        given = event.inputs.get(declared.name)
        given = declared.default if given is None else given
        if given is None and declared.required:
            errors[declared.name] = "is required"
            continue
        try:
            values[declared.name] = declared.type.conform(given)
        except MisfitError as error:
            errors[declared.name] = str(error.misfit)
    if errors:
        return Refusal("inputs-invalid", "The inputs do not fit what the pathway takes.", errors)
    run.facts.append(
        InstanceStarted(run.now, plan.pathway, plan.version, run.state.digest, plan.title, run.state.zone, event.by)
    )
    for name, value in values.items():
        if value is not None:
            run.save(name, value, "", by=event.by)
    run.enter(plan.steps[0].id)
    return None


def _action_ended(run: Run, event: ActionCompleted | ActionProblem | ActionFailed) -> None:
    position = run.positions.get(event.address)
    step = run.plan.step.get(position.step) if position is not None else None
    awaited = position is not None and position.waits == "action" and position.run == event.run
    if position is None or not isinstance(step, Do) or not awaited:
        if event.address.partition("@")[0] in run.plan.step:
            run.facts.append(_late(run, event))
        return
    match event:
        case ActionCompleted():
            do.completed(run, step, position, event)
        case ActionProblem():
            do.problem(run, step, position, event)
        case ActionFailed():
            do.failed(run, step, position, event)


def _late(run: Run, event: ActionCompleted | ActionProblem | ActionFailed) -> ActionEnded:
    match event:
        case ActionCompleted():
            return ActionEnded(run.now, event.address, event.run, "completed", late=True)
        case ActionProblem():
            return ActionEnded(run.now, event.address, event.run, "problem", event.message or event.problem, late=True)
        case ActionFailed():
            return ActionEnded(run.now, event.address, event.run, "failed", event.message, late=True)


def _complete(run: Run, event: TaskCompleted) -> tuple[Refusal | None, Json]:
    position = run.positions.get(event.address)
    step = run.plan.step.get(position.step) if position is not None else None
    if position is None or position.waits != "people" or not isinstance(step, Task):
        name, _, visit = event.address.partition("@")
        if run.visits.get(name, 0) >= (int(visit) if visit.isdigit() else 1):
            return Refusal("task-closed", "The task is no longer open.", {"address": event.address}), None
        return Refusal("unknown-task", f'There is no task "{event.address}" here.'), None
    refusal = task.complete(run, step, position, event)
    return refusal, None if refusal else {"address": event.address, "outcome": event.outcome}


def _deliver(run: Run, event: MessageReceived) -> tuple[Refusal | None, Json]:
    """Deliver to the listeners armed before the event, in authored order; each takes it once."""
    listening = sorted(
        (position for position in run.positions.values() if position.waits == "event"),
        key=lambda position: place(run.plan, position),
    )
    try:
        event = replace(event, data=plain_json(event.data))
        check_size(event.data)
    except MisfitError as error:
        return Refusal("data-invalid", f"The event's data can't be taken: {error.misfit}."), None
    takers: list[Json] = []
    for position in listening:
        step = run.plan.step[position.step]
        if not isinstance(step, WaitForEvent) or not wait.matches(step, position, event):
            continue
        if run.positions.get(position.address) is position and wait.receive(run, step, position, event):
            takers.append(position.address)
    return None, {"verdict": "consumed" if takers else "ignored", "by": takers}
