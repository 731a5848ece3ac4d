"""Children are checked by the definitions beside, where the catalog says nothing of them."""

from __future__ import annotations

from datetime import date

import pytest

from pathways.catalog import Catalog
from pathways.lint import lint
from pathways.scenarios.library import Plans
from tests.support.pathways import plan_of

CHILD = """
language: 1
pathway: payer-approval
version: 1.2.0
title: Approval
inputs: {patient: {type: Reference, required: true}}
steps:
  ask:
    task: {title: Ask, queue: intake, outcomes: {granted: Granted, refused: Refused}}
    next: {granted: good, refused: bad}
  good: {end: approved}
  bad: {end: denied}
outcomes:
  approved: {title: Approved, kind: success, give: {number: =patient.reference}}
  denied: {title: Denied, kind: unsuccessful}
"""
PARENT = """
language: 1
pathway: parent
version: 1.0.0
title: Parent
purpose: To be tried
owner: The team
success: {measure: tried}
review_by: 2027-01-31
inputs: {patient: {type: Reference, required: true}}
steps:
  ask:
    pathway: {name: payer-approval, version: ^1, inputs: {patient: =patient}}
    save: answer
    next: {approved: tell, denied: over, cancelled: over}
  tell: {task: {title: "Tell of {{ answer.number }}", queue: intake}}
  over: {end: done}
outcomes: {done: {title: Done, kind: success}}
"""


def rules(old: str = "", new: str = "", catalog: Catalog | None = None) -> list[str]:
    """What lint finds in the parent beside the child, with a change."""
    assert old in PARENT
    text = PARENT.replace(old, new)
    beside = Plans([plan_of(CHILD)])
    found = lint(text, "1.0.0.yaml", catalog or Catalog(), date(2026, 3, 2), None, beside).diagnostics
    return [one.rule for one in found]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("name: payer-approval", "name: payer-aproval", "unknown-pathway"),
        ("{patient: =patient}}", "{ptient: =patient}}", "unknown-input"),
        (", inputs: {patient: =patient}}", "}", "missing-input"),
        (", denied: over", "", "missing-outcome"),
        (", cancelled: over", "", "missing-outcome"),
        ("denied: over", "denied: over, refused: over", "unknown-outcome"),
        ("answer.number", "answer.nmber", "unknown-field"),
    ],
)
def test_a_slip_about_a_child_beside_is_found(old: str, new: str, rule: str) -> None:
    """Its name, its inputs, how it may end and what that gives."""
    assert rule not in rules()
    assert rule in rules(old, new)


@pytest.mark.parametrize("name", ["nurse-training", "payer-approval-renewal", "payer"])
def test_a_child_that_lies_elsewhere_is_taken_as_it_is(name: str) -> None:
    """Most pathways are published, and do not lie beside the one that is written."""
    assert not {"unknown-pathway", "unknown-outcome"} & set(rules("name: payer-approval", f"name: {name}"))


def test_a_range_that_nothing_beside_is_in_asks_nothing() -> None:
    """The version that will be started lies elsewhere."""
    assert "missing-outcome" not in rules("^1", "^2")
    assert "missing-outcome" not in rules("^1, inputs: {patient: =patient}", "^2")
