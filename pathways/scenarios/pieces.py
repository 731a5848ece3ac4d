"""Small pieces of scenario files that several readers take: texts, maps, durations."""

from __future__ import annotations

from typing import Any

from pathways.reader import Reader
from pathways.source import Node
from pathways.time.durations import Duration, DurationError, parse_duration


def text_of(reader: Reader, node: Node, name: str) -> str | None:
    """The text under a key, None where there is none."""
    found = reader.text(node.get(name), name)
    return found.value if found else None


def map_of(reader: Reader, node: Node | None, where: str) -> dict[str, Any]:
    """A map of names to plain values; empty where nothing is written."""
    if node is None:
        return {}
    if not node.is_map:
        reader.note("shape", node.mark, f"{where} is a map of names to values.")
        return {}
    plain: dict[str, Any] = node.plain
    return plain


def duration_of(reader: Reader, node: Node, name: str) -> Duration | None:
    """The duration under a key. Time in a scenario only goes forward, so it may not be negative."""
    text = reader.text(node.get(name), name)
    if text is None:
        return None
    try:
        found = parse_duration(text.value)
    except DurationError as error:
        reader.note("bad-duration", text.mark, error.message, error.hint)
        return None
    if found.is_negative:
        hint = "Put the entry where it belongs in the order of things."
        reader.note("bad-duration", text.mark, f"{name}: time does not go back.", hint)
        return None
    return found


def plain_of(node: Node, *names: str) -> Any:
    """The plain value under the first key that is there."""
    found = next((one for name in names if (one := node.get(name)) is not None), None)
    return found.plain if found is not None else None
