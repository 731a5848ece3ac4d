"""What an intervention would bring, in sentences: what the engine foresees, with the names that people know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.services.errors import RefusedError
from api.services.instances import InstanceDetail
from api.services.records import Position
from pathways.foresight import Foresight
from pathways.messages import Refused
from web.presenters.places import Places, places_of
from web.presenters.refusals import refusal_words
from web.presenters.values import words

Json = Any

NOT_YET = ("output-invalid", "value-invalid")
"""Refusals that only say that nothing, or not all, has been typed yet."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an intervention would bring, each in a sentence. `undoes` is what could be taken back with it, in order.

    `refused` is why it would not be done as things stand.
    """

    told: tuple[str, ...]
    undoes: tuple[str, ...] = ()
    refused: str = ""


# -- each of the interventions --------------------------------------------------------------------------------


def skipped(found: InstanceDetail, address: str, seen: Foresight) -> Consequence:
    """What skipping would bring."""
    told = []
    if address.endswith("/undo"):
        told.append("It counts as undone. What was done outside stays as it is there: see to it by hand.")
    elif "^" in address:
        told.append("The event is passed over, as if it had not come.")
    elif is_in_doubt(found, address):
        told.append("Nobody knows whether it was done outside. It is settled by your word.")
        told.append("Done, it is taken back where the pathway asks for that; never done, nothing is.")
    elif position_at(found, address) is not None:
        told.append("The step counts as completed with what you give here, and the pathway goes on from it.")
    telling = _Telling(found, seen)
    if seen.refused is not None and seen.refused.code in NOT_YET:
        return Consequence((*told, *telling.task_at(address)))
    return telling.consequence(*told, *telling.begun(), *telling.left(but=address), *telling.over())


def moved(found: InstanceDetail, to: str, seen: Foresight) -> Consequence:
    """What moving a position to a step would bring."""
    telling = _Telling(found, seen)
    goes_on = f"It goes on at: {telling.places.step(to)}."
    told = telling.consequence(goes_on, *telling.begun(but=to), *telling.left(), *telling.over())
    undoes = seen.undone or seen.undoable
    return Consequence(told.told, tuple(telling.places.whole(one) for one in undoes), told.refused)


def cancelled(found: InstanceDetail, seen: Foresight) -> Consequence:
    """What cancelling would bring."""
    telling = _Telling(found, seen)
    first = "It ends as cancelled, and can't be taken up again where it was."
    return telling.consequence(first, *telling.left(), *telling.over(), *telling.taken_back())


def suspended(found: InstanceDetail, seen: Foresight) -> Consequence:
    """What suspending would bring."""
    told = ["No new step begins, and no reminder is sent, until somebody resumes it."]
    opened = [one for one in found.tasks if one.status == "open"]
    told += [f"The task “{one.title}” stays open and may be completed." for one in opened]
    if any(one.waits == "action" for one in found.positions):
        told.append("What Carelane is doing now is finished first.")
    told.append("Events are kept and come again when it is resumed. Clocks go on, unless you pause them here.")
    return _Telling(found, seen).consequence(*told)


def resumed(found: InstanceDetail, seen: Foresight) -> Consequence:
    """What resuming would bring."""
    telling = _Telling(found, seen)
    begins = [f"Begins now: {telling.places.whole(one.address)}." for one in seen.begun]
    kept = "Deadlines that passed meanwhile are acted on in their order; kept events come again."
    return telling.consequence(*begins, *telling.left(), *telling.over(), kept)


def held(found: InstanceDetail, steps: Sequence[str], seen: Foresight) -> Consequence:
    """What holding steps of this instance would bring."""
    telling = _Telling(found, seen)
    told = [
        "What you choose is not entered until somebody releases it, in this instance alone.",
        "What stands inside goes on, tasks that are open stay open, and clocks go on.",
    ]
    inside = [one for one in found.positions if one.waits != "resume" and one.step in steps]
    told += [f"“{telling.places.whole(one.address)}” has begun already, and goes on." for one in inside]
    if seen.undoable:
        done = "; ".join(telling.places.whole(one) for one in seen.undoable)
        told.append(f"What was done stays done. It can be taken back by moving on or cancelling: {done}.")
    told.append("You, or any other supervisor, lift it again on this instance's page.")
    return telling.consequence(*told)


def released(found: InstanceDetail, seen: Foresight) -> Consequence:
    """What releasing the steps that are held of this instance would bring."""
    telling = _Telling(found, seen)
    begins = [f"Begins now: {telling.places.whole(one.address)}." for one in seen.begun if not one.held]
    kept = ["What its version holds stays held."] if found.instance.hold is not None else []
    return telling.consequence(
        *(begins or ["Nothing stands before them now."]), *kept, *telling.left(), *telling.over()
    )


def changed(found: InstanceDetail, saved: Mapping[str, Json], seen: Foresight) -> Consequence:
    """What changing a value would bring."""
    told = [
        "Whatever depends on it is worked out anew: due times, limits of clocks, events that are waited for.",
        "What was decided with the old value stays decided.",
    ]
    if saved.get("sources"):
        told.append("It was read from the core. The core keeps its own value: change it there as well.")
    telling = _Telling(found, seen)
    if seen.refused is not None and seen.refused.code in NOT_YET:
        return Consequence(tuple(told))
    return telling.consequence(*told, *telling.begun(), *telling.left(), *telling.over())


# -- the sentences --------------------------------------------------------------------------------------------


class _Telling:
    def __init__(self, found: InstanceDetail, seen: Foresight) -> None:
        self.found = found
        self.seen = seen
        self.places: Places = places_of(found.plan, found.timeline)

    def consequence(self, *told: str) -> Consequence:
        """All of it; only the refusal where there is one that what is typed can't help."""
        refused = self.seen.refused
        if refused is not None and refused.code not in NOT_YET:
            return Consequence((), refused=_words(refused))
        return Consequence((*told, *self.gates()))

    def begun(self, *, but: str = "") -> Iterator[str]:
        """Where it would stand next."""
        for one in self.seen.begun:
            if one.step != but:
                how = "Begins when it is resumed" if one.held else "It goes on at"
                yield f"{how}: {self.places.whole(one.address)}."

    def left(self, *, but: str = "") -> Iterator[str]:
        """What stands now and would not any more."""
        for address in self.seen.left:
            if address != but:
                yield f"It leaves: {self.places.whole(address)}."

    def over(self) -> Iterator[str]:
        """Tasks, children and clocks that end with it."""
        tasks = {one.id: one for one in self.found.tasks}
        for ident in self.seen.closed:
            task = tasks.get(ident)
            yield self._closes(task.title, task.assignee) if task is not None else "A task that has just opened closes."
        children = {one.instance: one for one in self.found.children}
        for ident in self.seen.children:
            name = f"“{words(children[ident].pathway)}” " if ident in children else ""
            yield f"The pathway {name}that it started is told to cancel."
        for name in self.seen.dropped:
            yield f"The clock “{self.places.clock(name)}” no longer counts."

    def taken_back(self) -> Iterator[str]:
        """What is undone, the last first; and what stays."""
        undone, unsettled = self.seen.undone, self.seen.unsettled
        if undone:
            yield f"It is taken back, the last first: {'; '.join(self.places.whole(one) for one in undone)}."
        for address in unsettled:
            place = self.places.whole(address)
            yield f"“{place}” still runs outside. It is waited for; if it was done, it is taken back."
        if undone or unsettled:
            yield "It has ended only when all of that is taken back."
            yield "Whatever else was done outside stays as it is."
        else:
            yield "What was done outside stays as it is: nothing there is taken back."

    def task_at(self, address: str) -> Iterator[str]:
        """The task that stands at an address closes."""
        for one in self.found.tasks:
            if one.status == "open" and one.address == address:
                yield self._closes(one.title, one.assignee)

    def gates(self) -> Iterator[str]:
        """The decisions that would be passed over."""
        plan = self.found.plan
        for path in self.seen.gates:
            step = plan.step.get(path) if plan is not None else None
            if step is not None and step.gate_roles:
                yield f"“{step.shown}” is a decision that only {_or(step.gate_roles)} may pass over."

    def _closes(self, title: str, assignee: str | None) -> str:
        who = f"; {self.found.names.get(assignee, 'somebody')} has it now" if assignee else ""
        return f"The task “{title}” closes{who}. What was typed there is kept."


def _words(refused: Refused) -> str:
    return refusal_words(RefusedError(refused.code, refused.message, refused.detail))


def _or(roles: tuple[str, ...]) -> str:
    return " or ".join(f"a {words(one).lower()}" for one in roles)


def is_in_doubt(found: InstanceDetail, address: str) -> bool:
    """Whether it is not known if the action at an address was done."""
    return any(one.kind == "in-doubt" and one.status == "open" and one.address == address for one in found.incidents)


def position_at(found: InstanceDetail, address: str) -> Position | None:
    """The position that stands at an address."""
    return next((one for one in found.positions if one.address == address), None)
