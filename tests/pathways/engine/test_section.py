"""Sections: steps held together, so that what the section has holds for all of them."""

from __future__ import annotations

from pathways.coverage import items_of
from pathways.engine import snapshot
from tests.support.plans import Player, make_plan

CATALOG = {
    "actions": {
        "book": {"input": {"n": "integer"}, "output": {"ref": "text"}},
        "unbook": {"input": {"ref": "text"}},
    },
    "events": {"patient.called": {"schema": {"about": "text"}}},
}
VISIT = """
clocks: {ready: {title: Ready, limit: 5 days}}
on: [{event: patient.called, key: '="anywhere"', to: out}]
steps:
  treatment:
    title: The treatment
    steps:
      book: {do: book, with: {n: 1}, save: booked, undo: {do: unbook, with: {ref: =booked.ref}}, clocks: {start: ready}}
      give:
        title: Give it
        task: {title: "Chair {{ booked.ref }}", queue: q, outcomes: {given: Given, over: Over, moved: Moved}}
        save: gift
        on: [{event: patient.called, key: '="give"', to: told}]
        next: {given: told, over: enough, moved: {to: moved, undo: true}}
      enough: {end: branch}
      told: {task: {title: Tell, queue: q}}
    on: [{event: patient.called, key: '="section"', to: moved, undo: true}]
    timeout: {after: 3 days, to: late}
    next: after
  moved: {task: {title: M, queue: q}, next: treatment}
  late: {task: {title: L, queue: q}, next: fin}
  out: {task: {title: O, queue: q}, next: fin}
  after: {task: {title: "After {{ gift.outcome }}", queue: q}}
  fin: {end: ok}
  off: {end: off}
outcomes: {ok: {kind: success}, off: {kind: cancelled, undo: true}}
"""


def begun() -> Player:
    """An instance that stands at the task inside the section."""
    run = Player(make_plan(VISIT, CATALOG))
    run.give("treatment/book", {"ref": "C-1"})
    return run


def test_steps_inside_share_the_data_around_and_run_off_to_what_follows() -> None:
    """What they save is seen behind the section; the last step that runs off ends it well."""
    run = begun()
    assert run.standing == ["treatment", "treatment/give"]
    assert run.value("booked") == {"ref": "C-1"}
    run.complete("treatment/give", "given")
    run.complete("treatment/told")
    assert run.standing == ["after"]
    assert [fact.title for fact in run.of("task-opened")][-1] == "After given"
    assert [(one.scope, one.kind, one.title) for one in run.of("scope-entered")] == [
        ("treatment/", "section", "The treatment")
    ]
    assert [(one.scope, one.how) for one in run.of("scope-left")] == [("treatment/", "ended")]


def test_end_branch_ends_the_section_only() -> None:
    """And the section goes on as if its last step had run off."""
    run = begun()
    run.complete("treatment/give", "over")
    assert run.standing == ["after"]


def test_a_clock_started_inside_goes_on_outside_where_the_section_ends_well() -> None:
    """Where the section is left, the clock is dropped."""
    run = begun()
    assert run.state.clocks["ready"].scope == "treatment/"
    run.complete("treatment/give", "over")
    assert (run.clock("ready"), run.state.clocks["ready"].scope) == ("running", "")
    run = begun()
    run.deliver("patient.called", "anywhere")
    assert run.clock("ready") == "dropped"


def test_its_timeout_holds_for_whatever_stands_inside() -> None:
    """The steps inside are left; what they did stays done."""
    run = begun()
    run.after(days=3).tick()
    assert run.standing == ["late"]
    assert [one.step for one in run.state.armed] == ["treatment/book"]
    assert run.open_tasks == ["late"]


def test_its_handlers_hold_for_whatever_stands_inside_and_the_innermost_takes_an_event() -> None:
    """The section's own takes what no step inside listens for, and undoes where it says so."""
    run = begun()
    run.deliver("patient.called", "give")
    assert run.standing == ["treatment", "treatment/told"]
    run.deliver("patient.called", "section", ident="e-2")
    assert run.standing == ["treatment", "treatment/book/undo"]
    assert run.at_address("treatment").waits == "undo"
    run.give("treatment/book/undo")
    assert run.standing == ["moved"]


def test_a_way_out_leaves_the_section_and_a_second_visit_starts_afresh() -> None:
    """Addresses inside carry the visit of the section."""
    run = begun()
    run.complete("treatment/give", "moved")
    run.give("treatment/book/undo")
    run.complete("moved")
    assert run.standing == ["treatment@2", "treatment@2/book"]
    run.give("treatment@2/book", {"ref": "C-2"})
    run.complete("treatment@2/give", "over")
    assert run.standing == ["after"]
    assert not any(key.startswith("treatment/") for key in run.state.visits), "counts of what is over are forgotten"


def test_an_operator_skips_it_or_moves_out_of_it() -> None:
    """Skipping leaves what stands inside; a move inwards is refused, one outwards is not."""
    run = begun()
    run.skip("treatment")
    assert run.standing == ["after"]
    run = begun()
    assert run.move("treatment", "told").refusal is not None
    run.move("treatment/give", "told")
    assert run.standing == ["treatment", "treatment/told"]
    run.move("treatment/told", "after", undo=True)
    run.give("treatment/book/undo")
    assert run.standing == ["after"]


