"""Diagrams are laid out by the real program, in time, or drawn as a list."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from api.dot import DotError, ask, find_program, layout_of
from pathways.diagram import draw, to_dot, to_svg
from pathways.diagram.drawing import Drawing
from pathways.diagram.jumps import FAR, distance
from pathways.diagram.layout import Place
from pathways.plan import Decide, Do, Edge, End, Plan, Step, Timeout
from pathways.values import Condition, Timing
from tests.support.whole_plan import whole_plan


def overlap(one: Place, other: Place) -> bool:
    """Whether two rectangles share room."""
    apart = (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )
    return not apart


def large_plan(size: int = 80) -> Plan:
    """Steps that go on, back and aside, with long conditions."""
    steps: list[Step] = []
    for number in range(size):
        here, after = f"step-{number}", f"step-{number + 1}" if number + 1 < size else "end"
        if number % 5 == 4:
            condition = Condition(f'attempts < {number} and contact.result = "no answer" and not(urgent)')
            ways = (Edge(f"step-{max(0, number - 7)}", condition), Edge(after))
            steps.append(Decide(kind="decide", id=here, title=f"Is everything there, case {number}?", next=ways))
        else:
            late = Timeout(Timing("14 business days"), f"step-{min(size - 1, number + 9)}") if number % 6 == 1 else None
            title = f"Tell the referrer what is missing, number {number}"
            steps.append(
                Do(kind="do", id=here, title=title, action="messaging.notify", timeout=late, next=(Edge(after),))
            )
    return Plan("large", "1.0.0", "Large", (*steps, End(kind="end", id="end", outcome="")))


@pytest.mark.parametrize("plan", [whole_plan(), large_plan()], ids=["whole", "large"])
async def test_nothing_covers_anything(plan: Plan) -> None:
    """No node lies on another, none outside its group, and everything is inside the picture."""
    drawing = draw(plan)
    layout = await layout_of(drawing)
    assert layout.drawn
    assert set(layout.routes) == {one.id for one in drawing.links}
    for one, other in combinations((*layout.nodes.values(), *layout.signposts.values()), 2):
        assert not overlap(one, other)
    for node in drawing.nodes:
        place = layout.nodes[node.id]
        assert place.x >= 0
        assert place.y >= 0
        assert place.x + place.width <= layout.width
        assert place.y + place.height <= layout.height
        if node.group:
            group = layout.groups[node.group]
            assert group.x <= place.x
            assert place.x + place.width <= group.x + group.width


async def test_what_is_authored_later_lies_below() -> None:
    """A picture is read from top to bottom, as its definition is; lines lead from tail to head."""
    drawing = draw(whole_plan())
    layout = await layout_of(drawing)
    for link in drawing.links:
        tail, head = layout.nodes[link.tail], layout.nodes[link.head]
        if link.id in layout.signposts:
            continue
        assert (head.y > tail.y) != drawing.goes_back(link)
        first, last = layout.routes[link.id].points[0], layout.routes[link.id].points[-1]
        assert abs(first[1] - (tail.y + tail.height / 2)) <= tail.height / 2 + 1
        assert abs(last[1] - (head.y + head.height / 2)) <= head.height / 2 + 1


async def test_far_ways_end_in_signposts() -> None:
    """A line is never longer than a screen or two, unless it is a node's only way in."""
    drawing = draw(large_plan())
    layout = await layout_of(drawing)
    far = {one.id for one in drawing.links if distance(one, layout) > 1.5 * FAR}
    assert layout.signposts
    assert set(layout.signposts) >= {one for one in far if one.startswith("step-")} - only_ways(drawing)


def only_ways(drawing: Drawing) -> set[str]:
    """The links that are the only ones to their node."""
    heads = [one.head for one in drawing.links]
    return {one.id for one in drawing.links if heads.count(one.head) == 1}


async def test_labels_lie_on_no_node() -> None:
    """What is written on a way can be read."""
    from pathways.diagram.boxes import label_of

    drawing = draw(large_plan())
    layout = await layout_of(drawing)
    for link in drawing.links:
        label, route = label_of(link), layout.routes[link.id]
        if label is None:
            continue
        assert route.label is not None
        x, y = route.label
        box = Place(x - label.width / 2, y - label.height / 2, label.width, label.height)
        assert not any(overlap(box, place) for place in layout.nodes.values())


async def test_a_program_that_hangs_is_given_up(tmp_path: Path) -> None:
    """A reader gets the list rather than waiting."""
    slow = tmp_path / "dot"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    drawing = draw(whole_plan(title="Laid out by nobody, for its title takes two lines"))
    layout = await layout_of(drawing, program=str(slow), seconds=0.2)
    assert not layout.drawn
    assert "→ to Is authorization required?" in to_svg(drawing, layout)


@pytest.mark.parametrize(
    ("script", "reason"),
    [("echo broken >&2; exit 1", "failed: broken"), ("echo '<svg/>'", "no JSON")],
)
async def test_a_program_that_fails_says_why(tmp_path: Path, script: str, reason: str) -> None:
    """What dot complains about reaches the log."""
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(DotError, match=reason):
        await ask("digraph {}", program=str(program))


async def test_a_program_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """A name that is no program is told from an answer."""
    with pytest.raises(DotError, match="cannot be started"):
        await ask(to_dot(draw(whole_plan())), program=str(tmp_path / "none"))


def test_the_program_comes_with_us() -> None:
    """The environment brings a program that lays out."""
    assert find_program() is not None
