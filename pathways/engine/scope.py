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
from pathways.zones import zone

Json = Any
Data = Mapping[str, Mapping[str, Saved]]


class Names(Mapping[str, Any]):
    """The names at a position, each read as FEEL sees it when it is first asked for; null until set.

    `layers` are the saved values of the scopes that are seen, from the inside out, each with what was read of it
    already. `bound` names exist only at this position and hide saved ones.
    """

    __slots__ = ("_bound", "_layers", "_plan")

    def __init__(
        self,
        plan: Plan,
        layers: tuple[tuple[Mapping[str, Saved], dict[str, Any]], ...],
        bound: Mapping[str, Any] | None = None,
    ) -> None:
        self._plan = plan
        self._layers = layers
        self._bound = bound or {}

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name, or `default` where it has none."""
        if key in self._bound:
            return self._bound[key]
        for data, loaded in self._layers:
            if key in loaded:
                return loaded[key]
            saved = data.get(key)
            if saved is not None:
                declared = saved.type or self._plan.type_of(key, saved.address)
                value = saved.value if declared is None else declared.load(saved.value)
                loaded[key] = value
                return value
        return default

    def __getitem__(self, key: str) -> Any:
        if key not in self:
            raise KeyError(key)
        return self.get(key)

    def __contains__(self, key: object) -> bool:
        if key in self._bound or key in self._plan.types:
            return True
        return any(key in loaded or key in data for data, loaded in self._layers)

    def __iter__(self) -> Iterator[str]:
        inner = [name for data, loaded in self._layers for name in (*loaded, *data)]
        return iter(dict.fromkeys([*self._bound, *self._plan.types, *inner]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def binding(self, bound: Mapping[str, Any]) -> Names:
        """The same names with others in front of them."""
        return Names(self._plan, self._layers, {**self._bound, **bound})

    def saved(self, key: str) -> Saved | None:
        """A saved value with where it came from, from the innermost scope that has it."""
        return next((data[key] for data, _ in self._layers if key in data), None)


class Scopes:
    """The names of every scope of an instance, made when they are first asked for."""

    def __init__(self, plan: Plan, instance: str, started_at: datetime, data: Data, site: str | None = None) -> None:
        itself = {
            "id": instance,
            "pathway": plan.pathway,
            "version": plan.version,
            "started_at": started_at,
            "site": site,
        }
        self._plan = plan
        self._data = data
        self._loaded: dict[str, dict[str, Any]] = {PATHWAY: {"instance": itself}}
        self._names: dict[str, Names] = {}

    def names(self, scope: str = PATHWAY) -> Names:
        """What expressions see in a scope."""
        found = self._names.get(scope)
        if found is None:
            layers = tuple((self._data.get(one, {}), self._loaded.setdefault(one, {})) for one in data_scopes(scope))
            number = iteration_of(scope)
            found = Names(self._plan, layers, None if number is None else {"iteration": number})
            self._names[scope] = found
        return found

    def forget(self, scope: str, name: str) -> None:
        """Read a name of a scope anew, for it was saved again."""
        self._loaded.get(scope, {}).pop(name, None)

    def refresh(self) -> None:
        """Look anew at which scopes have data."""
        self._names.clear()


def names_of(plan: Plan, instance: str, started_at: datetime, data: Data, scope: str = PATHWAY) -> Names:
    """What expressions see of an instance in a scope: inputs and saved names, and `instance` itself."""
    return Scopes(plan, instance, started_at, data).names(scope)


def bound_values(plan: Plan, bound: Mapping[str, Json]) -> Mapping[str, Any]:
    """What is bound to a position as expressions see it: an event's data by its type's schema."""
    event = bound.get("event")
    if event is None:
        return bound
    declared = plan.event_data.get(event["type"])
    data = event["data"] if declared is None else declared.load(event["data"])
    time = None if event["time"] is None else datetime.fromisoformat(event["time"])
    return {**bound, "event": {**event, "data": data, "time": time}}


def environment(plan: Plan, zone_name: str, now: datetime) -> feel.Environment:
    """Time, zone and the functions that the language adds to FEEL."""
    tz = zone(zone_name)
    host = functions(tz, plan.business_calendars, plan.default_calendar, plan.codes_of_value_sets)
    return feel.Environment(now=now.astimezone(tz), zone=tz, functions=host)
