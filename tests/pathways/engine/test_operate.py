"""What operators do: skip, move, change data, suspend and resume, add tasks; gates and separate persons."""

from __future__ import annotations

import pytest

from pathways.events import TaskAdded
from tests.support.plans import Player, code, make_plan

CATALOG = {
    "actions": {"book": {"input": {"n": "integer"}, "output": {"ref": "text"}}, "unbook": {"input": {"ref": "text"}}},
    "roles": {"pharmacist": {"clinical": True}, "clerk": {}},
}
CARE = """
inputs: {weight: {type: integer, default: 80}}
steps:
  book:
    do: book
    with: {n: =weight}
    save: ref
    undo: {do: unbook, with: {ref: =ref.ref}}
    timeout: {after: 2 days, to: late}
  both:
    parallel:
      branches:
        left: {steps: {ask: {task: {title: A, queue: q, outcomes: {ok: o, no: n}, form: [{name: why, type: text}]},
                             save: a, next: {ok: more, no: more}}, more: {task: {title: M, queue: q}}}}
        right: {steps: {call: {task: {title: C, queue: q}}}}
  check:
    gate: clinical
    task: {title: "Weight {{ weight }}", queue: q, role: pharmacist}
    timeout: {after: 1 day, to: late}
  second: {task: {title: S, queue: q, separate_from: check}}
  fin: {end: ok}
  late: {task: {title: L, queue: q}, next: fin}
outcomes: {ok: {kind: success}}
"""


def player() -> Player:
    """An instance that waits for its booking."""
    return Player(make_plan(CARE, CATALOG))


def at_check() -> Player:
    """An instance at its gate."""
    run = player()
    run.give("book", {"ref": "r"})
    run.skip("both")
    return run


def test_a_skipped_action_counts_as_completed_with_what_it_is_to_have_given() -> None:
    """The running action settles, for it can be undone; the data names the operator."""
    run = player()
    run.skip("book", {"ref": "by-phone"})
    assert run.value("ref") == {"ref": "by-phone"}
    assert run.state.data[""]["ref"].by == "supervisor-1"
    assert "both/left/ask" in run.standing
    assert run.of("step-left")[0].how == "skipped"
    assert [one.operation for one in run.of("operated")] == ["skip"]
    assert code(run.skip("both/left/ask", {"why": "x"})) == "output-invalid"
    refused = run.skip("both/left/ask", {"outcome": "no", "why": 5}).refusal
    assert refused is not None
    assert "why: must be text" in refused.message
    run.skip("both/left/ask", {"outcome": "no", "why": "x"})
    assert run.value("a")["outcome"] == "no"
    assert code(run.skip("nowhere")) == "no-position"


NO_WAY_ON = """
inputs: {weight: {type: integer}}
steps:
  here: {%s, next: [{when: weight > 1, to: fin}]}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


@pytest.mark.parametrize(
    "what",
    [
        "do: book, with: {n: 1}, undo: {do: unbook}",
        "task: {title: A, queue: q}",
        "pathway: {name: other, version: ^1}",
    ],
    ids=["action", "task", "child"],
)
def test_what_a_skipped_step_waited_for_ends_though_no_way_on_applies(what: str) -> None:
    """The task closes, the child is told to cancel, the action settles: nobody waits for them behind the incident."""
    run = Player(make_plan(NO_WAY_ON % what, CATALOG | {"pathways": {"other": {"outcomes": {"fine": {}}}}}))
    run.skip("here", {"outcome": "fine"} if "pathway" in what else None)
    assert run.incident("here").kind == "expression"
    assert run.open_tasks == []
    settles = [one.waits for one in run.state.settling.values()]
    if "pathway" in what:
        assert (run.children_cancelled, settles) == (["here"], ["child"])
        run.child_ends("here", "cancelled")
    if "do:" in what:
        assert settles == ["action"]
        run.give("here", {"ref": "r"})
    run.set("weight", 2)
    run.retry("here")
    assert run.state.outcome == "ok"
    assert run.state.settling == {}


def test_output_that_does_not_fit_is_refused() -> None:
    """What is wrong is said by field."""
    assert code(player().skip("book", {"ref": ["x"]})) == "output-invalid"


def test_a_move_goes_within_the_scope_or_outwards_never_inwards() -> None:
    """Moving out of a parallel leaves it; a step inside one can't be reached from outside."""
    run = player()
    run.give("book", {"ref": "r"})
    run.move("both/left/ask", "more")
    assert "both/left/more" in run.standing
    assert code(run.move("both/left/more", "nowhere")) == "unknown-step"
    run.move("both/left/more", "late")
    assert run.standing == ["late"]
    assert code(run.move("late", "ask")) == "unknown-step"
    assert code(run.move("late", "both/left/ask")) == "unknown-step"


