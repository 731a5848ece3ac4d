"""Ways lead to the paths of steps: in their own block, then outwards, never inwards."""

from __future__ import annotations

import pytest

from pathways.plan import Edge
from pathways.reader import MOST_HINTS
from tests.support import everything
from tests.support.authored import found, one, place, plan

NESTED = """
first: {set: {x: 1}}
both:
  parallel:
    branches:
      left:
        steps:
          one: {set: {y: 1}, next: TO}
          two: {set: {z: 1}}
      right:
        steps:
          one: {set: {v: 1}}
          round:
            repeat:
              while: x > 1
              limit: 3
              steps:
                one: {wait: {for: 1 day}, next: INNER}
                deep: {wait: {for: 1 day}}
last: {end: done}
"""


def ways(to: str = "two", inner: str = "deep") -> dict[str, list[str]]:
    """Where the steps of the nested pathway lead."""
    steps = plan(NESTED.replace("TO", to).replace("INNER", inner)).steps
    return {step.id: [edge.to for edge in step.next] for step in steps}


def test_without_next_the_step_below_follows_and_a_nested_block_ends() -> None:
    """The last step of a branch or an iteration ends it well."""
    found_ways = ways()
    assert found_ways["first"] == ["both"]
    assert found_ways["both"] == ["last"]
    assert found_ways["both/left/one"] == ["both/left/two"]
    assert found_ways["both/left/two"] == [""]
    assert found_ways["both/right/one"] == ["both/right/round"]
    assert found_ways["both/right/round"] == [""]
    assert found_ways["both/right/round/one"] == ["both/right/round/deep"]
    assert found_ways["both/right/round/deep"] == [""]


@pytest.mark.parametrize(
    ("name", "path"),
    [("one", "both/left/one"), ("both", "both"), ("last", "last"), ("first", "first")],
)
def test_an_id_means_the_nearest_step_of_its_name(name: str, path: str) -> None:
    """One's own block first, though others have a step of the same id."""
    assert ways(to=name)["both/left/one"] == [path]


@pytest.mark.parametrize(
    ("name", "path"),
    [("one", "both/right/round/one"), ("round", "both/right/round"), ("last", "last")],
)
def test_an_iteration_may_be_left_outwards(name: str, path: str) -> None:
    """Through the branch into the pathway."""
    assert ways(inner=name)["both/right/round/one"] == [path]


@pytest.mark.parametrize(
    ("to", "inner", "words"),
    [
        ("deep", "deep", '"deep" stands in the repeat "both/right/round"'),
        ("two", "two", '"two" stands in the branch "left" of "both"'),
        ("tow", "deep", 'Did you mean "two"?'),
        ("both/left/two", "deep", ""),
    ],
)
def test_no_way_leads_inwards_or_aside(to: str, inner: str, words: str) -> None:
    """The hint says where a step of that id stands."""
    text = NESTED.replace("TO", to).replace("INNER", inner)
    finding = one(found(text), "unknown-step")
    assert words in finding.hint


def test_a_side_flow_stops_at_itself() -> None:
    """It ends itself or the pathway, and can't lead into the main flow, nor the main flow into it."""
    text = """
    side_flows: {call: {steps: {a: {wait: {for: 1 day}, next: main}, b: {wait: {for: 1 day}, next: a}}}}
    steps: {main: {wait: {for: 1 day}, next: b}, over: {end: done}}
    """
    into, out = sorted(found(text), key=lambda one: place(text, one))
    assert 'the side flow "call"' in into.hint
    assert "can't lead into the main flow" in out.hint


def test_the_pathway_itself_may_not_run_off() -> None:
    """Its last step leads on or ends it; also when that is a repeat."""
    repeat = "{repeat: {while: true, limit: 2, steps: {b: {wait: {for: 1 day}}}}}"
    for step in ("{set: {x: 1}}", repeat):
        text = f"z: {{end: done}}\na: {step}"
        assert place(text, one(found(text), "runs-off")).startswith("a:")


def test_only_nested_steps_end_a_branch() -> None:
    """`end: branch` has no outcome; in the pathway itself there is nothing that would go on."""
    end = everything.plan().step["prepare/stock/stocked-up"]
    assert (end.kind, end.outcome, end.next) == ("end", "", ())  # type: ignore[union-attr]  # an end
    one(found("a: {end: branch}"), "end-branch")


