"""Gates: whatever passes one needs its role, also where it lies in what is left."""

from __future__ import annotations

import pytest

from tests.support.plans import Player, code, make_plan

CATALOG = {"actions": {}, "roles": {"pharmacist": {"clinical": True}, "clerk": {}}}
GATE = "gate: clinical, task: {title: Check, queue: q, role: pharmacist}"
CARE = f"""
steps:
  both:
    parallel:
      branches:
        first: {{steps: {{look: {{task: {{title: L, queue: q}}}}, check: {{{GATE}}}}}}}
        second: {{steps: {{ask: {{task: {{title: A, queue: q}}}}}}}}
  rounds:
    repeat:
      for_each: =[1, 2]
      as: n
      steps: {{weigh: {{{GATE}}}, give: {{task: {{title: G, queue: q}}}}}}
  after: {{task: {{title: F, queue: q}}}}
  fin: {{end: ok}}
outcomes: {{ok: {{kind: success}}}}
"""
CLERK, PHARMACIST = {"roles": ("clerk",)}, {"roles": ("pharmacist",)}


def player(*done: str) -> Player:
    """An instance in which these tasks are completed."""
    run = Player(make_plan(CARE, CATALOG))
    for address in done:
        run.complete(address)
    return run


@pytest.mark.parametrize("done", [(), ("both/first/look",)], ids=["to come", "open"])
def test_a_gate_in_another_branch_is_passed_with_the_branches(done: tuple[str, ...]) -> None:
    """Moving out of a parallel, or skipping it, takes its open and coming decisions away."""
    run = player(*done)
    assert code(run.move("both/second/ask", "rounds", **CLERK)) == "gate-role"
    assert code(run.skip("both", **CLERK)) == "gate-role"
    assert code(run.skip("both", **PHARMACIST)) is None


def test_a_gate_that_was_decided_is_passed_no_more() -> None:
    """Its branch has ended; what is left beside it may be left by anybody who operates."""
    run = player("both/first/look", "both/first/check")
    assert code(run.move("both/second/ask", "rounds", **CLERK)) is None


def test_a_gate_that_was_decided_is_not_passed_by_a_skip() -> None:
    """The same for the container."""
    run = player("both/first/look", "both/first/check")
    assert code(run.skip("both", **CLERK)) is None


def test_the_gates_of_rounds_to_come_are_passed_with_the_rounds() -> None:
    """Those of the present round may be decided: the others are not."""
    run = player("both/first/look", "both/first/check", "both/second/ask", "rounds#1/weigh")
    assert code(run.move("rounds#1/give", "after", **CLERK)) == "gate-role"
    assert code(run.skip("rounds", **CLERK)) == "gate-role"
    assert code(run.skip("rounds#1/give", **CLERK)) is None
    assert "rounds#2/weigh" in run.standing
    assert code(run.move("rounds#2/weigh", "after", **PHARMACIST)) is None


def test_going_back_passes_nothing() -> None:
    """A decision that comes again is not passed."""
    run = player("both/first/look", "both/first/check", "both/second/ask", "rounds#1/weigh")
    assert code(run.move("rounds#1/give", "weigh", **CLERK)) is None
