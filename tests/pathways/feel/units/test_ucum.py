"""UCUM's codes: which are read, what they are of one another, and what is refused."""

from __future__ import annotations

import csv
import warnings
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import VisitError

from pathways.feel.units import Unit, UnitError, divide, factor_between, multiply, unit
from pathways.feel.units.table import BASE, PREFIXES, UNITS


def examples() -> list[str]:
    """The codes that UCUM gives as examples for messages, without one that its own table does not define."""
    text = (files("ucumvert") / "vendor" / "ucum_examples.tsv").read_text("utf-8")
    return [row[1] for row in csv.reader(text.splitlines()[1:], delimiter="\t") if row[1] != "Torr"]


def test_every_unit_of_the_table_and_every_example_of_ucum_is_read() -> None:
    """Also those with annotations, powers, groups and numbers."""
    codes = [*BASE, *UNITS, *examples()]
    assert len(codes) > 1100
    assert all(isinstance(unit(code), Unit) for code in codes)


OURS = {"mol", "eq", "osm", "Sv", "rad"}
"""Base units that pint measures otherwise, for the reasons that `symbols` gives (a radian is nothing to pint)."""

DIFFERENT = frozenset(
    (
        "Mx", "G", "Oe", "[cft_i]", "[cyd_i]", "[rd_br]", "[ch_br]", "[lk_br]", "[didot]", "[cicero]", "cal_[15]",
        "[Cal]", "[Btu]", "[in_i'H2O]", "[in_i'Hg]", "g%", "[LPF]", "/[LPF]",
    )
)  # fmt: skip
"""Codes that pint takes for another unit of the same name; UCUM's own table is right (a `[Cal]` is 4184 J there)."""

PINTS = {"meter": "m", "kilogram": "g", "second": "s", "kelvin": "K", "candela": "cd"}


def test_factors_are_those_of_pint() -> None:
    """What pint makes of the same code in base units is what it is here, wherever both measure it alike."""
    from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]  # it has no stubs

    registry: Any = PintUcumRegistry()
    compared = 0
    for code in dict.fromkeys([*UNITS, *examples()]):
        mine = unit(code)
        if (
            code in DIFFERENT
            or mine.scale is not None
            or any(name in OURS or name[0] in "{[" for name, _ in mine.dimension)
        ):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                theirs = registry.from_ucum(code).to_base_units()
            except (AttributeError, ValueError, VisitError):
                continue  # bare annotations, and what needs an offset
        powers = dict(theirs.unit_items())
        if not powers.keys() <= PINTS.keys():
            continue
        assert mine.dimension == tuple(sorted((PINTS[name], power) for name, power in powers.items())), code
        wanted = float(theirs.magnitude) * 1000.0 ** powers.get("kilogram", 0)
        assert float(mine.factor) == pytest.approx(wanted, rel=1e-5), code
        compared += 1
    assert compared > 300


@pytest.mark.parametrize(
    ("first", "second", "factor"),
    [
        ("g", "mg", Fraction(1000)),
        ("[lb_av]", "kg", Fraction("0.45359237")),
        ("[in_i]", "cm", Fraction("2.54")),
        ("mm[Hg]", "Pa", Fraction("133.3220")),
        ("mg/dL", "g/L", Fraction(1, 100)),
        ("mg/dl", "mg/dL", Fraction(1)),
        ("h", "min", Fraction(60)),
        ("wk", "d", Fraction(7)),
        ("m[iU]/mL", "[iU]/L", Fraction(1)),
        ("[IU]", "[iU]", Fraction(1)),
        ("10*3/uL", "10*9/L", Fraction(1)),
        ("10^3/uL", "10*3/uL", Fraction(1)),
        ("%", "1", Fraction(1, 100)),
        ("mg/kg", "ug/g", Fraction(1)),
        ("umol/min", "U", Fraction(1)),
        ("g%", "g/dL", Fraction(1)),
        ("/100{WBC}", "/{WBC}", Fraction(1, 100)),
        ("mL/(min.m2)", "mL/min/m2", Fraction(1)),
        ("dar", "m2", Fraction(10)),
        ("mCi", "MBq", Fraction(37)),
        ("cm[H2O]", "m[H2O]", Fraction(1, 100)),
    ],
)
def test_what_measures_the_same_is_converted_exactly(first: str, second: str, factor: Fraction) -> None:
    """No digit is lost between units."""
    assert factor_between(unit(first), unit(second)) == factor


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("mg", "mL"),
        ("[iU]", "1"),
        ("[iU]", "[arb'U]"),
        ("[iU]/mL", "mg/mL"),
        ("meq/L", "mmol/L"),
        ("mosm/L", "mmol/L"),
        ("mol", "1"),
        ("mmol/L", "10*3/L"),
        ("{tablet}", "{capsule}"),
        ("{tablet}", "1"),
        ("mL/min/{1.73_m2}", "mL/min"),
        ("mg{creat}", "mg"),
        ("Gy", "Sv"),
        ("K", "J"),
        ("dB[SPL]", "dB"),
        ("[pH]", "1"),
    ],
)
def test_what_measures_something_else_is_not_converted(first: str, second: str) -> None:
    """Where UCUM's own equations would make a wrong number of a right one, the answer is no too."""
    assert factor_between(unit(first), unit(second)) is None


