"""Quantities (a number with a UCUM unit) and billing units: order, sums, products, conversion.

What measures different things, or stands on a scale of its own, is refused with a reason and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from pathways.feel import numbers
from pathways.feel.environment import NOWHEN, Run
from pathways.feel.numbers import Number
from pathways.feel.units import Unit, UnitError, divide, factor_between, multiply, unit
from pathways.feel.values import BillingUnits, Quantity

UCUM: Final = "http://unitsofmeasure.org"
"""The system of FHIR quantities whose code is a UCUM unit."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,60}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,3})?")
_TEXT: Final = re.compile(rf"(?P<number>{_NUMBER.pattern})(?:\s+(?P<unit>\S+))?")
_MOST_DIGITS: Final = 100
"""How far from 1 a value may be in powers of ten, so that exact arithmetic stays cheap."""


def make(value: Number, code: str, run: Run) -> Quantity | None:
    """Make a quantity; None with the reason for what is no UCUM unit."""
    if isinstance(_unit(code), str):
        return run.fail(str(_unit(code)))
    if value and abs(numbers.magnitude(value)) > _MOST_DIGITS:
        return run.fail("a quantity has no value of such a size")
    return Quantity(value, code)


def made(value: Number | None, code: str, run: Run) -> Quantity | None:
    """Make a quantity of what arithmetic gave."""
    return run.fail("a quantity has no value of such a size") if value is None else make(value, code, run)


def read(value: str | Mapping[str, Any]) -> Quantity | str:
    """Read a quantity of its text, or of its JSON form (FHIR's too); else give the words for what is wrong.

    FHIR's `unit` is for people and its `code` the unit; a comparator (`<`) makes it no single value.
    """
    run = Run({}, NOWHEN, [])
    if isinstance(value, str):
        found = _TEXT.fullmatch(value.strip())
        if found is None:
            return f'"{value[:40]}" is no quantity such as "5 mg"'
        number, code = numbers.number_of(numbers.CONTEXT.create_decimal(found["number"])), found["unit"] or "1"
    else:
        number, code = _number(value.get("value")), value.get("code") or value.get("unit")
        if value.get("comparator") is not None:
            return f"a quantity with the comparator {str(value['comparator'])[:10]} is no single value"
        if value.get("code") is not None and value.get("system") not in (None, UCUM):
            return f"the unit is of another system than UCUM: {str(value['system'])[:60]}"
    if number is None or not isinstance(code, str):
        return "a quantity has a value, which is a number, and a UCUM unit"
    made_of = make(number, code, run)
    return (run.reasons or [""])[0] if made_of is None else made_of


def _number(value: Any) -> Number | None:
    """Read a number of JSON, or the text that stands for one which JSON's numbers cannot carry."""
    if isinstance(value, bool):
        return None
    return number_text(value) if isinstance(value, str) else numbers.number_of(value)


def number_text(text: str) -> Number | None:
    """Read the text of a number; None when it is none."""
    return numbers.number_of(numbers.CONTEXT.create_decimal(text)) if _NUMBER.fullmatch(text) else None


def _unit(code: str) -> Unit | str:
    """Give a unit, or why there is none."""
    try:
        return unit(code)
    except UnitError as error:
        return str(error)


def _units(left: Quantity, right: Quantity, run: Run) -> tuple[Unit, Unit] | None:
    first, second = _unit(left.unit), _unit(right.unit)
    for each in (first, second):
        if isinstance(each, str):
            return run.fail(each)
    assert isinstance(first, Unit) and isinstance(second, Unit)  # noqa: S101, PT018 - texts are gone
    return first, second


def _unlike(first: str, second: str) -> str:
    return f"{first} and {second} measure different things"


def _absolute(value: Number, of: Unit) -> Fraction:
    """Give a value in base units."""
    if of.scale is None:
        return Fraction(value) * of.factor
    return Fraction(value) * of.scale.degree + (of.scale.zero or 0)


def order(left: Quantity, right: Quantity, run: Run) -> int | None:
    """Give -1, 0 or 1; None where the two measure different things."""
    if left.unit == right.unit:
        return -1 if left.value < right.value else int(left.value > right.value)
    ratio = _ratio(left.unit, right.unit)
    if ratio is not None:
        (top, bottom), (other_top, other_bottom) = left.value.as_integer_ratio(), right.value.as_integer_ratio()
        difference = top * other_bottom * ratio[0] - other_top * bottom * ratio[1]
        return (difference > 0) - (difference < 0)
    units = _units(left, right, run)
    if units is None:
        return None
    if units[0].dimension != units[1].dimension:
        return run.fail(_unlike(left.unit, right.unit))
    first, second = _absolute(left.value, units[0]), _absolute(right.value, units[1])
    return (first > second) - (first < second)


