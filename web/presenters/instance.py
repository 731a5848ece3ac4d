"""The instance page: where it stands, what it knows and where that came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from api.services.core_versions import MovedOn
from api.services.instances import InstanceDetail
from api.services.queues import Queues
from api.services.records import Instance, InstanceSummary, Position, Task
from pathways.pace import pace_from_json, pathway_now
from pathways.plan import Plan
from web.presenters.clocks import ClockView, clock_views
from web.presenters.gone import GoneView, gone_view, whole
from web.presenters.instance_data import DataGroup, data_groups
from web.presenters.marks import Mark, marks_of
from web.presenters.places import Places, places_of
from web.presenters.related import STATUS, ChildView, child_view, parent_of
from web.presenters.times import Due, Time, due_of, time_of
from web.presenters.values import in_words, words

Json = Any

WAITS = {
    "action": "Carelane is working on it",
    "people": "Waits for a person",
    "event": "Waits for something to happen outside",
    "time": "Waits for a point in time",
    "child": "Waits for another pathway",
    "inner": "Waits for what lies in it",
    "undo": "Waits until what was done is undone",
    "resume": "Begins when the instance is resumed",
    "operator": "Stands still: needs an operator",
}


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage of the pathway, and whether the instance is past it, in it, or before it."""

    title: str
    place: Literal["done", "current", "ahead"]


@dataclass(frozen=True, slots=True)
class PositionView:
    """A place where it stands. `around` is the round, branch or side flow that it lies in.

    `is_outer`: it stands there only because it stands at something that lies in it.
    """

    address: str
    step: str
    title: str
    around: str
    waits: str
    is_stuck: bool
    is_outer: bool
    since: Time
    until: Time | None
    skip: str
    move: str


@dataclass(frozen=True, slots=True)
class OpenTaskView:
    """An open task of the instance. `others` are those of its cause: with it they are one item."""

    id: str
    title: str
    around: str
    queue: str
    due: Due
    assignee: str | None
    marks: tuple[Mark, ...]
    others: tuple[OpenTaskView, ...] = ()


@dataclass(frozen=True, slots=True)
class PauseView:
    """Why something does not go on: suspended, steps that are held, or on its way to an end; and who may lift it.

    `acts` are the ways to change that, each a text and an address.
    """

    title: str
    reason: str
    who: str
    since: Time | None
    lifts: str = ""
    acts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An open incident of the instance."""

    id: str
    step: str
    message: str
    since: Time
    is_retried: bool


@dataclass(frozen=True, slots=True)
class InstanceView:
    """An instance for its page."""

    id: str
    title: str
    version: str
    status: str
    outcome: str
    outcome_kind: str
    is_open: bool
    started: Time
    started_by: str
    ended: Time | None
    zone: str
    site: str
    now: Time
    attributes: tuple[tuple[str, str], ...]
    stages: tuple[StageView, ...]
    positions: tuple[PositionView, ...]
    tasks: tuple[OpenTaskView, ...]
    incidents: tuple[IncidentLine, ...]
    clocks: tuple[ClockView, ...]
    children: tuple[ChildView, ...]
    parent: tuple[str, str, str] | None
    suspended: PauseView | None
    held: PauseView | None
    own_held: PauseView | None
    ending: PauseView | None
    gone: GoneView | None
    replaces: str
    replaced_by: str
    data: tuple[DataGroup, ...]


def instance_view(
    found: InstanceDetail, queues: Queues, now: datetime, moved_on: Sequence[MovedOn] = ()
) -> InstanceView:
    """An instance for its page."""
    instance = found.instance
    here = instance_now(instance, now)
    places = places_of(found.plan, found.timeline)
    return InstanceView(
        id=instance.id,
        title=instance.title,
        version=instance.version,
        status=STATUS[instance.status],
        outcome=instance.outcome_title or words(instance.outcome or ""),
        outcome_kind=instance.outcome_kind or "",
        is_open=instance.status != "ended",
        started=time_of(instance.started_at, instance.zone, here),
        started_by=found.names.get(instance.started_by or "", ""),
        ended=time_of(instance.ended_at, instance.zone, here) if instance.ended_at else None,
        zone=instance.zone,
        site=instance.site or "",
        now=time_of(here, instance.zone, here),
        attributes=attributes_of(instance, instance.zone, found.plan),
        stages=_stages(found),
        positions=tuple(_position(one, instance, places, here) for one in found.positions),
        tasks=_tasks(found, places, queues, here),
        incidents=tuple(
            IncidentLine(
                id=one.id,
                step=whole(places, one.address),
                message=one.message,
                since=time_of(one.first_seen, instance.zone, here),
                is_retried=one.retried_at is not None,
            )
            for one in found.incidents
            if one.status == "open"
        ),
        clocks=clock_views(found.clocks, found.timeline, places, instance.zone, here),
        children=tuple(child_view(one, places, instance.zone, here) for one in found.children),
        parent=parent_of(found),
        suspended=_pause(found, "Suspended: no new step begins", instance.suspension, here),
        held=_held(found, places, instance.hold, here),
        own_held=_own_held(found, places, here),
        ending=_ending(found, here),
        gone=gone_view(found, now),
        replaces=instance.replaces or "",
        replaced_by=found.replaced_by.id if found.replaced_by is not None else "",
        data=data_groups(found, places, here, moved_on),
    )


def instance_now(instance: Instance, now: datetime) -> datetime:
    """What the instance takes for now."""
    return pathway_now(pace_from_json(instance.pace), now)


def attributes_of(instance: InstanceSummary, zone: str, plan: Plan | None) -> tuple[tuple[str, str], ...]:
    """The values that lists filter on, in words and in the definition's order."""
    order = {one.name: place for place, one in enumerate(plan.attributes)} if plan is not None else {}
    return tuple(
        (words(name), in_words(value, zone))
        for name, value in sorted(instance.attributes.items(), key=lambda named: order.get(named[0], len(order)))
        if value not in (None, "", [])
    )


