"""What an instance knows: values by scope, each with where it came from, and whether the core has moved on since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from api.services.core_versions import MovedOn
from api.services.instances import InstanceDetail
from pathways.datatypes import ANY
from pathways.plan import Plan, computed_by, saved_by
from web.presenters.places import Places
from web.presenters.times import Time, time_of
from web.presenters.values import Told, reference_words, told, words

Json = Any


@dataclass(frozen=True, slots=True)
class DataView:
    """A saved value with where it came from. `change` is the address at which it can be changed."""

    name: str
    value: Told
    origin: str
    time: Time
    sources: tuple[str, ...]
    change: str


@dataclass(frozen=True, slots=True)
class DataGroup:
    """The values of one scope: the pathway's own (no title), those of a round, or of a side flow's run."""

    title: str
    values: tuple[DataView, ...]
    is_over: bool


def data_groups(
    found: InstanceDetail, places: Places, now: datetime, moved_on: Sequence[MovedOn] = ()
) -> tuple[DataGroup, ...]:
    """The values of an instance, the pathway's own first. `moved_on` is what the core has in another version now."""
    groups, newer = [], {(one.reference, one.read): one.now for one in moved_on}
    standing = [one.address for one in found.positions]
    for scope in sorted(found.instance.data):
        values = [
            _value(found, places, scope, name, saved, now, newer)
            for name, saved in sorted(found.instance.data[scope].items(), key=_place_in(found.plan))
            if saved.get("value") is not None
        ]
        if values:
            is_over = bool(scope) and not any(one.startswith(scope) for one in standing)
            groups.append(DataGroup(places.scope(scope), tuple(values), is_over))
    return tuple(groups)


def _place_in(plan: Plan | None) -> Callable[[tuple[str, Mapping[str, Json]]], tuple[int, str]]:
    """By what the values of a scope are ordered: as the definition gives them, inputs first."""
    if plan is None:
        return lambda named: (0, str(named[1].get("at")))
    produced = [one.name for one in plan.inputs]
    for step in plan.steps:
        produced += [one.name for one in computed_by(step)] + [one.name for one in saved_by(step)]
    place = {name: number for number, name in reversed([*enumerate(produced)])}
    return lambda named: (place.get(named[0], len(produced)), str(named[1].get("at")))


def _value(
    found: InstanceDetail,
    places: Places,
    scope: str,
    name: str,
    saved: Mapping[str, Json],
    now: datetime,
    newer: Mapping[tuple[str, str], str | None],
) -> DataView:
    zone = found.instance.zone
    return DataView(
        name=words(name),
        value=_told(found, name, saved),
        origin=_origin(found, places, saved),
        time=time_of(datetime.fromisoformat(saved["at"]), zone, now),
        sources=tuple(_source(one, zone, now, newer) for one in saved.get("sources") or ()),
        change=f"/instances/{found.instance.id}/data?{urlencode({'name': name, 'scope': scope})}",
    )


def _told(found: InstanceDetail, name: str, saved: Mapping[str, Json]) -> Told:
    """A value laid out; a task's answer without who and when: the page tells that beside it."""
    value, declared = saved["value"], None
    if isinstance(value, Mapping) and {"outcome", "by", "at"} <= set(value):
        value = {name: one for name, one in value.items() if name not in ("by", "at")}
    if found.plan is not None:
        declared = found.plan.type_of(name, str(saved.get("address") or ""))
    return told(value, found.instance.zone, declared or ANY, found.names)


def _origin(found: InstanceDetail, places: Places, saved: Mapping[str, Json]) -> str:
    by, address = saved.get("by"), str(saved.get("address") or "")
    who = found.names.get(str(by), "") if by else ""
    where = places.title(address) if address else "Given at the start"
    return f"{where}, by {who}" if who else where


def _source(source: Mapping[str, Json], zone: str, now: datetime, newer: Mapping[tuple[str, str], str | None]) -> str:
    version = f", version {source['version']}" if source.get("version") else ""
    read_at = source.get("read_at")
    read = f", read {time_of(datetime.fromisoformat(read_at), zone, now).exact}" if read_at else ""
    told = f"{reference_words(str(source.get('reference')))}{version}{read}"
    place = (str(source.get("reference")).partition("/_history")[0], str(source.get("version")))
    if place not in newer:
        return told
    return f"{told}. It is no longer there" if newer[place] is None else f"{told}. It has version {newer[place]} now"
