"""Actions with their undo, waits for several things, children."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pathways.plan import Child, Do, Parallel, Repeat, WaitForAny
from pathways.values import Computed, Timing
from tests.support import everything
from tests.support.authored import found, one, plan


def test_an_undo_takes_what_its_action_takes_and_is_retried_like_its_step() -> None:
    """Unless it says otherwise."""
    submit = everything.plan().step["submit"]
    assert submit.undo is not None
    assert (submit.undo.action, submit.undo.input) == ("claims.cancel", Computed({"claim": "=claim.identifier"}))
    assert submit.undo.retry.attempts == 3
    text = "a: {do: chairs.book, retry: {attempts: 9}, undo: chairs.cancel, catch: {no-chair: b}}\nb: {end: done}"
    undo = plan(text).steps[0].undo
    assert undo is not None
    assert (undo.retry.attempts, set(undo.takes.by_name)) == (9, {"chair"})


def test_the_first_pause_of_a_retry_is_as_long_as_it_says() -> None:
    """However short the longest one is by default."""
    text = "a: {do: chairs.book, retry: {first: 1 hour}, catch: {no-chair: b}}\nb: {end: done}"
    step = plan(text).steps[0]
    assert isinstance(step, Do)
    assert (step.retry.first, step.retry.most) == (3600, 3600)


@pytest.mark.parametrize(
    ("undo", "rule"),
    [
        ("chairs.cancle", "unknown-action"),
        ("{do: chairs.cancel, with: {chiar: x}}", "unknown-input"),
        ("claims.cancel", "missing-input"),
    ],
)
def test_an_undo_is_checked_like_any_action(undo: str, rule: str) -> None:
    """On a step of any kind."""
    one(found(f"a: {{task: {{queue: intake}}, undo: {undo}}}\nb: {{end: done}}"), rule)


def test_what_is_around_an_action_catches_what_it_does_not() -> None:
    """The innermost that does, of what the action reports; a target is looked up where the step that catches stands."""
    text = """
    a:
      catch: {no-chair: chairless}
      steps:
        first: {do: chairs.book}
        b:
          catch: {no-chair: {to: chairless, undo: true}}
          repeat:
            for_each: [1]
            as: n
            steps:
              book: {do: chairs.book}
              own: {do: chairs.book, catch: {no-chair: chairless}}
              chairless: {set: {x: 1}}
        chairless: {do: orders.check, with: {order: =order}}
    chairless: {end: done}
    """
    steps = plan(dedent(text)).step
    caught = {
        path: [(one.problem, one.to, one.undo) for one in step.catch]
        for path, step in steps.items()
        if isinstance(step, Do)
    }
    assert caught == {
        "a/first": [("no-chair", "chairless", False)],
        "a/b/book": [("no-chair", "a/chairless", True)],
        "a/b/own": [("no-chair", "a/b/chairless", False)],
        "a/chairless": [],
    }


@pytest.mark.parametrize(("caught", "rule"), [("{no-chiar: b}", "unknown-problem"), ("{no-chair: c}", "unknown-step")])
def test_what_is_caught_around_actions_is_checked_once(caught: str, rule: str) -> None:
    """Some action inside reports it, and its target is there."""
    inner = "{x: {do: chairs.book, accept: [no-chair]}, y: {do: chairs.book, accept: [no-chair]}}"
    one(found(f"a: {{steps: {inner}, catch: {caught}}}\nb: {{end: done}}"), rule)


def test_a_problem_is_caught_by_its_name() -> None:
    """One that the action never reports is refused with the nearest."""
    book = everything.plan().step["series/book"]
    assert isinstance(book, Do)
    (catch,) = book.catch
    assert (catch.problem, catch.to, catch.undo) == ("no-chair", "series-over", True)
    text = "a: {do: chairs.book, catch: {no-chairs: b}}\nb: {end: done}"
    assert "no-chair" in one(found(text), "unknown-problem").hint


def test_a_wait_for_several_has_its_ways_in_order() -> None:
    """Events with their keys and times beside each other."""
    chase = everything.plan().step["chase"]
    assert isinstance(chase, WaitForAny)
    answered, later, year = chase.ways
    assert (answered.name, answered.type, answered.keyed, answered.lookback) == (
        "answered",
        "payer.decision",
        True,
        Timing("2 hours"),
    )
    assert (later.duration, later.timed) == (Timing("3 days"), True)
    assert year.until == Timing("2026-12-31")


@pytest.mark.parametrize(
    ("join", "count"), [("", 3), ("join: all, ", 3), ("join: any, ", 1), ("join: {count: 2}, ", 2)]
)
def test_a_parallel_passes_when_enough_branches_have_ended(join: str, count: int) -> None:
    """All of them, unless it says otherwise."""
    branches = ", ".join(f"b{number}: {{steps: {{c: {{wait: {{for: 1 day}}}}}}}}" for number in range(3))
    step = plan(f"a: {{parallel: {{{join}branches: {{{branches}}}}}}}\nz: {{end: done}}").steps[0]
    assert isinstance(step, Parallel)
    assert (step.join, step.branches) == (count, ("b0", "b1", "b2"))


def test_a_repeat_has_its_ways_to_go_round() -> None:
    """A list, or a condition before, or one after, with a limit."""
    steps = everything.plan().step
    series, before, after = steps["series"], steps["while-more"], steps["prepare/stock/ordered"]
    assert isinstance(series, Repeat)
    assert isinstance(before, Repeat)
    assert isinstance(after, Repeat)
    assert (series.items, series.name, series.mode) == (Computed("=requirement.doses"), "dose", "one-by-one")
    assert before.while_ is not None
    assert before.limit == Computed("=count(administered) + 1")
    assert after.until is not None
    assert (after.keep, after.limit) == (True, Computed(5))


def test_a_child_gives_its_outcome_and_what_that_gives() -> None:
    """As the catalog knows it; of one that it does not know only that there is an outcome."""
    steps = everything.plan().step
    ride, survey = steps["prepare/transport/arrange"], steps["series-over"]
    assert isinstance(ride, Child)
    assert isinstance(survey, Child)
    assert ride.range == "^1.2"
    assert ride.gives.by_name["outcome"].type.options == ("arranged", "declined", "cancelled")
    assert {"company", "at"} < set(ride.gives.by_name)
    assert (survey.detached, survey.range, survey.gives.open) == (True, "*", True)


@pytest.mark.parametrize(
    ("child", "rule"),
    [
        ("{name: transprot}", "unknown-pathway"),
        ("{name: transport}", "missing-input"),
        ("{name: transport, inputs: {patient: =patient, day: =today()}}", "unknown-input"),
        ("{name: transport, inputs: {patient: =1 +}}", "bad-expression"),
    ],
)
def test_a_child_is_checked_against_the_catalog(child: str, rule: str) -> None:
    """Its name and its inputs."""
    one(found(f"a: {{pathway: {child}}}\nb: {{end: done}}"), rule)
