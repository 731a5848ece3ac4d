"""Times for people: exact in the site's zone, and in words beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pathways.time.zones import zone

Urgency = Literal["overdue", "soon", "later", "undated"]

SOON = timedelta(hours=4)
"""How long before its due time a task counts as due soon."""

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True, slots=True)
class Time:
    """A moment as pages print it: `exact` in the zone, `iso` for machines, `words` relative to now."""

    exact: str
    iso: str
    words: str
    date: str
    clock: str


@dataclass(frozen=True, slots=True)
class Due:
    """When a task is due, in words and in a kind that pages also show by a shape."""

    kind: Urgency
    words: str
    time: Time | None


def time_of(moment: datetime, zone_name: str, now: datetime) -> Time:
    """A moment for people in a zone."""
    local = moment.astimezone(zone(zone_name))
    date = f"{local:%a} {local.day} {local:%b} {local.year}"
    clock = f"{local:%H:%M}"
    return Time(
        exact=f"{date}, {clock} {local:%Z}",
        iso=moment.astimezone(UTC).isoformat(timespec="seconds"),
        words=relative(moment, now),
        date=date,
        clock=clock,
    )


def due_of(moment: datetime | None, zone_name: str, now: datetime) -> Due:
    """When something is due."""
    if moment is None:
        return Due("undated", "No due time", None)
    time = time_of(moment, zone_name, now)
    if moment <= now:
        return Due("overdue", f"Overdue by {length(now - moment)}", time)
    kind: Urgency = "soon" if moment - now <= SOON else "later"
    return Due(kind, f"Due in {length(moment - now)}", time)


def relative(moment: datetime, now: datetime) -> str:
    """A moment in words, relative to now."""
    between = now - moment
    if abs(between) < timedelta(minutes=1):
        return "just now"
    return f"{length(between)} ago" if between > timedelta() else f"in {length(-between)}"


def length(duration: timedelta) -> str:
    """A length of time in its largest unit."""
    seconds = int(abs(duration).total_seconds())
    for size, name in _UNITS:
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "less than a minute"
