"""Undo, settling and the ways in which scopes are left: the exits table, row by row."""

from __future__ import annotations

from tests.support.plans import Player, make_plan

CATALOG = {
    "actions": {
        "book": {"input": {"n": "integer"}, "output": {"ref": "text"}, "problems": ["full"], "business_key": "n"},
        "unbook": {"input": {"ref": "text"}},
        "note": {},
    }
}
CARE = """
steps:
  first: {do: book, with: {n: 1}, save: first_ref, undo: {do: unbook, with: {ref: =first_ref.ref}}}
  both:
    parallel:
      %s
      branches:
        left:
          steps:
            book: {do: book, with: {n: 2}, save: ref, undo: {do: unbook, with: {ref: =ref.ref}}}
            ask:
              task: {title: A, queue: q, outcomes: {ok: o, out: u, back: b}}
              next: {ok: fine, out: gone, back: undone}
            undone: {decide: {rules: [{to: gone, undo: true}]}}
            fine: {end: branch}
        right:
          steps: {slow: {do: book, with: {n: 3}, save: late, undo: {do: unbook, with: {ref: =late.ref}}}}
    next: done
  gone: {task: {title: G, queue: q, outcomes: {stop: s, go: g}}, next: {stop: bad, go: done}}
  done: {task: {title: D, queue: q}}
  fin: {end: ok}
  bad: {end: stopped}
outcomes: {ok: {kind: success}, stopped: {undo: true}}
"""


def player(join: str = "join: all") -> Player:
    """An instance whose first booking is made, with one booked and one being booked in branches."""
    run = Player(make_plan(CARE % join, CATALOG))
    run.give("first", {"ref": "r1"})
    run.give("both/left/book", {"ref": "r2"})
    assert run.standing == ["both", "both/left/ask", "both/right/slow"]
    return run


def undone(run: Player) -> list[object]:
    """The inputs of the undos that were ordered, in order."""
    return [run.orders[one.address].input["ref"] for one in run.of("action-started") if one.address.endswith("/undo")]


def test_a_scope_that_is_left_undoes_nothing_unless_the_way_says_so() -> None:
    """The action in flight settles beside the target, and what was done stays armed until the end."""
    run = player()
    run.complete("both/left/ask", "out")
    assert run.standing == ["gone"]
    assert list(run.state.settling) == ["both/right/slow"]
    run.give("both/right/slow", {"ref": "r3"})
    assert run.state.settling == {}
    assert [one.address for one in run.state.armed] == ["first", "both/left/book", "both/right/slow"]
    run.complete("gone", "stop")
    assert run.state.status == "cancelling"
    run.give("both/right/slow/undo")
    run.give("both/left/book/undo")
    run.give("first/undo")
    assert run.state.outcome == "stopped"
    assert undone(run) == ["r3", "r2", "r1"], "in reverse order of completion"


def test_a_way_with_undo_waits_for_settling_then_undo_then_enters() -> None:
    """Only where undo is asked does the target wait; what lies outside the scope stays."""
    run = player()
    run.complete("both/left/ask", "back")
    assert run.standing == ["both"]
    assert run.at_address("both").waits == "undo"
    run.give("both/right/slow", {"ref": "r3"})
    assert run.standing == ["both", "both/right/slow/undo"]
    run.give("both/right/slow/undo")
    run.give("both/left/book/undo")
    assert run.standing == ["gone"]
    assert undone(run) == ["r3", "r2"]
    assert [one.address for one in run.state.armed] == ["first"]


def test_what_stands_around_a_way_with_undo_is_left_and_not_completed() -> None:
    """The step that the way leads from completed; what held it was left, as it is by a way that undoes nothing."""
    told = []
    for outcome in ("out", "back"):
        run = player()
        run.complete("both/left/ask", outcome)
        run.give("both/right/slow", {"ref": "r3"})
        while (undo := next((one for one in run.standing if one.endswith("/undo")), None)) is not None:
            run.give(undo)
        assert run.standing == ["gone"]
        told.append([(one.how, one.to) for one in run.of("step-left") if one.address == "both"])
    assert told == [[("cancelled", "gone")], [("cancelled", "gone")]]


def test_an_action_that_was_left_and_failed_is_in_doubt() -> None:
    """A person says whether it was done: with an output it counts as completed and is undone."""
    run = player()
    run.complete("both/left/ask", "back")
    run.fail("both/right/slow", "timed out")
    assert [one.kind for one in run.of("incident-opened")] == ["in-doubt"]
    assert run.standing == ["both"]
    run.skip("both/right/slow", {"ref": "r9"})
    run.give("both/right/slow/undo")
    run.give("both/left/book/undo")
    assert run.standing == ["gone"]
    assert undone(run) == ["r9", "r2"]
    assert run.of("incident-closed")


