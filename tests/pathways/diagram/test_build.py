"""What there is to draw of a plan: every construct has its node, its ways on and its words."""

from __future__ import annotations

import dataclasses

from pathways.diagram import draw
from pathways.diagram.drawing import START, Drawing
from pathways.plan import Decide, Edge, End, Plan, Undo
from pathways.values import Condition
from tests.support.pathways import plan_of
from tests.support.plans import make_plan
from tests.support.whole_plan import whole_plan


def whole() -> Drawing:
    """The drawing of the plan that uses everything."""
    return draw(whole_plan())


def links(drawing: Drawing) -> set[tuple[str, str, str]]:
    """The links as tail, kind and head."""
    return {(one.tail, one.kind, one.head) for one in drawing.links}


def label(drawing: Drawing, tail: str, head: str) -> str:
    """What is written on the link between two nodes."""
    return next(one.label for one in drawing.links if (one.tail, one.head) == (tail, head))


def test_every_step_has_one_node() -> None:
    """A step is drawn once, whatever it lies in."""
    plan = whole_plan()
    drawn = [one.id for one in draw(plan).nodes]
    assert len(drawn) == len(set(drawn))
    assert {one.id for one in plan.steps} <= set(drawn)


def test_links_lead_from_node_to_node() -> None:
    """No link begins or ends in nothing."""
    drawing = whole()
    assert all(one.tail in drawing.node and one.head in drawing.node for one in drawing.links)


def test_exceptions_are_links_of_their_own_kind() -> None:
    """Timeouts, caught problems, handlers and side flows are told from the usual ways on."""
    found = links(whole())
    assert ("await-decision", "timeout", "pause") in found
    assert ("submit", "catch", "assemble") in found
    assert ("await-decision", "handler", "withdrawn") in found
    assert ("await-decision", "side", "~call-payer") in found
    assert ("^1", "handler", "withdrawn") in found


def test_labels_say_when_a_way_is_taken() -> None:
    """Conditions, outcomes, times, problems and events stand on their links, and that something is undone."""
    drawing = whole()
    assert label(drawing, "check-requirement", "not-required") == 'requirement.status = "no-auth"'
    assert label(drawing, "check-requirement", "assemble") == "otherwise"
    assert label(drawing, "assemble", "submit") == "Ready to submit"
    assert label(drawing, "assemble", "withdrawn") == "Do not pursue; undo what was done"
    assert label(drawing, "await-decision", "pause") == "after 14 days"
    assert label(drawing, "submit", "assemble") == "problem invalid-claim"
    assert label(drawing, "route", "denied") == "otherwise"
    assert label(drawing, "route", "both") == 'decision: "certified" or decision: "partial", urgency: "expedited"'


def test_containers_begin_their_blocks_and_bring_them_together() -> None:
    """A parallel leads into each branch and goes on from its join; a repeat comes around again."""
    found = links(whole())
    assert {("both", "inner", "both/stock/order-drug"), ("both", "inner", "both/chair/book")} <= found
    assert {("both/stock/received", "next", "both/."), ("both/.", "next", "series")} <= found
    assert {("series/give-dose", "next", "series/."), ("series/.", "again", "series")} <= found


def test_a_section_is_a_group_that_its_steps_run_to_the_end_of() -> None:
    """It leads to the first of them, has their exceptions as its own, and goes on from where it is over."""
    drawing = whole()
    assert {
        ("leave", "inner", "leave/thank"),
        ("leave/ask", "next", "leave/."),
        ("leave/.", "next", "keep"),
        ("leave", "timeout", "keep"),
    } <= links(drawing)
    assert [(one.kind, one.title) for one in drawing.groups if one.id == "leave"] == [("section", "Take leave")]
    assert {one.id for one in drawing.nodes if one.group == "leave"} == {"leave", "leave/thank", "leave/ask", "leave/."}


def test_groups_nest_as_containers_do() -> None:
    """Branches lie in their parallel; a side flow and the clocks stand for themselves."""
    groups = {one.id: (one.kind, one.parent) for one in whole().groups}
    assert groups["both/stock"] == ("branch", "both")
    assert groups["series"] == ("repeat", "")
    assert groups["~call-payer"] == ("side", "")
    assert groups["!"] == ("clocks", "")