def test_a_move_may_ask_for_undo() -> None:
    """What was done in the scope that is left is undone before the target is entered."""
    run = player()
    run.move("book", "late", undo=True)
    assert run.at_address("book").waits == "undo"
    run.give("book", {"ref": "r"})
    run.give("book/undo")
    assert run.standing == ["late"]


def test_gates_need_their_role() -> None:
    """Skipping, moving past and changing what they read need the role; without roles nobody asks."""
    run = at_check()
    assert code(run.skip("check", {"outcome": "done"}, roles=("clerk",))) == "gate-role"
    assert code(run.move("check", "second", roles=("clerk",))) == "gate-role"
    assert code(run.set("weight", 70, roles=("clerk",))) == "gate-role"
    run.set("weight", 70, roles=("pharmacist",))
    run.skip("check", {"outcome": "done"}, roles=("pharmacist",))
    assert run.standing == ["second"]


def test_a_move_that_jumps_over_a_gate_needs_its_role() -> None:
    """The gate lies between where the position stands and where it goes."""
    run = player()
    assert code(run.move("book", "second", roles=("clerk",))) == "gate-role"


def test_a_gate_whose_inputs_changed_is_shown_again() -> None:
    """The completion names the revision that the person saw."""
    run = at_check()
    seen = run.state.rev
    run.set("weight", 70)
    found = run.complete("check", seen=seen)
    assert code(found) == "inputs-changed"
    assert found.refusal is not None
    assert found.refusal.detail == {"weight": 70}
    assert code(run.complete("check", seen=run.state.rev)) is None


def test_whoever_did_the_one_may_not_do_the_other() -> None:
    """`separate_from` remembers the person."""
    run = at_check()
    run.complete("check", by="ana")
    assert code(run.complete("second", by="ana")) == "separation"
    assert code(run.complete("second", by="ben")) is None


def test_changed_data_names_who_and_why() -> None:
    """A value of the wrong type or an unknown name is refused."""
    run = player()
    assert code(run.set("weight", "heavy")) == "value-invalid"
    assert code(run.set("height", 3)) == "unknown-name"
    run.set("weight", 81)
    fact = run.of("data-saved")[-1]
    assert (fact.value, fact.by, fact.reason) == (81, "supervisor-1", "a correction")


def test_data_is_changed_where_it_is_kept() -> None:
    """What an iteration keeps is changed there, before it has kept anything too; nothing comes to hide another."""
    text = """
inputs: {weight: {type: integer, default: 80}}
steps:
  rounds:
    repeat:
      while: weight > 0
      limit: 3
      collect: {all: =dose}
      steps: {ask: {task: {title: A, queue: q}}, take: {set: {dose: =if dose = null then weight else dose}}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
    run = Player(make_plan(text))
    assert code(run.set("weight", 1, scope="rounds#1/")) == "no-position"
    found = run.set("dose", 5)
    assert found.refusal is not None
    assert found.refusal.message == '"dose" is kept by "rounds#1/"; the pathway itself does not keep it.'
    assert code(run.set("dose", 5, scope="rounds#2/")) == "no-position"
    assert code(run.set("dose", 5, scope="rounds#1/")) is None
    run.complete("rounds#1/ask")
    assert run.value("all") == [5]
    assert code(run.set("all", [4])) is None


def test_what_cannot_be_moved_or_skipped_now_says_why() -> None:
    """A step that is being left or has not begun, and an undo, are no steps that an operator could move."""
    text = """
