"""What expressions see: inputs and saved values as FEEL values, `instance`, and what is bound to a position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pathways import feel
from pathways.addresses import PATHWAY, data_scopes, iteration_of
from pathways.functions import functions
from pathways.plan import Plan
from pathways.state import Saved
from pathways.time.zones import zone

Json = Any
Data = Mapping[str, Mapping[str, Saved]]


class Names(Mapping[str, Any]):
    """The names at a position, each as FEEL sees it; null until set.

    `layers` are the saved values of the scopes that are seen, from the inside out. `bound` names exist only at this
    position and hide saved ones.
    """

    __slots__ = ("_bound", "_layers", "_plan")

    def __init__(self, plan: Plan, layers: tuple[Mapping[str, Saved], ...], bound: Mapping[str, Any]) -> None:
        self._plan = plan
        self._layers = layers
        self._bound = bound

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name, or `default` where it has none."""
        if key in self._bound:
            return self._bound[key]
        for layer in self._layers:
            saved = layer.get(key)
            if saved is not None:
                return _seen(self._plan, key, saved)
        return default

    def __getitem__(self, key: str) -> Any:
        if key not in self:
            raise KeyError(key)
        return self.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._bound or key in self._plan.types or any(key in layer for layer in self._layers)

    def __iter__(self) -> Iterator[str]:
        inner = [name for layer in self._layers for name in layer]
        return iter(dict.fromkeys([*self._bound, *self._plan.types, *inner]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def binding(self, bound: Mapping[str, Any]) -> Names:
        """The same names with others in front of them."""
        return Names(self._plan, self._layers, {**self._bound, **bound})

    def saved(self, key: str) -> Saved | None:
        """A saved value with where it came from, from the innermost scope that has it."""
        return next((layer[key] for layer in self._layers if key in layer), None)


def _seen(plan: Plan, name: str, saved: Saved) -> Any:
    """A saved value as expressions of a plan see it; every event asks again, so the answer is kept beside the value."""
    kept = saved.__dict__.get("_seen")
    if kept is None or kept[0] is not plan:
        declared = saved.type or plan.type_of(name, saved.address)
        kept = plan, saved.value if declared is None else declared.load(saved.value)
        saved.__dict__["_seen"] = kept
    return kept[1]


class Scopes:
    """The names of every scope of an instance, made when they are first asked for."""

    def __init__(self, plan: Plan, instance: str, started_at: datetime, data: Data, site: str | None = None) -> None:
        self._plan = plan
        self._data = data
        self._itself = {
            "id": instance,
            "pathway": plan.pathway,
            "version": plan.version,
            "started_at": started_at,
            "site": site,
        }
        self._names: dict[str, Names] = {}

    def names(self, scope: str = PATHWAY) -> Names:
        """What expressions see in a scope."""
        found = self._names.get(scope)
        if found is None:
            bound: dict[str, Any] = {"instance": self._itself}
            if scope == PATHWAY:
                layers: tuple[Mapping[str, Saved], ...] = (self._data.get(PATHWAY, {}),)
            else:
                layers = tuple(self._data.get(one, {}) for one in data_scopes(scope))
                number = iteration_of(scope)
                if number is not None:
                    bound["iteration"] = number
            found = self._names[scope] = Names(self._plan, layers, bound)
        return found

    def refresh(self) -> None:
        """Look anew at which scopes have data."""
        self._names.clear()


def names_of(
    plan: Plan, instance: str, started_at: datetime, data: Data, scope: str = PATHWAY, *, site: str | None = None
) -> Names:
    """What expressions see of an instance in a scope: inputs and saved names, and `instance` itself."""
    return Scopes(plan, instance, started_at, data, site).names(scope)


def bound_values(plan: Plan, bound: Mapping[str, Json]) -> Mapping[str, Any]:
    """What is bound to a position as expressions see it: an event's data by its type's schema."""
    event = bound.get("event")
    if event is None:
        return bound
    declared = plan.event_data.get(event["type"])
    data = event["data"] if declared is None else declared.load(event["data"])
    time = None if event["time"] is None else datetime.fromisoformat(event["time"])
    return {**bound, "event": {**event, "data": data, "time": time}}


def environment(plan: Plan, zone_name: str, now: datetime, allowance: feel.Allowance | None = None) -> feel.Environment:
    """Time, zone and the functions that the language adds to FEEL."""
    tz = zone(zone_name)
    host = plan.host_functions.get(zone_name)
    if host is None:
        host = functions(tz, plan.business_calendars, plan.default_calendar, plan.codes_of_value_sets)
        plan.host_functions[zone_name] = host
    return feel.Environment(now=now, zone=tz, functions=host, allowance=allowance)
