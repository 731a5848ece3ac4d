"""How a scenario's result reads."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from textwrap import dedent
from typing import get_args
from zoneinfo import ZoneInfo

from pathways import facts
from pathways.scenarios import report, run_scenario, timeline
from tests.support.pathways import plan_of, scenarios_of

DEFINITION = """
calendar: clinic
inputs: {order: {type: Reference, target: [ServiceRequest], required: true}}
stages: [booking]
outcomes: {done: {title: Done, kind: success}, late: {title: Late}}
steps:
  book:
    title: Book the visit
    stage: booking
    do: visits.book
    with: {order: =order}
    save: booking
    retry: {attempts: 2, first: 10 seconds}
    catch: {slot-taken: call}
    accept: [order-unknown]
    next: tell
  call:
    task: {title: Agree on another time, queue: intake, due: 1 business day}
    timeout: {after: 2 days, to: too-late}
    next: book
  tell:
    wait: {event: note.filed, key: =booking.appointment}
    timeout: {after: 1 day, to: too-late}
  rest: {wait: {for: 1 hour}}
  say: {emit: {type: case.closed, data: {result: good}}}
  finish: {end: done}
  too-late: {end: late}
"""
SCENARIOS = """\
language: 1
pathway: example
scenarios:
  booked-at-last:
    start:
      at: 2026-03-02T09:00:00-05:00
      inputs: {order: {reference: ServiceRequest/1}}
    actions:
      visits.book:
        - {problem: slot-taken, message: Somebody was faster}
        - {fail: The core does not answer}
        - {give: {appointment: A-1}}
    then:
      - {after: 1 hour, complete: call, by: coordinator-1}
      - {after: 1 hour, event: note.filed, key: A-2}
      - {after: 1 hour, event: note.filed, key: A-1, data: {text: Seen}}
      - {after: 2 hours, complete: call@2}
    expect:
      outcome: done
"""


def test_a_failure_reads_as_authored_line_what_happened_and_timeline() -> None:
    """Everything up to there, in local time, a line each."""
    file = scenarios_of(SCENARIOS)
    result = run_scenario(plan_of(DEFINITION), file.scenarios[0])
    assert "\n".join(report.lines(file, result)) + "\n" == dedent(
        """\
        FAILED  booked-at-last
          example.scenarios.yaml:17:9: - {after: 2 hours, complete: call@2}
            The instance has ended as done.
          What happened:
            Mon 2026-03-02 09:00:00  started: example 1.0.0
                                     input: order = {reference: ServiceRequest/1}
                                     book: Book the visit
                                     stage booking
                                     book: runs visits.book
                                     book: the action problem: Somebody was faster
                                     book: problem slot-taken, on to call
                                     call
                                     call: task "Agree on another time" in intake, due Tue 2026-03-03 09:00:00
            Mon 2026-03-02 10:00:00  call: completed by coordinator-1, done
                                     book@2: Book the visit
                                     book@2: runs visits.book
                                     book@2: visits.book failed: The core does not answer
            Mon 2026-03-02 10:00:10  book@2: visits.book is tried again (2 of 2)
                                     book@2: booking = {appointment: A-1}
                                     tell
                                     tell: waits for note.filed for A-1
            Mon 2026-03-02 11:00:00  event note.filed for A-2
                                     event note.filed for A-2: nobody takes it
            Mon 2026-03-02 12:00:00  event note.filed for A-1
                                     rest
                                     rest: waits until Mon 2026-03-02 13:00:00
            Mon 2026-03-02 13:00:00  say
                                     say: emits case.closed {result: good}
                                     finish
                                     ended: done (success)
        """
    )


def test_a_passed_scenario_is_one_line() -> None:
    """Nobody reads the timeline of what is well."""
    file = scenarios_of(
        "one:\n  start: {inputs: {order: {reference: ServiceRequest/1}}}\n  actions: {visits.book: {give: {}}}"
    )
    result = run_scenario(plan_of(DEFINITION), file.scenarios[0])
    assert list(report.lines(file, result)) == ["passed  one"]


def test_the_result_as_json_has_the_same() -> None:
    """For tools: line, authored text, message and timeline."""
    file = scenarios_of(SCENARIOS)
    document = report.to_json(file, run_scenario(plan_of(DEFINITION), file.scenarios[0]))
    assert document["passed"] is False
    assert document["failures"] == [
        {
            "line": 17,
            "column": 9,
            "authored": "- {after: 2 hours, complete: call@2}",
            "message": "The instance has ended as done.",
            "hint": "",
        }
    ]
    assert document["timeline"][0].endswith("started: example 1.0.0")


def test_every_fact_has_its_words() -> None:
    """A fact is told, or is one of the few that say nothing new."""
    kinds = {
        next(field.default for field in fields(one) if field.name == "fact")
        for one in get_args(get_args(facts.Fact)[0])
    }
    assert kinds == timeline.SILENT | timeline._SAY.keys()


def test_an_event_that_starts_nothing_is_not_said_to() -> None:
    """The timeline says why: the side flow runs already."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    one = facts.HandlerTaken(at, "^1", "note.filed", side="call", ignored=True)
    assert timeline._SAY[one.fact](one, ZoneInfo("UTC")) == "^1: note.filed does not start call, which runs already"


def test_a_long_timeline_is_shown_without_its_middle() -> None:
    """What went wrong is read off its end; the JSON has every line."""
    plan = plan_of("inputs: {n: integer}\noutcomes: {done: {title: Done}}\nsteps:\n" + ROUNDS)
    file = scenarios_of("one: {start: {inputs: {n: 300}}, expect: {at: over}}")
    result = run_scenario(plan, file.scenarios[0])
    shown, told = list(report.lines(file, result)), report.to_json(file, result)["timeline"]
    assert len(told) > 600
    assert len(shown) < 220
    (gap,) = [line for line in shown if "lines more" in line]
    assert gap.strip() == f"… {len(told) - 200} lines more (--format json has them all) …"
    assert shown[-1].strip().endswith("ended: done (unsuccessful)")


ROUNDS = """
  each: {repeat: {for_each: "=for i in 1..n return i", as: i, steps: {one: {set: {x: =i}}}}}
  over: {end: done}
"""
