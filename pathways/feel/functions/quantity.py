"""Carelane's functions of quantities and billing units, beyond FEEL."""

from __future__ import annotations

from collections.abc import Mapping

from pathways.feel import limits, quantities
from pathways.feel.environment import Run
from pathways.feel.functions.registry import builtin
from pathways.feel.numbers import Number
from pathways.feel.values import BillingUnits, Quantity, Value


@builtin("quantity", "value: number", "unit: string", gives="quantity")
def quantity(run: Run, value: Number, unit: str) -> Quantity | None:
    """Make a quantity of a number and a UCUM unit."""
    run.spend(limits.UNIT)
    return quantities.make(value, unit, run)


@builtin("quantity", "from: string|context|quantity", gives="quantity")
def quantity_of(run: Run, from_: str | Mapping[str, Value] | Quantity) -> Quantity | None:
    """Read a quantity: text such as "5 mg", or a context such as FHIR's Quantity."""
    if isinstance(from_, Quantity):
        return from_
    run.spend(limits.UNIT)
    found = quantities.read(from_)
    return run.fail(found) if isinstance(found, str) else found


@builtin("convert", "quantity: quantity", "unit: string", gives="quantity")
def convert(run: Run, quantity: Quantity, unit: str) -> Quantity | None:
    """Give a quantity in another unit of the same measure."""
    run.spend(limits.UNIT)
    return quantities.convert(quantity, unit, run)


@builtin("billing_units", "from: number|billing_units", gives="billing_units")
def billing_units(run: Run, from_: Number | BillingUnits) -> BillingUnits | None:
    """Make billing units of a whole number."""
    return from_ if isinstance(from_, BillingUnits) else quantities.billing(from_, run)


def _sum(run: Run, items: tuple[Value, ...], what: str) -> Value:
    """Add up, in the unit of the first."""
    given = list(items[0] if len(items) == 1 and isinstance(items[0], list | tuple) else items)
    run.spend(len(given) * limits.UNIT)
    if any(item is None for item in given):
        return run.fail(f"an item of {what} is null")
    total: Value = given[0] if given else None
    for each in given[1:]:
        if total is None:
            return None
        if isinstance(each, BillingUnits):
            total = quantities.billing(total.count + each.count, run)
        else:
            total = quantities.add(total, each, run)
    return total


@builtin("sum", "n: quantity", gives="quantity", variadic=True)
@builtin("sum", "list: list<quantity>", gives="quantity")
@builtin("sum", "n: billing_units", gives="billing_units", variadic=True)
@builtin("sum", "list: list<billing_units>", gives="billing_units")
def total(run: Run, *items: Value) -> Value:
    """Add quantities, or billing units, up."""
    return _sum(run, items, "sum")


@builtin("mean", "n: quantity", gives="quantity", variadic=True)
@builtin("mean", "list: list<quantity>", gives="quantity")
def mean(run: Run, *items: Value) -> Quantity | None:
    """Give the arithmetic mean of quantities, in the unit of the first."""
    added = _sum(run, items, "mean")
    count = len(items[0]) if len(items) == 1 and isinstance(items[0], list | tuple) else len(items)
    return None if added is None else quantities.over(added, count, run)


@builtin("abs", "n: quantity", gives="quantity")
def absolute(run: Run, n: Quantity) -> Quantity | None:
    """Give the size of a quantity."""
    return n if n.value >= 0 else quantities.negate(n, run)
