"""Times that data moves: what the scenarios really did with them decides, not what they say."""

from __future__ import annotations

from datetime import date

import pytest

from commands.rule_examples import catalog, completed
from pathways.lint import lint
from pathways.scenarios import ScenarioFile, parse_scenarios

STEPS = """
inputs: {order: {type: Reference, target: [ServiceRequest], required: true}}
clocks: {whole: {title: Whole, limit: =limit, calendar: none, why: W, breach: {queue: desk}}}
steps:
  begin: {set: {day: =today() + duration("P9D"), other: =today(), limit: =duration("P20D")}}
  rest: {wait: {until: =day}, clocks: {start: whole}}
  ask:
    task:
      title: "{{ order.display }} {{ other }}"
      queue: intake
      due: =day + duration("P4D")
      remind: {after: =day + duration("P2D"), why: It is forgotten}
      escalate: {after: =limit, queue: desk}
    timeout: {after: =day + duration("P5D"), to: over}
  over: {clocks: {stop: whole}, end: done}
"""
LINES = {"limit": 2, "wait": 5, "due": 10, "remind": 11, "escalate": 12, "timeout": 13}
HEAD = """
language: 1
pathway: example
start: {at: 2026-03-02T09:00:00Z, zone: UTC, inputs: {order: {reference: ServiceRequest/1}}}
scenarios:
"""


def scenarios(*then: str) -> tuple[ScenarioFile, ...]:
    """Scenarios in which this happens."""
    text = HEAD + "".join(f"  s{number}: {{then: [{one}]}}\n" for number, one in enumerate(then))
    read = parse_scenarios(text, "s.yaml")
    assert read.file is not None, read.diagnostics
    return (read.file,)


def untried(*then: str) -> dict[int, str]:
    """What is said of times, by line."""
    found = lint(completed(STEPS), "e.yaml", catalog(), date(2026, 3, 2), scenarios(*then)).diagnostics
    assert {one.rule for one in found} <= {"untried-time"}, found
    return {one.line - 1: one.message for one in found}


def to(day: str) -> str:
    """Somebody sets the day."""
    return f"{{after: 1 hour, set: {{day: 2026-03-{day}}}}}"


WAITING = f"{to('20')}, {to('10')}"
ASKED = f"{{after: 10 days}}, {to('20')}, {to('12')}"
LIMIT = "{after: 1 hour, set: {limit: P30D}}, {after: 1 hour, set: {limit: P25D}}"


def test_without_scenarios_every_time_that_data_moves_is_untried() -> None:
    """Each where it stands; a time of a text's, and one that nothing can move, are not asked for."""
    assert sorted(untried()) == sorted(LINES.values())


def test_what_moved_it_both_ways_has_tried_it() -> None:
    """Earlier and later, while it stood; the others are still to be tried."""
    left = untried(WAITING)
    assert LINES["wait"] not in left
    assert {LINES["due"], LINES["timeout"], LINES["limit"]} <= left.keys()
    left = untried(WAITING, ASKED)
    assert sorted(left) == sorted({LINES["limit"], LINES["escalate"]})
    everything = untried(WAITING, ASKED, LIMIT, f"{{after: 10 days}}, {LIMIT}")
    assert everything == {}


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (to("20"), "move it earlier."),
        (to("10"), "move it later."),
        (f"{to('11')}, {to('11')}", "move it."),  # the ninth day after the second is the eleventh
        ("{after: 12 days}, " + WAITING, "move it."),
        ("{after: 1 hour, set: {other: 2026-03-20}}, {after: 1 hour, set: {other: 2026-03-01}}", "move it."),
    ],
)
def test_what_did_not_move_is_not_counted(then: str, words: str) -> None:
    """One way alone, the same value again, when nothing waits for it any more, or another name."""
    assert untried(then)[LINES["wait"]].endswith(words)


def test_a_time_that_is_past_when_it_moves_has_moved() -> None:
    """It fires at once, earlier than it would have."""
    left = untried("{after: 2 days, set: {day: 2026-03-20}}, {after: 2 days, set: {day: 2026-03-01}}")
    assert LINES["wait"] not in left


def test_what_only_an_operator_could_bring_about_is_not_asked_for() -> None:
    """No scenario leads to a step that only a move or a migration reaches, nor finds anything at one over at once."""
    text = """
inputs: {order: {type: Reference, target: [ServiceRequest], required: true}}
clocks: {whole: {title: Whole, limit: =limit, calendar: none, why: W, breach: {queue: desk}}}
steps:
  begin: {set: {day: =today(), limit: =duration("P20D")}}
  say: {emit: {type: case.closed, data: {result: good}}, timeout: {after: =day, to: over}}
  ask: {task: {title: "{{ order.display }}", queue: intake}, next: over}
  by-hand: {clocks: {start: whole}, task: {title: By hand, queue: intake, due: =day}, next: over}
  over: {clocks: {stop: whole}, end: done}
"""
    found = lint(completed(text), "e.yaml", catalog(), date(2026, 3, 2), scenarios("{complete: ask}")).diagnostics
    assert {"unreachable-step", "idle-timeout"} <= {one.rule for one in found}
    assert "untried-time" not in {one.rule for one in found}


def test_a_definition_with_errors_runs_no_scenarios() -> None:
    """What is wrong is said; what its scenarios would do, nobody knows."""
    text = completed(STEPS.replace("queue: intake", "queue: intaek"))
    found = lint(text, "e.yaml", catalog(), date(2026, 3, 2), scenarios()).diagnostics
    assert [one.rule for one in found] == ["unknown-queue"]
