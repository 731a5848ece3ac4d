"""The functions that the language adds to FEEL with the help of a plan: what they do, and their types for lint."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from pathways import feel
from pathways.feel import types
from pathways.time.arithmetic import add
from pathways.time.calendars import Calendar
from pathways.time.durations import DurationError, parse_duration


def function_types(calendars: Collection[str] = (), value_sets: Collection[str] = ()) -> dict[str, types.FunctionType]:
    """The types of the functions by name, for lint.

    Where names of calendars or of value sets are given, a literal that is none of them is a problem.
    """
    calendar = types.NameType("calendar", frozenset(calendars)) if calendars else types.STRING
    value_set = types.NameType("value set", frozenset(value_sets)) if value_sets else types.STRING
    return {
        "business_add": types.function(
            [("t", types.ANY), ("duration", types.STRING), ("calendar", calendar)],
            types.ANY,
            optional=1,
            like_first=True,
        ),
        "in_value_set": types.function([("code", types.ANY), ("set", value_set)], types.BOOLEAN),
    }


FUNCTION_TYPES: Final[Mapping[str, types.FunctionType]] = function_types()
"""The types by name, where nothing is known of calendars and value sets. `business_add` gives what it is given."""

ValueSets = Mapping[str, Collection[str]]
"""The codes of value sets by the sets' names; a code may stand as `system|code` where codes of several systems meet."""

Functions = Mapping[str, Callable[..., Any] | feel.HostFunction]
"""Functions by name, as FEEL's environment takes them."""

_NO_VALUE_SETS: Final[ValueSets] = MappingProxyType({})


class _CallError(ValueError):
    """Raised inside a function of the language for what it cannot take: the call is null, with these words."""


def functions(
    zone: ZoneInfo,
    calendars: Mapping[str, Calendar],
    default: Calendar | None,
    value_sets: ValueSets = _NO_VALUE_SETS,
) -> Functions:
    """The functions by name, for a zone and the calendars and value sets that a plan knows."""

    def business_add(moment: Any, duration: str, calendar: str | None = None) -> Any:
        """Add an authored duration to a date or an instant, in a calendar (the pathway's, unless one is named)."""
        chosen = default if calendar is None else calendars.get(calendar)
        if calendar is not None and chosen is None:
            raise _CallError(f"there is no calendar {calendar}")
        if not isinstance(moment, date):
            raise _CallError("t is neither a date nor a date and time")
        try:
            return add(moment, parse_duration(duration), zone, chosen)
        except DurationError as error:
            raise _CallError(error.message) from None

    def in_value_set(code: Any, name: str) -> bool | None:
        """Say whether a code, or a FHIR Coding or CodeableConcept, is in a value set; null where there is no code."""
        known = value_sets.get(name)
        if known is None:
            raise _CallError(f"there is no value set {name}")
        if code is None:
            raise _CallError("code is null")
        codes = codes_of(code)
        if not codes:
            raise _CallError("code is neither a code, nor a Coding or CodeableConcept that has one")
        return any(one in known for one in codes)

    return {
        "business_add": feel.HostFunction(business_add, FUNCTION_TYPES["business_add"]),
        "in_value_set": feel.HostFunction(in_value_set, FUNCTION_TYPES["in_value_set"]),
    }


def codes_of(value: Any) -> list[str]:
    """The codes of a text, a FHIR Coding or a CodeableConcept: each as `system|code` where it has a system, and bare.

    Empty for anything else, so that a value that is no code at all is never just "not in the set".
    """
    if isinstance(value, str):
        return [value] if value else []
    if not isinstance(value, Mapping):
        return []
    coding = value.get("coding")
    if isinstance(coding, (list, tuple)):
        return [code for one in coding if isinstance(one, Mapping) for code in codes_of(one)]
    code, system = value.get("code"), value.get("system")
    if not isinstance(code, str) or not code:
        return []
    return [f"{system}|{code}", code] if isinstance(system, str) and system else [code]
