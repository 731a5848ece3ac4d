"""Parallel branches: how they run, join, and are left."""

from __future__ import annotations

from tests.support.plans import Player, make_plan

TASK = "{task: {title: t, queue: q}}"
BOTH = """
steps:
  both:
    parallel:
      join: %s
      branches:
        left: {steps: {ask: {task: {title: A, queue: q}, save: a}, tell: {task: {title: B, queue: q}}}}
        right: {steps: {call: {task: {title: C, queue: q}, next: %s}}}
        third: {steps: {look: {task: {title: D, queue: q}}}}
    next: after
  after: {task: {title: E, queue: q}}
  fin: {end: ok}
  out: {task: {title: F, queue: q}, next: fin}
outcomes: {ok: {kind: success}}
"""


def player(join: str = "all", onward: str = "[{to: done}]") -> Player:
    """An instance whose right branch goes on as said."""
    text = BOTH % (join, onward)
    if onward == "[{to: done}]":
        text = (BOTH % (join, "leave")).replace(", next: leave", "")
    return Player(make_plan(text))


def test_branches_stand_side_by_side_until_all_have_ended() -> None:
    """A branch runs off its last step and ends well; the parallel goes on when all have."""
    run = player()
    assert run.standing == ["both", "both/left/ask", "both/right/call", "both/third/look"]
    run.complete("both/left/ask")
    assert "both/left/tell" in run.standing
    run.complete("both/right/call")
    run.complete("both/third/look")
    assert run.standing == ["both", "both/left/tell"]
    run.complete("both/left/tell")
    assert run.standing == ["after"]
    assert run.value("a")["outcome"] == "done", "branches share the data around them"


def test_join_of_a_count_leaves_the_rest() -> None:
    """With enough branches ended the others' tasks close and the parallel goes on."""
    run = player("{count: 2}")
    run.complete("both/third/look")
    run.complete("both/right/call")
    assert run.standing == ["after"]
    assert [fact.address for fact in run.of("task-closed") if fact.how == "cancelled"] == ["both/left/ask"]
    assert [(one.scope, one.how) for one in run.of("scope-left")] == [
        ("both/third/", "ended"),
        ("both/right/", "ended"),
        ("both/left/", "left"),
    ]


def test_join_any_goes_on_with_the_first() -> None:
    """One branch is enough."""
    run = player("any")
    run.complete("both/right/call")
    assert run.standing == ["after"]


def test_a_way_into_the_enclosing_scope_leaves_the_whole_parallel() -> None:
    """A branch that goes to a step outside takes everything with it."""
    run = player("all", "out")
    run.complete("both/right/call")
    assert run.standing == ["out"]
    assert len([fact for fact in run.of("task-closed") if fact.how == "cancelled"]) == 2


def test_a_parallel_entered_again_is_a_new_visit() -> None:
    """Addresses inside carry the visit of the parallel, so they are never used twice."""
    run = Player(
        make_plan(
            """
steps:
  both:
    parallel:
      branches:
        left: {steps: {ask: {task: {title: A, queue: q}}}}
        right: {steps: {call: {task: {title: C, queue: q}}}}
  again: {task: {title: Again, queue: q, outcomes: {yes: y, no: n}}, next: {yes: both, no: fin}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
        )
    )
    run.complete("both/left/ask")
    run.complete("both/right/call")
    run.complete("again", "yes")
    assert run.standing == ["both@2", "both@2/left/ask", "both@2/right/call"]
    assert not any(key.startswith("both/") for key in run.state.visits), "counts of what is over are forgotten"
    late = run.complete("both/left/ask")
    assert late.refusal is not None
    assert late.refusal.code == "task-closed"


def test_branches_that_pass_at_once_join_in_one_event() -> None:
    """A parallel whose branches wait for nothing is passed in the same advance, each branch as far as it can."""
    run = Player(
        make_plan(
            """
steps:
  both:
    parallel:
      branches:
        left: {steps: {one: {set: {a: 1}}, two: {set: {b: =a + 1}}}}
        right: {steps: {three: {set: {c: =b + 1}}}}
  fin: {task: {title: "{{ a }}{{ b }}{{ c }}", queue: q}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""
        )
    )
    assert run.of("task-opened")[0].title == "123"


def test_end_branch_finishes_only_the_branch() -> None:
    """`end: branch` ends the branch well, wherever it stands in it."""
    run = Player(
        make_plan(
            """
steps:
  both:
    parallel:
      branches:
        left:
          steps:
            ask: {task: {title: A, queue: q, outcomes: {stop: s, on: o}}, next: {stop: halt, on: more}}
            halt: {end: branch}
            more: {task: {title: M, queue: q}}
        right: {steps: {call: {task: {title: C, queue: q}}}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
        )
    )
    run.complete("both/left/ask", "stop")
    assert run.standing == ["both", "both/right/call"]
    run.complete("both/right/call")
    assert run.state.outcome == "ok"
