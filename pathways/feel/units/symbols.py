"""What each symbol of a unit stands for: exactly, in base units, from the table's definitions.

Stricter than UCUM where its equations would make a wrong number of a right one:

- `mol`, `eq` and `osm` are not mere counts, nor one another: a milliequivalent of calcium is half a millimole.
- arbitrary units (`[iU]`, `[arb'U]`) are only ever of their own kind, as UCUM says too (section 3.2, paragraph 24).
- an annotation counts: `{tablet}` is no `{capsule}`, and `mL/min/{1.73_m2}` no `mL/min`.
- `Sv` weighs what `Gy` only measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

Dimension = tuple[tuple[str, int], ...]
"""Powers of base units, sorted by name, none of them zero."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale with a zero of its own: a value is `value * degree + zero` in base units. Others have no `zero`."""

    degree: Fraction
    zero: Fraction | None


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol: its factor to base units, their powers, and its scale where it is no plain multiple."""

    factor: Fraction
    dimension: Dimension
    scale: Scale | None = None


_OWN: Final = frozenset(("mol", "eq", "osm", "Sv"))
"""Units that are base units here, though UCUM defines them by others."""

_MENDED: Final[Mapping[str, tuple[str, str, str]]] = {"REM": ("m", "1", "cSv")}

_ZEROS: Final[Mapping[str, Fraction]] = {
    "Cel": Fraction("273.15"),
    "[degF]": Fraction("459.67") * Fraction(5, 9),
    "[degRe]": Fraction("273.15"),
}
"""Temperatures with a zero of their own, in kelvin."""


@lru_cache(maxsize=4096)
def symbol(code: str) -> Symbol | None:
    """Give what a symbol with or without a prefix stands for; None for one that UCUM does not have."""
    from pathways.feel.units.table import PREFIXES

    found = _atom(code)
    if found is not None:
        return found[0]
    for length in (1, 2):
        prefix, rest = code[:length], code[length:]
        if prefix in PREFIXES and rest and (of := _atom(rest)) is not None and of[1]:
            return _scaled(of[0], Fraction(PREFIXES[prefix]))
    return None


def _atom(code: str) -> tuple[Symbol, bool] | None:
    """Give what a symbol without a prefix stands for, and whether it takes one."""
    from pathways.feel.units.table import BASE, UNITS

    if code in BASE:
        return Symbol(Fraction(1), ((code, 1),)), True
    found = _MENDED.get(code) or UNITS.get(code)
    if found is None:
        return None
    marks, number, of = found
    metric = "m" in marks
    if code in _OWN or ("a" in marks and of == "1"):
        return Symbol(Fraction(1), ((code, 1),)), metric
    if "s" in marks and code not in _ZEROS:
        return Symbol(Fraction(1), ((code, 1),), Scale(Fraction(1), None)), metric
    factor, dimension = _defined(of)
    factor *= Fraction(number)
    zero = _ZEROS.get(code)
    return Symbol(factor, dimension, None if zero is None else Scale(factor, zero)), metric


def _defined(of: str) -> tuple[Fraction, Dimension]:
    """Give the factor and dimension of a definition of the table."""
    from pathways.feel.units.ucum import unit

    defined = unit(of)
    return defined.factor, defined.dimension


def _scaled(of: Symbol, by: Fraction) -> Symbol:
    scale = None if of.scale is None else Scale(of.scale.degree * by, of.scale.zero)
    return Symbol(of.factor * by, of.dimension, scale)


def combined(first: Dimension, second: Dimension, power: int = 1) -> Dimension:
    """Give the dimension of a product, whose second factor is taken to a power."""
    powers = dict(first)
    for name, exponent in second:
        powers[name] = powers.get(name, 0) + exponent * power
    return tuple(sorted((name, exponent) for name, exponent in powers.items() if exponent))