def test_a_child_leads_on_by_its_outcomes() -> None:
    """All of those that the catalog knows, and `cancelled`, which every pathway has."""
    child = "a: {pathway: {name: transport, inputs: {patient: =patient}}, next: {%s}}\nb: {end: done}"
    good = plan(child % "arranged: b, declined: b, cancelled: {to: b, undo: true}")
    assert good.steps[0].next == (
        Edge("b", outcome="arranged"),
        Edge("b", outcome="declined"),
        Edge("b", outcome="cancelled", undo=True),
    )
    assert "cancelled, declined" in one(found(child % "arranged: b"), "missing-outcome").message
    every = "arranged: b, declined: b, cancelled: b"
    assert "declined" in one(found(child % f"{every}, declind: b"), "unknown-outcome").hint
    unknown = "a: {pathway: {name: survey}, next: {anything: b}}\nb: {end: done}"
    assert plan(unknown).steps[0].next == (Edge("b", outcome="anything"),)


@pytest.mark.parametrize("step", ["{set: {x: 1}, %s}", "{pathway: {name: survey, detached: true}, %s}"])
def test_what_has_no_outcome_leads_nowhere_by_it(step: str) -> None:
    """A child that nobody waits for has none to go by either."""
    one(found(f"a: {step % 'next: {ok: b}'}\nb: {{end: done}}"), "next-map")


def test_events_lead_to_steps_or_start_side_flows() -> None:
    """On a step and on the pathway; key, when and undo are taken along, and the type of the event's data."""
    whole = everything.plan()
    revoked, called = whole.handlers
    assert (revoked.to, revoked.side, revoked.undo, revoked.keyed) == ("withdrawn", None, True, True)
    assert (called.to, called.side) == (None, "call-back")
    assert set(called.data.by_name) == {"about"}
    (handler,) = whole.step["prepare"].handlers
    assert (handler.to, handler.undo) == ("withdrawn", True)
    assert (
        "Side flows: call-back"
        in one(
            found(
                """
            side_flows: {call-back: {steps: {x: {end: branch}}}}
            steps: {a: {wait: {for: 1 day}, on: [{event: order.revoked, side: zzz}]}, b: {end: done}}
            """
            ),
            "unknown-side-flow",
        ).hint
    )


def test_a_timeout_inside_leads_outwards_and_may_undo() -> None:
    """Its target is looked up like any other."""
    timeout = everything.plan().step["prepare/stock/mixed"].timeout
    assert timeout is not None
    assert (timeout.to, timeout.undo) == ("withdrawn", True)


def test_who_misses_every_step_gets_no_guesses() -> None:
    """Each guess is a comparison with all there is; a file with more of them than anybody misspells is not slow."""
    steps = "\n".join(f"step-{number}: {{wait: {{for: 1 day}}, next: stop-{number}}}" for number in range(300))
    hints = [finding.hint for finding in found(f"{steps}\nover: {{end: done}}")]
    assert len(hints) == 300
    assert all(hint.startswith("Did you mean") for hint in hints[:MOST_HINTS])
    assert set(hints[MOST_HINTS:]) == {""}


UNTIL = """
first: {set: {x: 1}, undo: {do: chairs.cancel, with: {chair: c}, until: last}}
visit:
  steps:
    book: {set: {y: 1}, undo: {do: chairs.cancel, with: {chair: c}, until: TO}}
    come: {wait: {for: 1 day}}
last: {end: done}
"""


@pytest.mark.parametrize(("name", "path"), [("come", "visit/come"), ("visit", "visit"), ("last", "last")])
def test_an_undo_lasts_until_a_step_of_its_own_block_or_one_around_it(name: str, path: str) -> None:
    """It is looked up as the targets of ways are."""
    undo = plan(UNTIL.replace("TO", name)).step["visit/book"].undo
    assert undo is not None
    assert undo.until == path


def test_an_undo_does_not_last_until_a_step_further_inside() -> None:
    """Nor until one that is not there; the place is the name's."""
    text = UNTIL.replace("until: last", "until: come").replace("TO", "visit")
    finding = one(found(text), "unknown-step")
    assert place(text, finding).startswith("come")
    assert "section" in finding.hint


@pytest.mark.parametrize(("to", "hint"), [("end", "over: {end: OUTCOME}"), ("done", "over: {end: done}")])
def test_a_way_to_an_outcome_is_told_that_it_leads_to_a_step(to: str, hint: str) -> None:
    """An outcome is what a step ends with."""
    finding = one(found(f"a: {{set: {{x: 1}}, next: {to}}}\nb: {{end: done}}"), "unknown-step")
    assert hint in finding.hint
