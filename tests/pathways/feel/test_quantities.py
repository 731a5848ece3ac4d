"""Quantities and billing units: converted or refused, never a wrong number."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.feel import (
    BillingUnits,
    Environment,
    Quantity,
    infer,
    parse_expression,
    parse_unary_tests,
    quantity_value,
    to_json,
)
from pathways.feel import types as feel_types

NOW = Environment(datetime(2026, 3, 2, tzinfo=UTC), UTC)
WEIGHT = Quantity(80, "kg")
DOSE = Quantity(400, "mg")
TEMPERATURE = Quantity(Decimal("38.5"), "Cel")
SCOPE = {"weight": WEIGHT, "dose": DOSE, "temperature": TEMPERATURE, "units": BillingUnits(40)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('quantity(5, "mg") + quantity(1, "g")', Quantity(1005, "mg")),
        ('quantity(1, "g") - quantity(5, "mg")', Quantity(Decimal("0.995"), "g")),
        ("dose * 2", Quantity(800, "mg")),
        ("2 * dose", Quantity(800, "mg")),
        ("dose / 8", Quantity(50, "mg")),
        ("-dose", Quantity(-400, "mg")),
        ("abs(-dose)", DOSE),
        ("dose / weight", Quantity(5, "mg/kg")),
        ('quantity(5, "mg/kg") * weight', Quantity(400, "mg")),
        ('quantity(5, "mg/kg") * quantity(80000, "g")', Quantity(400, "mg")),
        ('dose / quantity(100, "mg")', 4),
        ('dose / quantity(20, "mg/mL")', Quantity(20, "mL")),
        ('quantity(20, "mg/mL") * quantity(5, "mL")', Quantity(100, "mg")),
        ('quantity(100, "mL/h") * quantity(30, "min")', Quantity(50, "mL")),
        ('convert(dose, "g")', Quantity(Decimal("0.4"), "g")),
        ('convert(dose, "mg")', DOSE),
        ('convert(temperature, "[degF]")', Quantity(Decimal("101.3"), "[degF]")),
        ('convert(temperature, "K")', Quantity(Decimal("311.65"), "K")),
        ('convert(quantity(1, "K"), "mK")', Quantity(1000, "mK")),
        ('convert(dose / weight, "1").value', Decimal("0.000005")),
        ("dose.value", 400),
        ("dose.unit", "mg"),
        ("[dose, weight].unit", ["mg", "kg"]),
        ("string(dose)", "400 mg"),
        ('string(quantity(5, "1"))', "5"),
        ('"give " + string(dose)', "give 400 mg"),
        ("string([dose])", "[400 mg]"),
        ('quantity("2.50 mg/dL")', Quantity(Decimal("2.50"), "mg/dL")),
        ('quantity("7")', Quantity(7, "1")),
        ('quantity({value: 7, unit: "milligram", code: "mg", system: "http://unitsofmeasure.org"})', Quantity(7, "mg")),
        ('quantity({value: "7.5", unit: "mg"})', Quantity(Decimal("7.5"), "mg")),
        ("quantity(dose)", DOSE),
        ('quantity(unit: "mg", value: 400)', DOSE),
        ('sum([dose, quantity(1, "g")])', Quantity(1400, "mg")),
        ("sum(dose, dose)", Quantity(800, "mg")),
        ("mean([dose, dose * 2])", Quantity(600, "mg")),
        ('min([dose, quantity(1, "ug")])', Quantity(1, "ug")),
        ('max(temperature, quantity(104, "[degF]"))', Quantity(104, "[degF]")),
        (
            'sort([quantity(1, "g"), dose, quantity(9, "ug")])',
            [Quantity(9, "ug"), DOSE, Quantity(1, "g")],
        ),
        ("sort([weight, weight / 2], function(a, b) a < b)[1]", Quantity(40, "kg")),
        ('distinct values([dose, quantity(0.4, "g"), weight * 0 + quantity(1, "kg")])', [DOSE, Quantity(1, "kg")]),
        ('index of([weight, dose], quantity(0.4, "g"))', [2]),
        ('list contains([dose], quantity(0.4, "g"))', True),
        ("dose instance of quantity", True),
        ("units instance of billing_units", True),
        ("units instance of number", False),
        ("units + billing_units(2)", BillingUnits(42)),
        ("units - billing_units(50)", BillingUnits(-10)),
        ("units * 2", BillingUnits(80)),
        ("0.5 * units", BillingUnits(20)),
        ("units / 8", BillingUnits(5)),
        ("units / billing_units(16)", Decimal("2.5")),
        ("-units", BillingUnits(-40)),
        ("units.value", 40),
        ("string(units)", "40"),
        ("sum([units, units])", BillingUnits(80)),
        ("max(units, billing_units(41))", BillingUnits(41)),
        ('billing_units(dose / quantity(10, "mg"))', BillingUnits(40)),
        ("billing_units(from: 3.00)", BillingUnits(3)),
        ("[dose][item.value > 5]", [DOSE]),
        ("get entries({a: dose})[1].value", DOSE),
    ],
)
def test_arithmetic_converts(text: str, value: Any, environment: Environment) -> None:
    """What can be computed is, exactly, in the unit of the first."""
    expression = parse_expression(text)
    assert expression.evaluate(SCOPE, environment) == value, expression.explain(SCOPE, environment)
    assert infer(expression, TYPES).problems == []


TYPES = {
    "weight": feel_types.QUANTITY,
    "dose": feel_types.QUANTITY,
    "temperature": feel_types.QUANTITY,
    "units": feel_types.BILLING_UNITS,
}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('dose = quantity(0.4, "g")', True),
        ('dose != quantity(0.4, "g")', False),
        ('dose < quantity(1, "g")', True),
        ('dose >= quantity(400.0, "mg")', True),
        ('quantity(98.6, "[degF]") = quantity(37, "Cel")', True),
        ('temperature > quantity(100.4, "[degF]")', True),
        ('temperature > quantity(311, "K")', True),
        ('quantity(1, "[lb_av]") = quantity(453.59237, "g")', True),
        ('quantity(1, "[lb_av]") = quantity(453.592370000000000000000000001, "g")', False),
        ('dose between quantity(0.1, "g") and quantity(1, "g")', True),
        ('dose in [quantity(0.1, "g")..quantity(0.4, "g"))', False),
        ('dose in (< quantity(1, "g"))', True),
        ('dose in (quantity(1, "g"), quantity(0.4, "g"))', True),
        ('includes([quantity(1, "mg")..quantity(1, "g")], dose)', True),
        ('before(dose, quantity(1, "g"))', True),
        ("is(dose, dose)", True),
        ("units = billing_units(40)", True),
        ("units > billing_units(39)", True),
        ("units between billing_units(40) and billing_units(41)", True),
    ],
)
def test_comparison_converts(text: str, verdict: bool, environment: Environment) -> None:
    """Order and equality see the quantity and not its unit."""
    expression = parse_expression(text)
    assert expression.condition(SCOPE, environment) is verdict, expression.explain(SCOPE, environment)
    assert infer(expression, TYPES).problems == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dose + temperature", "scale of its own"),
        ('dose + quantity(1, "mL")', "mg and mL measure different things"),
        ('dose > quantity(1, "mL")', "mg and mL measure different things"),
        ('dose = quantity(1, "mL")', "mg and mL measure different things"),
        ('dose in [quantity(1, "mL")..quantity(2, "mL")]', "mg and mL measure different things"),
        ('max(dose, quantity(1, "mL"))', "measure different things"),
        ('sum([dose, quantity(1, "mL")])', "mg and mL measure different things"),
        ('sort([dose, quantity(1, "mL")])', "measure different things"),
        ('convert(dose, "mL")', "mg and mL measure different things"),
        ('convert(dose, "mcg")', "ug may be meant"),
        ('quantity(5, "IU")', r"\[iU\] may be meant"),
        ('quantity(1, "[iU]") > quantity(1, "mg")', "measure different things"),
        ('quantity(1, "meq/L") = quantity(1, "mmol/L")', "measure different things"),
        ("temperature + temperature", "neither added nor multiplied"),
        ("temperature * 2", "neither added nor multiplied"),
        ("-temperature", "neither added nor multiplied"),
        ('temperature / quantity(1, "h")', "neither added nor multiplied"),
        ("mean([temperature, temperature])", "neither added nor multiplied"),
        ("dose + 5", "no meaning between a quantity and a number"),
        ("5 / dose", "no meaning between a number and a quantity"),
        ("dose > 5", "a quantity and a number have no order"),
        ("dose = 400", "a quantity cannot equal a number"),
        ("dose ** 2", "no meaning"),
        ('dose + "mg"', "no meaning"),
        ("dose / 0", "division by zero"),
        ('dose / quantity(0, "mg")', "division by zero"),
        ('dose / quantity(0, "mL")', "division by zero"),
        ("sum([dose, null])", "an item of sum is null"),
        ('dose + @"P1D"', "no meaning"),
        ("units + 1", "no meaning between billing units and a number"),
        ("units > 5", "have no order"),
        ("units = 40", "cannot equal"),
        ("units + dose", "no meaning"),
        ("units * dose", "no meaning"),
        ("units * units", "no meaning"),
        ("units / 3", "whole numbers"),
        ("units * 0.3 + units * 0.01", "whole numbers"),
        ("units / 0", "division by zero"),
        ("units / billing_units(0)", "division by zero"),
        ("billing_units(2.5)", "whole numbers"),
        ("billing_units(dose)", "not a number or billing units"),
        ("sum([units, 1])", "some item does not fit"),
        ("units.unit", "no unit"),
        ('quantity({value: 5, comparator: "<", code: "mg"})', "comparator"),
        ('quantity({value: 5, code: "260245000", system: "http://snomed.info/sct"})', "another system"),
        ('quantity({value: null, code: "mg"})', "has a value"),
        ('quantity("five mg")', "no quantity"),
        ('quantity("5 mg of it")', "no quantity"),
        ('quantity(1e200, "mg")', "such a size"),
        ('quantity(1e99, "mg") * 100', "such a size"),
        ('quantity(1e6000, "Ym") > quantity(1, "ym")', "such a size"),
    ],
)
def test_what_has_no_right_answer_is_null_with_the_reason(text: str, reason: str, environment: Environment) -> None:
    """Nothing is guessed."""
    expression = parse_expression(text)
    assert expression.evaluate(SCOPE, environment) is None
    assert any(re.search(reason, found) for found in expression.explain(SCOPE, environment))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("dose > 5", "a quantity is compared with a number"),
        ("dose + 5", "`+` has no meaning between a quantity and a number"),
        ("units > dose", "billing units is compared with a quantity"),
        ("dose.units", "a quantity has no `units`"),
        ('quantity(5, "mcg")', "ug may be meant"),
        ('convert(dose, "mcg")', "ug may be meant"),
        ('quantity("5 mcg")', "ug may be meant"),
        ("dose * units", "`*` has no meaning"),
    ],
)
def test_mistakes_are_seen_before_anything_runs(text: str, problem: str) -> None:
    """Types and the codes of literals are known to lint."""
    found = infer(parse_expression(text), TYPES).problems
    assert any(problem in one.message for one in found), found


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("dose + dose", feel_types.QUANTITY),
        ("dose * 2", feel_types.QUANTITY),
        ("dose * weight", feel_types.QUANTITY),
        ("dose / weight", feel_types.ANY),
        ("units * 2", feel_types.BILLING_UNITS),
        ("units / units", feel_types.NUMBER),
        ("dose.value", feel_types.NUMBER),
        ("dose.unit", feel_types.STRING),
        ("sum([dose])", feel_types.QUANTITY),
        ("max(units, units)", feel_types.BILLING_UNITS),
        ("[dose..dose]", feel_types.range_of(feel_types.QUANTITY)),
    ],
)
def test_types_are_known(text: str, type_: feel_types.Type) -> None:
    """What quantities give is known before they have values."""
    assert infer(parse_expression(text), TYPES).type == type_


def test_unary_tests_convert_too(environment: Environment) -> None:
    """A cell of a table may be in another unit than its input."""
    tests = parse_unary_tests('< quantity(0.5, "g"), quantity(1, "g")')
    assert tests.matches(DOSE, {}, environment) is True
    assert tests.matches(Quantity(1000, "mg"), {}, environment) is True
    assert tests.matches(Quantity(700, "mg"), {}, environment) is False
    assert tests.matches(Quantity(700, "mL"), {}, environment) is None


@pytest.mark.parametrize(
    ("value", "as_json"),
    [
        (DOSE, {"value": 400, "unit": "mg"}),
        (Quantity(Decimal("0.1"), "mg"), {"value": 0.1, "unit": "mg"}),
        (Quantity(Decimal("0.3333333333333333333333333333333333"), "mg"), None),
        (BillingUnits(3), 3),
    ],
)
def test_values_survive_json(value: Quantity | BillingUnits, as_json: Any) -> None:
    """No digit is lost on the way to the store and back."""
    written = to_json(value)
    assert as_json is None or written == as_json
    if isinstance(value, Quantity):
        assert quantity_value(written) == value


numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6)
masses = st.sampled_from(["kg", "g", "mg", "ug", "[lb_av]", "[oz_av]", "10.g"])


@given(numbers, masses, numbers, masses)
def test_order_is_one_order_whatever_the_units(first: Decimal, unit: str, second: Decimal, other: str) -> None:
    """Exactly one of less, equal and greater holds, and the converted quantity stands at the same place."""
    scope = {"a": Quantity(first, unit), "b": Quantity(second, other)}
    verdicts = [parse_expression(f"a {sign} b").condition(scope, NOW) for sign in ("<", "=", ">")]
    assert sorted(map(str, verdicts)) == ["False", "False", "True"]
    back = [parse_expression(f"b {sign} a").condition(scope, NOW) for sign in (">", "=", "<")]
    assert back == verdicts


@given(numbers, masses, masses)
def test_converting_there_and_back_loses_next_to_nothing(value: Decimal, unit: str, other: str) -> None:
    """Thirty digits hold."""
    there = parse_expression("convert(convert(q, other), unit).value - q.value")
    found = there.evaluate({"q": Quantity(value, unit), "unit": unit, "other": other}, NOW)
    assert abs(found) <= abs(value) * Decimal("1e-31")
