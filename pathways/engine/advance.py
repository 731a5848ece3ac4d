"""What an event does to an instance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from pathways.addresses import PATHWAY, path_of, visit_of
from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine import added, clocks, deadlines, handlers, holding, kinds, listening, moving, offers, operate, undo
from pathways.engine.kinds import child, do, task
from pathways.engine.run import Run
from pathways.engine.skipping import skip
from pathways.engine.transition import Refusal, Transition
from pathways.events import (
    ActionCompleted,
    ActionFailed,
    ActionProblem,
    Cancelled,
    ChildEnded,
    ChildFailed,
    ChildStarted,
    DataChanged,
    Event,
    Held,
    MessageReceived,
    Moved,
    OfferTaken,
    Released,
    Resumed,
    Retried,
    Skipped,
    Started,
    Suspended,
    TaskAdded,
    TaskCompleted,
    TimePassed,
)
from pathways.facts import ActionEnded, ChildReported, ChildRuns, InstanceStarted
from pathways.inputs import conform_inputs
from pathways.plan import Child, Do, Plan, Task
from pathways.state import Json, Position, State

ActionEvent = ActionCompleted | ActionProblem | ActionFailed
ChildEvent = ChildStarted | ChildEnded | ChildFailed


def start_state(plan: Plan, instance: str, zone: str, at: datetime, *, site: str | None = None) -> State:
    """The state before the first event, which is `Started`."""
    moment = at.astimezone(UTC)
    return State(instance, plan.digest, zone, moment, moment, site=site)


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
    run = Run(plan, state, max(at.astimezone(UTC), state.now), kinds)
    deadlines.catch_up(run)
    run.now = run.floor = run.at
    if run.status == "ended":
        offers.update(run)
        refused = None if isinstance(event, TimePassed) else _ended(run.outcome)
        return run.close(refusal=refused)
    refusal, result = _apply(run, event)
    if refusal is None:
        moving.drive(run)
        deadlines.rearm(run)
        deadlines.catch_up(run)
    run.now = run.at
    offers.update(run)
    return run.close(refusal=refusal, result=result)


def _after_the_end(state: State, event: Event) -> Transition:
    match event:
        case TimePassed() | ActionCompleted() | ActionProblem() | ActionFailed():
            return Transition(state)
        case ChildStarted() | ChildEnded() | ChildFailed():
            return Transition(state)
        case _:
            return Transition(state, refusal=_ended(state.outcome))


def _ended(outcome: str | None) -> Refusal:
    return Refusal("ended", f"The instance has ended as {outcome}.", {"outcome": outcome})


def _already_started() -> Refusal:
    return Refusal("already-started", "The instance runs already.")


def _not_started() -> Refusal:
    return Refusal("not-started", "The instance has not begun.")


def _apply(run: Run, event: Event) -> tuple[Refusal | None, Json]:
    match event:
        case ActionCompleted() | ActionProblem() | ActionFailed():
            _action_ended(run, event)
            return None, None
        case TimePassed():
            return None, None
        case TaskCompleted():
            return _complete(run, event)
        case MessageReceived():
            return _deliver(run, event)
        case ChildStarted() | ChildEnded() | ChildFailed():
            _child_reported(run, event)
            return None, None
        case Started():
            return _start(run, event), None
        case Retried():
            return operate.retry(run, event), None
        case Skipped():
            return skip(run, event), None
        case Cancelled():
            return operate.cancel(run, event), None
        case _:
            return _intervene(run, event)


def _intervene(
    run: Run, event: Moved | DataChanged | Suspended | Resumed | Held | Released | OfferTaken | TaskAdded
) -> tuple[Refusal | None, Json]:
    """What people do to an instance that is not on its way to an end."""
    if run.ending is not None:
        return Refusal("cancelling", f"The instance is ending as {run.ending.outcome}."), None
    match event:
        case Moved():
            return operate.move(run, event), None
        case DataChanged():
            return operate.change(run, event), None
        case Suspended():
            return operate.suspend(run, event), None
        case Resumed():
            return operate.resume(run, event), None
        case Held():
            return holding.hold(run, event), None
        case Released():
            return holding.release(run, event), None
        case OfferTaken():
            return offers.take(run, event)
        case TaskAdded():
            refusal, address = added.add(run, event)
            return refusal, None if refusal else {"address": address}
        case _:
            assert_never(event)


def _start(run: Run, event: Started) -> Refusal | None:
    plan = run.plan
    values, errors = conform_inputs(plan, event.inputs)
    if errors:
        return Refusal("inputs-invalid", "The inputs do not fit what the pathway takes.", errors)
    run.parent = event.parent
    run.facts.append(
        InstanceStarted(
            run.now,
            plan.pathway,
            plan.version,
            run.state.digest,
            plan.title,
            run.state.zone,
            event.by,
            event.parent,
            run.state.site,
        )
    )
    for name, value in values.items():
        if value is not None:
            run.save(name, value, "", by=event.by)
    run.changed.clear()
    listening.arm_pathway(run)
    run.enter(plan.steps[0].id, PATHWAY)
    return None


# -- actions and children -------------------------------------------------------------------------------------


def _action_ended(run: Run, event: ActionEvent) -> None:
    position = _ordering(run, event.address)
    if position is None or position.run != event.run:
        if path_of(event.address).removesuffix("/undo") in run.plan.step:
            run.facts.append(_late(run, event))
        return
    if position.role == "undo":
        _undo_ended(run, position, event)
        return
    step = run.step_of(position)
    if not isinstance(step, Do):
        return
    if run.positions.get(position.address) is not position:
        do.settled(run, step, position, event)
        return
    match event:
        case ActionCompleted():
            do.completed(run, step, position, event)
        case ActionProblem():
            do.problem(run, step, position, event)
        case ActionFailed():
            do.failed(run, step, position, event)


def _undo_ended(run: Run, position: Position, event: ActionEvent) -> None:
    match event:
        case ActionCompleted():
            undo.completed(run, position)
        case ActionProblem():
            message = f"{event.problem}: {event.message}" if event.message else event.problem
            undo.failed(run, position, "problem", message, event.detail)
        case ActionFailed():
            undo.failed(run, position, "failed", event.message, event.detail)


def _late(run: Run, event: ActionEvent) -> ActionEnded:
    match event:
        case ActionCompleted():
            return ActionEnded(run.now, event.address, event.run, "completed", late=True)
        case ActionProblem():
            return ActionEnded(run.now, event.address, event.run, "problem", event.message or event.problem, late=True)
        case ActionFailed():
            return ActionEnded(run.now, event.address, event.run, "failed", event.message, late=True)


def _ordering(run: Run, ordered_from: str) -> Position | None:
    """What waits for the answer to an order, standing or settling, whatever it is called by now."""
    usual = run.positions.get(ordered_from)
    if usual is not None and usual.waits == "action" and usual.ordered_from == ordered_from:
        return usual
    candidates = (*run.positions.values(), *run.settling.values())
    return next((one for one in candidates if one.waits == "action" and one.ordered_from == ordered_from), None)


def _child_reported(run: Run, event: ChildEvent) -> None:
    position = _parent_of(run, event)
    step = run.step_of(position) if position is not None else None
    if position is None or not isinstance(step, Child):
        return
    settles = run.positions.get(position.address) is not position
    if isinstance(event, ChildStarted):
        run.facts.append(ChildRuns(run.now, position.address, position.key or "", event.version, event.digest))
        if not settles:
            child.began(run, step, position)
        elif step.detached:
            do.forget(run, position)
    elif settles:
        do.forget(run, position)
        outcome = event.outcome if isinstance(event, ChildEnded) else None
        failed = event.message if isinstance(event, ChildFailed) else None
        run.facts.append(ChildReported(run.now, position.address, event.instance, outcome, failed, late=True))
    elif isinstance(event, ChildEnded):
        child.ended(run, step, position, event)
    else:
        child.failed(run, step, position, event)


def _parent_of(run: Run, event: ChildEvent) -> Position | None:
    """What waits for a child, standing or settling.

    An end is known by the child's id: the address of a position that a migration renamed is another in the lists, from
    which a lost report is sent again, than the child knows.
    """
    waiting = [one for one in (*run.positions.values(), *run.settling.values()) if one.waits == "child"]
    if isinstance(event, ChildStarted):
        named = (one for one in waiting if event.address in (one.ordered_from, one.address))
        return next((one for one in named if one.run == event.run), None)
    return next((one for one in waiting if one.key == event.instance), None)


# -- people and events ----------------------------------------------------------------------------------------


def _complete(run: Run, event: TaskCompleted) -> tuple[Refusal | None, Json]:
    address = event.address
    position = run.positions.get(address)
    step = run.step_of(position) if position is not None else None
    refusal: Refusal | None
    if address in run.added:
        refusal = added.complete(run, event)
    elif (name := clocks.clock_of(run, address)) is not None:
        refusal = _complete_clock(run, name, event)
    elif position is not None and position.waits == "people" and isinstance(step, Task):
        refusal = task.complete(run, step, position, event)
    else:
        refusal = _no_task(run, address)
    return refusal, None if refusal else {"address": address, "outcome": event.outcome}


def _complete_clock(run: Run, name: str, event: TaskCompleted) -> Refusal | None:
    breach = run.plan.clock[name].breach
    refusal = added.plain_refusal(event, breach.role if breach is not None else None)
    if refusal is None:
        clocks.complete_task(run, name, event.by)
    return refusal


def _no_task(run: Run, address: str) -> Refusal:
    scope, name = address[: address.rfind("/") + 1], path_of(address.rpartition("/")[2])
    was_here = run.visits.get(f"{scope}{name}", 0) >= visit_of(address)
    was_added = address.startswith("+") and address[1:].isdigit() and int(address[1:]) <= run.additions
    was_clock = address.startswith("!") and path_of(address[1:]) in run.clocks
    was_inside = scope != "" and isinstance(run.plan.step.get(path_of(address)), Task)
    if was_here or was_added or was_clock or was_inside:
        return Refusal("task-closed", "The task is no longer open.", {"address": address})
    return Refusal("unknown-task", f'There is no task "{address}" here.')


def _deliver(run: Run, event: MessageReceived) -> tuple[Refusal | None, Json]:
    """Deliver to the listeners armed before the event; a suspended instance has it come again."""
    if run.suspension is not None and run.ending is None:
        return None, {"verdict": "deferred", "by": []}
    try:
        event = replace(event, data=plain_json(event.data))
        check_size(event.data)
    except MisfitError as error:
        return Refusal("data-invalid", f"The event's data can't be taken: {error.misfit}."), None
    takers = listening.choose(run, event) if run.ending is None else []
    document = listening.event_json(event)
    taken: list[str] = []
    for taker in takers:
        if taker.owner and taker.owner not in run.positions:
            continue
        handlers.take(run, taker, document)
        moving.drive(run)
        taken.append(listening.slot_address(taker.owner, taker.slot))
        if run.ending is not None or run.status == "ended":
            break
    return None, {"verdict": "consumed" if taken else "ignored", "by": taken}
