"""What expressions see: inputs and saved values as FEEL values, `instance`, and what is bound to a position."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pathways import feel
from pathways.durations import Duration, DurationError, add, parse_duration
from pathways.plan import Plan
from pathways.state import PATHWAY, Saved, State
from pathways.zones import zone

Json = Any


def load_scope(plan: Plan, state: State, data: Mapping[str, Saved]) -> dict[str, Any]:
    """Every name of the plan with its value as FEEL sees it; null until set."""
    types = plan.types
    scope: dict[str, Any] = dict.fromkeys(types)
    for name, saved in data.items():
        declared = types.get(name)
        scope[name] = saved.value if declared is None else declared.load(saved.value)
    scope["instance"] = {
        "id": state.instance,
        "pathway": plan.pathway,
        "version": plan.version,
        "started_at": state.started_at,
        "site": None,
    }
    return scope


def environment(plan: Plan, zone_name: str, now: datetime) -> feel.Environment:
    """Time, zone and the functions that the language adds to FEEL."""
    tz = zone(zone_name)

    def business_add(moment: Any, duration: Any, calendar: Any = None) -> Any:
        chosen = plan.business_calendars.get(calendar) if calendar else plan.default_calendar
        parsed = duration if isinstance(duration, Duration) else _duration(duration)
        if parsed is None or not isinstance(moment, datetime) or (calendar and chosen is None):
            return None
        try:
            return add(moment, parsed, tz, chosen)
        except DurationError:
            return None

    return feel.Environment(now=now.astimezone(tz), zone=tz, functions={"business_add": business_add})


def _duration(text: Any) -> Duration | None:
    if not isinstance(text, str):
        return None
    try:
        return parse_duration(text)
    except DurationError:
        return None


def data_of(state: State, scope: str = PATHWAY) -> Mapping[str, Saved]:
    """The saved values of a scope, by name."""
    return state.data.get(scope, {})
