"""Ways and choices that make no difference are found where they stand."""

from __future__ import annotations

from datetime import date

import pytest

from commands.rule_examples import catalog, completed
from pathways.lint import lint

CATALOG = catalog()
WAYS = """
steps:
  ask:
    task: {title: Ask, queue: intake, form: [{name: seen, type: boolean, required: true}]}
    save: asked
    next: %s
  finish: {end: done}
"""
OFFERS = """
side_flows:
  call: {offer: {title: %s, queue: desk}, steps: {a: {task: {title: Call, queue: desk}}}}
  write: {title: Write, offer: {queue: desk}, steps: {b: {task: {title: Write, queue: desk}}}}
steps: {ask: {task: {title: Ask, queue: intake}}, over: {end: done}}
"""


def found(text: str) -> list[tuple[str, str]]:
    """What lint says: the rule and its words."""
    return [(one.rule, one.message) for one in lint(completed(text), "", CATALOG, date(2026, 3, 2)).diagnostics]


@pytest.mark.parametrize(
    ("ways", "rules"),
    [
        ("[{when: asked.seen, to: finish}, {to: finish}]", []),
        ('[{when: "true", to: finish}]', []),
        ("[{when: true, to: finish}, {when: asked.seen, to: finish}, {to: finish}]", ["dead-way", "dead-way"]),
        ("[{when: false, to: finish}, {to: finish}]", ["dead-way"]),
        ("[{when: asked.seen, to: finish}]", ["missing-default"]),
    ],
)
def test_a_condition_that_never_changes_decides_nothing(ways: str, rules: list[str]) -> None:
    """What always holds is like no condition, and what never does leads nowhere."""
    assert [rule for rule, _ in found(WAYS % ways) if rule != "unused-name"] == rules


def test_offers_of_one_title_cannot_be_told_apart() -> None:
    """Whether the title is the offer's own, or that of its side flow."""
    assert found(OFFERS % "Call") == []
    assert found(OFFERS % "write") == [("same-title", 'Two offers are called "Write"; the first in line 3.')]
