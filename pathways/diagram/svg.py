"""The picture itself: a drawing in its layout, with what is laid over it, as SVG of our own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import hypot

from pathways.diagram import icons, shapes
from pathways.diagram.boxes import (
    ICON,
    INDENT,
    LABEL_HEIGHT,
    LABEL_SIZE,
    LINE_HEIGHT,
    PADDING,
    TITLE_HEIGHT,
    WORD_HEIGHT,
    box_of,
    label_of,
    signpost_of,
)
from pathways.diagram.dot import GROUP_TITLE_HEIGHT
from pathways.diagram.drawing import Drawing, Group, Link, Node
from pathways.diagram.layout import Layout, Place, Point, Route
from pathways.diagram.markup import element, escaped, group, icon, path, text_at
from pathways.diagram.metrics import width_of, wrap
from pathways.diagram.overlay import Overlay, span_words
from pathways.diagram.style import stylesheet
from pathways.diagram.text import Entry, outline_of, summary, way_words

TIP_LENGTH = 9.0
TIP_WIDTH = 4.0
BADGE_HEIGHT = 18.0
BADGE_SIZE = 11.0
FLAG_HEIGHT = 16.0
GROUP_GAP = 4.0
TIMES_AFTER = 13.0
FLAG_SIZE = 10.5
WORDS_ROOM = 420.0


def to_svg(drawing: Drawing, layout: Layout, overlay: Overlay | None = None, *, embedded: bool = False) -> str:
    """The picture as an SVG document; `embedded` in a page, it leaves its style to the page's `diagram.css`."""
    picture = _Picture(drawing, layout, overlay or Overlay())
    name, told = "cl-diagram-title", "cl-diagram-description"
    head = [
        element("title", {"id": name}, escaped(f"{drawing.title} {drawing.version}")),
        element("desc", {"id": told}, escaped(summary(drawing))),
    ]
    if not embedded:
        # On paper of its own size, for a browser would cut it at the edge of the sheet; it is fitted when printed.
        sheet = f"@page {{ size: {layout.width:g}px {layout.height:g}px; margin: 0; }}\n"
        head.append(element("style", {}, sheet + stylesheet()))
        head.append(element("rect", {"width": "100%", "height": "100%", "class": "cl-page"}))
    attributes: dict[str, str | float | None] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": "cl-diagram",
        "viewBox": f"0 0 {layout.width:g} {layout.height:g}",
        "width": f"{layout.width:g}",
        "height": f"{layout.height:g}",
        "role": "group",
        "aria-labelledby": f"{name} {told}",
    }
    return element("svg", attributes, *head, *picture.parts()) + "\n"


