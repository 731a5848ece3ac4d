"""Functions of numbers (DMN 1.5 section 10.3.4.5)."""

from __future__ import annotations

import decimal
from decimal import Decimal

from pathways.feel import limits, numbers
from pathways.feel.environment import Run
from pathways.feel.functions.registry import builtin
from pathways.feel.numbers import CONTEXT, Number, finite
from pathways.feel.values import DaysTime, YearsMonths

_LEAST_SCALE, _MOST_SCALE = -6111, 6176


def round_to(run: Run, n: Number, scale: Number, mode: str) -> Number | None:
    """Round to `scale` decimals (negative: tens, hundreds); only the whole part of `scale` counts."""
    if not _LEAST_SCALE <= scale <= _MOST_SCALE:
        return run.fail(f"a scale lies between {_LEAST_SCALE} and {_MOST_SCALE}")
    places, value = int(scale), Decimal(n)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return n
    rounded = value.quantize(Decimal((0, (1,), -places)), rounding=mode, context=CONTEXT)
    return finite(rounded) if rounded else 0


@builtin("decimal", "n: number", "scale: number", gives="number")
def decimal_(run: Run, n: Number, scale: Number) -> Number | None:
    """Round half to even."""
    return round_to(run, n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor", "n: number", "scale?: number", gives="number")
def floor(run: Run, n: Number, scale: Number = 0) -> Number | None:
    """Round down, towards minus infinity."""
    return round_to(run, n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling", "n: number", "scale?: number", gives="number")
def ceiling(run: Run, n: Number, scale: Number = 0) -> Number | None:
    """Round up, towards plus infinity."""
    return round_to(run, n, scale, decimal.ROUND_CEILING)


@builtin("round up", "n: number", "scale: number", gives="number")
def round_up(run: Run, n: Number, scale: Number) -> Number | None:
    """Round away from zero."""
    return round_to(run, n, scale, decimal.ROUND_UP)


@builtin("round down", "n: number", "scale: number", gives="number")
def round_down(run: Run, n: Number, scale: Number) -> Number | None:
    """Round towards zero."""
    return round_to(run, n, scale, decimal.ROUND_DOWN)


@builtin("round half up", "n: number", "scale: number", gives="number")
def round_half_up(run: Run, n: Number, scale: Number) -> Number | None:
    """Round to nearest, halves away from zero."""
    return round_to(run, n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down", "n: number", "scale: number", gives="number")
def round_half_down(run: Run, n: Number, scale: Number) -> Number | None:
    """Round to nearest, halves towards zero."""
    return round_to(run, n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs", "n: number", gives="number")
def absolute(run: Run, n: Number) -> Number:
    """Give the size of a number."""
    return abs(n) if isinstance(n, int) else CONTEXT.abs(n)


@builtin("abs", "n: days and time duration|years and months duration", gives="Any")
def absolute_duration(run: Run, n: DaysTime | YearsMonths) -> DaysTime | YearsMonths:
    """Give the length of a duration."""
    return DaysTime(abs(n.nanos)) if isinstance(n, DaysTime) else YearsMonths(abs(n.months))


@builtin("modulo", "dividend: number", "divisor: number", gives="number")
def modulo(run: Run, dividend: Number, divisor: Number) -> Number | None:
    """Give the remainder with the sign of the divisor."""
    if not divisor:
        return run.fail("modulo by zero")
    if isinstance(dividend, int) and isinstance(divisor, int):
        return dividend % divisor
    rest = CONTEXT.remainder(Decimal(dividend), Decimal(divisor))
    if not rest.is_finite():
        return run.fail("the quotient has more than 34 digits")
    return finite(CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest)


@builtin("sqrt", "number: number", gives="number")
def sqrt(run: Run, number: Number) -> Number | None:
    """Give the square root."""
    run.spend(limits.HARD_SUM)
    if number < 0:
        return run.fail("a negative number has no square root")
    return finite(CONTEXT.sqrt(number))


@builtin("log", "number: number", gives="number")
def log(run: Run, number: Number) -> Number | None:
    """Give the natural logarithm."""
    run.spend(limits.HARD_SUM)
    if number <= 0:
        return run.fail("only a positive number has a logarithm")
    return finite(CONTEXT.ln(number))


@builtin("exp", "number: number", gives="number")
def exp(run: Run, number: Number) -> Number | None:
    """Give e to the power of a number."""
    run.spend(limits.HARD_SUM)
    found = finite(CONTEXT.exp(number))
    return run.fail("exp gives no value in FEEL's range") if found is None else found


def _is_multiple_of_two(run: Run, number: Number) -> bool | None:
    whole = numbers.integer_of(number)
    return run.fail("only whole numbers are odd or even") if whole is None else whole % 2 == 0


@builtin("even", "number: number", gives="boolean")
def even(run: Run, number: Number) -> bool | None:
    """Say whether a whole number is even."""
    return _is_multiple_of_two(run, number)


@builtin("odd", "number: number", gives="boolean")
def odd(run: Run, number: Number) -> bool | None:
    """Say whether a whole number is odd."""
    found = _is_multiple_of_two(run, number)
    return None if found is None else not found


@builtin("not", "negand: boolean|null", gives="boolean")
def not_(run: Run, negand: bool | None) -> bool | None:
    """Negate; null stays null."""
    return None if negand is None else not negand
