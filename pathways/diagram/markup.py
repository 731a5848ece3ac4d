"""Writing SVG: elements with attributes, escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# What XML may not hold at all, in any escape.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def escaped(text: str) -> str:
    """A text as it may stand in an element or in a quoted attribute."""
    clean = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def element(name: str, attributes: Mapping[str, str | float | None], *children: str) -> str:
    """An element; children are markup already, attributes that are None are left out."""
    written = "".join(f' {key}="{escaped(_value(value))}"' for key, value in attributes.items() if value is not None)
    inside = "".join(children)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def _value(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return str(value)


def text_at(x: float, y: float, text: str, kind: str, *, anchor: str | None = None) -> str:
    """A line of text."""
    return element("text", {"x": x, "y": y, "class": kind, "text-anchor": anchor}, escaped(text))


def path(data: str, kind: str) -> str:
    """A path."""
    return element("path", {"d": data, "class": kind})


def icon(data: str, x: float, y: float, size: float, kind: str) -> str:
    """A small picture with its left top corner at a point."""
    move = f"translate({x:.1f} {y:.1f}) scale({size / 16:.3f})"
    return element("path", {"d": data, "class": kind, "transform": move})


def group(kind: str, children: Iterable[str], **attributes: str) -> str:
    """Elements that belong together."""
    return element("g", {"class": kind, **attributes}, *children)
