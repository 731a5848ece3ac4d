"""Held steps: nobody enters them until they are released; what stands inside goes on, and so do clocks."""

from __future__ import annotations

from tests.support.plans import Player, code, make_plan

CATALOG = {
    "actions": {"book": {"output": {"ref": "text"}}, "unbook": {"input": {"ref": "text"}}},
    "events": {"lab.final": {"schema": {"value": "integer"}}, "order.changed": {"schema": {}}},
}
CARE = """
clocks: {whole: {title: Whole, limit: 2 days, breach: {queue: q}, why: w}}
on: [{event: order.changed, key: '="o"', side: look}]
steps:
  book: {do: book, save: ref, clocks: {start: whole}, undo: {do: unbook, with: {ref: =ref.ref}}}
  series:
    repeat:
      for_each: =[1, 2]
      as: n
      steps:
        give: {task: {title: G, queue: q, due: 1 day}}
        rest: {wait: {for: 3 days}}
  result:
    wait: {event: lab.final, key: ="p"}
    timeout: {after: 10 days, to: late}
    on: [{event: order.changed, key: '="p"', to: late}]
    save: lab
  fin: {clocks: {stop: whole}, end: ok}
  late: {task: {title: L, queue: q}, next: fin}
side_flows: {look: {title: Look, steps: {see: {task: {title: S, queue: q}}}}}
outcomes: {ok: {kind: success}}
"""


def player() -> Player:
    """An instance that waits for its booking."""
    return Player(make_plan(CARE, CATALOG))


def test_a_held_step_is_entered_when_it_is_released() -> None:
    """The position says who holds it; its times count from its entry, the clocks from where they began."""
    run = player()
    run.hold("series/give")
    run.give("book", {"ref": "r"})
    assert run.standing == ["series", "series#1/give"]
    assert (run.at_address("series#1/give").waits, run.open_tasks) == ("resume", [])
    assert run.state.hold is not None
    assert (run.state.hold.steps, run.state.hold.reason) == (("series/give",), "a recall")
    assert code(run.skip("series#1/give")) == "no-position"
    run.after(days=3).tick()
    assert (run.clock("whole"), run.open_tasks) == ("breached", ["!whole"])
    run.release()
    assert run.state.hold is None
    assert run.open_tasks == ["!whole", "series#1/give"]
    assert run.of("task-opened")[-1].due_at.isoformat() == "2026-03-06T14:00:00+00:00"
    assert code(run.release()) == "not-held"


def test_what_stands_inside_a_held_step_goes_on() -> None:
    """It is completed, and only the next one that would enter the step is held."""
    run = player()
    run.give("book", {"ref": "r"})
    run.hold("series/give")
    assert run.open_tasks == ["series#1/give"]
    run.complete("series#1/give", "done")
    run.after(days=3).tick()
    assert (run.standing, run.open_tasks) == (["series", "series#2/give"], ["!whole"])
    run.release()
    assert run.open_tasks == ["!whole", "series#2/give"]


def test_a_wait_that_is_held_counts_from_its_entry() -> None:
    """Three days of rest are three days, however long it was held before."""
    run = player()
    run.give("book", {"ref": "r"})
    run.hold("series/rest")
    run.complete("series#1/give", "done")
    run.after(days=2)
    run.release()
    assert run.at_address("series#1/rest").wake_at == run.after(days=3).at


def test_what_came_while_a_step_was_held_was_meant_for_it() -> None:
    """Listeners count as armed since the step was reached, so that the relay finds what came meanwhile."""
    run = player()
    run.give("book", {"ref": "r"})
    run.skip("series")
    assert run.standing == ["result"]
    other = player()
    other.hold("result")
    other.give("book", {"ref": "r"})
    other.skip("series")
    reached = other.at
    other.after(days=1)
    assert other.deliver("lab.final", "p", {"value": 1}).result["verdict"] == "ignored"
    assert other.of("listener-armed")[1:] == []
    other.release()
    assert [(one.type, one.armed_at) for one in other.of("listener-armed")[1:]] == [
        ("lab.final", reached),
        ("order.changed", reached),
    ]
    assert other.at_address("result").held_at is None


def test_holding_again_replaces_what_was_held() -> None:
    """What is held no more goes on at once; the very same changes nothing; a step that is not there is refused."""
    run = player()
    run.hold("series", id="p-1")
    run.give("book", {"ref": "r"})
    assert run.standing == ["series"]
    rev = run.state.rev
    run.hold("series", id="p-1")
    assert run.state.rev == rev
    assert code(run.hold("seris", id="p-2")) == code(run.hold(id="p-2")) == "unknown-step"
    run.hold("result", id="p-2")
    assert run.open_tasks == ["series#1/give"]


def test_a_hold_outlasts_a_suspension_and_the_reverse() -> None:
    """A step begins when neither keeps it."""
    run = player()
    run.hold("series")
    run.suspend()
    run.give("book", {"ref": "r"})
    run.resume()
    assert run.at_address("series").waits == "resume"
    run.suspend()
    run.release()
    assert run.at_address("series").waits == "resume"
    run.resume()
    assert run.open_tasks == ["series#1/give"]


def test_handlers_side_flows_and_operators_stop_at_a_held_step_too() -> None:
    """However a step is reached; a position that is held can be moved away."""
    run = player()
    run.hold("~look/see", "late", "series")
    run.give("book", {"ref": "r"})
    run.deliver("order.changed", "o")
    assert run.at_address("~look#1/see").waits == "resume"
    run.move("series", "late")
    assert run.at_address("late").waits == "resume"
    run.move("late", "fin")
    assert run.state.outcome == "ok"


def test_an_instance_that_is_cancelled_is_held_no_more() -> None:
    """Undo is no entry: it does not wait for a release."""
    run = player()
    run.hold("book", "series")
    run.give("book", {"ref": "r"})
    run.cancel()
    assert (run.state.hold, run.standing) == (None, ["book/undo"])
    assert code(run.hold("series")) == "cancelling"
    run.give("book/undo")
    assert run.state.outcome == "cancelled"


def test_one_instance_is_held_beside_its_version() -> None:
    """What operators hold and what the version holds are two: a step begins when neither holds it any more."""
    run = player()
    run.hold("series/give", id="p-1")
    run.hold("series/give", "result", own=True)
    run.give("book", {"ref": "r"})
    assert run.state.own_hold is not None
    assert (run.state.own_hold.steps, run.state.own_hold.id) == (("result", "series/give"), "")
    run.release()
    assert (run.state.hold, run.at_address("series#1/give").waits) == (None, "resume")
    assert code(run.release()) == "not-held"
    run.hold("result", own=True)  # in place of what was held before
    assert run.open_tasks == ["series#1/give"]
    run.release(own=True)
    assert run.state.own_hold is None
    assert code(run.release(own=True)) == "not-held"
    assert code(run.hold("nowhere", own=True)) == "unknown-step"


def test_what_ends_is_held_no_more() -> None:
    """An instance that is cancelled on the way forgets what was held of it."""
    run = player()
    run.hold("result", own=True)
    run.cancel()
    assert run.state.own_hold is None
