"""Starts: by event, and beside another of the same."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.events import MessageReceived
from pathways.plan import Plan
from pathways.starting import KeylessError, Unsure, Wanted, starts, unique_key
from tests.support.plans import MONDAY, make_plan

CATALOG = {
    "events": {
        "order.placed": {"schema": {"patient": "text", "order": "text", "needed": "boolean", "copies": "decimal"}},
        "order.changed": {"schema": {"order": "text"}},
    }
}

STEPS = """
steps:
  finish: {end: done}
outcomes:
  done: {title: Done, kind: success}
"""

BY_EVENT = """
purpose: Starts by itself.
inputs:
  patient: {type: text, required: true}
  order: {type: text}
  copies: {type: integer, default: 1}
starts_on:
  - event: order.placed
    when: event.data.needed
    inputs: {patient: =event.data.patient, order: =event.data.order, copies: =event.data.copies}
"""


def plan_with(head: str) -> Plan:
    """A plan with these lines at its head."""
    return make_plan(head + STEPS, CATALOG)


def judge(plan: Plan, kind: str = "order.placed", **data: Any) -> Wanted | Unsure | None:
    """What a pathway says to an event."""
    return starts(plan, MessageReceived("e-1", kind, "O-1", data), zone="UTC", at=MONDAY)


def test_an_event_starts_what_wants_it_with_its_inputs() -> None:
    """What the event does not tell is left to the pathway's defaults."""
    found = judge(plan_with(BY_EVENT), patient="P-1", order="O-1", needed=True)
    assert found == Wanted({"patient": "P-1", "order": "O-1"})


def test_an_event_that_is_not_meant_starts_nothing() -> None:
    """Neither one whose condition is false, nor one of another type."""
    plan = plan_with(BY_EVENT)
    assert judge(plan, patient="P-1", needed=False) is None
    assert judge(plan, "order.changed", order="O-1") is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"patient": "P-1"}, "neither true nor false"),
        ({"patient": 7, "needed": True}, "does not fit its schema"),
        ({"order": "O-1", "needed": True}, "patient is required"),
        ({"patient": "P-1", "needed": True, "copies": 1.5}, "copies"),
    ],
)
def test_what_cannot_be_judged_is_for_a_person(data: dict[str, Any], why: str) -> None:
    """A condition that gives null, data that does not fit its schema, inputs that do not fit the pathway."""
    found = judge(plan_with(BY_EVENT), **data)
    assert isinstance(found, Unsure)
    assert why in found.reason


def test_the_first_entry_that_wants_the_event_starts_it() -> None:
    """Also behind one that can't be judged."""
    head = """
purpose: Starts in two ways.
inputs: {patient: {type: text}}
starts_on:
  - {event: order.placed, when: event.data.copies > 1, inputs: {patient: first}}
  - {event: order.placed, when: event.data.needed, inputs: {patient: second}}
  - {event: order.placed, inputs: {patient: third}}
"""
    plan = plan_with(head)
    assert judge(plan, copies=2, needed=True) == Wanted({"patient": "first"})
    assert judge(plan, needed=True) == Wanted({"patient": "second"})
    assert judge(plan, copies=1, needed=False) == Wanted({"patient": "third"})


def unique(head: str, **inputs: Any) -> str | None:
    """The unique key of a start."""
    return unique_key(plan_with("purpose: One at a time.\n" + head), inputs, zone="UTC", at=MONDAY)


def test_without_unique_there_is_no_key() -> None:
    """Any number may run at once."""
    assert unique("inputs: {order: {type: text}}", order="O-1") is None


def test_the_key_is_what_the_inputs_give() -> None:
    """A text as it is; several values in a form of their own; a default counts as given."""
    assert unique("inputs: {order: {type: text}}\nunique: =order", order="O-1") == "O-1"
    both = "inputs: {a: {type: text}, b: {type: integer, default: 3}}\nunique: '=[a, b]'"
    assert unique(both, a="x") == unique(both, a="x", b=3) == '["x",3]'
    assert unique(both, a="x", b=4) != unique(both, a="x")


def test_a_key_that_is_null_is_refused() -> None:
    """Alone, or as a part of it: else everything without one would be the same."""
    for head in ("unique: =order", "unique: '=[\"a\", order]'"):
        with pytest.raises(KeylessError, match="only once for the same"):
            unique("inputs: {order: {type: text}}\n" + head)


def test_what_takes_too_long_to_work_out_starts_nothing() -> None:
    """Null for want of time is neither an input that may be left out, nor a key that nobody else has."""
    long = "(for i in 1..1000000 return i)[1]"
    found = judge(plan_with(BY_EVENT.replace("=event.data.order", f'"={long}"')), patient="P-1", needed=True)
    assert isinstance(found, Unsure)
    assert "takes more than" in found.reason
    found = judge(plan_with(BY_EVENT.replace("event.data.needed", f'"{long} = 1"')), patient="P-1", needed=True)
    assert isinstance(found, Unsure)
    assert "takes more than" in found.reason
    plan = plan_with(f'unique: "={long}"')
    with pytest.raises(KeylessError, match="takes more than"):
        unique_key(plan, {}, zone="UTC", at=MONDAY)
