"""What is said beside a finding helps: the place where a name is known, and nothing that only follows."""

from __future__ import annotations

from datetime import date

import pytest

from commands.rule_examples import catalog, completed
from pathways.lint import lint
from pathways.source import SourceError, read_source

CATALOG = catalog()


def said(text: str) -> list[tuple[str, str]]:
    """Rule and hint of every finding."""
    return [
        (one.rule, one.hint) for one in lint(completed(text), "example.yaml", CATALOG, date(2026, 3, 2)).diagnostics
    ]


def test_a_misspelt_step_is_the_only_finding() -> None:
    """That nothing leads to the steps behind it only follows from it."""
    text = """
steps:
  ask: {task: {title: Ask, queue: intake}, next: cal}
  call: {task: {title: Call, queue: intake}}
  over: {end: done}
"""
    assert [rule for rule, _ in said(text)] == ["unknown-step"]


def test_a_name_of_an_iteration_is_said_to_be_known_only_there() -> None:
    """It is saved, but not for what stands outside."""
    text = """
steps:
  calls:
    repeat: {for_each: "=[1, 2]", as: number, steps: {call: {task: {title: "{{ number }}", queue: intake}, save: call}}}
  ask: {task: {title: "{{ call.by }}", queue: intake}}
  over: {end: done}
"""
    assert [hint for rule, hint in said(text) if rule == "unknown-name"] == [
        "It is saved inside an iteration or a side flow, and known only there; collect and carry take values out."
    ]


def test_an_event_is_known_to_the_step_alone_that_it_leads_to() -> None:
    """What lies inside that step, or behind it, has what was set of it."""
    text = """
on: [{event: note.filed, key: =order.reference, to: told}]
steps:
  ask: {task: {title: Ask, queue: intake}}
  over: {end: done}
  told: {steps: {read: {task: {title: "{{ event.data.text }}", queue: intake}}}, next: over}
"""
    (hint,) = [hint for rule, hint in said(text) if rule == "unknown-name"]
    assert hint.startswith("Only the step that an event leads to knows it")


def test_what_an_event_brought_is_under_its_data() -> None:
    """The fields of the envelope are not what an author looks for."""
    text = """
on: [{event: case.closed, key: =order.reference, when: event.result = "good", to: over}]
steps:
  ask: {task: {title: Ask, queue: intake}}
  over: {end: done}
"""
    assert said(text) == [("unknown-field", "What the event brought is in event.data.")]


@pytest.mark.parametrize("text", ['a: {when: doses[-1] = "x"}', "a: [b[1], c}"])
def test_brackets_inside_brackets_want_quotes(text: str) -> None:
    """The message of the YAML reader alone does not tell what to do."""
    with pytest.raises(SourceError) as raised:
        read_source(text)
    assert "quotes" in raised.value.hint


def test_a_tab_is_said_to_be_one() -> None:
    """Nobody sees it on the screen."""
    with pytest.raises(SourceError, match="found character") as found:
        read_source("steps:\n\ta: {end: done}\n")
    assert "spaces, not with tabs" in found.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "steps:\n  a: {end: done}\n   b: {end: done}\n",
        "a:\n  b:\n    c: 1\n   d: 2\n",
        "steps:\n  a: {end: done}\n  - b: {end: done}\n",
        "steps:\n  - a\n  b: {end: done}\n",
    ],
)
def test_a_line_in_the_wrong_column_is_said_to_be_one(text: str) -> None:
    """ "Did not find expected key" tells nobody to look at the indentation."""
    with pytest.raises(SourceError) as raised:
        read_source(text)
    assert "same column" in raised.value.hint


def test_a_misspelt_kind_of_step_is_named() -> None:
    """The nearest key of a step that says nothing may be what it does."""
    found = dict(said("steps:\n  a: {paralel: {branches: {}}}\n  over: {end: done}\n"))
    assert found["unknown-key"] == 'Did you mean "parallel"?'


def test_a_name_in_place_of_its_value_is_said_to_want_an_equals_sign() -> None:
    """What an action takes is no text, and the text is what is known under that name."""
    text = """
contract: {reads: [ServiceRequest], writes: [Appointment]}
inputs: {wish: {type: Reference, required: true}}
steps:
  book: {do: visits.book, with: {order: wish}, accept: [slot-taken]}
  over: {end: done}
"""
    assert dict(said(text))["input-misfit"] == "Write =wish."


def test_a_code_in_a_cell_wants_quotes_and_no_other_name() -> None:
    """A name that is near is not what was meant where the word is one of the column's codes."""
    text = """
inputs: {urgency: {type: code, options: [routine, urgent], required: true}}
steps:
  decide: {decide: {table: [{urgency: urgent, to: over}, {otherwise: over}]}}
  over: {end: done}
"""
    assert ("unknown-name", "Put a text in quotes inside: '\"urgent\"'.") in said(text)
