"""Clocks in words and shape: how each stands, what moved it, when it runs out, what is left, and why there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from api.services.records import Clock, Entry
from web.presenters.places import Places
from web.presenters.times import Time, length, time_of
from web.presenters.values import in_words

Shape = Literal["breached", "warned", "running", "paused", "met", "late", "dropped"]

STANDS: Mapping[Shape, str] = {
    "breached": "Time has run out",
    "warned": "Running short",
    "running": "Running",
    "paused": "Paused",
    "met": "Stopped in time",
    "late": "Stopped after its limit",
    "dropped": "No longer counts",
}

_ORDER: Sequence[Shape] = tuple(STANDS)


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock for its page. `shape` is what it is in a word, for its mark; `moved` says what started or stopped it."""

    name: str
    title: str
    shape: Shape
    stands: str
    left: str
    deadline: Time | None
    moved: tuple[tuple[str, Time], ...]
    starts: int
    why: str
    review_by: str


def clock_views(
    clocks: Sequence[Clock], entries: Sequence[Entry], places: Places, zone: str, now: datetime
) -> tuple[ClockView, ...]:
    """The clocks of an instance, those that press first."""
    views = [_view(one, entries, places, zone, now) for one in clocks]
    return tuple(sorted(views, key=lambda one: (_ORDER.index(one.shape), one.deadline.iso if one.deadline else "")))


def _view(one: Clock, entries: Sequence[Entry], places: Places, zone: str, now: datetime) -> ClockView:
    shape: Shape = "warned" if one.status == "running" and one.warned_at is not None else one.status
    runs = one.status in ("running", "breached")
    return ClockView(
        name=one.clock,
        title=one.title,
        shape=shape,
        stands=STANDS[shape],
        left=_left(one, now),
        deadline=time_of(one.deadline, zone, now) if runs and one.deadline is not None else None,
        moved=_moved(one, entries, places, zone, now),
        starts=one.number,
        why=one.why or "",
        review_by=in_words(one.review_by, zone) if one.review_by else "",
    )


def _left(one: Clock, now: datetime) -> str:
    match one.status:
        case "running" if one.deadline is not None:
            return f"{length(one.deadline - now)} left" if one.deadline > now else "Runs out now"
        case "breached" if one.deadline is not None:
            return f"Over by {length(now - one.deadline)}"
        case "paused" if one.left is not None:
            return f"{length(timedelta(seconds=one.left))} left when it goes on"
        case _:
            return ""


_MOVED = {
    "start": "Started by",
    "restart": "Started anew by",
    "stop": "Stopped by",
    "pause": "Paused by",
    "resume": "Went on by",
}


def _moved(
    one: Clock, entries: Sequence[Entry], places: Places, zone: str, now: datetime
) -> tuple[tuple[str, Time], ...]:
    """What started its present run, and what moved it last."""
    own = [
        entry
        for entry in entries
        if entry.kind == "clock-moved"
        and entry.detail.get("clock") == one.clock
        and entry.detail.get("number") == one.number
        and not entry.detail.get("ignored")
        and entry.detail.get("verb") in _MOVED
    ]
    started = [entry for entry in own if entry.detail.get("verb") in ("start", "restart")]
    told = [*started[:1], *[entry for entry in own[-1:] if entry not in started[:1]]]
    verbs = [_MOVED[str(entry.detail["verb"])] for entry in told]
    return tuple(
        (f"{verb}: {_by(entry, places)}", _at(entry, zone, now)) for verb, entry in zip(verbs, told, strict=True)
    )


def _by(entry: Entry, places: Places) -> str:
    return places.whole(entry.address) if entry.address else "the suspension"


def _at(entry: Entry, zone: str, now: datetime) -> Time:
    """When it counts from: a clock may start from a time of the step's result."""
    begun = entry.detail.get("started_at") if entry.detail.get("verb") in ("start", "restart") else None
    return time_of(datetime.fromisoformat(str(begun)) if begun else entry.at, zone, now)