def _stages(found: InstanceDetail) -> tuple[StageView, ...]:
    stages = found.plan.stages if found.plan is not None else ()
    current = stages.index(found.instance.stage) if found.instance.stage in stages else -1
    over = found.instance.status == "ended"
    views = []
    for place, stage in enumerate(stages):
        if place < current or (over and place == current):
            views.append(StageView(words(stage), "done"))
        else:
            views.append(StageView(words(stage), "current" if place == current else "ahead"))
    return tuple(views)


def _position(one: Position, instance: Instance, places: Places, now: datetime) -> PositionView:
    at = urlencode({"at": one.address})
    return PositionView(
        address=one.address,
        step=one.step,
        title=places.title(one.address) if one.address.endswith("/undo") else one.title,
        around=places.around(one.address),
        waits=WAITS[one.waits] if not is_held(one, instance) else "Held: it begins when the step is released",
        is_stuck=one.waits == "operator",
        is_outer=one.waits == "inner",
        since=time_of(one.entered_at, instance.zone, now),
        until=time_of(one.wake_at, instance.zone, now) if one.wake_at else None,
        skip=f"/instances/{instance.id}/skip?{at}" if one.waits not in ("undo", "resume") else "",
        move=f"/instances/{instance.id}/move?{at}" if _may_move(one) else "",
    )


def is_held(one: Position, instance: InstanceSummary) -> bool:
    """Whether a position waits before a step that is held."""
    return one.waits == "resume" and any(_holds(hold, one) for hold in (instance.hold, instance.own_hold))


def _holds(hold: Json, one: Position) -> bool:
    return isinstance(hold, Mapping) and one.step in hold.get("steps", ())


def held_at(instance: InstanceSummary, waiting: Iterable[Position]) -> str:
    """What a list says of an instance that holds steps; empty where it stands at none."""
    return ", ".join(sorted({one.title for one in waiting if is_held(one, instance)}))


def _held(found: InstanceDetail, places: Places, hold: Json, now: datetime) -> PauseView | None:
    """What its version holds."""
    view = _pause(found, _held_title(found, places, hold), hold, now)
    return replace(view, lifts="It is lifted with the pause of its version.") if view is not None else None


def _own_held(found: InstanceDetail, places: Places, now: datetime) -> PauseView | None:
    """What operators hold of this instance alone."""
    hold, here = found.instance.own_hold, f"/instances/{found.instance.id}"
    view = _pause(found, _held_title(found, places, hold), hold, now)
    if view is None:
        return None
    acts = (("Release it", f"{here}/release"), ("Hold other steps", f"{here}/hold"))
    return replace(view, lifts="Of this instance alone. A supervisor lifts it.", acts=acts)


def _held_title(found: InstanceDetail, places: Places, hold: Json) -> str:
    reached = (one for one in found.positions if one.waits == "resume" and _holds(hold, one))
    waiting = sorted({places.whole(one.address) for one in reached})
    if waiting:
        return f"Held at {', '.join(waiting)}"
    steps = hold.get("steps", ()) if isinstance(hold, Mapping) else ()
    return f"Not entered until they are released: {', '.join(places.step(str(one)) for one in steps)}"


def _may_move(one: Position) -> bool:
    return one.waits != "undo" and not one.address.endswith("/undo") and "^" not in one.address


def _tasks(found: InstanceDetail, places: Places, queues: Queues, now: datetime) -> tuple[OpenTaskView, ...]:
    """The open tasks; those of one cause with the first of them."""
    told: dict[str, OpenTaskView] = {}
    for one in found.tasks:
        if one.status == "open":
            view, first = _task(one, found, places, queues, now), told.get(one.cause or one.id)
            told[one.cause or one.id] = view if first is None else replace(first, others=(*first.others, view))
    return tuple(told.values())


def _task(one: Task, found: InstanceDetail, places: Places, queues: Queues, now: datetime) -> OpenTaskView:
    return OpenTaskView(
        id=one.id,
        title=one.title,
        around=places.around(one.address),
        queue=queues.title(one.queue),
        due=due_of(one.due_at, found.instance.zone, now),
        assignee=found.names.get(one.assignee, "Somebody") if one.assignee else None,
        marks=marks_of(one, queues, found.instance.zone, now),
    )


def _pause(found: InstanceDetail, title: str, told: Json, now: datetime) -> PauseView | None:
    if not isinstance(told, Mapping):
        return None
    at, who = told.get("at"), str(told.get("by") or "")
    return PauseView(
        title=title,
        reason=str(told.get("reason") or ""),
        who=found.names.get(who, "the pathway that started it" if who.startswith("parent/") else ""),
        since=time_of(datetime.fromisoformat(str(at)), found.instance.zone, now) if at else None,
    )


def _ending(found: InstanceDetail, now: datetime) -> PauseView | None:
    told = found.instance.ending
    if not isinstance(told, Mapping) or found.instance.status != "cancelling":
        return None
    known = found.plan.outcome.get(str(told.get("outcome"))) if found.plan is not None else None
    title = known.title if known is not None else words(str(told.get("outcome")))
    return _pause(found, f"On its way to the end: {title}", told, now)
