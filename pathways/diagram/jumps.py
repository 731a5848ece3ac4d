"""Ways that lead far up or down a large picture: they end in a small signpost beside where they begin.

A line across several screens can't be followed, and a dozen of them push everything else apart. (BPMN draws such ways
as link events.)
"""

from __future__ import annotations

from pathways.diagram.drawing import Drawing, Link
from pathways.diagram.layout import Layout

FAR = 1000.0
"""From this distance between the middles of two nodes on, a way is far: about a screen."""


def far_links(drawing: Drawing, layout: Layout) -> frozenset[str]:
    """The links, by id, that are too long to be drawn as lines.

    The shortest way to each node stays a line, so that everything keeps its place in the order.
    """
    far = {one.id for one in drawing.links if one.kind in _MAY_JUMP and distance(one, layout) > FAR}
    into: dict[str, list[Link]] = {}
    for one in drawing.links:
        into.setdefault(one.head, []).append(one)
    kept = set()
    for leading in into.values():
        down = [one for one in leading if not _goes_up(one, layout)] or leading
        if all(one.id in far for one in down):
            kept.add(min(down, key=lambda one: distance(one, layout)).id)
    return frozenset(far - kept)


_MAY_JUMP = frozenset({"next", "timeout", "catch", "handler"})


def distance(link: Link, layout: Layout) -> float:
    """How far down or up a link leads."""
    return abs(_middle(link.tail, layout) - _middle(link.head, layout))


def _goes_up(link: Link, layout: Layout) -> bool:
    return _middle(link.head, layout) < _middle(link.tail, layout)


def _middle(node: str, layout: Layout) -> float:
    place = layout.nodes[node]
    return place.y + place.height / 2
