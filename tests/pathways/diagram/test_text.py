"""The drawing in words says what the picture shows."""

from __future__ import annotations

from pathways.diagram import draw, outline_of, standing, summary, to_text
from tests.support.whole_plan import whole_plan


def test_every_node_and_way_is_told() -> None:
    """Nothing is in the picture that the words leave out."""
    drawing = draw(whole_plan())
    entries = outline_of(drawing)
    assert [one.node.id for one in entries] == [one.id for one in drawing.nodes]
    assert sum(len(one.ways) for one in entries) == len(drawing.links)
    text = to_text(drawing)
    assert all(one.label in text for one in drawing.links)


def test_containers_are_announced_before_what_is_in_them() -> None:
    """Each branch has a heading, and its steps stand further in."""
    lines = to_text(draw(whole_plan())).splitlines()
    assert lines.index("  Branch: stock") < lines.index("    - Action: order-drug (both/stock/order-drug)")
    assert "Side by side: Prepare the series" in lines
    assert lines.index("Section: Take leave") < lines.index("  - Task: Ask how it went (leave/ask)")


def test_ways_say_why_and_where_to() -> None:
    """A way on names its reason and the title and path of its target."""
    text = to_text(draw(whole_plan()))
    assert "→ timeout after 14 days: to Give the payer another week (pause)" in text
    assert "→ caught problem invalid-claim: to Assemble the documentation (assemble)" in text


def test_what_iterations_leave_behind_is_told() -> None:
    """What is collected of each, and what is carried on from the last."""
    text = to_text(draw(whole_plan()))
    assert "Collects given from dose.number." in text
    assert "Carries last_given on, which becomes dose.number." in text


def test_marks_are_told_too() -> None:
    """Where it stands is said in words."""
    overlay = standing([("assemble", "people")])
    assert "    * it stands here: waits for a person" in to_text(draw(whole_plan()), overlay).splitlines()


def test_the_summary_counts_steps() -> None:
    """The description says how much there is, and what for."""
    said = summary(draw(whole_plan()))
    assert said.startswith(f"Diagram of {len(whole_plan().steps)} steps. A payer decision")
