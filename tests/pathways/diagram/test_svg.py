"""The picture as SVG: well-formed, harmless, and with all that its words say."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from pathways.diagram import Number, counts, draw, stacked, standing, stylesheet, to_svg
from pathways.diagram.drawing import Drawing
from pathways.diagram.icons import LINES, LINKS, STEPS
from pathways.plan import End, Plan
from tests.support.whole_plan import whole_plan

SVG = "{http://www.w3.org/2000/svg}"


def whole() -> Drawing:
    """The drawing of the plan that uses everything."""
    return draw(whole_plan())


def parsed(svg: str) -> ElementTree.Element:
    """The picture as a tree."""
    return ElementTree.fromstring(svg)  # noqa: S314 - our own output


def test_it_is_named_and_described() -> None:
    """The picture has a title and a description, and each node says all about itself."""
    drawing = whole()
    root = parsed(to_svg(drawing, stacked(drawing)))
    assert root.findtext(f"{SVG}title") == "Prior authorization 1.0.0"
    assert "Diagram of" in (root.findtext(f"{SVG}desc") or "")
    nodes = [one for one in root.iter(f"{SVG}g") if "cl-node" in one.get("class", "")]
    assert len(nodes) == len(drawing.nodes)
    assert all(one.get("role") == "img" and one.findtext(f"{SVG}title") for one in nodes)


def test_an_embedded_picture_has_no_style_of_its_own() -> None:
    """A page's policy allows neither style elements nor style attributes nor scripts."""
    svg = to_svg(whole(), stacked(whole()), embedded=True)
    assert not re.search(r"<style|style=|<script|\son\w+=|href=\"[^#]", svg)


def test_text_from_authors_is_escaped() -> None:
    """A title with markup, or with what XML cannot hold, is text."""
    plan = Plan("p", "1.0.0", 'A <b>"&" title\x00', (End(kind="end", id="end", title="</g><script>", outcome=""),))
    drawing = draw(plan)
    root = parsed(to_svg(drawing, stacked(drawing)))
    assert root.findtext(f"{SVG}title") == 'A <b>"&" title\N{REPLACEMENT CHARACTER} 1.0.0'
    assert not list(root.iter(f"{SVG}script"))


def test_the_list_says_ways_in_words() -> None:
    """Without lines, the ways on stand beside the nodes."""
    drawing = whole()
    svg = to_svg(drawing, stacked(drawing))
    assert "→ timeout after 14 days: to Give the payer another week (pause)" in svg


def test_marks_are_drawn() -> None:
    """Where it stands and how many do is written, not only coloured."""
    drawing = whole()
    layout = stacked(drawing)
    assert ">here</text>" in to_svg(drawing, layout, standing([("assemble", "people")]))
    assert ">within</text>" in to_svg(drawing, layout, standing([("assemble", "inner")]))
    assert ">12 here</text>" in to_svg(drawing, layout, counts({"assemble": Number(12)}))


def test_every_kind_has_its_own_picture() -> None:
    """No node, link or line is drawn without its sign."""
    drawing = whole()
    assert {one.kind for one in drawing.nodes} <= STEPS.keys()
    assert {one.kind for one in drawing.links} - LINKS.keys() == {"next", "inner", "again"}
    assert {line.about for one in drawing.nodes for line in one.lines} - LINES.keys() <= {"plain"}


def test_every_class_has_a_rule() -> None:
    """What is drawn is styled: no class of a shape or text is unknown to the style sheet."""
    drawing = whole()
    svg = to_svg(drawing, stacked(drawing), standing([("assemble", "people")]), embedded=True)
    drawn = set(re.findall(r'<(?:path|text|rect) [^>]*class="([\w-]+)', svg))
    ruled = set(re.findall(r"\.(cl-[\w-]+)", stylesheet()))
    assert drawn <= ruled
