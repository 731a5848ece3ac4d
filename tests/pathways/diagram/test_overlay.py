"""What is laid over a drawing: the way of one instance, where it stands, and the numbers of many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from pathways.diagram import Number, Overlay, counts, draw, way
from pathways.diagram.drawing import START
from pathways.diagram.overlay import span_words
from tests.support.whole_plan import whole_plan

Fact = Mapping[str, Any]


def entered(step: str) -> Fact:
    """A step was reached."""
    return {"fact": "step-entered", "step": step, "address": step}


def left(step: str, to: str | None, how: str = "completed") -> Fact:
    """A step was left."""
    return {"fact": "step-left", "step": step, "to": to, "how": how, "address": step}


def walked(*facts: Fact, positions: tuple[tuple[str, str], ...] = ()) -> Overlay:
    """The way through the plan that uses everything."""
    return way(draw(whole_plan()), [{"fact": "instance-started"}, *facts], positions)


def test_steps_and_ways_are_counted() -> None:
    """Going back over a caught problem counts each step and each way as often as it was gone."""
    found = walked(
        entered("check-requirement"),
        left("check-requirement", "assemble"),
        entered("assemble"),
        left("assemble", "submit"),
        entered("submit"),
        left("submit", "assemble", "problem"),
        entered("assemble"),
        positions=(("assemble", "people"),),
    )
    assert found.visits == {START: 1, "check-requirement": 1, "assemble": 2, "submit": 1}
    assert found.taken[f"{START} next check-requirement"] == 1
    assert found.taken["submit catch assemble"] == 1
    assert "submit next await-decision" not in found.taken
    assert found.standing == {"assemble": ("people",)}


def test_a_timeout_is_not_the_usual_way() -> None:
    """Two links between the same steps are told apart by how the step was left."""
    found = walked(entered("await-decision"), left("await-decision", "pause", "timeout"), entered("pause"))
    assert found.taken == {"await-decision timeout pause": 1}


def test_a_section_that_ended_leads_on_from_its_end() -> None:
    """Its last step led there, and from there it went on."""
    ended = {"fact": "scope-left", "scope": "leave@2/", "how": "ended"}
    found = walked(entered("leave"), entered("leave/ask"), left("leave/ask", None), ended, left("leave", "keep"))
    assert found.visits["leave/."] == 1
    assert {"leave/ask next leave/.", "leave/. next keep"} <= set(found.taken)


def test_branches_come_together_when_they_end() -> None:
    """A branch that ended leads to the join, one that still runs does not."""
    found = walked(
        entered("both"),
        entered("both/stock/order-drug"),
        entered("both/chair/book"),
        left("both/chair/book", None),
        {"fact": "scope-left", "scope": "both/chair/", "how": "ended"},
    )
    assert found.taken["both inner both/stock/order-drug"] == 1
    assert found.taken["both/chair/book next both/."] == 1
    assert "both/stock/received next both/." not in found.taken
    assert found.visits["both/."] == 1


def test_iterations_come_around_again() -> None:
    """Two iterations that ended are one way around and two entries."""
    ended = {"fact": "scope-left", "how": "ended"}
    found = walked(
        entered("series"),
        entered("series/check-labs"),
        {**ended, "scope": "series#1/"},
        entered("series/check-labs"),
        {**ended, "scope": "series#2/"},
        left("series", "tell"),
    )
    assert found.taken["series/. again series"] == 1
    assert found.taken["series inner series/check-labs"] == 2
    assert found.taken["series/. next tell"] == 1


def test_side_flows_are_entered_from_their_handler() -> None:
    """An event that starts a side flow shows the way to it; one by a person's offer has no way there."""
    scope = {"fact": "scope-entered", "scope": "~call-payer#1/", "kind": "side"}
    offered = walked(scope, entered("~call-payer/call"))
    assert offered.taken == {"~call-payer next ~call-payer/call": 1}
    taken = {"fact": "handler-taken", "address": "await-decision@2^1", "side": "call-payer", "to": None}
    assert walked(taken, scope).taken["await-decision side ~call-payer"] == 1
    again = taken | {"ignored": True}
    assert walked(taken, scope, again).taken["await-decision side ~call-payer"] == 1, "it ran already"


def test_the_pathways_own_handlers_are_shown() -> None:
    """A handler of the whole pathway that took an event is passed."""
    found = walked({"fact": "handler-taken", "address": "^1", "to": "withdrawn", "side": None}, entered("withdrawn"))
    assert found.taken == {"^1 handler withdrawn": 1}
    assert found.visits["^1"] == 1


def test_steps_of_another_version_are_passed_over() -> None:
    """What an instance did before it was migrated may have no place in the picture."""
    assert walked(entered("gone"), left("gone", "submit")).visits == {START: 1}


def test_marks_in_words() -> None:
    """Every mark of the picture is said."""
    found = walked(entered("assemble"), positions=(("assemble", "people"),))
    assert found.marks("assemble") == ("it stands here: waits for a person", "reached once")
    assert found.marks("submit") == ("not reached",)
    numbers = counts({"assemble": Number(12, 30, timedelta(days=3, hours=4, minutes=5))})
    assert numbers.marks("assemble") == ("12 stand here", "30 went through, median time 3 d 4 h")
    assert numbers.marks("submit") == ()


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "under 1 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=61), "1 h 1 min"),
        (timedelta(days=2, minutes=3), "2 d"),
        (timedelta(days=400), "400 d"),
    ],
)
def test_spans_in_words(span: timedelta, words: str) -> None:
    """A span of time is told in its two largest units."""
    assert span_words(span) == words
