"""A plan takes along what it names of the catalog, and nothing else."""

from __future__ import annotations

import pytest

from tests.support import everything
from tests.support.authored import found, one, place, plan


def test_calendars_that_are_named_anywhere_are_taken_along() -> None:
    """By the pathway, by a clock, or in an expression."""
    end = "steps: {a: {end: done}}"
    assert [one.name for one in plan(end).calendars] == []
    assert [one.name for one in plan(f"calendar: clinic\n{end}").calendars] == ["clinic"]
    clock = "clocks: {answer: {limit: 1 business day, calendar: pharmacy}}"
    assert [one.name for one in plan(f"{clock}\n{end}").calendars] == ["pharmacy"]
    call = """a: {set: {x: '=business_add(today(), "1 business day", "clinic")'}}\nb: {end: done}"""
    assert [one.name for one in plan(call).calendars] == ["clinic"]


def test_value_sets_that_are_named_anywhere_are_taken_along() -> None:
    """By a type or in an expression, with their codes as they are now."""
    field = "a: {task: {queue: intake, form: [{name: drug, type: code, value_set: drugs, many: true}]}}\nb: {end: done}"
    (taken,) = plan(field).value_sets
    assert (taken.name, taken.codes) == ("drugs", ("J1745", "J2350"))
    call = """a: {set: {x: '=in_value_set(urgency, "sites-of-care")'}}\nb: {end: done}"""
    assert [one.name for one in plan(call).value_sets] == ["sites-of-care"]
    assert [one.name for one in everything.plan().value_sets] == ["drugs", "sites-of-care"]


@pytest.mark.parametrize(
    "text",
    [
        "inputs: {order: {type: code, value_set: drgus}}\nsteps: {a: {end: done}}",
        "a: {task: {queue: intake, form: [{name: drug, type: code, value_set: drgus}]}}\nb: {end: done}",
    ],
)
def test_an_unknown_value_set_is_named_with_the_nearest(text: str) -> None:
    """Where the input or the field stands."""
    finding = one(found(text), "unknown-value-set")
    assert "drugs" in finding.hint
    assert place(text, finding).startswith(("order", "drug"))
