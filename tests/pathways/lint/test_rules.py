"""Each rule finds what it should, where it is, and leaves alone what is well."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from catalog.tables.checking import check_table
from commands.rule_examples import catalog, completed, examples
from pathways.catalog.checking import check_catalog
from pathways.diagnostics import Diagnostic
from pathways.lint import RULES, lint
from pathways.scenarios import ScenarioFile

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 3, 2)
CATALOG = catalog()
EXAMPLES = examples()


def findings(text: str, scenarios: tuple[ScenarioFile, ...] | None = None) -> tuple[Diagnostic, ...]:
    """What lint says of a text."""
    return lint(text, "example.yaml", CATALOG, TODAY, scenarios).diagnostics


def found_in(rule: str, text: str) -> tuple[Diagnostic, ...]:
    """What is said of an example's text, by what it is an example of."""
    match EXAMPLES[rule].of:
        case "catalog":
            return check_catalog(text, "example.yaml")
        case "table":
            return check_table(text, "example.yaml")
        case _:
            return findings(text, tried(rule))


def tried(rule: str) -> tuple[ScenarioFile, ...] | None:
    """No scenarios, for the rule that asks for some."""
    return () if rule == "untried-time" else None


@pytest.mark.parametrize("rule", sorted(EXAMPLES))
def test_a_rule_finds_its_bad_example(rule: str) -> None:
    """The finding names the rule, has its severity, and stands in the line that is wrong."""
    line = EXAMPLES[rule].line
    found = found_in(rule, EXAMPLES[rule].bad)
    shown = "\n".join(map(str, found))
    mine = [one for one in found if one.rule == rule]
    assert [one.line for one in mine] == [line], shown
    assert {one.severity for one in mine} == {RULES[rule].severity}
    assert {one.file for one in mine} == {"example.yaml"}


@pytest.mark.parametrize("rule", sorted(EXAMPLES))
def test_a_rule_leaves_its_good_example_alone(rule: str) -> None:
    """What is written as the rule would have it has no findings at all."""
    assert found_in(rule, EXAMPLES[rule].good) == ()


def test_the_small_pathway_of_the_examples_is_well() -> None:
    """What examples leave out adds no findings of its own."""
    assert findings(completed("")) == ()


def test_every_rule_has_an_example() -> None:
    """A rule without an example might find nothing, or everything."""
    assert set(RULES) == set(EXAMPLES)


def test_every_rule_that_is_noted_stands_in_the_table() -> None:
    """Reading and compiling note findings by the same ids, whose severity the table says."""
    noted = set()
    for pattern in ("parse*.py", "reader.py", "expressions.py", "compile/*.py", "lint/*.py"):
        for file in (ROOT / "pathways").glob(pattern):
            source = file.read_text(encoding="utf-8")
            noted |= set(re.findall(r'(?:note|Finding)\(\s*"([a-z-]+)"', source))
    kinds = ("queue", "role", "calendar", "clock", "side-flow", "value-set")
    noted |= {f"unknown-{kind}" for kind in kinds}  # named in `Context.known`
    assert noted - set(RULES) == set()


def test_several_things_wrong_are_all_said_at_once() -> None:
    """An author mends them in one go: an unknown step does not hide an unknown queue, name or review date."""
    text = completed(
        """
review_by: 2020-01-01
steps:
  ask:
    task: {title: "Ask {{ wo }}", queue: intak}
    next: finnish
  finish: {end: done}
"""
    )
    assert {one.rule for one in findings(text)} >= {
        "past-review",
        "unknown-name",
        "unknown-queue",
        "unknown-step",
    }


def test_hints_name_what_was_probably_meant() -> None:
    """The nearest known name is offered."""
    for rule, near in (("unknown-queue", "intake"), ("unknown-step", "finish"), ("unknown-event", "note.filed")):
        (finding,) = [one for one in findings(EXAMPLES[rule].bad) if one.rule == rule]
        assert near in finding.hint


def test_a_definition_without_findings_has_its_plan() -> None:
    """Lint hands on the plan, so that nobody compiles twice."""
    linted = lint(completed(""), "example.yaml", CATALOG, TODAY)
    assert linted.plan is not None
    assert linted.plan.pathway == "example"
    assert lint(EXAMPLES["unknown-step"].bad, "example.yaml", CATALOG, TODAY).plan is None


CHOSEN = """
steps:
  ask:
    task:
      title: Ask
      queue: intake
      form: [{name: why, type: text, show_when: %s}]
      outcomes: {done: Done, dropped: Dropped}
    next: {done: finish, dropped: finish}
  finish: {end: done}
"""


@pytest.mark.parametrize(
    ("rule", "noted"),
    [
        ('outcome = "dropped"', []),
        ('outcome != "done" and why = null', []),
        ('outcome = "droped"', ["code-outside-options"]),
        ("outcome > 3", ["unlike-types"]),
        ("outcome", ["not-a-condition"]),
    ],
)
def test_a_form_knows_the_outcomes_of_its_task(rule: str, noted: list[str]) -> None:
    """One that the task does not have can't be chosen, and the nearest is told."""
    found = [one for one in findings(completed(CHOSEN % rule)) if one.rule not in ("unused-contract", "unused-input")]
    assert [one.rule for one in found] == noted, found
    if noted == ["code-outside-options"]:
        assert '"dropped"' in found[0].hint


def test_outside_forms_there_is_no_outcome() -> None:
    """The name is the form's own."""
    text = completed("""
steps:
  ask: {task: {title: Ask, queue: intake}, next: [{when: outcome = "done", to: finish}, {to: finish}]}
  finish: {end: done}
""")
    assert "unknown-name" in {one.rule for one in findings(text)}
