"""The drawing in words: the alternative text of the picture, and the diagram of those who cannot or need not see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pathways.diagram.drawing import Drawing, Group, Link, Node
from pathways.diagram.overlay import Overlay
from pathways.wording import numbered

GROUP_WORDS = {
    "parallel": "Side by side",
    "branch": "Branch",
    "repeat": "Repeat",
    "section": "Section",
    "side": "Beside the main flow",
    "clocks": "Clocks",
}

_LINK_WORDS = {"timeout": "timeout", "catch": "caught", "handler": "interrupted", "side": "starts beside it"}


@dataclass(frozen=True)
class Entry:
    """A node in words. `depth` is how many containers it lies in; `headings` are those that begin with it."""

    node: Node
    depth: int
    headings: tuple[tuple[int, str], ...]
    said: str
    details: tuple[str, ...]
    ways: tuple[str, ...]
    marks: tuple[str, ...]


def outline_of(drawing: Drawing, overlay: Overlay | None = None) -> tuple[Entry, ...]:
    """Every node of the drawing in authored order, in words."""
    return tuple(_entries(drawing, overlay or Overlay()))


def _entries(drawing: Drawing, overlay: Overlay) -> Iterator[Entry]:
    groups = {one.id: one for one in drawing.groups}
    begun: set[str] = set()
    for node in drawing.nodes:
        around = _around(groups, node.group)
        headings = tuple(
            (depth, f"{GROUP_WORDS[one.kind]}: {one.title}")
            for depth, one in enumerate(around)
            if one.id not in begun and one.kind != "side"
        )
        begun.update(one.id for one in around)
        yield Entry(
            node=node,
            depth=len(around),
            headings=headings,
            said=_said(node),
            details=(*(one.text for one in node.lines), *node.notes),
            ways=tuple(way_words(drawing, one) for one in drawing.ways_on.get(node.id, ())),
            marks=overlay.marks(node.id),
        )


def _around(groups: dict[str, Group], group: str) -> list[Group]:
    found: list[Group] = []
    while group in groups:
        found.insert(0, groups[group])
        group = groups[group].parent
    return found


def _said(node: Node) -> str:
    stage = f" [stage {node.stage}]" if node.stage else ""
    named = f" ({node.step})" if node.step and not node.id.endswith("/.") else ""
    tone = f", {node.tone}" if node.tone else ""
    return f"{node.word}{tone}: {node.title}{named}{stage}"


def way_words(drawing: Drawing, link: Link) -> str:
    """A way on, in words: `timeout after 14 days: to Chase the payer`."""
    head = drawing.node[link.head]
    kind = _LINK_WORDS.get(link.kind, "")
    said = any(link.reasons)
    reason = (" " if said else ", ").join(one for one in (kind, link.label) if one)
    to = f"{head.title} ({head.step})" if head.step and head.step == head.id else head.title
    if link.kind == "again":
        return f"again: {to}"
    if not reason:
        return f"to {to}"
    return f"{reason}: to {to}"


def to_text(drawing: Drawing, overlay: Overlay | None = None) -> str:
    """The whole drawing as text."""
    return "\n".join(_lines(drawing, overlay)) + "\n"


def _lines(drawing: Drawing, overlay: Overlay | None) -> Iterator[str]:
    yield f"{drawing.title} {drawing.version}"
    if drawing.purpose:
        yield drawing.purpose
    if drawing.stages:
        yield f"Stages: {', '.join(drawing.stages)}"
    yield ""
    for entry in outline_of(drawing, overlay):
        for depth, heading in entry.headings:
            yield f"{'  ' * depth}{heading}"
        indent = "  " * entry.depth
        yield f"{indent}- {entry.said}"
        for mark in entry.marks:
            yield f"{indent}    * {mark}"
        for detail in entry.details:
            yield f"{indent}    {detail}"
        for way in entry.ways:
            yield f"{indent}    → {way}"


def summary(drawing: Drawing) -> str:
    """What the picture shows, in a sentence or two: its description for those who do not see it."""
    steps = sum(one.step is not None and one.id == one.step for one in drawing.nodes)
    stages = f" Stages: {', '.join(drawing.stages)}." if drawing.stages else ""
    purpose = f" {drawing.purpose}" if drawing.purpose else ""
    what = f"Diagram of {numbered(steps, 'step')}.{purpose}{stages}"
    return f"{what} Every step is described where it stands, in authored order."