def test_containers_inside_containers_lie_in_their_groups() -> None:
    """A repeat in a branch is a group in the branch's."""
    plan = whole_plan()
    nested = dataclasses.replace(plan.step["series"], id="both/chair/series", next=(Edge(""),))
    inner = dataclasses.replace(plan.step["series/check-labs"], id="both/chair/series/check", next=(Edge(""),))
    drawing = draw(whole_plan(steps=(*plan.steps, nested, inner)))
    assert {one.id: one.parent for one in drawing.groups}["both/chair/series"] == "both/chair"
    assert drawing.node["both/chair/series/check"].group == "both/chair/series"


def test_what_a_step_does_stands_in_its_node() -> None:
    """Action, queue and role, due time, clocks, undo and gate are written in the node."""
    node = whole().node
    assert [one.text for one in node["submit"].lines] == [
        "payer.submit_claim",
        "start clock when done: Payer decision due",
        "undo: payer.cancel_claim",
    ]
    assert [one.text for one in node["assemble"].lines] == [
        "pa-intake · prior-authorization-specialist",
        "due in 1 business day",
        "gate: clinical",
    ]
    assert node["submit"].stage == "submitted"


def test_an_undo_says_until_when() -> None:
    """By the title of the step."""
    undo = Undo("payer.cancel_claim", until="route")
    steps = tuple(dataclasses.replace(one, undo=undo) if one.id == "submit" else one for one in whole_plan().steps)
    assert "undo: payer.cancel_claim, until What was decided?" in [
        one.text for one in draw(whole_plan(steps=steps)).node["submit"].lines
    ]


def test_ends_say_how_it_ends() -> None:
    """An end carries its outcome's title and kind; one of a branch says that the branch ends."""
    node = whole().node
    assert (node["denied"].title, node["denied"].tone) == ("Denied", "unsuccessful")
    ended = End(kind="end", id="both/chair/stop")
    plan = whole_plan(steps=(*whole_plan().steps, ended))
    assert draw(plan).node["both/chair/stop"].title == "This branch ends"
    assert ("both/chair/stop", "next", "both/.") in links(draw(plan))


def test_what_a_nested_end_ends_is_said() -> None:
    """An iteration is no branch."""
    plan = plan_of("""
outcomes: {done: {title: Done, kind: success}}
steps:
  calls:
    repeat: {for_each: "=[1, 2]", as: one, steps: {call: {task: {title: Call, queue: intake}}, enough: {end: branch}}}
  over: {end: done}
side_flows:
  ring: {title: Ring, offer: {title: Ring, queue: intake}, steps: {rung: {end: branch}}}
""")
    titles = {name: node.title for name, node in draw(plan).node.items()}
    assert (titles["calls/enough"], titles["~ring/rung"]) == ("This iteration ends", "This side flow ends")
    assert titles["calls/call"] == "Call"  # a step without a title is called as its task is


def test_several_ways_to_one_step_are_one_link() -> None:
    """Two rules that lead to the same step are one line that names both."""
    rules = (Edge("end", Condition("a")), Edge("end", Condition("b")), Edge("end"))
    steps = (Decide(kind="decide", id="which", next=rules), End(kind="end", id="end", outcome=""))
    drawing = draw(Plan("p", "1.0.0", "P", steps))
    assert label(drawing, "which", "end") == "a or b or otherwise"
    assert (START, "next", "which") in links(drawing)


def test_what_lies_inside_a_side_flow_is_drawn_there() -> None:
    """A side flow may hold branches and iterations; only the side flow itself has what starts it."""
    text = """
outcomes: {ok: Good}
side_flows:
  call:
    offer: {title: Call, queue: q}
    steps:
      both: {parallel: {branches: {a: {steps: {a1: {wait: {for: 1 day}}}}, b: {steps: {b1: {wait: {for: 1 day}}}}}}}
steps: {rest: {wait: {for: 1 day}}, fin: {end: ok}}
"""
    found = links(draw(make_plan(text)))
    assert ("~call", "next", "~call/both") in found
    assert ("~call/both", "inner", "~call/both/a/a1") in found
