"""What an approval is about: the parts that may harm, widened access, new alerts."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.publishing.review import review

Json = Any

TASK = {"id": "ask", "kind": "task", "queue": "intake", "form": [{"name": "note", "label": "Note"}]}
GATE = {"id": "decide", "kind": "task", "queue": "review", "gate": "clinical", "task_title": "Decide"}
TABLE = {"id": "series/choose", "kind": "decide", "table": {"inputs": ["=age"], "rows": [{"to": "series/ask"}]}}
CLOCK = {"id": "decision", "title": "Decision", "limit": "7 days", "warn": 0.75, "breach": {"queue": "supervisor"}}
CONTRACT = {"reads": ["Patient", "Coverage"], "writes": ["Task"]}


def plan(version: str = "1.0.0", **parts: Json) -> Json:
    """A plan's document with these parts."""
    document = {"pathway": "example", "version": version, "title": "Example"}
    whole = {"steps": [TASK, GATE, TABLE], "clocks": [CLOCK], "contract": CONTRACT}
    return {**document, **whole, **parts}


def said(old: Json | None, new: Json) -> list[str]:
    """The parts that changed, in words."""
    return [str(one) for one in review(old, new).parts]


def test_the_first_version_is_reviewed_whole() -> None:
    """Every part is new, and so is everything that it may read and write, and every alert."""
    first = review(None, plan())
    assert first.base is None
    assert first.needs_approval
    assert [str(one) for one in first.parts] == [
        "clock decision added",
        "contract added",
        "form ask added",
        "gate decide added",
        "table series/choose added",
    ]
    assert (first.reads, first.writes) == (("Coverage", "Patient"), ("Task",))
    assert first.alerts == (
        "The clock decision warns at 75% of its limit",
        "The clock decision opens a task in supervisor when it is breached",
    )


def test_the_same_content_needs_nobody() -> None:
    """Nor does a change of texts and of steps that ask nothing of anybody."""
    assert not review(plan(), plan("1.0.1")).needs_approval
    more = [TASK, GATE, TABLE, {"id": "tell", "kind": "do", "action": "messaging.notify"}]
    changed = review(plan(), plan("1.1.0", title="Other", steps=more))
    assert not changed.needs_approval
    assert changed.base == "1.0.0"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"steps": [{**TASK, "form": []}, GATE, TABLE]}, "form ask removed"),
        ({"steps": [{**TASK, "form": [{"name": "note", "label": "Reason"}]}, GATE, TABLE]}, "form ask changed"),
        ({"steps": [{**TASK, "role": "nurse-reviewer"}, GATE, TABLE]}, "form ask changed"),
        ({"steps": [TASK, {**GATE, "task_title": "Agree"}, TABLE]}, "gate decide changed"),
        ({"steps": [TASK, {**GATE, "gate": ""}, TABLE]}, "gate decide removed"),
        ({"steps": [TASK, GATE, {**TABLE, "table": {"inputs": ["=age"], "rows": []}}]}, "table series/choose changed"),
        ({"steps": [TASK, GATE, {**TABLE, "clocks": [{"clock": "decision"}]}]}, "clock at series/choose added"),
        ({"clocks": [{**CLOCK, "limit": "5 days"}]}, "clock decision changed"),
        ({"clocks": []}, "clock decision removed"),
        ({"contract": {"reads": ["Coverage"], "writes": ["Task"]}}, "contract changed"),
        ({"tables": [{"name": "payer-rules", "rows": []}]}, "table payer-rules added"),
    ],
)  # fmt: skip
def test_each_part_that_may_harm_needs_approval(parts: Json, expected: str) -> None:
    """Added, removed or changed, and named by its place."""
    assert said(plan(), plan("1.1.0", **parts)) == [expected]


def test_the_order_in_a_contract_means_nothing() -> None:
    """It is a set."""
    turned = {"reads": ["Coverage", "Patient"], "writes": ["Task"]}
    assert said(plan(), plan("1.0.1", contract=turned)) == []


def test_only_what_is_wider_is_called_so() -> None:
    """A resource type that it may no longer read is a change of contract, and no wider access."""
    found = review(plan(), plan("1.1.0", contract={"reads": ["Patient", "Observation"], "writes": ["Task", "Claim"]}))
    assert (found.reads, found.writes) == (("Observation",), ("Claim",))
    narrower = review(plan(), plan("1.1.0", contract={"reads": ["Patient"]}))
    assert (narrower.reads, narrower.writes) == ((), ())
    assert narrower.needs_approval


def test_only_new_alerts_are_named() -> None:
    """One that goes elsewhere, or comes at another time, is new."""
    steps = [{**TASK, "remind": [{"before": "1 day"}], "escalate": [{"after": "4 hours", "queue": "lead"}]}]
    found = review(plan(), plan("1.1.0", steps=steps, clocks=[{**CLOCK, "warn": 0.5}]))
    assert found.alerts == (
        "The clock decision warns at 50% of its limit",
        "The task ask reminds 1 day before it is due",
        "The task ask escalates after 4 hours, to lead",
    )


def test_asking_less_of_scenarios_is_shown() -> None:
    """Against the version before, and against what is asked of all; asking more is no news."""
    half = plan("1.1.0", thresholds={"steps": 0.5, "conditions": 0.8})
    assert review(None, half).less_tried == ("steps 50%, before 100%",)
    assert review(half, plan("1.2.0")).less_tried == ("conditions 0%, before 80%",)
    assert review(half, plan("1.2.0", thresholds={"steps": 0.6, "conditions": 1.0})).less_tried == ()


def test_a_plan_of_long_ago_is_compared_too() -> None:
    """Parts that it has no place for are simply not there."""
    old = {"pathway": "example", "version": "0.1.0", "title": "Example", "steps": [{"id": "say", "kind": "emit"}]}
    assert review(old, plan()).base == "0.1.0"
    assert review(plan(), {**old, "version": "2.0.0"}).needs_approval
