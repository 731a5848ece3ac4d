"""The calendars of a catalog, each looked at part by part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pathways.catalog.checking.reader import CatalogReader
from pathways.diagnostics import Mark, nearest
from pathways.source import Node
from pathways.time.calendars import KEYS, WEEKDAYS, Calendar, CalendarError, weekdays

Json = Any

_OPEN = {"mon": ["08:00-17:00"], "tue": ["08:00-17:00"]}


def calendar_entry(reader: CatalogReader, name: str, node: Node, mark: Mark) -> None:
    """A calendar, part by part: what is wrong with one is no reason not to look at the others."""
    before = len(reader.diagnostics)
    if not node.is_map:
        reader.note("bad-calendar", node.mark, f"Calendar {name} is not a mapping.", "It has a zone and hours.")
        return
    reader.known_keys(node, f"the calendar {name}", KEYS)
    for key, part in _parts(reader, node):
        _try(reader, name, key, part)
    if len(reader.diagnostics) == before:
        _try(reader, name, node.plain, node, mark)


def _parts(reader: CatalogReader, node: Node) -> Iterable[tuple[Json, Node]]:
    """What can be tried alone: a calendar with that part and nothing else amiss, and where the part stands."""
    usual = {"zone": "UTC", "hours": _OPEN}
    if (zone := node.get("zone")) is not None:
        yield {**usual, "zone": zone.plain}, zone
    hours = node.get("hours")
    for day, given in hours.value.items() if hours is not None and hours.is_map else ():
        if weekdays(day):
            yield {**usual, "hours": {day: given.plain} if given.plain else _OPEN}, given
        else:
            hint = nearest(day, WEEKDAYS, plural="Weekdays")
            reader.note("bad-calendar", hours.keys[day], f'"{day}" is no weekday.', hint)  # type: ignore[union-attr]
    closed = node.get("closed")
    for one in closed.value if closed is not None and closed.is_list else filter(None, [closed]):
        yield {**usual, "closed": [one.plain] if closed is not None and closed.is_list else one.plain}, one
    if (holidays := node.get("holidays")) is not None:
        yield {**usual, "holidays": holidays.plain}, holidays


def _try(reader: CatalogReader, name: str, document: Json, node: Node, mark: Mark | None = None) -> None:
    known = {key: value for key, value in document.items() if key in KEYS}
    try:
        Calendar.parse(name, known)
    except CalendarError as error:
        reader.note("bad-calendar", mark or node.mark, error.message, error.hint)