steps:
  both:
    repeat: {while: 1 = 1, limit: 9, steps: {a: {do: book, undo: {do: unbook}}, t: {task: {title: T, queue: q}}}}
    timeout: {after: 1 day, to: late, undo: true}
  late: {task: {title: L, queue: q}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
    run = Player(make_plan(text, CATALOG))
    run.give("both#1/a", {"ref": "r"})
    run.after(days=1).tick()
    assert run.standing == ["both", "both#1/a/undo"]
    run.suspend()
    refused = [run.move("both", "late"), run.skip("both"), run.move("both#1/a/undo", "late")]
    run.give("both#1/a/undo")
    refused.append(run.skip("late"))
    messages = [found.refusal.message if found.refusal is not None else "" for found in refused]
    assert messages == [
        '"both" is being left: it waits until what was done in it is undone.',
        '"both" is being left: it waits until what was done in it is undone.',
        '"both#1/a/undo" undoes a step: it can be tried again or skipped, not moved.',
        '"late" has not begun: it does when the instance is resumed or the step released.',
    ]


def test_suspension_starts_nothing_new_and_resumes_in_order() -> None:
    """Running actions finish, tasks may be completed, deadlines fire; the moves are made on resume."""
    run = at_check()
    run.suspend()
    assert code(run.suspend()) == "suspended"
    run.after(days=2).tick()
    assert run.standing == ["late"]
    assert run.at_address("late").waits == "resume"
    assert run.open_tasks == []
    assert run.deliver("anything").result["verdict"] == "deferred"
    run.after(days=1)
    run.resume()
    assert run.open_tasks == ["late"]
    assert run.of("task-opened")[-1].at == run.at
    assert code(run.resume()) == "not-suspended"


def test_a_suspended_instance_begins_no_undo() -> None:
    """What a time limit that fires asks to be undone is undone on resume; one that runs already goes on."""
    text = """
steps:
  both:
    steps: {a: {do: book, undo: {do: unbook}}, b: {do: book, undo: {do: unbook}}, t: {task: {title: T, queue: q}}}
    timeout: {after: 1 day, to: late, undo: true}
  late: {task: {title: L, queue: q}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
    run = Player(make_plan(text, CATALOG))
    run.give("both/a", {"ref": "r"})
    run.give("both/b", {"ref": "r"})
    run.suspend()
    run.after(days=1).tick()
    assert run.standing == ["both"]
    run.resume()
    assert run.standing == ["both", "both/b/undo"]
    run.suspend()
    run.give("both/b/undo")
    assert run.standing == ["both"]
    run.resume()
    run.give("both/a/undo")
    assert run.standing == ["late"]


def test_a_suspended_instance_can_be_cancelled() -> None:
    """Undo does not wait for a resume that will not come."""
    run = player()
    run.give("book", {"ref": "r"})
    run.suspend(pause_clocks=True)
    run.cancel()
    run.give("book/undo")
    assert run.state.outcome == "cancelled"


def test_an_action_that_finishes_during_suspension_is_held_before_the_next_step() -> None:
    """Its output is saved; the step behind it begins on resume, and a held step can be left."""
    run = player()
    run.suspend()
    run.give("book", {"ref": "r"})
    assert (run.standing, run.at_address("both").waits) == (["both"], "resume")
    assert code(run.skip("both")) == "no-position"
    run.move("both", "late")
    run.resume()
    assert run.standing == ["late"]


def test_a_task_added_by_hand_blocks_nothing_and_closes_with_the_instance() -> None:
    """It has an address of its own and is completed like any other."""
    run = player()
    added = run.play(TaskAdded("Fax the plan", "q", "coordinator-1", priority="urgent"))
    assert added.result == {"address": "+1"}
    run.play(TaskAdded("Another", "q", "coordinator-1"))
    assert code(run.play(TaskAdded("", "q", "coordinator-1"))) == "task-invalid"
    run.complete("+1")
    assert code(run.complete("+1")) == "task-closed"
    assert run.open_tasks == ["+2"]
    run.cancel()
    assert run.open_tasks == []