@lru_cache(maxsize=1024)
def _ratio(first: str, second: str) -> tuple[int, int] | None:
    """Give the two whole numbers that values in two units are multiplied by to compare; None where that is no way."""
    try:
        left, right = unit(first), unit(second)
    except UnitError:
        return None
    if left.scale is not None or right.scale is not None:
        return None
    factor = factor_between(left, right)
    return None if factor is None else factor.as_integer_ratio()


def convert(value: Quantity, code: str, run: Run) -> Quantity | None:
    """Give the same quantity in another unit, rounded once to 34 digits."""
    if value.unit == code:
        return value
    units = _units(value, Quantity(0, code), run)
    if units is None:
        return None
    first, second = units
    if first.dimension != second.dimension:
        return run.fail(_unlike(value.unit, code))
    absolute = _absolute(value.value, first)
    if second.scale is None:
        return made(numbers.of_fraction(absolute / second.factor), code, run)
    return made(numbers.of_fraction((absolute - (second.scale.zero or 0)) / second.scale.degree), code, run)


def _scaled(value: Quantity, run: Run) -> bool:
    """Say, with the reason, whether a unit's values cannot be added or multiplied."""
    found = _unit(value.unit)
    if isinstance(found, str):
        run.fail(found)
        return True
    if found.scale is not None:
        advice = "; convert it to K" if found.scale.zero is not None else ""
        run.fail(f"{value.unit} has a scale of its own and is neither added nor multiplied{advice}")
        return True
    return False


def add(left: Quantity, right: Quantity, run: Run) -> Quantity | None:
    """Give the sum in the first one's unit."""
    return _sum(left, right, 1, run)


def subtract(left: Quantity, right: Quantity, run: Run) -> Quantity | None:
    """Give the difference in the first one's unit."""
    return _sum(left, right, -1, run)


def _sum(left: Quantity, right: Quantity, sign: int, run: Run) -> Quantity | None:
    if _scaled(left, run) or _scaled(right, run):
        return None
    if left.unit == right.unit:
        total = numbers.add(left.value, right.value) if sign > 0 else numbers.subtract(left.value, right.value)
        return made(total, left.unit, run)
    units = _units(left, right, run)
    factor = None if units is None else factor_between(units[1], units[0])
    if factor is None:
        return run.fail(_unlike(left.unit, right.unit))
    return made(numbers.of_fraction(Fraction(left.value) + sign * Fraction(right.value) * factor), left.unit, run)


def negate(value: Quantity, run: Run) -> Quantity | None:
    """Give `-value`."""
    return None if _scaled(value, run) else made(numbers.subtract(0, value.value), value.unit, run)


def times(value: Quantity, factor: Number, run: Run) -> Quantity | None:
    """Give a multiple."""
    return None if _scaled(value, run) else made(numbers.multiply(value.value, factor), value.unit, run)


def over(value: Quantity, divisor: Number, run: Run) -> Quantity | None:
    """Give a part."""
    if not divisor:
        return run.fail("division by zero")
    return None if _scaled(value, run) else made(numbers.divide(value.value, divisor), value.unit, run)


def product(left: Quantity, right: Quantity, run: Run) -> Quantity | None:
    """Give the product: 5 mg/kg of 80 kg are 400 mg."""
    if _scaled(left, run) or _scaled(right, run):
        return None
    try:
        code, factor = multiply(unit(left.unit), unit(right.unit))
    except UnitError as error:
        return run.fail(str(error))
    return made(numbers.of_fraction(Fraction(left.value) * Fraction(right.value) * factor), code.code, run)


def quotient(left: Quantity, right: Quantity, run: Run) -> Quantity | Number | None:
    """Give the quotient: of one unit a number, else a quantity (400 mg over 80 kg are 5 mg/kg)."""
    if _scaled(left, run) or _scaled(right, run):
        return None
    if not right.value:
        return run.fail("division by zero")
    if left.unit == right.unit:
        return numbers.divide(left.value, right.value)
    first, second = unit(left.unit), unit(right.unit)
    value = Fraction(left.value) / Fraction(right.value)
    try:
        if first.dimension == second.dimension:
            code, factor = f"{left.unit}/{_grouped(right.unit)}", Fraction(1)
            unit(code)
        else:
            made_of, factor = divide(first, second)
            code = made_of.code
    except UnitError as error:
        return run.fail(str(error))
    return made(numbers.of_fraction(value * factor), code, run)


def _grouped(code: str) -> str:
    return f"({code})" if "." in code or "/" in code else code


def billing(count: Number | None, run: Run) -> BillingUnits | None:
    """Make billing units; None with the reason for what is no whole number."""
    whole = None if count is None else numbers.integer_of(count)
    return run.fail("billing units are whole numbers") if whole is None else BillingUnits(whole)


def scalar_text(value: Quantity | BillingUnits) -> str:
    """Write a quantity as its number and unit, billing units as their number."""
    if isinstance(value, BillingUnits):
        return str(value.count)
    number = numbers.plain(value.value)
    return number if value.unit == "1" else f"{number} {value.unit}"
