"""What a scenario expects, compared with what happened: each that does not come true says so in its line."""

from __future__ import annotations

import pytest

from tests.support.pathways import run

PATHWAY = """
inputs: {amount: {type: integer, required: true}}
stages: [asking]
outcomes: {done: {title: Done, kind: success}, other: {title: Other}}
steps:
  begin: {set: {total: =amount + 1, names: [a, b], who: {first: Ann, last: Lee}}}
  tell: {emit: {type: case.closed, data: {result: begun, count: =total}}}
  send:
    do: post.send
    with: {text: hello}
    retry: {attempts: 2, first: 1 second}
  ask:
    stage: asking
    task: {title: "Ask {{ who.first }}", queue: intake, priority: urgent, due: 2 days}
  finish: {end: done}
"""
GIVE = "actions: {post.send: {give: {sent: true}}}"
FAIL = "actions: {post.send: {fail: down}}"


def mismatches(expect: str, *, actions: str = GIVE, then: str = "[]") -> list[tuple[int, str]]:
    """What of an expectation (in line 6 and after) does not come true."""
    start = "{at: 2026-03-02T09:00:00Z, inputs: {amount: 2}}"
    text = f"one:\n  start: {start}\n  {actions}\n  then: {then}\n  expect: {expect}"
    (result,) = run(PATHWAY, text)
    return [(one.mark.line, f"{one.message} {one.hint}".strip()) for one in result.failures]


@pytest.mark.parametrize(
    "expect",
    [
        "{at: ask}",
        "{at: [ask]}",
        "{visited: [begin, tell, send, ask]}",
        "{data: {total: 3}}",
        "{data: {total: 3.0, names: [a, b], who: {last: Lee}}}",
        "{open_tasks: [{address: ask}]}",
        "{open_tasks: [ask]}",
        "{open_tasks: [{title: Ask Ann, queue: intake, priority: urgent}]}",
        "{open_tasks: [{due: 2026-03-04T10:00:00+01:00, stage: asking}]}",
        "{emitted: [case.closed]}",
        "{emitted: [{type: case.closed, data: {count: 3}}]}",
        "{actions_run: {post.send: 1}}",
        "{actions_order: [post.send]}",
        "{no_incidents: true, incidents: []}",
    ],
)
def test_what_comes_true_is_not_mentioned(expect: str) -> None:
    """Values match on what is named: maps by their keys, numbers as numbers, instants as instants."""
    assert mismatches(expect) == []


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("{outcome: done}", "expected the outcome done; it has not ended, and stands at ask"),
        ("{outcome: doen}", 'the pathway has no outcome "doen" Did you mean "done"?'),
        ("{at: send}", "expected to stand at send; it stands at ask"),
        ("{at: [ask, send]}", "expected to stand at ask, send; it stands at ask"),
        ("{at: aks}", 'Did you mean "ask"?'),
        ("{visited: [begin, tell, ask]}", "expected to visit ask in place 3; it was send"),
        ("{visited: [begin, tell, send, ask, finish]}", "expected to visit finish; nothing more came"),
        ("{visited: [begin, tell, send]}", "expected to visit nothing more; there came ask"),
        ("{data: {total: 4}}", "expected total to be 4; it is 3"),
        ("{data: {total: true}}", "expected total to be true; it is 3"),
        ("{data: {names: [a, c]}}", 'expected names[2] to be "c"; it is "b"'),
        ("{data: {who: {first: Bo}}}", 'expected who.first to be "Bo"; it is "Ann"'),
        ("{data: {totl: 3}}", 'nothing is ever saved as "totl" Did you mean "total"?'),
        ("{open_tasks: []}", "expected 0 open tasks; open are: ask in intake"),
        ("{open_tasks: [{queue: supervisor}]}", 'expected an open task {queue: "supervisor"}'),
        ("{open_tasks: [ask, ask]}", "expected 2 open tasks"),
        ("{open_tasks: [{due: 2026-03-04T10:00:00Z}]}", "due 2026-03-04T09:00:00+00:00"),
        ("{emitted: []}", "expected 0 emitted events; emitted were: case.closed"),
        ("{emitted: [{type: case.closed, data: {count: 4}}]}", "expected data.count to be 4; it is 3"),
        ("{emitted: [note.filed]}", "expected the event note.filed; it was case.closed"),
        ("{actions_run: {post.send: 2}}", "expected post.send to run 2 times; it ran 1 time"),
        ("{actions_run: {post.send: 0}}", "expected post.send to run 0 times; it ran 1 time"),
        ("{open_tasks: 2}", "expected 2 open tasks; open are: ask in intake"),
        ("{incidents: 1}", "expected 1 incident; there were: none"),
        ("{actions_run: {post.sent: 1}}", 'Did you mean "post.send"?'),
        ("{actions_order: []}", "expected to run nothing more; there came post.send"),
        ("{incidents: [problem]}", 'expected the incident "problem"; there were: none'),
        ("{no_incidents: false}", "expected incidents; there were none"),
    ],
)
def test_what_does_not_come_true_is_said_in_its_line(expect: str, words: str) -> None:
    """What was expected, what there is instead, and what was probably meant."""
    ((line, message),) = mismatches(expect)
    assert line == 6
    assert words in message


@pytest.mark.parametrize("expect", ["{incidents: [action-failed]}", "{incidents: [{at: send, kind: action-failed}]}"])
def test_incidents_match_by_kind_and_place(expect: str) -> None:
    """A list of kinds, or of what matters of each."""
    assert mismatches(expect, actions=FAIL) == []


def test_incidents_that_nobody_expects_are_said() -> None:
    """With what happened, in words."""
    ((_, message),) = mismatches("{no_incidents: true}", actions=FAIL)
    assert message == "expected no incidents; there was action-failed at send: post.send failed: down"
    ((_, message),) = mismatches("{incidents: []}", actions=FAIL)
    assert "there were: action-failed at send" in message


def test_an_ended_case_stands_nowhere() -> None:
    """Its outcome is said instead."""
    assert mismatches("{outcome: done, at: []}", then="[{complete: ask}]") == []
    ((_, message),) = mismatches("{outcome: other}", then="[{complete: ask}]")
    assert message == "expected the outcome other; it ended as done"
    ((_, message),) = mismatches("{at: ask}", then="[{complete: ask}]")
    assert message == "expected to stand at ask; it stands at nothing: it has ended as done"


def test_everything_that_is_wrong_is_said_each_in_its_line() -> None:
    """One run shows all of it, so that an author mends it in one go."""
    found = mismatches("\n    at: send\n    data:\n      total: 3\n      who: {first: Bo}\n    visited: [begin]")
    assert [line for line, _ in found] == [7, 10, 11]


def test_tasks_are_matched_one_to_one() -> None:
    """What fits several is given to the one that leaves the others theirs."""
    assert mismatches("{open_tasks: [{queue: intake}]}") == []
    ((_, message),) = mismatches("{open_tasks: [{queue: intake}, {title: Ask Ann}]}")
    assert "expected 2 open tasks" in message
