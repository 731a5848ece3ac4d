"""Each rule finds what it should, where it is, and leaves alone what is well."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pathways.catalog import read_catalog
from pathways.diagnostics import Diagnostic
from pathways.lint import RULES, lint

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TODAY = date(2026, 3, 2)

CATALOG = read_catalog(
    {
        "actions": {
            "visits.book": {
                "input": {
                    "order": {"type": "Reference", "target": ["ServiceRequest"], "required": True},
                    "kind": {"type": "code", "options": ["routine", "urgent"]},
                    "minutes": "integer",
                },
                "output": {"appointment": "Reference"},
                "problems": ["slot-taken"],
                "reads": ["ServiceRequest"],
                "writes": ["Appointment"],
            }
        },
        "events": {
            "note.filed": {"schema": {"note": "Reference"}},
            "case.closed": {"schema": {"result": {"type": "text", "required": True}, "count": "integer"}},
        },
        "queues": ["intake"],
        "roles": ["nurse"],
        "value_sets": {"colours": ["red", "green"]},
        "pathways": {"visit": {"inputs": {"order": "Reference"}, "outcomes": ["seen", "missed"]}},
        "calendars": {"clinic": {"zone": "America/New_York", "hours": {"mon": ["08:00-17:00"]}}},
    }
)

DEFAULTS = {
    "language": "language: 1",
    "pathway": "pathway: example",
    "version": "version: 1.0.0",
    "title": "title: Example",
    "purpose": "purpose: To be looked at",
    "owner": "owner: The team",
    "success": "success: {measure: looked_at, target: 1 day}",
    "review_by": "review_by: 2027-01-31",
    "inputs": "inputs: {order: {type: Reference, target: [ServiceRequest], required: true}}",
    "outcomes": "outcomes: {done: {title: Done, kind: success}}",
    "steps": "steps:\n  only: {set: {x: =order.reference}}\n  over: {end: done}",
}
SPECIAL = {
    "LONG": f"steps:\n  a: {{set: {{x: ={' + '.join(['1'] * 1500)}}}}}   # here\n  b: {{end: done}}\n",
    "HEAD": None,
}


def completed(text: str) -> str:
    """An example with what it leaves out."""
    keys = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    unread = "steps" in keys and "order" not in text
    defaults = {key: value for key, value in DEFAULTS.items() if not (unread and key == "inputs")}
    return text + "\n".join(value for key, value in defaults.items() if key not in keys) + "\n"


def without(key: str) -> str:
    """The small pathway without one of its lines, marked where that is missed."""
    lines = [f"{value}   # here" if one == "pathway" else value for one, value in DEFAULTS.items() if one != key]
    return "\n".join(lines)


def examples() -> dict[str, dict[str, str]]:
    """The examples by rule."""
    found: dict[str, Any] = yaml.safe_load((HERE / "examples.yaml").read_text(encoding="utf-8"))
    keys = {"missing-review": "review_by"}
    for rule, example in found.items():
        if example["bad"] == "HEAD":
            example["bad"] = without(keys.get(rule, rule.removeprefix("missing-")))
        elif example["bad"] in SPECIAL:
            example["bad"] = completed(SPECIAL[example["bad"]] or "")
        else:
            example["bad"] = completed(example["bad"])
    return found


EXAMPLES = examples()


def findings(text: str) -> tuple[Diagnostic, ...]:
    """What lint says of a text."""
    return lint(text, "example.yaml", CATALOG, TODAY).diagnostics


@pytest.mark.parametrize("rule", sorted(EXAMPLES))
def test_a_rule_finds_its_bad_example(rule: str) -> None:
    """The finding names the rule, has its severity, and stands in the line that is wrong."""
    text = EXAMPLES[rule]["bad"]
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one.endswith("# here"))
    found = findings(text)
    shown = "\n".join(map(str, found))
    mine = [one for one in found if one.rule == rule]
    assert [one.line for one in mine] == [line], shown
    assert {one.severity for one in mine} == {RULES[rule].severity}
    assert {one.file for one in mine} == {"example.yaml"}


@pytest.mark.parametrize("rule", sorted(rule for rule, example in EXAMPLES.items() if "good" in example))
def test_a_rule_leaves_its_good_example_alone(rule: str) -> None:
    """What is written as the rule would have it has no findings at all."""
    assert findings(completed(EXAMPLES[rule]["good"])) == ()


def test_the_small_pathway_of_the_examples_is_well() -> None:
    """What examples leave out adds no findings of its own."""
    assert findings(completed("")) == ()


def test_every_rule_has_an_example() -> None:
    """A rule without an example might find nothing, or everything."""
    assert set(RULES) - set(EXAMPLES) == {"too-many-steps", "too-deep"}  # tested elsewhere, for their length


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


def test_more_steps_than_anybody_reads_are_refused() -> None:
    """Two thousand steps are the most; the first one beyond is named."""
    steps = "".join(f"  s{number}: {{set: {{x: {number}}}}}\n" for number in range(2001))
    found = findings(completed(f"steps:\n{steps}"))
    assert [(one.rule, one.line) for one in found if one.rule == "too-many-steps"] == [("too-many-steps", 2002)]


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
        "unreachable-step",
    }


def test_hints_name_what_was_probably_meant() -> None:
    """The nearest known name is offered."""
    for rule, near in (("unknown-queue", "intake"), ("unknown-step", "finish"), ("unknown-event", "note.filed")):
        (finding,) = [one for one in findings(EXAMPLES[rule]["bad"]) if one.rule == rule]
        assert near in finding.hint


def test_a_definition_without_findings_has_its_plan() -> None:
    """Lint hands on the plan, so that nobody compiles twice."""
    linted = lint(completed(""), "example.yaml", CATALOG, TODAY)
    assert linted.plan is not None
    assert linted.plan.pathway == "example"
    assert lint(EXAMPLES["unknown-step"]["bad"], "example.yaml", CATALOG, TODAY).plan is None
