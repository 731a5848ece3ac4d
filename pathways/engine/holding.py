"""Holding steps: nobody enters them until they are released. What stands inside them goes on, and so do clocks."""

from __future__ import annotations

from pathways.engine import moving
from pathways.engine.places import place
from pathways.engine.run import Run
from pathways.engine.transition import Refusal
from pathways.events import Held, Released
from pathways.facts import InstanceHeld, InstanceReleased
from pathways.state import Hold, Position, altered


def hold(run: Run, event: Held) -> Refusal | None:
    """Hold these steps, in place of those that were held so before; the same hold again changes nothing."""
    unknown = [one for one in event.steps if one not in run.plan.step]
    if unknown or not event.steps:
        message = f'There is no step "{unknown[0]}".' if unknown else "No step is named."
        return Refusal("unknown-step", message)
    steps = tuple(sorted(set(event.steps)))
    if event.own:
        run.own_hold = Hold(steps, event.by, event.reason, run.now)
        run.facts.append(InstanceHeld(run.now, steps, event.by, event.reason, own=True))
        go_on(run)
        return None
    if run.hold is not None and event.id and (run.hold.id, run.hold.steps) == (event.id, steps):
        return None
    place_hold(run, Hold(steps, event.by, event.reason, run.now, event.id))
    go_on(run)
    return None


def release(run: Run, event: Released) -> Refusal | None:
    """Hold no step any more: what reached one enters it, unless it is held for another reason still."""
    if (run.own_hold if event.own else run.hold) is None:
        return Refusal("not-held", "No step is held.")
    if event.own:
        run.own_hold = None
        run.facts.append(InstanceReleased(run.now, event.by, event.reason, own=True))
    else:
        lift_hold(run, event.by, event.reason)
    go_on(run)
    return None


def place_hold(run: Run, new: Hold) -> None:
    """Hold steps from now on; what may go on is not looked at."""
    run.hold = new
    run.facts.append(InstanceHeld(run.now, new.steps, new.by, new.reason, new.id))


def lift_hold(run: Run, by: str, reason: str) -> None:
    """Hold nothing from now on; what may go on is not looked at."""
    run.hold = None
    run.facts.append(InstanceReleased(run.now, by, reason))


def is_held(run: Run, position: Position) -> bool:
    """Whether the step that a position has reached is held."""
    return run.holds(position.step)


def go_on(run: Run) -> None:
    """Begin what was reached and is neither held nor suspended any more, in the order in which it was reached."""
    waiting = [one for one in run.positions.values() if one.waits == "resume"]
    for position in sorted(waiting, key=lambda one: (one.entered_at, place(run.plan, one))):
        if run.positions.get(position.address) is not position:
            continue
        if is_held(run, position):
            if position.held_at is None:
                run.positions[position.address] = altered(position, held_at=run.at)
        elif run.suspension is None:
            moving.resume(run, position)
            moving.drive(run)
    run.now = run.at
