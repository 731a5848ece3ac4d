"""Whether what stands at a step of one version can go on at a step of another, and what of it stays."""

from __future__ import annotations

from pathways.plan import Child, Do, Repeat, Step
from pathways.state import Position


def keeps(position: Position) -> str:
    """What stays of what a position waits for."""
    match position.waits:
        case "people":
            return "the task stays with its person, what was typed and its due time"
        case "action":
            return "the action goes on"
        case "time" | "event":
            return "it waits on; what remains of its time stays"
        case "child":
            return "its child goes on"
        case "operator":
            return "its incident stays open"
        case _:
            return "it stays"


def why_not(old: Step, new: Step, position: Position) -> str:
    """Why a position can't go on at a step of the new version; empty when it can."""
    if position.role == "undo":
        return "an undo is running: wait until it is done."
    if position.role == "handler":
        return "an event waits for an operator here: close its incident first."
    if position.waits == "undo":
        return "what was done here is being undone: wait until it is done."
    if position.waits == "resume":
        return ""
    if type(old) is not type(new):
        return f'"{new.id}" is another kind of step ({old.kind} before, {new.kind} now): the map may say enter.'
    if isinstance(old, Repeat) and isinstance(new, Repeat) and position.count and _round(old) != _round(new):
        return f"its iterations go by {_round(old)}, and those of the step by {_round(new)} now: the map may say enter."
    other = is_other(old, new)
    return f"{other}: the map may say enter." if other else ""


def is_other(old: Step, new: Step) -> str:
    """What makes a step of the same kind another one, so that what was begun at the one can't end at the other."""
    match old, new:
        case Do(), Do() if old.action != new.action:
            return f"{old.action} was ordered here, and the step runs {new.action} now"
        case Child(), Child() if old.pathway != new.pathway:
            return f"a child {old.pathway} was started here, and the step starts {new.pathway} now"
    return ""


def _round(step: Repeat) -> str:
    """By what a repeat goes round."""
    if step.items is not None:
        return f"for_each, {step.mode}"
    return "while" if step.while_ is not None else "until"
