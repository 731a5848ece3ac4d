"""The order in which positions take their turn: authored order, then visits and iterations as numbers."""

from __future__ import annotations

import re
from functools import lru_cache

from pathways.addresses import path_of
from pathways.plan import Plan
from pathways.state import Position

_PART = re.compile(r"(?P<name>[^@#^/]*)(?:@(?P<visit>\d+))?(?:#(?P<number>\d+))?(?:\^.*)?")


def place(plan: Plan, position: Position) -> tuple[tuple[int, int, int], ...]:
    """The place of a position: for every level of its address the step's authored place, its visit and iteration."""
    return address_place(plan, position.address)


def address_place(plan: Plan, address: str) -> tuple[tuple[int, int, int], ...]:
    """The place of an address."""
    order = plan.order
    return tuple((order.get(path, -1), visit, number) for path, visit, number in _levels(address))


@lru_cache(maxsize=8192)
def _levels(address: str) -> tuple[tuple[str, int, int], ...]:
    found, prefix = [], ""
    for part in address.split("/"):
        match = _PART.match(part)
        visit, number = (match["visit"], match["number"]) if match else (None, None)
        prefix = f"{prefix}/{path_of(part)}" if prefix else path_of(part.partition("^")[0])
        found.append((prefix, int(visit or 1), int(number or 0)))
    return tuple(found)
