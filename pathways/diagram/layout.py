"""Where everything lies: read from what `dot -Tjson0` answers, or, without it, one below the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pathways.diagram.boxes import boxes_of, signpost_of
from pathways.diagram.drawing import Drawing

Json = Any
Point = tuple[float, float]

MARGIN = 16.0
STEP_DOWN = 22.0
INDENT = 24.0

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


class LayoutError(ValueError):
    """What `dot` answered is not the layout of this drawing."""


@dataclass(frozen=True)
class Place:
    """A rectangle: its left and top, width and height. The picture's left top corner is 0, 0."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Route:
    """How a link runs: a point, then Bézier segments of three points each; and the middle of its label."""

    points: tuple[Point, ...]
    label: Point | None = None


@dataclass(frozen=True)
class Layout:
    """Where nodes, groups and links lie. Links without a route are told in words (`drawn` is False).

    `signposts` are the ends of links that lead far away, by link.
    """

    width: float
    height: float
    nodes: Mapping[str, Place]
    groups: Mapping[str, Place] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    signposts: Mapping[str, Place] = field(default_factory=dict)
    drawn: bool = True


def read_layout(drawing: Drawing, answer: Json) -> Layout:
    """The layout from the JSON that `dot -Tjson0` made of the drawing's graph. Raises `LayoutError`."""
    try:
        return _read(drawing, answer)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise LayoutError(f"The layout cannot be read: {error}") from error


def _read(drawing: Drawing, answer: Json) -> Layout:
    left, bottom, right, top = _numbers(answer["bb"])

    def place(point: Point) -> Point:
        return round(point[0] - left + MARGIN, 1), round(top - point[1] + MARGIN, 1)

    nodes: dict[str, Place] = {}
    groups: dict[str, Place] = {}
    signs: dict[str, Place] = {}
    boxes = boxes_of(drawing)
    for one in answer["objects"]:
        name = one["name"]
        if name in boxes:
            x, y = place(_point(one["pos"]))
            box = boxes[name]
            nodes[name] = Place(round(x - box.width / 2, 1), round(y - box.height / 2, 1), box.width, box.height)
        elif name.startswith("signpost "):
            link = drawing.links[int(name.removeprefix("signpost "))]
            x, y = place(_point(one["pos"]))
            sign = signpost_of(drawing, link)
            signs[link.id] = Place(round(x - sign.width / 2, 1), round(y - sign.height / 2, 1), sign.width, sign.height)
        elif name.startswith("cluster "):
            x1, y1, x2, y2 = _numbers(one["bb"])
            x, y = place((x1, y2))
            groups[name.removeprefix("cluster ")] = Place(x, y, round(x2 - x1, 1), round(y2 - y1, 1))
    missing = [one.id for one in drawing.nodes if one.id not in nodes]
    if missing:
        raise LayoutError(f"{missing[0]} has no place")
    routes = {}
    for one in answer.get("edges", []):
        link = drawing.links[int(one["id"].removeprefix("edge_"))]
        label = place(_point(one["lp"])) if "lp" in one else None
        points = [place(point) for point in _spline(one["pos"])]
        if drawing.goes_back(link) and link.id not in signs:
            points.reverse()
        routes[link.id] = Route(tuple(points), label)
    size = (round(right - left + 2 * MARGIN, 1), round(top - bottom + 2 * MARGIN, 1))
    return Layout(*size, nodes, groups, routes, signs)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(one) for one in _NUMBER.findall(text))


def _point(text: str) -> Point:
    x, y = _numbers(text)[:2]
    return x, y


def _spline(text: str) -> list[Point]:
    """The points of a link without its arrow heads, which are ours to draw."""
    return [_point(one) for one in text.split() if not one.startswith(("e", "s"))]


def stacked(drawing: Drawing) -> Layout:
    """Every node below the one before, moved in by how deep it lies; links are left to words."""
    boxes = boxes_of(drawing)
    nodes = {}
    y = MARGIN
    for node in drawing.nodes:
        box = boxes[node.id]
        nodes[node.id] = Place(MARGIN + INDENT * _depth(node.group), round(y, 1), box.width, box.height)
        y += max(box.height, 15.0 * len(drawing.ways_on.get(node.id, ())) + 8) + STEP_DOWN
    right = max((one.x + one.width for one in nodes.values()), default=0.0)
    return Layout(round(right + 460, 1), round(y + MARGIN, 1), nodes, drawn=False)


def _depth(group: str) -> int:
    return len(group.split("/")) if group else 0
