"""FEEL numbers: IEEE 754-2008 decimal128, as DMN 1.5 section 10.3.2.3.1 asks.

A number is a Python `int` (never a `bool`) or a `Decimal`; both are exact, and integers stay integers as long
as they fit the 34 digits. A `float` of the host is read as the decimal that it prints as.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Final

Number = int | Decimal

CONTEXT: Final = decimal.Context(
    prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144, capitals=1, clamp=0, flags=[], traps=[]
)
"""Rounds as decimal128 does; an impossible operation gives NaN, which `finite` turns into None."""

LARGEST_EXACT: Final = 10**34


def finite(value: Decimal) -> Number | None:
    """Give `value` as a FEEL number, or None for NaN and the infinities."""
    return value if value.is_finite() else None


def number_of(value: object) -> Number | None:
    """Read a host's int, Decimal or float as a FEEL number rounded to 34 digits; None when it is not finite."""
    if type(value) is int:
        return value if -LARGEST_EXACT < value < LARGEST_EXACT else finite(CONTEXT.create_decimal(value))
    if isinstance(value, Decimal):
        return finite(CONTEXT.plus(value))
    if isinstance(value, float):
        return finite(CONTEXT.create_decimal(repr(value)))
    if isinstance(value, int):
        return number_of(int(value))
    return None


def add(left: Number, right: Number) -> Number | None:
    """Give the sum, or None when it is out of range."""
    if type(left) is int and type(right) is int:
        return number_of(left + right)
    return finite(CONTEXT.add(left, right))


def subtract(left: Number, right: Number) -> Number | None:
    """Give the difference, or None when it is out of range."""
    if type(left) is int and type(right) is int:
        return number_of(left - right)
    return finite(CONTEXT.subtract(left, right))


def multiply(left: Number, right: Number) -> Number | None:
    """Give the product, or None when it is out of range."""
    if type(left) is int and type(right) is int:
        return number_of(left * right)
    return finite(CONTEXT.multiply(left, right))


def divide(left: Number, right: Number) -> Number | None:
    """Give the quotient, or None when `right` is zero."""
    if not right:
        return None
    return finite(CONTEXT.divide(left, right))


def power(left: Number, right: Number) -> Number | None:
    """Give `left` to the power of `right`, or None where that is not a real number in range."""
    if not left and not right:
        return 1
    return finite(CONTEXT.power(Decimal(left), Decimal(right)))


def integer_of(value: Number) -> int | None:
    """Give `value` as an int when it is a whole number of at most 34 digits, else None."""
    if type(value) is int:
        return value
    if not isinstance(value, Decimal) or value.adjusted() > 34 or value != value.to_integral_value():
        return None
    return int(value)


def magnitude(value: Number) -> int:
    """Give the power of ten of the first digit of a number that is not zero."""
    return Decimal(value).adjusted()


def of_fraction(value: Fraction) -> Number | None:
    """Round a fraction to 34 digits, once; None when it is out of range."""
    if value.denominator == 1:
        return number_of(value.numerator)
    return finite(CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator)))


def truncated(value: Number) -> int:
    """Cut a number to a whole one, as positions and lengths are read; past a billion it does not matter which."""
    most = 10**9
    if -most < value < most:
        return int(value)
    return most if value > 0 else -most


def plain(value: Number) -> str:
    """Write a number the way `string()` does: no exponent, no trailing zeros (a trailing zero misreads as a dose)."""
    if type(value) is int:
        return str(value)
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