class _Picture:
    def __init__(self, drawing: Drawing, layout: Layout, overlay: Overlay) -> None:
        self.drawing = drawing
        self.layout = layout
        self.overlay = overlay

    def parts(self) -> Iterator[str]:
        drawn = [one for one in self.drawing.links if one.id in self.layout.routes]
        # Ways that were taken are drawn last, so that they lie on top.
        drawn.sort(key=lambda one: self.overlay.taken.get(one.id, 0) > 0)
        yield group("cl-groups", (part for one in self.drawing.groups for part in self._group(one)))
        yield group("cl-signposts", (self._signpost(one) for one in drawn if one.id in self.layout.signposts))
        yield group("cl-links", (self._link(one) for one in drawn), **{"aria-hidden": "true"})
        yield group("cl-labels", (self._label(one) for one in drawn), **{"aria-hidden": "true"})
        yield group("cl-group-titles", (part for one in self.drawing.groups for part in self._group_title(one)))
        yield group("cl-times", (self._times(one) for one in drawn), **{"aria-hidden": "true"})
        for entry in outline_of(self.drawing, self.overlay):
            yield self._node(entry)

    def _group(self, one: Group) -> Iterator[str]:
        place = self.layout.groups.get(one.id)
        if place is None:
            return
        x, y = place.x + GROUP_GAP, place.y + GROUP_GAP
        box = {"x": x, "y": y, "width": place.width - 2 * GROUP_GAP, "height": place.height - 2 * GROUP_GAP, "rx": 6.0}
        yield element("rect", {**box, "class": f"cl-group cl-group--{one.kind}"})

    def _group_title(self, one: Group) -> Iterator[str]:
        """Above the lines, which may cross it."""
        place = self.layout.groups.get(one.id)
        if place is not None:
            yield text_at(place.x + GROUP_GAP + 10, place.y + GROUP_TITLE_HEIGHT, one.title, "cl-group-title")

    # -- links

    def _taken(self, link: Link) -> str:
        if not self.overlay.way:
            return ""
        return " cl-taken" if self.overlay.taken.get(link.id) else " cl-untaken"

    def _link(self, link: Link) -> str:
        points = self.layout.routes[link.id].points
        taken = self._taken(link)
        tip, end = _tip(points)
        line = _curve((*points[:-1], end))
        tip_kind = f"cl-tip cl-tip--{link.kind}{taken}"
        return path(line, f"cl-link cl-link--{link.kind}{taken}") + path(tip, tip_kind)

    def _label(self, link: Link) -> str:
        route, label = self.layout.routes[link.id], label_of(link)
        parts = []
        if label is not None and route.label is not None:
            x, y = route.label[0] - label.width / 2, route.label[1] - label.height / 2
            box: dict[str, str | float | None] = {"x": x, "y": y, "width": label.width, "height": label.height}
            parts.append(element("rect", {**box, "rx": 3.0, "class": "cl-label-back"}))
            picture = icons.LINKS.get(link.kind)
            if picture:
                parts.append(icon(picture, x + 2, y + 3.5, 12, "cl-icon cl-icon--small"))
            left = x + 4 + (ICON if picture else 0.0)
            for place, line in enumerate(label.texts):
                baseline = y + 13 + place * LABEL_HEIGHT
                parts.append(text_at(left, baseline, line, f"cl-label{self._taken(link)}"))
        return "".join(parts)

    def _times(self, link: Link) -> str:
        """How often a way was taken, where it begins, if more than once."""
        times = self.overlay.taken.get(link.id, 0)
        if times < 2:
            return ""
        x, y = _along(self.layout.routes[link.id], TIMES_AFTER)
        return self._badge(f"×{times}", x - 12, y - BADGE_HEIGHT / 2)

    def _signpost(self, link: Link) -> str:
        """Where a link ends that leads far away: the name of its target, and a way to get there."""
        place, sign = self.layout.signposts[link.id], signpost_of(self.drawing, link)
        area = (place.x, place.y, place.width, place.height)
        told = f"To {self.drawing.node[link.head].title}"
        parts = [
            element("title", {}, escaped(told)),
            path(shapes.outline("emit", *area), f"cl-signpost{self._taken(link)}"),
            icon(icons.JUMP, place.x + 6, place.y + place.height / 2 - 6, 12, "cl-icon cl-icon--small"),
        ]
        for row, line in enumerate(sign.texts):
            parts.append(text_at(place.x + 22, place.y + 14.5 + row * LABEL_HEIGHT, line, "cl-label"))
        return element("a", {"href": f"#{anchor(link.head)}", "aria-label": told}, *parts)

    # -- nodes

    def _node(self, entry: Entry) -> str:
        node = entry.node
        place = self.layout.nodes[node.id]
        kinds = f"cl-node cl-{node.kind}{self._state(node)}"
        parts = [element("title", {}, escaped(_told(entry)))]
        parts += self._body(node, place)
        parts += self._flags(node, place)
        if not self.layout.drawn:
            parts += self._ways(node, place)
        return group(kinds, parts, id=anchor(node.id), role="img")

    def _state(self, node: Node) -> str:
        here = " cl-here" if self.overlay.standing.get(node.id) else ""
        if self.overlay.only_around(node.id):
            here = " cl-around"
        number = self.overlay.numbers.get(node.id)
        if number is not None and number.standing:
            here = " cl-here"
        if not self.overlay.way or node.kind == "clock":
            return here
        return here + (" cl-passed" if self.overlay.visits.get(node.id) else " cl-untouched")

    def _body(self, node: Node, place: Place) -> Iterator[str]:
        box = box_of(node)
        area = (place.x, place.y, place.width, place.height)
        yield path(shapes.outline(node.kind, *area), "cl-shape")
        inside = shapes.inner_lines(node.kind, *area)
        if inside:
            yield path(inside, "cl-inside")
        left, y = place.x + box.left, place.y + PADDING - 2
        picture = icons.ENDS.get(node.tone) if node.kind == "end" else None
        yield icon(picture or icons.STEPS[node.kind], left, y, 14, "cl-icon")
        word = f"{box.word}: {node.tone}" if node.tone else box.word
        yield text_at(left + 19, y + 11, word, "cl-word")
        y += WORD_HEIGHT + 2
        for line in box.title:
            yield text_at(left, y + 11, line, "cl-title")
            y += TITLE_HEIGHT
        y += 1
        for one in box.lines:
            picture = icons.LINES.get(one.line.about)
            if picture:
                yield icon(picture, left, y + 1.5, 11, "cl-icon cl-icon--small")
            for line in one.texts:
                yield text_at(left + (INDENT if picture else 0.0), y + 10.5, line, "cl-text")
                y += LINE_HEIGHT

    def _flags(self, node: Node, place: Place) -> Iterator[str]:
        """What stands on the border: the stage on the left; who stands here and how often it was passed, right."""
        if node.stage:
            text = wrap(node.stage, FLAG_SIZE, 96, most=1, bold=True)[0]
            width = width_of(text, FLAG_SIZE, bold=True) + 14
            y = place.y - FLAG_HEIGHT + 3
            x = place.x + 14
            tab = f"M{x:.1f} {y:.1f}h{width:.1f}l6 {FLAG_HEIGHT / 2:g}l-6 {FLAG_HEIGHT / 2:g}h-{width:.1f}z"
            yield path(tab, "cl-flag")
            yield text_at(x + 7, y + 11.7, text, "cl-flag-text")
        right, top, bottom = place.x + place.width + 6, place.y - BADGE_HEIGHT / 2, place.y + place.height
        number = self.overlay.numbers.get(node.id)
        if self.overlay.only_around(node.id):
            yield self._badge("within", right, top, end=True, plain=True)
        elif self.overlay.standing.get(node.id):
            times = len(self.overlay.standing[node.id])
            yield self._badge("here" if times == 1 else f"here ×{times}", right, top, pin=True, end=True)
        elif number is not None and number.standing:
            yield self._badge(f"{number.standing} here", right, top, pin=True, end=True)
        below = bottom - 4
        visits = self.overlay.visits.get(node.id, 0)
        if visits > 1:
            yield self._badge(f"×{visits}", right, below, end=True, plain=True)
        elif number is not None and number.median is not None:
            yield self._badge(f"median {span_words(number.median)}", right, below, end=True, plain=True)

    def _badge(
        self, text: str, x: float, y: float, *, pin: bool = False, end: bool = False, plain: bool = False
    ) -> str:
        """A small plate; `x` is its left, or with `end` its right."""
        width = width_of(text, BADGE_SIZE, bold=True) + 14 + (12 if pin else 0)
        left = x - width if end else x
        kind = " cl-badge--plain" if plain else ""
        box = {"x": left, "y": y, "width": width, "height": BADGE_HEIGHT, "rx": BADGE_HEIGHT / 2}
        parts = [element("rect", {**box, "class": f"cl-badge{kind}"})]
        if pin:
            parts.append(icon(icons.HERE, left + 5, y + 3, 12, "cl-badge-icon"))
        text_kind = f"cl-badge-text{' cl-badge-text--plain' if plain else ''}"
        parts.append(text_at(left + 7 + (12 if pin else 0), y + 13, text, text_kind))
        return "".join(parts)

    def _ways(self, node: Node, place: Place) -> Iterator[str]:
        """The ways on in words, beside the node: for a picture without lines."""
        for number, link in enumerate(self.drawing.ways_on.get(node.id, ())):
            words = wrap(f"→ {way_words(self.drawing, link)}", LABEL_SIZE, WORDS_ROOM, most=1)[0]
            yield text_at(place.x + place.width + 16, place.y + 13 + number * 15, words, "cl-label")


