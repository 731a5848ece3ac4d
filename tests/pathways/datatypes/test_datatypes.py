"""Declared data types: what conforms, what is kept, and how expressions see it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pathways import feel
from pathways.datatypes import DataType, Field, MisfitError, shown_json
from pathways.inference import tells, type_of_value

QUANTITY = DataType("quantity")
BILLING_UNITS = DataType("billing_units")
DECIMAL = DataType("decimal")
NOW = feel.Environment(datetime(2026, 3, 2, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"value": 5, "unit": "mg"}, {"value": 5, "unit": "mg"}),
        ({"value": 5.5, "unit": "milligram", "code": "mg"}, {"value": 5.5, "unit": "mg"}),
        (
            {"value": 5, "unit": "milligram", "code": "mg", "system": "http://unitsofmeasure.org"},
            {"value": 5, "unit": "mg"},
        ),
        (feel.Quantity(Decimal("0.1"), "mg/kg"), {"value": 0.1, "unit": "mg/kg"}),
        (None, None),
    ],
)
def test_a_quantity_is_kept_as_its_value_and_its_unit(given: Any, kept: Any) -> None:
    """What FHIR says besides is for people; what is kept reads back as the same quantity."""
    assert QUANTITY.conform(given) == kept
    assert QUANTITY.conform(QUANTITY.load(kept)) == kept


@pytest.mark.parametrize(
    "given",
    [
        {"value": 5, "unit": "mcg"},
        {"value": 5, "unit": "milligram"},
        {"value": 5, "unit": "mg", "comparator": "<"},
        {"value": 5, "code": "mg", "system": "http://snomed.info/sct"},
        {"value": "many", "unit": "mg"},
        {"value": True, "unit": "mg"},
        {"value": float("nan"), "unit": "mg"},
        {"value": 5},
        {"unit": "mg"},
        5,
        "5 mg",
        feel.BillingUnits(5),
    ],
)
def test_what_is_no_quantity_is_refused(given: Any) -> None:
    """A unit that is none would make wrong numbers later."""
    with pytest.raises(MisfitError):
        QUANTITY.conform(given)


def test_billing_units_are_whole_numbers_of_their_own() -> None:
    """JSON has them as numbers, expressions as nothing that mixes with numbers."""
    assert BILLING_UNITS.conform(feel.BillingUnits(4)) == BILLING_UNITS.conform(4) == BILLING_UNITS.conform(4.0) == 4
    assert BILLING_UNITS.load(4) == feel.BillingUnits(4)
    for given in (4.5, "4", True, {"value": 4, "unit": "mg"}, feel.Quantity(4, "1")):
        with pytest.raises(MisfitError):
            BILLING_UNITS.conform(given)
    with pytest.raises(MisfitError, match="must be a number, not 4 billing units"):
        DECIMAL.conform(feel.BillingUnits(4))


def test_a_decimal_keeps_its_34_digits() -> None:
    """A number that JSON's floats would round is kept as text and read as the number."""
    number = feel.parse_expression("1 / 3").evaluate({}, NOW)
    kept = DECIMAL.conform(number)
    assert kept == "0.3333333333333333333333333333333333"
    assert DECIMAL.load(kept) == number
    assert DECIMAL.conform(kept) == kept
    assert DECIMAL.load(DECIMAL.conform(0.1)) == 0.1
    for text in ("0.5", "1e3", "third", ""):
        with pytest.raises(MisfitError):
            DECIMAL.conform(text)


def test_what_is_kept_of_computed_values_says_how_to_read_them() -> None:
    """A quantity, billing units and a long decimal come back as what they were, also inside of others."""
    number = feel.parse_expression("1 / 3").evaluate({}, NOW)
    value = {"dose": feel.Quantity(5, "mg"), "units": feel.BillingUnits(3), "third": number, "n": 1}
    declared = type_of_value(value)
    assert {one.name: one.type.kind for one in declared.fields} == {
        "dose": "quantity",
        "units": "billing_units",
        "third": "decimal",
    }
    assert declared.load(declared.conform(value)) == value
    doses = [feel.Quantity(5, "mg"), feel.Quantity(6, "mg")]
    assert type_of_value(doses).load(type_of_value(doses).conform(doses)) == doses
    assert tells(DataType("list", item=QUANTITY), type_of_value(doses))


def test_expressions_know_the_types() -> None:
    """Lint sees that a quantity has a unit and is no number."""
    declared = DataType("object", fields=(Field("dose", QUANTITY), Field("units", BILLING_UNITS)))
    types = {"order": declared.feel_type}
    assert feel.infer(feel.parse_expression("order.dose.unit"), types).problems == []
    assert feel.infer(feel.parse_expression("order.units + order.dose"), types).problems != []


@pytest.mark.parametrize("value", [[], {}, "mg", 5, True, {"value": {}}, {"value": 1, "unit": 5}])
def test_what_never_conformed_is_read_without_an_exception(value: Any) -> None:
    """An answer is looked at by expressions before it is known to be right."""
    assert QUANTITY.load(value) is None
    BILLING_UNITS.load(value)
    DECIMAL.load(value)


def test_a_quantity_has_a_text() -> None:
    """Titles and keys show it with its unit."""
    assert shown_json(feel.Quantity(5, "mg")) == "5 mg"
    assert shown_json(feel.BillingUnits(3)) == 3


@pytest.mark.parametrize(
    ("wanted", "given", "why"),
    [
        (DataType("Reference", target=("Coverage",)), "Coverage/1", "a reference such as {reference: Coverage/123}"),
        (DataType("Reference"), "x", "a reference such as {reference: Patient/123}"),
        (DataType("period"), "2026-03-01", "a period such as {start: 2026-03-01, end: 2026-03-31}"),
        (QUANTITY, 5, "a quantity such as {value: 5, unit: mg}"),
        (DataType("integer"), "5", "a whole number"),
    ],
)
def test_what_does_not_fit_is_shown_what_would(wanted: DataType, given: Any, why: str) -> None:
    """Whoever writes a scenario or a catalog sees what such a value looks like."""
    with pytest.raises(MisfitError, match=re.escape(f"must be {why}, not")):
        wanted.conform(given)
