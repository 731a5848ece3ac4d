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
