"""Reading UCUM's codes, and products and quotients of units.

The grammar is that of UCUM 2.2 (section 2.3). Everything is exact: factors are fractions, so a conversion rounds
once, where it becomes a decimal of 34 digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Final

from pathways.feel.units.symbols import Dimension, Scale, Symbol, combined, symbol

CHARACTERS: Final = 100
"""Length of a unit's code."""

_MOST_EXPONENT: Final = 30
_MOST_LEVELS: Final = 10

_TOKEN: Final = re.compile(
    r"(?P<annotation>\{[!-z|~]*\})"
    r"|(?P<ten>10[*^])(?P<ten_power>[+-]?[0-9]{1,3})?"
    r"|(?P<number>[0-9]{1,15})"
    r"|(?P<symbol>(?:[A-Za-z%_'\"]|\[[!-Z\\^-z|~]*\])+)(?P<power>[+-]?[0-9]{1,3})?"
    r"|(?P<sign>[./()])"
)
_MEANT: Final = {
    "mcg": "ug", "µg": "ug", "μg": "ug", "IU": "[iU]", "iu": "[iU]", "lb": "[lb_av]", "lbs": "[lb_av]",
    "oz": "[oz_av]", "in": "[in_i]", "ft": "[ft_i]", "°C": "Cel", "°F": "[degF]", "degC": "Cel", "degF": "[degF]",
    "mmHg": "mm[Hg]", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "sec": "s", "day": "d", "days": "d",
    "week": "wk", "weeks": "wk", "month": "mo", "months": "mo", "year": "a", "years": "a", "minute": "min",
    "minutes": "min", "cc": "mL", "ml/min/1.73m2": "mL/min/{1.73_m2}", "mEq": "meq", "mEq/L": "meq/L", "ppm": "[ppm]",
    "pH": "[pH]", "tablet": "{tablet}", "tablets": "{tablet}", "capsule": "{capsule}", "dose": "{dose}",
    "doses": "{dose}", "unit": "{unit}", "units": "{unit}", "bpm": "/min", "mcg/kg": "ug/kg", "": "1",
    "gm": "g", "grams": "g", "gram": "g", "kgs": "kg", "mgs": "mg", "x10^9/L": "10*9/L",
}  # fmt: skip
"""What those who write something else usually mean."""


class UnitError(ValueError):
    """A text is no UCUM code; its message says why."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its code, its symbols with their powers, and what one of it is in base units.

    `scale` is set for units that are no plain multiples (degrees Celsius, decibels); these stand alone.
    """

    code: str
    parts: tuple[tuple[str, int], ...]
    factor: Fraction
    dimension: Dimension
    scale: Scale | None = None


@dataclass
class _Term:
    """A product being read."""

    parts: dict[str, int] = field(default_factory=dict)
    scale: Scale | None = None
    symbols: int = 0

    def take(self, code: str, power: int, scale: Scale | None = None) -> None:
        self.parts[code] = self.parts.get(code, 0) + power
        self.scale = self.scale or scale
        self.symbols += 1 if power == 1 else 2


@lru_cache(maxsize=1024)
def unit(code: str) -> Unit:
    """Read a UCUM code (case sensitive); raises UnitError."""
    if len(code) > CHARACTERS:
        raise UnitError(f"a unit has at most {CHARACTERS} characters")
    term, position = _Term(), 0
    if code in _MEANT:
        raise _no_unit(code)
    position = _term(code, 0, 1, term, 0)
    if position < len(code):
        raise _no_unit(code)
    if term.scale is not None and term.symbols > 1:
        raise UnitError(f'"{code}" makes a product of a unit that has a zero of its own or is a logarithm')
    return _made(term.parts, code, term.scale)


def _no_unit(code: str) -> UnitError:
    meant = _MEANT.get(code)
    return UnitError(f'"{code[:40]}" is no UCUM unit' + (f"; {meant} may be meant" if meant else ""))


def _term(code: str, position: int, sign: int, term: _Term, level: int) -> int:
    """Read a product into `term`, each power times `sign`; gives the place after it."""
    if level > _MOST_LEVELS:
        raise UnitError(f'"{code[:40]}" nests too deep')
    power = sign
    if code.startswith("/", position):
        power, position = -sign, position + 1
    while True:
        position = _component(code, position, power, term, level)
        if not code.startswith((".", "/"), position):
            return position
        power = sign if code[position] == "." else -sign
        position += 1