def test_its_own_undo_is_armed_when_it_has_ended() -> None:
    """It is undone before what was done inside, which completed earlier."""
    text = VISIT.replace(
        "    timeout: {after: 3 days, to: late}\n", "    undo: {do: unbook, with: {ref: whole}}\n"
    ).replace("  after: {task", "  after: {next: off, task")
    run = Player(make_plan(text.replace("  late: {task: {title: L, queue: q}, next: fin}\n", ""), CATALOG))
    run.give("treatment/book", {"ref": "C-1"})
    run.complete("treatment/give", "over")
    run.complete("after")
    assert run.standing == ["treatment/undo"]
    run.give("treatment/undo")
    assert run.standing == ["treatment/book/undo"]
    run.give("treatment/book/undo")
    assert run.state.outcome == "off"


NESTED = """
steps:
  both:
    parallel:
      branches:
        left:
          steps:
            outer:
              steps:
                inner:
                  steps:
                    ask:
                      task: {title: A, queue: q, outcomes: {on: On, out: Out}}
                      save: a
                      next: {on: more, out: rest}
                    more: {task: {title: B, queue: q}}
            rest: {task: {title: R, queue: q}}
        right: {steps: {call: {task: {title: C, queue: q}}}}
  each:
    repeat:
      for_each: =[1, 2]
      as: one
      collect: {got: =said.outcome}
      steps:
        talk: {steps: {say: {task: {title: "{{ one }}.{{ iteration }}", queue: q}, save: said}}}
  fin: {end: ok}
side_flows:
  call: {title: Call, offer: {title: Call, queue: q}, steps: {ring: {steps: {up: {task: {title: U, queue: q}}}}}}
outcomes: {ok: {kind: success}}
"""


def test_sections_lie_in_branches_iterations_side_flows_and_each_other() -> None:
    """Each level has its position; a way outwards leaves all that lie between; data belong to the iteration."""
    run = Player(make_plan(NESTED))
    deep = "both/left/outer/inner"
    assert run.standing == ["both", "both/left/outer", deep, f"{deep}/ask", "both/right/call"]
    run.offer("call")
    assert {"~call#1/ring", "~call#1/ring/up"} <= set(run.standing)
    run.complete(f"{deep}/ask", "out")
    assert "both/left/rest" in run.standing
    assert not any(one.startswith("both/left/outer") for one in run.standing)
    assert [(one.scope, one.how) for one in run.of("scope-left")] == [
        (f"{deep}/", "left"),
        ("both/left/outer/", "left"),
    ]
    run.complete("both/left/rest")
    run.complete("both/right/call")
    run.complete("~call#1/ring/up")
    assert run.standing == ["each", "each#1/talk", "each#1/talk/say"]
    assert run.of("task-opened")[-1].title == "1.1"
    run.complete("each#1/talk/say")
    assert "a" in run.state.data[""]
    assert "said" not in run.state.data[""], "what is saved in an iteration belongs to it, sections or not"
    run.complete("each#2/talk/say")
    assert run.value("got") == ["done", "done"]
    assert run.state.outcome == "ok"


def test_steps_that_pass_at_once_pass_the_section_in_one_event() -> None:
    """A section whose steps wait for nothing is passed in the same advance."""
    run = Player(
        make_plan(
            """
steps:
  sums: {steps: {one: {set: {a: 1}}, two: {steps: {b: {set: {b: =a + 1}}}}}}
  fin: {task: {title: "{{ a }}{{ b }}", queue: q}}
  e: {end: ok}
outcomes: {ok: {kind: success}}
"""
        )
    )
    assert run.of("task-opened")[0].title == "12"


def test_a_suspended_instance_holds_what_comes_next_inside() -> None:
    """Whatever was reached meanwhile begins when it is resumed, inside the section as elsewhere."""
    run = begun()
    run.suspend()
    run.complete("treatment/give", "given")
    assert run.at_address("treatment/told").waits == "resume"
    run.resume()
    assert run.open_tasks == ["treatment/told"]
    assert {one.address for one in snapshot(run.plan, run.state).positions} == {"treatment", "treatment/told"}


def test_scenarios_should_go_through_its_steps_its_timeout_and_its_handlers() -> None:
    """It counts as every step does."""
    found = {(one.step, one.kind) for one in items_of(make_plan(VISIT, CATALOG))}
    assert {
        ("treatment", "step"),
        ("treatment", "timeout"),
        ("treatment", "handler"),
        ("treatment/told", "step"),
    } <= found


CAUGHT = """
steps:
  each:
    catch: {taken: {to: moved, undo: true}}
    accept: [closed]
    repeat:
      for_each: [1, 2]
      as: n
      steps:
        both:
          parallel:
            branches:
              chair: {book: {do: book, with: {n: =n}, save: booked, undo: {do: unbook, with: {ref: =booked.ref}}}}
              people: {ask: {task: {title: Ask, queue: q}}}
  moved: {task: {title: "{{ problem.name }}", queue: q}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_a_problem_inside_is_caught_by_what_is_around() -> None:
    """As by BPMN's error boundary event: all of it is left, and undone where that is asked; what is accepted is not."""
    book = {"input": {"n": "integer"}, "output": {"ref": "text"}, "problems": ["taken", "closed"]}
    run = Player(make_plan(CAUGHT, {"actions": {"book": book, "unbook": {"input": {"ref": "text"}}}}))
    run.give("each#1/both/chair/book", {"ref": "C-1"})
    run.complete("each#1/both/people/ask")
    run.problem("each#2/both/chair/book", "closed")
    assert run.incident("each#2/both/chair/book").kind == "problem"
    run.retry("each#2/both/chair/book")
    run.problem("each#2/both/chair/book", "taken")
    assert run.standing == ["each", "each#1/both/chair/book/undo"]
    run.give("each#1/both/chair/book/undo", {})
    assert run.standing == ["moved"]
    assert run.of("task-opened")[-1].title == "taken"
