"""What expressions see: inputs and saved values as FEEL values, `instance`, and what is bound to a position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pathways import feel
from pathways.functions import functions
from pathways.plan import Plan
from pathways.state import PATHWAY, Saved, State
from pathways.zones import zone

Json = Any


class Names(Mapping[str, Any]):
    """The names at a position, each read as FEEL sees it when it is first asked for; null until set.

    `bound` names exist only at this position and hide saved ones.
    """

    __slots__ = ("_bound", "_data", "_loaded", "_plan")

    def __init__(
        self,
        plan: Plan,
        data: Mapping[str, Saved],
        loaded: dict[str, Any],
        bound: Mapping[str, Any] | None = None,
    ) -> None:
        self._plan = plan
        self._data = data
        self._loaded = loaded
        self._bound = bound or {}

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name, or `default` where it has none."""
        if key in self._bound:
            return self._bound[key]
        if key in self._loaded:
            return self._loaded[key]
        saved = self._data.get(key)
        if saved is None:
            return default
        declared = saved.type or self._plan.type_of(key, saved.address)
        value = saved.value if declared is None else declared.load(saved.value)
        self._loaded[key] = value
        return value

    def __getitem__(self, key: str) -> Any:
        if key not in self:
            raise KeyError(key)
        return self.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._bound or key in self._loaded or key in self._data or key in self._plan.types

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._bound, *self._loaded, *self._plan.types, *self._data]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def binding(self, bound: Mapping[str, Any]) -> Names:
        """The same names with others in front of them."""
        return Names(self._plan, self._data, self._loaded, {**self._bound, **bound})

    def forget(self, key: str) -> None:
        """Read a name anew, for it was saved again."""
        self._loaded.pop(key, None)


def names_of(plan: Plan, instance: str, started_at: datetime, data: Mapping[str, Saved]) -> Names:
    """What expressions see of an instance: inputs and saved names, and `instance` itself."""
    itself = {
        "id": instance,
        "pathway": plan.pathway,
        "version": plan.version,
        "started_at": started_at,
        "site": None,
    }
    return Names(plan, data, {"instance": itself})


def environment(plan: Plan, zone_name: str, now: datetime) -> feel.Environment:
    """Time, zone and the functions that the language adds to FEEL."""
    tz = zone(zone_name)
    host = functions(tz, plan.business_calendars, plan.default_calendar)
    return feel.Environment(now=now.astimezone(tz), zone=tz, functions=host)


def data_of(state: State, scope: str = PATHWAY) -> Mapping[str, Saved]:
    """The saved values of a scope, by name."""
    return state.data.get(scope, {})