def test_an_action_in_doubt_may_be_asked_again() -> None:
    """The retry carries the same key, so that the outside system can tell."""
    run = player()
    run.complete("both/left/ask", "back")
    key = run.orders["both/right/slow"].key
    run.fail("both/right/slow", "timed out")
    run.retry("both/right/slow")
    assert run.orders["both/right/slow"].key == key
    run.give("both/right/slow", {"ref": "r3"})
    assert "both/right/slow/undo" in run.standing


def test_a_step_that_was_skipped_while_its_action_ran_is_undone_once() -> None:
    """With what the action gave after all; one that failed after all is in no doubt, for a person has spoken."""
    order = "a: {do: order, save: made, undo: {do: unbook, with: {ref: =made.ref}}}"
    ways = "t: {task: {title: T, queue: q}}\n  fin: {end: ok}"
    plan = f"steps:\n  {order}\n  {ways}\noutcomes: {{ok: {{undo: true}}}}"
    catalog = {"actions": {"order": {"output": {"ref": "text"}}, "unbook": {"input": {"ref": "text"}}}}
    for late in ("r9", None):
        run = Player(make_plan(plan, catalog))
        run.skip("a", {"ref": "by phone"})
        assert run.fail("a") if late is None else run.give("a", {"ref": late})
        assert run.state.settling == {}
        assert not run.of("incident-opened")
        run.complete("t")
        run.give("a/undo")
        assert run.state.outcome == "ok"
        assert undone(run) == [late or "by phone"]


def test_nothing_is_kept_of_a_scope_once_it_is_undone() -> None:
    """The data of an iteration that was left goes with the last undo in it."""
    plan = """
steps:
  series:
    repeat:
      for_each: "=[1]"
      as: dose
      steps: {a: {do: note, undo: {do: unbook, with: {ref: x}}}, t: {task: {title: T, queue: q}}}
    timeout: {after: 1 day, to: late, undo: true}
    next: fin
  late: {task: {title: L, queue: q}}
  fin: {end: ok}
outcomes: {ok: {}}
"""
    run = Player(make_plan(plan, CATALOG))
    run.give("series#1/a")
    assert run.state.data["series#1/"]["dose"].value == 1
    run.after(days=1).tick()
    run.give("series#1/a/undo")
    assert run.standing == ["late"]
    assert "series#1/" not in run.state.data


def test_join_met_undoes_the_rest_only_when_asked() -> None:
    """With `undo_rest` the branches that were left are undone, the one that ended well is kept."""
    run = player("join: any, undo_rest: true".replace(", ", "\n      "))
    run.give("both/right/slow", {"ref": "r3"})
    assert run.at_address("both").waits == "undo"
    run.give("both/left/book/undo")
    assert run.standing == ["done"]
    assert undone(run) == ["r2"]
    assert [one.address for one in run.state.armed] == ["first", "both/right/slow"]


def test_cancel_undoes_everything_and_cancelling_twice_is_refused() -> None:
    """The instance stays cancelling until the last undo is done."""
    run = player()
    run.cancel()
    assert run.state.status == "cancelling"
    refused = run.cancel().refusal
    assert refused is not None
    assert refused.code == "cancelling"
    assert run.deliver("anything").result["verdict"] == "ignored"
    run.problem("both/right/slow", "full")
    for address in ("both/left/book/undo", "first/undo"):
        run.give(address)
    assert run.state.outcome == "cancelled"
    assert undone(run) == ["r2", "r1"], "what reported a problem had no effect"


def test_a_failing_undo_is_an_incident_and_the_pathway_stays_cancelling() -> None:
    """Retry tries the same undo; skip lets it count as done."""
    run = player()
    run.cancel()
    run.problem("both/right/slow", "full")
    run.fail("both/left/book/undo")
    assert [one.kind for one in run.of("incident-opened")] == ["undo-failed"]
    assert run.state.status == "cancelling"
    run.retry("both/left/book/undo")
    run.fail("both/left/book/undo")
    assert len({one.id for one in run.of("incident-opened")}) == 1
    run.skip("both/left/book/undo")
    run.give("first/undo")
    assert run.state.outcome == "cancelled"


def test_cancel_during_undo_goes_on_with_what_runs() -> None:
    """A cancel while a scope is being undone asks for all the rest too, and undoes nothing twice."""
    run = player()
    run.complete("both/left/ask", "back")
    run.give("both/right/slow", {"ref": "r3"})
    run.cancel()
    run.give("both/right/slow/undo")
    run.give("both/left/book/undo")
    run.give("first/undo")
    assert run.state.outcome == "cancelled"
    assert undone(run) == ["r3", "r2", "r1"]


