"""How large each node and label is, and what text stands where in it."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.diagram.drawing import Drawing, Line, Link, Node
from pathways.diagram.metrics import width_of, wrap

WIDTH = 212.0
PADDING = 10.0
WORD_SIZE = 10.5
TITLE_SIZE = 13.0
LINE_SIZE = 11.0
LABEL_SIZE = 11.0
LABEL_ROOM = 150.0
SIGNPOST_ROOM = 140.0
WORD_HEIGHT = 15.0
TITLE_HEIGHT = 16.5
LINE_HEIGHT = 14.5
LABEL_HEIGHT = 13.5
ICON = 16.0
INDENT = 15.0
SLANT = 6.0
"""How much further in text begins where the sides are slanted."""
SMALL = ("join", "again", "over")
"""Nodes that stand for no step of their own, and are smaller."""


@dataclass(frozen=True)
class BoxLine:
    """A line as it was authored, broken into what fits."""

    line: Line
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """A node's size and its text, broken into lines that begin `left` from its edge."""

    width: float
    height: float
    left: float
    word: str
    title: tuple[str, ...]
    lines: tuple[BoxLine, ...]


@dataclass(frozen=True)
class Label:
    """A link's label, broken into lines."""

    width: float
    height: float
    texts: tuple[str, ...]


def box_of(node: Node) -> Box:
    """The size and text of a node."""
    width = 168.0 if node.kind in SMALL else WIDTH
    left = PADDING + (SLANT if node.kind in ("parallel", "join") else 0.0)
    room = width - 2 * left
    title = wrap(node.title, TITLE_SIZE, room, most=3, bold=True)
    lines = tuple(_line(one, room) for one in node.lines)
    rows = sum(len(one.texts) for one in lines)
    height = 2 * PADDING + WORD_HEIGHT + TITLE_HEIGHT * len(title) + (LINE_HEIGHT * rows + 3 if rows else 0) - 4
    return Box(width, round(height, 1), left, node.word, title, lines)


def _line(line: Line, room: float) -> BoxLine:
    indent = INDENT if line.about != "plain" else 0.0
    return BoxLine(line, wrap(line.text, LINE_SIZE, room - indent, most=2))


def label_of(link: Link) -> Label | None:
    """The size and text of a link's label; None where it has none."""
    if not link.label:
        return None
    icon = ICON if link.kind in ("timeout", "catch", "handler", "side") else 0.0
    texts = wrap(link.label, LABEL_SIZE, LABEL_ROOM, most=4)
    width = max(width_of(one, LABEL_SIZE) for one in texts) + icon + 8
    return Label(round(width, 1), round(LABEL_HEIGHT * len(texts) + 6, 1), texts)


def signpost_of(drawing: Drawing, link: Link) -> Label:
    """The size and text of the signpost in which a link ends that leads far away."""
    texts = wrap(drawing.node[link.head].title, LABEL_SIZE, SIGNPOST_ROOM, most=2)
    width = max(width_of(one, LABEL_SIZE) for one in texts) + ICON + 22
    return Label(round(width, 1), round(LABEL_HEIGHT * len(texts) + 11, 1), texts)


def boxes_of(drawing: Drawing) -> dict[str, Box]:
    """The boxes of all nodes."""
    return {one.id: box_of(one) for one in drawing.nodes}
