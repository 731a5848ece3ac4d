"""What the operators do between quantities, billing units and numbers. A pair that is not here has no meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pathways.feel import numbers, quantities, values
from pathways.feel.environment import Run
from pathways.feel.numbers import Number
from pathways.feel.values import BillingUnits, Value

_Operation = Callable[[Value, Value, Run], Value]


def _billing_sum(left: BillingUnits, right: BillingUnits, run: Run) -> BillingUnits | None:
    return quantities.billing(left.count + right.count, run)


def _billing_difference(left: BillingUnits, right: BillingUnits, run: Run) -> BillingUnits | None:
    return quantities.billing(left.count - right.count, run)


def _billing_times(value: BillingUnits, factor: Number, run: Run) -> BillingUnits | None:
    return quantities.billing(numbers.multiply(value.count, factor), run)


def _billing_over(value: BillingUnits, divisor: Number, run: Run) -> BillingUnits | None:
    if not divisor:
        return run.fail("division by zero")
    return quantities.billing(numbers.divide(value.count, divisor), run)


def _billing_ratio(left: BillingUnits, right: BillingUnits, run: Run) -> Number | None:
    return numbers.divide(left.count, right.count) if right.count else run.fail("division by zero")


def _swap(operation: _Operation) -> _Operation:
    return lambda left, right, run: operation(right, left, run)


_NUMBER, _QUANTITY, _BILLING = values.NUMBER, values.QUANTITY, values.BILLING_UNITS

TABLE: Final[dict[tuple[str, str, str], tuple[_Operation, str]]] = {
    ("+", _QUANTITY, _QUANTITY): (quantities.add, _QUANTITY),
    ("-", _QUANTITY, _QUANTITY): (quantities.subtract, _QUANTITY),
    ("*", _QUANTITY, _NUMBER): (quantities.times, _QUANTITY),
    ("*", _NUMBER, _QUANTITY): (_swap(quantities.times), _QUANTITY),
    ("/", _QUANTITY, _NUMBER): (quantities.over, _QUANTITY),
    ("*", _QUANTITY, _QUANTITY): (quantities.product, _QUANTITY),
    ("/", _QUANTITY, _QUANTITY): (quantities.quotient, values.UNKNOWN),  # a number where the units are the same
    ("+", _BILLING, _BILLING): (_billing_sum, _BILLING),
    ("-", _BILLING, _BILLING): (_billing_difference, _BILLING),
    ("*", _BILLING, _NUMBER): (_billing_times, _BILLING),
    ("*", _NUMBER, _BILLING): (_swap(_billing_times), _BILLING),
    ("/", _BILLING, _NUMBER): (_billing_over, _BILLING),
    ("/", _BILLING, _BILLING): (_billing_ratio, _NUMBER),
}
"""By operator and kinds: the operation, and the kind of its result where that is known beforehand."""