def test_a_business_key_can_be_used_again_after_its_undo() -> None:
    """Going back to a step finds the same thing, until that was undone: then it is done again."""
    run = Player(
        make_plan(
            """
steps:
  loop:
    parallel:
      branches:
        one:
          steps:
            book: {do: book, with: {n: 7}, save: ref, undo: {do: unbook, with: {ref: =ref.ref}}}
            ask: {task: {title: A, queue: q, outcomes: {again: a, undo: u}}, next: {again: book, undo: out}}
            out: {decide: {rules: [{to: loop, undo: true}]}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
""",
            CATALOG,
        )
    )
    first = run.orders["loop/one/book"].key
    run.give("loop/one/book", {"ref": "r"})
    run.complete("loop/one/ask", "again")
    assert run.orders["loop/one/book@2"].key == first
    run.give("loop/one/book@2", {"ref": "r"})
    run.complete("loop/one/ask@2", "undo")
    run.give("loop/one/book@2/undo")
    assert len([one for one in run.of("action-started") if one.action == "unbook"]) == 1
    assert run.orders["loop@2/one/book"].key == f"{first}/1"


def test_the_end_waits_for_what_settles_without_undo() -> None:
    """No instance ends while anything is settling."""
    run = player()
    run.complete("both/left/ask", "out")
    run.complete("gone", "go")
    run.complete("done")
    assert run.state.status == "cancelling"
    run.give("both/right/slow", {"ref": "r3"})
    assert run.state.outcome == "ok"
    assert undone(run) == []


def test_a_cancel_undoes_all_however_the_outcome_is_written() -> None:
    """A pathway may give `cancelled` a title of its own; what a cancel means stays the same."""
    for written in ("Called off", "{title: Called off}", "{kind: cancelled, undo: true}"):
        text = CARE.replace("stopped: {undo: true}", f"stopped: {{undo: true}}, cancelled: {written}")
        run = Player(make_plan(text % "join: all", CATALOG))
        run.give("first", {"ref": "r1"})
        run.give("both/left/book", {"ref": "r2"})
        run.give("both/right/slow", {"ref": "r3"})
        run.cancel()
        assert run.plan.outcome["cancelled"].kind == "cancelled"
        assert undone(run) == ["r3"], "the rest follows one by one, in reverse"


SERIES = """
steps:
  keep: {do: book, with: {n: 9}, save: kept, undo: {do: unbook, with: {ref: =kept.ref}}}
  series:
    repeat:
      for_each: =[1, 2]
      as: dose
      mode: at-once
      steps:
        visit:
          steps:
            book: {do: book, with: {n: =dose}, save: ref, undo: {do: unbook, with: {ref: =ref.ref}, until: visit}}
            hold:
              do: book
              with: {n: =dose + 10}
              save: held
              undo: {do: unbook, with: {ref: =held.ref}, until: given}
            give:
              task: {title: G, queue: q, outcomes: {ok: o, away: a}}
              next: {ok: given, away: {to: again, undo: true}}
            given: {set: {at: =now()}}
            look:
              task: {title: L, queue: q, outcomes: {ok: o, bad: b}}
              next: {ok: fine, bad: {to: again, undo: true}}
            fine: {end: branch}
          next: after
        again: {task: {title: A, queue: q}, next: visit}
        after: {task: {title: F, queue: q}}
  fin: {end: ok}
  bad: {end: stopped}
outcomes: {ok: {kind: success}, stopped: {undo: true}}
"""


def series() -> Player:
    """Two visits side by side, booked and held."""
    run = Player(make_plan(SERIES, CATALOG))
    run.give("keep", {"ref": "k"})
    for number in (1, 2):
        run.give(f"series#{number}/visit/book", {"ref": f"b{number}"})
        run.give(f"series#{number}/visit/hold", {"ref": f"h{number}"})
    return run


def test_what_can_be_undone_until_a_step_stays_done_when_that_has_completed() -> None:
    """Only in the same scope: another iteration's is not touched, nor what names no such step."""
    run = series()
    run.complete("series#1/visit/give", "ok")
    assert [one.address for one in run.state.armed] == [
        "keep",
        "series#1/visit/book",
        "series#2/visit/book",
        "series#2/visit/hold",
    ]
    run.complete("series#1/visit/look", "ok")
    assert [one.address for one in run.state.armed] == ["keep", "series#2/visit/book", "series#2/visit/hold"]
    run.cancel()
    assert run.standing == ["series#2/visit/hold/undo"]
    run.give("series#2/visit/hold/undo")
    run.give("series#2/visit/book/undo")
    run.give("keep/undo")
    assert run.state.status == "ended"


def test_a_step_that_is_left_settles_nothing() -> None:
    """A way out of the section takes back what was done in it; what stayed done by then does."""
    run = series()
    run.complete("series#2/visit/give", "away")
    run.give("series#2/visit/hold/undo")
    run.give("series#2/visit/book/undo")
    assert "series#2/again" in run.standing
    run.complete("series#1/visit/give", "ok")
    run.complete("series#1/visit/look", "bad")
    run.give("series#1/visit/book/undo")
    assert "series#1/again" in run.standing
    assert [one.address for one in run.state.armed] == ["keep"]


def test_a_skipped_step_settles_as_one_that_completed() -> None:
    """An operator lets it count as completed."""
    run = series()
    run.skip("series#1/visit")
    assert "series#1/visit/book" not in [one.address for one in run.state.armed]
