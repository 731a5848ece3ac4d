"""What a cell's tests take, and which rows nobody gets to."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways import feel
from pathways.lint.analysis.cells import covered_by, covers, disjoint, fills

ENV = feel.Environment(now=datetime(2026, 3, 2, tzinfo=UTC), zone=ZoneInfo("UTC"))
POINTS = range(-2, 8)


def unary(text: str) -> feel.UnaryTests:
    """Tests as they stand in a cell."""
    return feel.parse_unary_tests(text)


@st.composite
def cells(draw: st.DrawFn) -> str:
    """A cell that asks for numbers."""
    low, high = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    one = draw(
        st.sampled_from(
            [f"{low}", f"< {low}", f"<= {low}", f"> {low}", f">= {low}", f"[{low}..{high}]", f"({low}..{high}]",
             f"[{low}..{high})", f"({low}..{high})", "-"]
        )
    )  # fmt: skip
    return one if one == "-" or draw(st.booleans()) else f"{one}, {draw(st.integers(0, 5))}"


@given(cells(), cells())
def test_what_is_said_of_two_cells_holds_for_every_number(one: str, other: str) -> None:
    """Covering and being apart are never said where some number shows otherwise."""
    first, second = unary(one), unary(other)
    a, b = covered_by(first.tree), covered_by(second.tree)
    for doubled in POINTS:
        for number in (Decimal(doubled), Decimal(doubled) + Decimal("0.5")):
            in_a = first.matches(number, {}, ENV)
            in_b = second.matches(number, {}, ENV)
            if covers(a, b) and in_b:
                assert in_a
            if a.exact and b.exact and disjoint(a, b):
                assert not (in_a and in_b)
            if a.nothing:
                assert not in_a


@pytest.mark.parametrize(
    ("outer", "inner", "said"),
    [
        ('"a", "b"', '"a"', True),
        ('"a"', '"a", "b"', False),
        ('["a", "b"]', '"a"', True),
        ('"a", "b"', '["a", "b"]', False),
        ("[1, 2]", "[2, 1]", False),
        ("-", '"a"', True),
        ("[1..5]", "(1..5)", True),
        ("(1..5)", "[1..5]", False),
        ('[@"2026-01-01"..@"2026-12-31"]', '[@"2026-03-01"..@"2026-03-31"]', True),
        ("x + 1", "3", False),
        ("3", "x", False),
    ],
)
def test_covering(outer: str, inner: str, said: bool) -> None:
    """By texts, numbers and dates; of what is computed nothing is said."""
    assert covers(covered_by(unary(outer).tree), covered_by(unary(inner).tree)) is said


def test_not_of_known_codes_takes_the_others() -> None:
    """And null, which passes a `not` without it."""
    found = covered_by(unary('not("a")').tree, ("a", "b", "c"))
    assert found.values >= {"b", "c"}
    assert "a" not in found.values


@given(st.lists(cells(), min_size=1, max_size=5))
def test_cells_that_leave_nothing_out_take_every_number(texts: list[str]) -> None:
    """Where they are said to, each number passes one of them; of whole numbers, each whole one."""
    tests = [unary(one) for one in texts if "-" not in one]
    parts = [covered_by(one.tree) for one in tests]
    for doubled in POINTS:
        for number in (Decimal(doubled), Decimal(doubled) + Decimal("0.5")):
            whole = number == number.to_integral_value()
            if fills(parts, whole=whole):
                assert any(one.matches(number, {}, ENV) for one in tests)


@pytest.mark.parametrize(
    ("texts", "whole", "filled"),
    [
        (["< 5", ">= 5"], False, True),
        (["< 5", "> 5"], False, False),
        (["< 5", "> 5", "5"], False, True),
        (["<= 4", ">= 5"], False, False),
        (["<= 4", ">= 5"], True, True),
        (["<= 4", "> 5"], True, False),
        (["< 2", "[2..4]", "(4..9]", "> 9"], False, True),
        (["> 9", "< 2", "(4..9]", "[2..3]"], False, False),
        (['< @"2026-03-01"', '>= @"2026-03-01"'], False, True),
        (["< 5", '>= @"2026-03-01"'], False, False),
        (['"a"'], False, False),
    ],
)
def test_what_leaves_nothing_out(texts: list[str], whole: bool, filled: bool) -> None:
    """Spans that meet; whole numbers have nothing between one and the next."""
    assert fills([covered_by(unary(one).tree) for one in texts], whole=whole) is filled
