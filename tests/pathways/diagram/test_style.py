"""The diagram's colours can be read: WCAG 2.2's contrasts, in light and dark."""

from __future__ import annotations

import re
from itertools import product

import pytest

from pathways.diagram.style import stylesheet

FILLS = ("page", "group", "group-inner", "do", "task", "decide", "data", "wait", "flow", "child", "out", "end", "clock")


def palettes() -> dict[str, dict[str, str]]:
    """The colours by name, light and dark."""
    light, dark = re.findall(r"\.cl-diagram \{(\s+--cl[^}]*)\}", stylesheet())
    return {
        name: dict(re.findall(r"--cl-([\w-]+): (#[0-9a-f]{6})", text))
        for name, text in (("light", light), ("dark", dark))
    }


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_ground(scheme: str) -> None:
    """At least 4.5 to 1 for text (1.4.3)."""
    colours = palettes()[scheme]
    for ink, fill in product(("ink", "quiet"), FILLS):
        assert contrast(colours[ink], colours[fill]) >= 4.5, (ink, fill)
    assert contrast(colours["on-mark"], colours["mark"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_can_be_seen(scheme: str) -> None:
    """At least 3 to 1 for lines and outlines (1.4.11)."""
    colours = palettes()[scheme]
    for line, ground in product(("line", "edge", "bad", "way", "group-line"), ("page", "group")):
        assert contrast(colours[line], colours[ground]) >= 3, (line, ground)


def test_paper_is_light() -> None:
    """The dark colours are for screens only."""
    assert "@media screen and (prefers-color-scheme: dark)" in stylesheet()
