"""Comparing values as scenarios do: maps by the keys that are named, lists of things one to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

Json = Any
W = TypeVar("W")
A = TypeVar("A")


def listed(value: Json) -> list[Json]:
    """A list; a single thing counts as a list of one, nothing as an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def differs(wanted: Json, actual: Json, path: str) -> str | None:
    """Why a value is not as wanted, or None. Of a map, only the keys that are named are compared."""
    if isinstance(wanted, Mapping):
        if not isinstance(actual, Mapping):
            return f"expected {path} to be {shown(wanted)}; it is {shown(actual)}"
        found = (differs(one, actual.get(name), f"{path}.{name}") for name, one in wanted.items())
        return next((why for why in found if why is not None), None)
    if isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        found = (differs(one, actual[n], f"{path}[{n + 1}]") for n, one in enumerate(wanted))
        return next((why for why in found if why is not None), None)
    if same(wanted, actual):
        return None
    return f"expected {path} to be {shown(wanted)}; it is {shown(actual)}"


def same(wanted: Json, actual: Json) -> bool:
    """Whether two plain values are the same: truth values by kind, numbers as numbers, instants as instants."""
    if isinstance(wanted, bool) or isinstance(actual, bool):
        return wanted is actual
    if wanted == actual:
        return True
    return isinstance(wanted, str) and isinstance(actual, str) and _same_instant(wanted, actual)


def _same_instant(wanted: str, actual: str) -> bool:
    if "T" not in wanted or "T" not in actual:
        return False
    try:
        one, other = datetime.fromisoformat(wanted), datetime.fromisoformat(actual)
    except ValueError:
        return False
    return one.tzinfo is not None and other.tzinfo is not None and one == other


def is_moment(text: Json, moment: datetime | None, zone: ZoneInfo) -> bool:
    """Whether a text means a moment: an instant, a local time without offset, a day; nothing means none."""
    if text is None or moment is None:
        return text is None and moment is None
    try:
        wanted = datetime.fromisoformat(str(text))
    except ValueError:
        return False
    if len(str(text)) == len("2026-03-02"):
        return moment.astimezone(zone).date() == wanted.date()
    return (wanted if wanted.tzinfo else wanted.replace(tzinfo=zone)) == moment


def shown(value: Json) -> str:
    """A plain value in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case Mapping():
            return "{" + ", ".join(f"{name}: {shown(one)}" for name, one in value.items()) + "}"
        case list():
            return f"[{', '.join(map(shown, value))}]"
        case _:
            return str(value)


def match_all(wanted: Sequence[W], actual: Sequence[A], fits: Callable[[W, A], bool]) -> list[int] | None:
    """For each wanted one the place of its own actual one, where both match one to one; else None."""
    if len(wanted) != len(actual):
        return None
    taken: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for other in range(len(actual)):
            if other not in tried and fits(wanted[one], actual[other]):
                tried.add(other)
                if other not in taken or place(taken[other], tried):
                    taken[other] = one
                    return True
        return False

    if not all(place(one, set()) for one in range(len(wanted))):
        return None
    return [other for other, _ in sorted(taken.items(), key=lambda pair: pair[1])]
