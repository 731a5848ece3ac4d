"""Child pathways: awaited, detached, cancelled, failing."""

from __future__ import annotations

import pytest

from tests.support.plans import Player, make_plan

CATALOG = {
    "pathways": {
        "authorization": {
            "inputs": {"order": "text"},
            "outcomes": {"approved": {"give": {"number": "text"}}, "denied": {}},
        }
    }
}
CARE = """
inputs: {order: {type: text}}
steps:
  ask:
    pathway: {name: authorization, version: ^1, inputs: {order: =order}%s}
    save: auth
    timeout: {after: 30 days, to: chase}
    next: [{when: auth.outcome = "approved", to: good}, {to: bad}]
  good: {task: {title: "{{ auth.number }}", queue: q}, next: fin}
  bad: {task: {title: B, queue: q}, next: fin}
  chase: {task: {title: C, queue: q}, next: fin}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def player(more: str = "") -> Player:
    """An instance that waits for its child."""
    return Player(make_plan(CARE % more, CATALOG), {"order": "o-1"})


def test_a_child_is_started_with_its_inputs_and_awaited() -> None:
    """Its outcome and what it gives are saved; an outcome is a test like any other."""
    run = player()
    order = run.children["ask"]
    assert (order.pathway, order.range, order.inputs) == ("authorization", "^1", {"order": "o-1"})
    assert run.at_address("ask").key == order.instance
    run.child_ends("ask", "approved", {"number": "A-7"})
    assert run.value("auth") == {"outcome": "approved", "number": "A-7"}
    assert run.standing == ["good"]


def test_a_child_may_be_given_what_one_expression_gives() -> None:
    """It is a map of names to values; nothing is a map without any, and anything else an incident."""
    given = """'=if order = "list" then [order] else if order = null then null else {order: order}'"""
    plan = make_plan(CARE.replace("{order: =order}", given) % "", CATALOG)
    assert Player(plan, {"order": "o-1"}).children["ask"].inputs == {"order": "o-1"}
    assert Player(plan, {}).children["ask"].inputs == {}
    assert "no map" in Player(plan, {"order": "list"}).incident("ask").message


def test_a_report_of_another_child_is_nobodys() -> None:
    """Only the child that was ordered from here is listened to."""
    run = player()
    stranger = run.children["ask"]
    run.children["ask"] = type(stranger)(**{**{f: getattr(stranger, f) for f in stranger.__slots__}, "instance": "X"})
    run.child_ends("ask", "approved", {"number": "A-7"})
    assert run.standing == ["ask"]


def test_a_child_that_cannot_start_is_an_incident_whose_retry_starts_another() -> None:
    """The second child has its own id; the first one's late report changes nothing."""
    run = player()
    first = run.children["ask"].instance
    run.child_fails("ask")
    assert run.incident("ask").kind == "child-failed"
    run.retry("ask")
    assert run.children["ask"].instance != first
    run.child_ends("ask", "denied")
    assert run.standing == ["bad"]


def test_what_does_not_fit_is_looked_at_again_not_started_again() -> None:
    """A retry of a report that did not fit takes the same report; a skip gives what it should have been."""
    run = player()
    run.child_ends("ask", "approved", {"number": ["no", "text"]})
    assert run.incident("ask").kind == "invalid-output"
    first = run.children["ask"].instance
    run.retry("ask")
    assert run.children["ask"].instance == first
    run.skip("ask", {"outcome": "approved", "number": "A-8"})
    assert run.standing == ["good"]


def test_a_child_that_is_left_is_told_to_cancel_and_its_report_awaited() -> None:
    """The parent goes on at once, but does not end before the child has reported."""
    run = player()
    run.after(days=31).tick()
    assert run.standing == ["chase"]
    assert run.children_cancelled == ["ask"]
    run.complete("chase")
    assert run.state.status == "cancelling"
    run.child_ends("ask", "cancelled")
    assert run.state.outcome == "ok"
    assert [one.late for one in run.of("child-reported")] == [True]


DETACHED = """
steps:
  both:
    parallel:
      branches:
        told: {steps: {tell: {pathway: {name: authorization, version: ^1, inputs: {order: '="o"'}, detached: true}}}}
        asked: {steps: {ask: {task: {title: A, queue: q}}}}
      join: any
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_a_detached_child_is_neither_awaited_nor_cancelled() -> None:
    """The step passes as soon as the child runs; what becomes of the child is its own affair."""
    run = Player(make_plan(DETACHED.replace("join: any", "join: all"), CATALOG))
    assert run.standing == ["both", "both/asked/ask", "both/told/tell"]
    run.child_begins("both/told/tell")
    assert run.standing == ["both", "both/asked/ask"]
    run.cancel()
    assert run.state.outcome == "cancelled"
    assert run.children_cancelled == []


def test_a_detached_child_that_cannot_start_is_an_incident() -> None:
    """It is this step that failed: tried again it starts another, skipped it goes on without."""
    run = Player(make_plan(DETACHED, CATALOG))
    first = run.children["both/told/tell"].instance
    run.child_fails("both/told/tell")
    assert run.incident("both/told/tell").kind == "child-failed"
    run.retry("both/told/tell")
    assert run.children["both/told/tell"].instance != first
    run.child_fails("both/told/tell")
    run.skip("both/told/tell")
    assert run.state.outcome == "ok"


@pytest.mark.parametrize("begins", [True, False])
def test_a_detached_child_whose_step_is_left_is_heard_of_once_more(begins: bool) -> None:
    """It is not cancelled. The pathway ends when it is known to run; that it could not is told, late."""
    run = Player(make_plan(DETACHED, CATALOG))
    run.complete("both/asked/ask")
    assert (run.state.status, run.children_cancelled) == ("cancelling", [])
    if begins:
        run.child_begins("both/told/tell")
    else:
        run.child_fails("both/told/tell")
    assert run.state.outcome == "ok"
    told = [(one.failed, one.late) for one in run.of("child-reported")]
    assert told == ([] if begins else [("no version fits", True)])


def test_a_cancelled_parent_cancels_its_child() -> None:
    """The instance stays cancelling until the child has reported."""
    run = player()
    run.cancel()
    assert run.children_cancelled == ["ask"]
    assert run.state.status == "cancelling"
    run.child_ends("ask", "cancelled")
    assert run.state.outcome == "cancelled"
