"""Ways that lead far become signposts; what holds the picture together stays a line."""

from __future__ import annotations

from dataclasses import replace

from pathways.diagram import draw, far_links, to_dot, to_svg
from pathways.diagram.boxes import boxes_of
from pathways.diagram.drawing import Drawing
from pathways.diagram.jumps import FAR
from pathways.diagram.layout import Layout, Place, Route
from pathways.plan import Decide, Edge, End, Plan, Set
from pathways.values import Condition

STEPS = (
    Decide(kind="decide", id="first", next=(Edge("last", Condition("short")), Edge("second"))),
    Set(kind="set", id="second", next=(Edge("third"),)),
    Decide(kind="decide", id="third", next=(Edge("first", Condition("again")), Edge("last"))),
    End(kind="end", id="last", title="It is over", outcome=""),
)


def example() -> Drawing:
    """A way down past others, and one back up."""
    return draw(Plan("p", "1.0.0", "P", STEPS))


def spread(drawing: Drawing, apart: float) -> Layout:
    """The nodes one below the other, so far apart."""
    boxes = boxes_of(drawing)
    places = {
        one.id: Place(0, number * apart, boxes[one.id].width, boxes[one.id].height)
        for number, one in enumerate(drawing.nodes)
    }
    return Layout(400, apart * len(places), places)


def test_near_ways_stay_lines() -> None:
    """In a small picture nothing jumps."""
    drawing = example()
    assert far_links(drawing, spread(drawing, 100)) == frozenset()


def test_far_ways_jump_and_the_nearest_way_in_stays() -> None:
    """Whatever is far goes; each node keeps its nearest way in from above, however far it is."""
    drawing = example()
    assert far_links(drawing, spread(drawing, FAR * 0.6)) == {"first next last", "third next first"}
    assert far_links(drawing, spread(drawing, FAR * 3)) == {"first next last", "third next first"}


def test_the_graph_ends_far_ways_in_signposts() -> None:
    """The layout sees the signpost and no long line."""
    graph = to_dot(example(), frozenset({"third next first"}))
    assert '"third" -> "signpost' in graph
    assert '"first" -> "third"' not in graph


def test_the_graph_goes_down_in_authored_order() -> None:
    """A way back is given the other way around, so that its target lies above."""
    assert '"first" -> "third"' in to_dot(example())
    assert '"third" -> "first"' not in to_dot(example())


def test_a_signpost_leads_to_its_target() -> None:
    """It names where it leads, and is a link there."""
    drawing = example()
    layout = spread(drawing, 100)
    far = replace(
        layout,
        signposts={"first next last": Place(0, 0, 150, 24)},
        routes={"first next last": Route(((0, 0), (1, 9), (1, 12), (2, 30)))},
    )
    svg = to_svg(drawing, far)
    assert '<a href="#node-last" aria-label="To It is over">' in svg
    assert svg.count('id="node-last"') == 1
