"""Diagrams as a browser draws them: text fits where it stands, and pages show the place that matters."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, expect

from api.dot import layout_of
from pathways.diagram import draw, to_svg
from pathways.plan import Plan
from tests.browser.conftest import Seat, get
from tests.support.dosing import start_dosing
from tests.support.served import Served
from tests.support.whole_plan import whole_plan

OUTSIDE = """() => [...document.querySelectorAll(".cl-node")].flatMap((node) => {
  const shape = node.querySelector(".cl-shape").getBBox();
  return [...node.querySelectorAll(".cl-title, .cl-text, .cl-word")].filter((text) => {
    const box = text.getBBox();
    return box.x < shape.x || box.x + box.width > shape.x + shape.width
      || box.y < shape.y - 1 || box.y + box.height > shape.y + shape.height + 1;
  }).map((text) => text.textContent);
})"""
"""The texts of nodes that stick out of their shape."""

COVERED = """() => {
  const boxes = [...document.querySelectorAll(".cl-labels .cl-label")].map((one) => [one.textContent, one.getBBox()]);
  const nodes = [...document.querySelectorAll(".cl-node .cl-shape")].map((one) => one.getBBox());
  const over = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  return boxes.filter(([, box]) => nodes.some((node) => over(box, node))).map(([text]) => text);
}"""
"""The labels of links that lie on a node."""

IN_VIEW = """(id) => {
  const node = document.getElementById(id).querySelector(".cl-shape").getBoundingClientRect();
  const box = document.querySelector(".diagram").getBoundingClientRect();
  return node.left >= box.left && node.right <= box.right && node.top >= box.top && node.bottom <= box.bottom;
}"""
"""Whether a node can be seen in the box that the diagram scrolls in."""

WHOLE = """() => {
  const box = document.querySelector(".diagram");
  return box.scrollWidth <= box.clientWidth + 1 && box.scrollHeight <= box.clientHeight + 1;
}"""
"""Whether all of the diagram is seen at once."""


def picture(plan: Plan) -> str:
    """The plan as SVG. Playwright's loop runs in this thread, so the layout is asked for in another."""
    drawing = draw(plan)
    with ThreadPoolExecutor(1) as other:
        layout = other.submit(lambda: asyncio.run(layout_of(drawing))).result()
    assert layout.drawn
    return to_svg(drawing, layout)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stays_in_its_shape(chromium: Browser, scheme: str) -> None:
    """What was measured without a browser holds in one: nothing sticks out, nothing is covered."""
    context = chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_content(picture(whole_plan()))
    assert page.locator(".cl-node").count() > 25
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(COVERED) == []
    context.close()


def test_a_page_shows_where_the_instance_stands(chromium: Browser, place: Served, referral: str) -> None:
    """The box is scrolled to the step where it stands, and a link of the page leads back there."""
    stands = get(place, "coordinator", f"/instances/{referral}")["positions"][0]["step"]
    context = chromium.new_context(base_url=place.url)
    seat = Seat(context.new_page(), context, [])
    seat.sign_in(place.url, "coordinator")
    seat.page.goto(f"/instances/{referral}")
    assert seat.page.evaluate(IN_VIEW, f"node-{stands}")
    seat.page.evaluate("document.querySelector('.diagram').scrollTo(0, 0)")
    assert not seat.page.evaluate(IN_VIEW, f"node-{stands}")
    seat.page.get_by_role("link", name="Clinical triage").click()
    assert seat.page.evaluate(IN_VIEW, f"node-{stands}")
    context.close()


def test_a_nested_instance_is_shown_at_its_innermost_place(chromium: Browser, place: Served) -> None:
    """What lies around that is folded away, and said to be around; the picture begins where the work is."""
    series = place.run(start_dosing(place.office))
    context = chromium.new_context(base_url=place.url)
    seat = Seat(context.new_page(), context, [])
    seat.sign_in(place.url, "supervisor")
    seat.page.goto(f"/instances/{series}")
    assert seat.page.evaluate(IN_VIEW, "node-series/prepare/drug/review")
    around = seat.page.get_by_text("Within: Give a dose, Prepare")
    expect(seat.page.get_by_role("link", name=re.compile("^Move ?: Give a dose"))).to_be_hidden()
    around.click()
    expect(seat.page.get_by_role("link", name=re.compile("^Move ?: Give a dose"))).to_be_visible()
    context.close()


def test_a_diagram_is_as_large_as_one_likes(chromium: Browser, place: Served, referral: str) -> None:
    """The whole fits its box; what was in the middle stays there; the page's policy allows all of it."""
    context = chromium.new_context(base_url=place.url)
    seat = Seat(context.new_page(), context, [])
    seat.page.on("console", lambda told: seat.complaints.append(told.text) if told.type == "error" else None)
    seat.sign_in(place.url, "coordinator")
    seat.page.goto(f"/instances/{referral}")
    seat.page.get_by_role("button", name="The whole").click()
    assert seat.page.evaluate(WHOLE)
    seat.page.get_by_role("button", name="Full size").click()
    assert not seat.page.evaluate(WHOLE)
    before = seat.page.locator(".diagram svg").bounding_box()
    seat.page.get_by_role("button", name="Smaller").click()
    after = seat.page.locator(".diagram svg").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] < before["width"]
    assert seat.complaints == []
    context.close()