def anchor(node: str) -> str:
    """The id of a node's element: a page may link to where something stands in the picture."""
    return f"node-{node}"


def _told(entry: Entry) -> str:
    """All that is known of a node: its name for those who hear the picture, and its tooltip."""
    ways = tuple(f"→ {one}" for one in entry.ways)
    return "\n".join((entry.said, *entry.marks, *entry.details, *ways))


def _curve(points: tuple[Point, ...]) -> str:
    start, *rest = (f"{x:.1f} {y:.1f}" for x, y in points)
    return f"M{start}C{' '.join(rest)}"


def _tip(points: tuple[Point, ...]) -> tuple[str, Point]:
    """The arrow head at a link's end, and where the line under it stops."""
    end = points[-1]
    near = next((one for one in reversed(points[:-1]) if hypot(one[0] - end[0], one[1] - end[1]) > 1), points[0])
    length = hypot(end[0] - near[0], end[1] - near[1]) or 1.0
    along = ((end[0] - near[0]) / length, (end[1] - near[1]) / length)
    back = (end[0] - along[0] * TIP_LENGTH, end[1] - along[1] * TIP_LENGTH)
    side = (-along[1] * TIP_WIDTH, along[0] * TIP_WIDTH)
    corners = (end, (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1]))
    outline = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
    stop = (end[0] - along[0] * TIP_LENGTH * 0.8, end[1] - along[1] * TIP_LENGTH * 0.8)
    return f"M{outline}Z", stop


def _along(route: Route, far: float) -> Point:
    """A point so far along a link, about; its end where it is shorter."""
    left = far
    for a, b in pairwise(route.points):
        length = hypot(b[0] - a[0], b[1] - a[1])
        if left <= length and length:
            share = left / length
            return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        left -= length
    return route.points[-1]
