"""Reading scenario files: the documented forms, and every slip with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.scenarios import parse_scenarios
from pathways.scenarios.model import Happening
from tests.support.pathways import scenarios_of

HEAD = "language: 1\npathway: example\nscenarios:\n  one:\n"


def then(entry: str) -> Happening:
    """What an entry of `then` is read as."""
    (scenario,) = scenarios_of(f"one: {{then: [{entry}]}}").scenarios
    return scenario.then[0]


def test_what_a_file_says_of_itself_is_kept() -> None:
    """Pathway and version say which definition it is for; both may be left out."""
    file = scenarios_of("pathway: referral\nversion: 1.2.0\nscenarios: {}\n")
    assert (file.pathway, file.version) == ("referral", "1.2.0")
    assert scenarios_of("scenarios: {}").pathway is None


def test_start_and_actions_at_the_top_hold_for_every_scenario() -> None:
    """A scenario says only what is different; an action that it names itself is taken whole from there."""
    file = scenarios_of(
        """
        start: {zone: UTC, inputs: {a: 1}}
        actions: {x: {give: 1}, y: {give: 2}}
        scenarios:
          plain: {}
          other: {start: {inputs: {a: 2}}, actions: {y: [{fail: down}, {give: 3}]}}
        """
    )
    plain, other = file.scenarios
    assert plain.start.zone == "UTC"
    assert {name: [one.value for one in answers] for name, answers in plain.actions.items()} == {"x": [1], "y": [2]}
    assert other.start.inputs == {"a": 2}
    assert [one.kind for one in other.actions["y"]] == ["fail", "give"]


@pytest.mark.parametrize(
    ("entry", "verb", "target"),
    [
        ("{after: 1 hour}", "pass", ""),
        ("{complete: ask}", "complete", "ask"),
        ("{complete: ask@2, outcome: well, form: {a: 1}, by: nurse-1, roles: [nurse]}", "complete", "ask@2"),
        ("{event: note.filed, key: K-1, data: {final: true}}", "event", "note.filed"),
        ("{event: note.filed}", "event", "note.filed"),
        ("{event: {type: note.filed, key: K-1}}", "event", "note.filed"),
        ("{retry: book}", "retry", "book"),
        ("{retry: {address: book, input: {minutes: 5}}}", "retry", "book"),
        ("{retry: book, input: {minutes: 5}, reason: Mended, by: me}", "retry", "book"),
        ("{cancel: true}", "cancel", ""),
        ("{cancel: Sent twice}", "cancel", ""),
        ("{cancel: {reason: Sent twice, by: me}}", "cancel", ""),
        ("{cancel: null}", "cancel", ""),
        ("{claim: ask, by: nurse-1}", "claim", "ask"),
        ("{claim: {task: ask, by: nurse-1}}", "claim", "ask"),
        ("{complete: {address: ask, outcome: well, by: me}}", "complete", "ask"),
        ("{complete: {task: ask, form: {a: 1}}}", "complete", "ask"),
        ("{offer: call, by: me}", "offer", "call"),
        ("{offer: {side: call, by: me}}", "offer", "call"),
        ("{retry: book, with: {minutes: 5}, had_no_effect: true}", "retry", "book"),
        ("{skip: book, with: {appointment: A}}", "skip", "book"),
        ("{skip: {address: book, outputs: {appointment: A}}}", "skip", "book"),
        ("{move: ask, to: over}", "move", "ask"),
        ("{move: {from: ask, to: over}}", "move", "ask"),
        ("{set: dose, to: 5}", "set", ""),
        ("{set: {dose: 5}}", "set", ""),
        ("{set: {to: 5, value: 6}}", "set", ""),
    ],
)
def test_what_happens_is_read_in_its_documented_forms(entry: str, verb: str, target: str) -> None:
    """Each form of an entry gives its verb and target."""
    happening = then(entry)
    assert (happening.verb, happening.target) == (verb, target)


def test_what_is_left_out_has_its_default() -> None:
    """No form is an empty one, no outcome the only one, no data none."""
    happening = then("{complete: ask}")
    assert (happening.form, happening.outcome, happening.roles) == ({}, "", None)
    assert then("{event: note.filed}").data == {}
    assert then("{event: note.filed, key: 7}").key == "7"


def test_reasons_and_inputs_are_kept() -> None:
    """Both forms of a retry say the same."""
    flat = then("{retry: book, input: {minutes: 5}, reason: Mended, had_no_effect: true}")
    nested = then("{retry: {address: book, input: {minutes: 5}, reason: Mended, had_no_effect: true}}")
    assert flat.given == nested.given == {"minutes": 5}
    assert flat.reason == nested.reason == "Mended"
    assert flat.had_no_effect is nested.had_no_effect is True
    assert then("{cancel: Sent twice}").reason == "Sent twice"
    assert then("{retry: book, with: {minutes: 5}}").given == {"minutes": 5}
    assert then("{skip: book, with: {appointment: A}}").given == {"appointment": "A"}
    assert then("{set: dose, to: 5}").data == then("{set: {dose: 5}}").data == {"dose": 5}
    assert then("{set: dose, value: null}").data == {"dose": None}
    assert then("{move: {from: ask, to: over}}").to == "over"


@pytest.mark.parametrize(
    ("body", "line", "rule", "words"),
    [
        ("    strat: {}", 5, "unknown-key", "start"),
        ("    start: {zoon: UTC}", 5, "unknown-key", "zone"),
        ("    start: {refused: unwnted}", 5, "unknown-refusal", 'Did you mean "unwanted"?'),
        ("    start: {refused: true}\n    expect: {outcome: done}", 6, "shape", "Nothing starts"),
        ("    then:\n      - {complet: ask}", 6, "unknown-key", "complete"),
        ("    then:\n      - {complete: ask, outcom: x}", 6, "unknown-key", "outcome"),
        ("    then:\n      - {after: 3 dayz}", 6, "bad-duration", "dayz"),
        ("    then:\n      - {}", 6, "shape", "Nothing happens"),
        ("    then:\n      - wait", 6, "shape", "map"),
        ("    then:\n      - {complete: a, event: b}", 6, "shape", "complete and event"),
        ("    then:\n      - {move: ask}", 6, "shape", "where to"),
        ("    then:\n      - {set: x}", 6, "shape", "to what"),
        ("    then:\n      - {after: -1 hour}", 6, "bad-duration", "does not go back"),
        ("    then:\n      - {child: a}", 6, "shape", "ends with an outcome, or fails"),
        ("    then:\n      - {complete: a, refused: task-closd}", 6, "unknown-refusal", 'Did you mean "task-closed"?'),
        ("    then:\n      - {complete: a, seen: then}", 6, "shape", "seen is claim"),
        ("    then: {complete: a}", 5, "shape", "list"),
        ("    children: []", 5, "shape", "map from a child's name"),
        ("    children: {x: []}", 5, "shape", "answers nothing"),
        ("    children: {x: [{outcom: y}]}", 5, "unknown-key", "outcome"),
        ("    children: {x: [{outcome: y, running: true}]}", 5, "shape", "one of outcome"),
        ("    with_children: maybe", 5, "shape", "true or false"),
        ("    actions: {x: [{give: 1, fail: 2}]}", 5, "shape", "one of give"),
        ("    actions: {x: [{takes: 1 hour}]}", 5, "shape", "one of give"),
        ("    actions: {x: []}", 5, "shape", "answers nothing"),
        ("    actions: {x: [{giv: 1}]}", 5, "unknown-key", "give"),
        ("    expect:\n      outcom: done", 6, "unknown-key", "outcome"),
        ("    expect:\n      clocks: {a: mett}", 6, "shape", 'Did you mean "met"?'),
        ("    expect:\n      clocks: {a: {statu: met}}", 6, "unknown-key", "status"),
        ("    expect:\n      children_cancelled: 1.5", 6, "shape", "children by name"),
        ("    expect:\n      children: {a: {outcom: b}}", 6, "unknown-key", "outcome"),
        ("    expect:\n      no_incidents: maybe", 6, "shape", "true or false"),
        ("    expect:\n      visited: {a: b}", 6, "shape", "in order"),
        ("    expect:\n      open_tasks: [{queu: intake}]", 6, "unknown-key", "queue"),
        ("    expect:\n      incidents: [{knd: problem}]", 6, "unknown-key", "kind"),
    ],
)
def test_a_slip_is_found_in_its_line(body: str, line: int, rule: str, words: str) -> None:
    """What is misspelt, misshapen or not there yet is named, with what was probably meant."""
    read = parse_scenarios(HEAD + body + "\n", "s.yaml")
    found = [one for one in read.diagnostics if one.rule == rule]
    assert [one.line for one in found] == [line], read.diagnostics
    assert words in f"{found[0].message} {found[0].hint}"
    assert not read.sound


@pytest.mark.parametrize(
    "text", ["", "a: [", "- 1", "scenarios: 3", "scenarios: {one: 2}", "scenarios: {one: {then: 3}}"]
)
def test_what_is_no_scenario_file_is_a_finding(text: str) -> None:
    """Never an exception."""
    read = parse_scenarios(text, "s.yaml")
    assert not read.sound
    assert read.diagnostics


@given(st.text(alphabet="abc{}[]:-, \n\"'#&*!|>%@`=onetwhcplrt", max_size=200))
def test_no_text_raises(text: str) -> None:
    """Whatever stands in a file, reading it gives scenarios or findings."""
    parse_scenarios(HEAD + text, "s.yaml")