@pytest.mark.parametrize(
    "code",
    [
        "", "mgg", "Mg/dLx", "mcg", "IU", "lb", "mmHg", "hr", "units", "tablet", "°C", "mg/", "/", "mg//mL", "mg.",
        "(mg", "mg)", "()", "{", "mg{", "m0", "0", "mg mL", " mg", "mg ", "k[degF]", "mg/Cel", "Cel2", "Cel.m", "dB/m",
        "x" * 101, "m99", "10*99", "((((((((((((m))))))))))))", "mmin", "kd", "m+", "m-", "m*2", "m^2", "µg", "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_code_is_refused_in_words(code: str) -> None:
    """The usual slips are told what was meant."""
    with pytest.raises(UnitError) as caught:
        unit(code)
    assert str(caught.value)


def test_the_usual_slips_are_named() -> None:
    """What people write on paper is not guessed at, but answered."""
    for slip, meant in (("mcg", "ug"), ("IU", "[iU]"), ("lb", "[lb_av]"), ("mmHg", "mm[Hg]"), ("°F", "[degF]")):
        with pytest.raises(UnitError, match=r"may be meant") as caught:
            unit(slip)
        assert meant in str(caught.value)


@pytest.mark.parametrize(
    ("first", "second", "code", "factor"),
    [
        ("mg/kg", "kg", "mg", 1),
        ("mg/kg", "g", "mg", Fraction(1, 1000)),
        ("mL/h", "min", "mL", Fraction(1, 60)),
        ("mg/{tablet}", "{tablet}", "mg", 1),
        ("mg", "mL", "mg.mL", 1),
        ("mg", "mg", "mg2", 1),
        ("/h", "h", "1", 1),
    ],
)
def test_a_product_cancels_what_measures_the_same(first: str, second: str, code: str, factor: Fraction) -> None:
    """So a dose by weight times a weight is a dose."""
    made, taken_out = multiply(unit(first), unit(second))
    assert (made.code, taken_out) == (code, factor)


def test_a_quotient_keeps_both_units() -> None:
    """What stands below the line is written there."""
    assert divide(unit("mg"), unit("mL/h"))[0].code == "mg.h/mL"
    assert divide(unit("mg.h"), unit("g"))[0].code == "h"


@given(
    st.lists(st.sampled_from([*"mgLskKunxdh/.(){}[]0123456789*^+-'%_ ", "mol", "[iU]", "Cel"]), max_size=12).map(
        "".join
    )
)
def test_any_text_is_a_unit_or_refused(text: str) -> None:
    """Nothing but UnitError comes of reading a code, and what is read reads back the same."""
    try:
        found = unit(text)
    except UnitError:
        return
    assert found.code == text
    again = multiply(found, unit("1"))[0] if found.scale is None else found
    assert (again.factor, again.dimension) == (found.factor, found.dimension)
    assert unit(again.code).dimension == found.dimension


@given(st.sampled_from(sorted(PREFIXES)), st.sampled_from(["g", "L", "mol", "[iU]", "m", "s"]))
def test_prefixes_are_powers_of_the_unit(prefix: str, base: str) -> None:
    """Every prefix goes with every metric unit."""
    assert factor_between(unit(prefix + base), unit(base)) == Fraction(PREFIXES[prefix])
