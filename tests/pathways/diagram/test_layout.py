"""Reading what dot answers, and doing without it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pathways.diagram import LayoutError, draw, read_layout, stacked
from pathways.plan import Do, Edge, End, Plan
from tests.support.whole_plan import whole_plan

SMALL = draw(
    Plan(
        "p",
        "1.0.0",
        "P",
        (Do(kind="do", id="a", action="x.y", next=(Edge("b"),)), End(kind="end", id="b", outcome="")),
    )
)


def answer() -> dict[str, object]:
    """What dot says about the small drawing."""
    return {
        "bb": "0,0,300,400",
        "objects": [
            {"name": ".", "pos": "150,380"},
            {"name": "a", "pos": "150,200"},
            {"name": "b", "pos": "150,20"},
        ],
        "edges": [
            {"id": "edge_0", "pos": "150,350 150,330 150,300 150,240"},
            {"id": "edge_1", "pos": "150,160 150,130 150,100 150,50", "lp": "180,100"},
        ],
    }


def test_dots_upward_points_become_downward_ones() -> None:
    """The picture's top is 0, dot's bottom is."""
    layout = read_layout(SMALL, answer())
    assert layout.width == 332
    assert layout.nodes["."].y < layout.nodes["a"].y < layout.nodes["b"].y
    assert layout.routes["a next b"].label == (196, 316)
    assert layout.routes["a next b"].points[0] == (166, 256)


@pytest.mark.parametrize("wrong", [{}, [], {"bb": ""}, {"bb": "0,0,1,1", "objects": []}, {"bb": "0,0,1,1"}])
def test_what_is_no_layout_is_refused(wrong: object) -> None:
    """An answer without the places of all nodes is an error with a reason."""
    with pytest.raises(LayoutError):
        read_layout(SMALL, wrong)


def test_a_list_needs_no_program() -> None:
    """One below the other, nothing overlaps."""
    drawing = draw(whole_plan())
    layout = stacked(drawing)
    places = [layout.nodes[one.id] for one in drawing.nodes]
    assert all(above.y + above.height < below.y for above, below in pairwise(places))
    assert not layout.drawn