def _component(code: str, position: int, power: int, term: _Term, level: int) -> int:
    """Read one symbol, number or group, and the annotations behind it."""
    found = _TOKEN.match(code, position)
    if found is None:
        raise _no_unit(code)
    if found["sign"] == "(":
        position = _term(code, found.end(), power, term, level + 1)
        if not code.startswith(")", position):
            raise _no_unit(code)
        position += 1
    elif found["sign"]:
        raise _no_unit(code)
    else:
        _symbol(code, found, power, term)
        position = found.end()
    while code.startswith("{", position) and (annotation := _TOKEN.match(code, position)) is not None:
        term.take(annotation[0], power)
        position = annotation.end()
    return position


def _symbol(code: str, found: re.Match[str], power: int, term: _Term) -> None:
    """Take what was matched into the product."""
    if found["annotation"]:
        term.take(found["annotation"], power)
    elif found["number"]:
        number = int(found["number"])
        if number == 0:
            raise _no_unit(code)
        if number > 1:
            term.take(str(number), power)
    else:
        name, written = (found["ten"], found["ten_power"]) if found["ten"] else (found["symbol"], found["power"])
        known, exponent = symbol("10*" if found["ten"] else name), int(written or 1)
        if known is None or exponent == 0 or abs(exponent) > _MOST_EXPONENT:
            raise _no_unit(name if known is None and len(name) > 1 and name in _MEANT else code)
        term.take("10*" if found["ten"] else name, exponent * power, known.scale)


def _of_part(part: str) -> Symbol:
    """Give what a part of a unit stands for."""
    if part.startswith("{"):
        return Symbol(Fraction(1), ((part, 1),))
    if part.isdigit():
        return Symbol(Fraction(int(part)), ())
    found = symbol(part)
    if found is None:
        raise _no_unit(part)
    return found


def _made(parts: dict[str, int], code: str | None, scale: Scale | None = None) -> Unit:
    """Make the unit of these parts; raises UnitError where powers grow beyond measure."""
    kept = tuple((part, power) for part, power in parts.items() if power)
    factor, dimension = Fraction(1), Dimension()
    for part, power in kept:
        if abs(power) > _MOST_EXPONENT:
            raise UnitError(f"a power of {part} is more than {_MOST_EXPONENT}")
        known = _of_part(part)
        factor *= known.factor**power
        dimension = combined(dimension, known.dimension, power)
    written = _written(kept) if code is None else code
    if len(written) > CHARACTERS:
        raise UnitError(f"a unit has at most {CHARACTERS} characters")
    return Unit(written, kept, factor, dimension, scale)


def _written(parts: Iterable[tuple[str, int]]) -> str:
    """Write a unit of its parts: what stands above the line first, then what stands below."""
    above = ".".join(_powered(part, power) for part, power in parts if power > 0)
    below = "".join(f"/{_powered(part, -power)}" for part, power in parts if power < 0)
    return f"{above}{below}" or "1"


def _powered(part: str, power: int) -> str:
    if power == 1 or part.startswith("{") or part.isdigit():
        return ".".join([part] * power)
    return f"{part}{power}"


def factor_between(first: Unit, second: Unit) -> Fraction | None:
    """Give how many of the second unit one of the first is; None where they measure different things.

    Not for units with a scale.
    """
    return first.factor / second.factor if first.dimension == second.dimension else None


def multiply(first: Unit, second: Unit) -> tuple[Unit, Fraction]:
    """Give the unit of a product and the factor that cancelling took out; raises UnitError."""
    return _product(first, second, 1)


def divide(first: Unit, second: Unit) -> tuple[Unit, Fraction]:
    """Give the unit of a quotient and the factor that cancelling took out; raises UnitError."""
    return _product(first, second, -1)


def _product(first: Unit, second: Unit, sign: int) -> tuple[Unit, Fraction]:
    if first.scale is not None or second.scale is not None:
        scaled = first if first.scale is not None else second
        raise UnitError(f"{scaled.code} has a scale of its own: no product is made of it")
    left, right = dict(first.parts), {part: power * sign for part, power in second.parts}
    factor = _cancelled(left, right) * _cancelled(right, left)
    for part, power in right.items():
        left[part] = left.get(part, 0) + power
    return _made(left, None), factor


def _cancelled(above: dict[str, int], below: dict[str, int]) -> Fraction:
    """Cancel what stands above the line in one unit against what measures the same below it in the other.

    So 5 mg/kg of 150 lb are milligrams; what a unit itself has above and below stays as it was written.
    """
    factor = Fraction(1)
    for upper in above:
        for lower in below:
            times = min(above[upper], -below[lower])
            first, second = _of_part(upper), _of_part(lower)
            if times > 0 and first.dimension and first.dimension == second.dimension:
                factor *= (first.factor / second.factor) ** times
                above[upper] -= times
                below[lower] += times
    return factor
