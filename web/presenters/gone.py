"""An instance whose workflow is gone: what happened, what that means, and what closing or starting anew brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.services.instances import InstanceDetail
from api.services.records import Child, InstanceSummary
from web.presenters.consequences import Consequence
from web.presenters.places import Places, places_of
from web.presenters.times import Time, time_of
from web.presenters.values import words

KIND = "workflow-gone"
"""The kind of its incident."""

WHOLE = "^"
"""The address of the whole instance."""

BRIEFLY = "What runs it is gone"

HAPPENED: Mapping[str, str] = {
    "terminated": "What runs this pathway was ended by hand: its workflow was terminated in Temporal.",
    "failed": "What runs this pathway has failed: its workflow failed in Temporal.",
    "timed-out": "What runs this pathway was ended: its workflow ran out of time in Temporal.",
    "cancelled": "What runs this pathway was ended from outside: its workflow was cancelled in Temporal.",
    "missing": "What runs this pathway is not there: Temporal has no workflow of it. Perhaps Temporal was restored.",
}

MEANS = (
    "What you see of it is what was last heard. Nothing goes on: tasks can't be completed, no deadline passes, and no "
    "event is acted on."
)


@dataclass(frozen=True, slots=True)
class GoneView:
    """What happened to an instance, when that was found, and what can be done about it."""

    happened: str
    means: str
    found: Time
    can: tuple[str, ...]


def gone_view(found: InstanceDetail, now: datetime) -> GoneView | None:
    """What is told of an open instance whose workflow is gone; None where it is there."""
    one = found.instance
    if not is_gone(one):
        return None
    how = str(one.gone["how"])
    return GoneView(
        happened=HAPPENED.get(how, HAPPENED["terminated"]),
        means=MEANS,
        found=time_of(datetime.fromisoformat(str(one.gone["at"])), one.zone, now),
        can=tuple(_can(found, how)),
    )


def is_gone(one: InstanceSummary) -> bool:
    """Whether an instance is open, and its workflow gone."""
    return isinstance(one.gone, Mapping) and one.status != "ended"


def is_awaited(found: InstanceDetail) -> bool:
    """Whether another pathway that goes on waits for this one."""
    return found.parent is not None and found.parent.status != "ended"


def _can(found: InstanceDetail, how: str) -> Iterator[str]:
    if how != "missing":
        yield "An engineer may take its workflow up again in Temporal (reset). Then it goes on from where it stood."
    if is_awaited(found):
        yield "The pathway that waits for it has an exception: trying that again starts this one anew. Close this one."
    else:
        yield "Started anew, the same begins from its first step, with the same inputs, as another instance."
    yield "Closed, it is over: its tasks are cancelled, and what is typed there is kept."


def closed(found: InstanceDetail) -> Consequence:
    """What closing it would bring."""
    over = "It ends as cancelled, and can't be taken up again where it was."
    kept = "What was done outside stays as it is: nothing there is taken back."
    return Consequence((over, *_over(found), kept))


def started_anew(found: InstanceDetail) -> Consequence:
    """What starting it anew would bring."""
    version = f"{found.instance.title} {found.instance.version}"
    begins = f"{version} begins again from its first step, with the same inputs, as another instance."
    told = [begins, "This one ends as cancelled. Each shows the other.", *_over(found)]
    places = places_of(found.plan, found.timeline)
    done = "; ".join(dict.fromkeys(places.whole(one) for one in _done_outside(found)))
    if done:
        told.append(f"The new one does not know what was done outside, and may do it again. Look there first: {done}.")
    else:
        told.append("Nothing is on record that this one has done outside.")
    return Consequence(tuple(told))


def _over(found: InstanceDetail) -> Iterator[str]:
    """What ends with it, and who hears of it."""
    for one in found.tasks:
        if one.status == "open":
            who = f"; {found.names.get(one.assignee, 'somebody')} has it now" if one.assignee else ""
            yield f"The task “{one.title}” closes{who}. What was typed there is kept."
    for clock in found.clocks:
        if clock.status in ("running", "paused", "breached"):
            yield f"The clock “{clock.title}” no longer counts."
    for child in _children(found):
        yield f"The pathway “{words(child.pathway)}” that it started is told to cancel."
    if is_awaited(found) and found.parent is not None:
        yield f"“{found.parent.title}”, which waits for it, hears that it has failed."


def _children(found: InstanceDetail) -> tuple[Child, ...]:
    return tuple(one for one in found.children if one.awaited)


def _done_outside(found: InstanceDetail) -> Iterator[str]:
    """The addresses of the actions that it completed; what was undone is not told apart."""
    for one in found.timeline:
        done = one.kind == "action-ended" and one.detail.get("how") == "completed"
        if done and one.address and not one.address.endswith("/undo"):
            yield one.address


def whole(places: Places, address: str) -> str:
    """Where an incident stands; of the whole instance, that."""
    return "The whole pathway" if address == WHOLE else places.whole(address)
