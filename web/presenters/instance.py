"""The instance page: where it stands, what it knows and where that came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from api.services.clock import pace_from_json, pathway_now
from api.services.instances import InstanceDetail
from api.services.queues import Queues
from api.services.records import Instance, InstanceSummary, Position
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
    "resume": "Held until the instance is resumed",
    "operator": "Stands still: needs an operator",
}

STATUS = {"starting": "Starting", "running": "Running", "cancelling": "Being cancelled", "ended": "Ended"}


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage of the pathway, and whether the instance is past it, in it, or before it."""

    title: str
    place: Literal["done", "current", "ahead"]


@dataclass(frozen=True, slots=True)
class PositionView:
    """A place where it stands."""

    step: str
    title: str
    waits: str
    is_stuck: bool
    since: Time
    until: Time | None


@dataclass(frozen=True, slots=True)
class DataView:
    """A saved value with where it came from."""

    name: str
    value: str
    origin: str
    time: Time
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenTaskView:
    """An open task of the instance."""

    id: str
    title: str
    queue: str
    due: Due
    assignee: str | None


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
    now: Time
    attributes: tuple[tuple[str, str], ...]
    stages: tuple[StageView, ...]
    positions: tuple[PositionView, ...]
    tasks: tuple[OpenTaskView, ...]
    incidents: tuple[IncidentLine, ...]
    data: tuple[DataView, ...]


def instance_view(found: InstanceDetail, queues: Queues, now: datetime) -> InstanceView:
    """An instance for its page."""
    instance = found.instance
    here = instance_now(instance, now)
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
        now=time_of(here, instance.zone, here),
        attributes=attributes_of(instance, instance.zone),
        stages=_stages(found),
        positions=tuple(_position(one, instance, here) for one in found.positions),
        tasks=tuple(
            OpenTaskView(
                id=one.id,
                title=one.title,
                queue=queues.title(one.queue),
                due=due_of(one.due_at, instance.zone, here),
                assignee=found.names.get(one.assignee, "Somebody") if one.assignee else None,
            )
            for one in found.tasks
            if one.status == "open"
        ),
        incidents=tuple(
            IncidentLine(
                id=one.id,
                step=_step_title(found, one.step),
                message=one.message,
                since=time_of(one.first_seen, instance.zone, here),
                is_retried=one.retried_at is not None,
            )
            for one in found.incidents
            if one.status == "open"
        ),
        data=_data(found, here),
    )


def instance_now(instance: Instance, now: datetime) -> datetime:
    """What the instance takes for now."""
    return pathway_now(pace_from_json(instance.pace), now)


def attributes_of(instance: InstanceSummary, zone: str) -> tuple[tuple[str, str], ...]:
    """The values that lists filter on, in words."""
    return tuple(
        (words(name), in_words(value, zone))
        for name, value in instance.attributes.items()
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


def _position(one: Position, instance: Instance, now: datetime) -> PositionView:
    return PositionView(
        step=one.step,
        title=one.title,
        waits=WAITS[one.waits],
        is_stuck=one.waits == "operator",
        since=time_of(one.entered_at, instance.zone, now),
        until=time_of(one.wake_at, instance.zone, now) if one.wake_at else None,
    )


def _step_title(found: InstanceDetail, step: str) -> str:
    known = found.plan.step.get(step) if found.plan is not None else None
    return (known.title if known is not None else None) or words(step)


def _data(found: InstanceDetail, now: datetime) -> tuple[DataView, ...]:
    zone = found.instance.zone
    views = []
    for scope in found.instance.data.values():
        for name, saved in scope.items():
            if saved.get("value") is None:
                continue
            views.append(
                DataView(
                    name=words(name),
                    value=in_words(_told(saved["value"]), zone),
                    origin=_origin(found, saved),
                    time=time_of(datetime.fromisoformat(saved["at"]), zone, now),
                    sources=tuple(_source(one, zone, now) for one in saved.get("sources") or ()),
                )
            )
    return tuple(views)


def _told(value: Json) -> Json:
    """A task's answer without who and when: the page tells that beside it."""
    if isinstance(value, Mapping) and {"outcome", "by", "at"} <= set(value):
        return {name: one for name, one in value.items() if name not in ("by", "at")}
    return value


def _origin(found: InstanceDetail, saved: Mapping[str, Json]) -> str:
    by, address = saved.get("by"), str(saved.get("address") or "")
    who = found.names.get(str(by), "") if by else ""
    where = _step_title(found, address.split("@")[0]) if address else "Given at the start"
    return f"{where}, by {who}" if who else where


def _source(source: Mapping[str, Json], zone: str, now: datetime) -> str:
    version = f", version {source['version']}" if source.get("version") else ""
    read_at = source.get("read_at")
    read = f", read {time_of(datetime.fromisoformat(read_at), zone, now).exact}" if read_at else ""
    return f"{source.get('reference')}{version}{read}"
