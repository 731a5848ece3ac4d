"""Clocks and alerts: verbs, budgets, pauses, breaches, reminders, escalations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.plans import MONDAY, Player, make_plan

CARE = """
calendar: us-business
purpose: To be on time.
inputs: {limit: {type: duration, default: P10D}, received: {type: instant}}
clocks:
  decision:
    title: Decision due
    limit: =limit
    calendar: none
    warn: 50%%
    why: the payer's rule
    breach: {queue: supervisors, title: "Overdue by {{ instance.pathway }}", role: supervisor}
  triage: {title: Triage, limit: 2 business days, warn: 50%%}
steps:
  begin: {task: {title: B, queue: q}, clocks: {start: [decision, triage]%s}}
  hold: {task: {title: H, queue: q}, clocks: {pause: [decision, triage]}}
  go: {task: {title: G, queue: q}, clocks: {resume: [decision, triage]}}
  stop: {task: {title: S, queue: q}, clocks: {stop: [decision, triage]}}
  again: {task: {title: R, queue: q}, clocks: {restart: decision, stop: triage}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def player(more: str = "", **inputs: object) -> Player:
    """An instance whose clocks started on Monday at 09:00 in New York."""
    return Player(make_plan(CARE % more), inputs)


def test_a_clock_stopped_in_time_is_met() -> None:
    """Its deadline and its warning follow from the budget."""
    run = player()
    clock = run.state.clocks["decision"]
    assert clock.deadline == datetime(2026, 3, 12, 13, tzinfo=UTC)
    assert clock.warn_at == MONDAY + timedelta(hours=119, minutes=30)
    assert clock.budget == 10 * 24 * 3600 - 3600, "ten local days across the change to summer time"
    for address in ("begin", "hold", "go"):
        run.complete(address)
    assert (run.clock("decision"), run.clock("triage")) == ("met", "met")


def test_warn_then_breach_opens_a_task_that_blocks_nothing() -> None:
    """The task carries why; completing it leaves the clock running on, and stopping the clock makes it late."""
    run = player()
    run.after(days=11).tick()
    verbs = [(one.clock, one.verb) for one in run.of("clock-moved")]
    assert verbs == [
        ("decision", "start"),
        ("triage", "start"),
        ("triage", "warn"),
        ("triage", "breach"),
        ("decision", "warn"),
        ("decision", "breach"),
    ]
    task = run.of("task-opened")[-1]
    assert (task.address, task.origin, task.queue, task.role) == ("!decision", "clock", "supervisors", "supervisor")
    assert (task.title, task.why) == ("Overdue by example", "the payer's rule")
    assert run.standing == ["begin"]
    refused = run.complete("!decision", roles=("clerk",)).refusal
    assert refused is not None
    assert refused.code == "role-missing"
    run.complete("!decision", roles=("supervisor",))
    assert run.clock("decision") == "breached"
    for address in ("begin", "hold", "go"):
        run.complete(address)
    assert run.clock("decision") == "late"


def test_stopping_a_breached_clock_closes_its_task() -> None:
    """The task closes as cancelled when the clock leaves breached."""
    run = player()
    run.after(days=11).tick()
    for address in ("begin", "hold", "go"):
        run.complete(address)
    assert run.open_tasks == ["stop"]


def test_a_pause_freezes_the_budget() -> None:
    """What was left when it paused is left when it resumes, in working time for a calendar's clock."""
    run = player()
    run.after(hours=4)
    run.complete("begin")
    assert run.state.clocks["triage"].left == pytest.approx(2 * 9 * 3600 - 4 * 3600)
    assert run.state.clocks["decision"].left == pytest.approx((10 * 24 - 1 - 4) * 3600)
    assert run.deadline is None
    run.after(days=30)
    run.complete("hold")
    clock = run.state.clocks["decision"]
    assert clock.deadline == run.at + timedelta(hours=235)
    assert clock.warn_at == run.at + timedelta(hours=10 * 12 - 0.5 - 4)


def test_verbs_that_do_not_fit_are_a_fact_and_nothing_else() -> None:
    """Restarting a stopped clock is a new start with a new number; stopping a stopped one is ignored."""
    run = player()
    for address in ("begin", "hold", "go", "stop"):
        run.complete(address)
    assert run.clock("decision") == "running"
    assert run.state.clocks["decision"].number == 2
    assert [(one.clock, one.verb) for one in run.of("clock-moved") if one.ignored] == [("triage", "stop")]
    run.after(days=11).tick()
    assert run.open_tasks == ["!decision@2", "again"]
    run.complete("again")
    assert run.clock("decision") == "dropped"
    assert run.open_tasks == []


def test_from_acts_on_completion_and_a_past_deadline_fires_late() -> None:
    """A clock started from a moment in the past breaches at once, marked late."""
    run = player(", from: =received", received="2026-02-01T09:00:00-05:00")
    assert run.state.clocks == {}
    run.complete("begin")
    breach = next(one for one in run.of("clock-moved") if one.verb == "breach" and one.clock == "decision")
    assert (breach.late, breach.at) == (True, MONDAY)


def test_from_a_time_that_is_not_known_is_from_now() -> None:
    """An answer without the moment of receipt starts the clock when it comes."""
    run = player(", from: =received")
    run.after(hours=2)
    run.complete("begin")
    assert run.state.clocks["decision"].started_at == run.at


def test_a_limit_that_moves_moves_the_deadline() -> None:
    """Less what has passed already; a paused clock gets more left."""
    run = player()
    run.after(days=1)
    run.set("limit", "P20D")
    assert run.state.clocks["decision"].deadline == datetime(2026, 3, 22, 13, tzinfo=UTC)
    run.complete("begin")
    left = run.state.clocks["decision"].left or 0
    run.set("limit", "P19D")
    assert run.state.clocks["decision"].left == left - 24 * 3600


def test_a_limit_of_nothing_is_an_incident() -> None:
    """Zero is an error, and a value that is no time is one."""
    run = player(limit="PT0S")
    assert run.incident("begin").kind == "expression"
    run.set("limit", "P3D")
    run.retry("begin")
    assert (run.clock("decision"), run.clock("triage")) == ("running", "running")
    assert run.at_address("begin").waits == "people"


def test_clocks_of_a_scope_that_is_left_are_dropped_and_of_one_that_ends_well_go_on() -> None:
    """A clock belongs to the scope of the step that started it."""
    text = """
clocks: {inner: {title: I, limit: 10 days}}
steps:
  both:
    parallel:
      join: any
      branches:
        left: {steps: {a: {task: {title: A, queue: q}, clocks: {start: inner}}}}
        right: {steps: {b: {task: {title: B, queue: q}}}}
  after: {task: {title: C, queue: q}}
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""
    run = Player(make_plan(text))
    run.complete("both/right/b")
    assert run.clock("inner") == "dropped"
    run = Player(make_plan(text))
    run.complete("both/left/a")
    assert (run.clock("inner"), run.state.clocks["inner"].scope) == ("running", "")


ALERTS = """
calendar: us-business
inputs: {visit: {type: date}}
steps:
  ask:
    task:
      title: A
      queue: q
      due: =visit
      why: somebody waits
      remind: [{after: 1 day}, {before: 2 days, cause: late-visit}]
      escalate: [{after: 4 business hours, queue: boss}, {after: 3 days, queue: "=\\"top\\""}]
  fin: {end: ok}
outcomes: {ok: {kind: success}}
"""


def test_reminders_and_escalations_come_in_order() -> None:
    """Reminders count from opening or back from the due time, escalations from the due time."""
    run = Player(make_plan(ALERTS), {"visit": "2026-03-12"})
    assert run.of("task-opened")[0].due_at == datetime(2026, 3, 13, 4, tzinfo=UTC), "a date as due is its end"
    run.after(days=30).tick()
    reminded = [(one.at.isoformat(), one.cause, one.why) for one in run.of("task-reminded")]
    assert reminded == [
        ("2026-03-03T14:00:00+00:00", None, "somebody waits"),
        ("2026-03-11T04:00:00+00:00", "late-visit", "somebody waits"),
    ]
    escalated = [(one.at.isoformat(), one.before, one.queue) for one in run.of("task-escalated")]
    assert escalated == [
        ("2026-03-13T16:00:00+00:00", "q", "boss"),
        ("2026-03-16T04:00:00+00:00", "boss", "top"),
    ]
    assert run.standing == ["ask"]


def test_a_due_time_moves_with_its_data_and_takes_its_alerts_along() -> None:
    """What was sent is not sent again; what is past now fires at once, marked late."""
    run = Player(make_plan(ALERTS), {"visit": "2026-03-12"})
    run.after(days=2).tick()
    run.set("visit", "2026-03-20")
    assert run.of("deadline-moved")[-1].until == datetime(2026, 3, 21, 4, tzinfo=UTC)
    run.set("visit", "2026-03-03")
    assert [(one.late, one.cause) for one in run.of("task-reminded")] == [(False, None), (True, "late-visit")]
    assert len(run.of("task-escalated")) == 0
    run.after(days=5).tick()
    assert [one.queue for one in run.of("task-escalated")] == ["boss", "top"]


def test_a_suspended_instance_sends_no_reminder() -> None:
    """Escalations and clocks go on; reminders that fall due meanwhile are not sent later either."""
    run = Player(make_plan(ALERTS), {"visit": "2026-03-12"})
    run.suspend()
    run.after(days=30).tick()
    run.resume()
    assert [one.sent for one in run.of("task-reminded")] == [False, False]
    assert len(run.of("task-escalated")) == 2
