"""The built-in functions, family by family; what the TCK's cases cover already is not repeated."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pathways.feel import to_json
from pathways.feel.functions import BUILTINS

Evaluate = Callable[..., Any]

CASES: dict[str, list[tuple[str, Any]]] = {
    "numbers": [
        ("decimal(2.345, 2)", 2.34),
        ("decimal(1250, -2)", 1200),
        ("floor(-1.5)", -2),
        ("floor(1234, -2)", 1200),
        ("ceiling(-1.5)", -1),
        ("ceiling(1.51, 1)", 1.6),
        ("round up(-1.11, 1)", -1.2),
        ("round down(1.19, 1)", 1.1),
        ("round half up(2.5, 0)", 3),
        ("round half down(2.5, 0)", 2),
        ("abs(-2.5)", 2.5),
        ("abs(3)", 3),
        ("modulo(12, 5)", 2),
        ("modulo(-12, 5)", 3),
        ("modulo(12, -5)", -3),
        ("modulo(10.1, 4.5)", 1.1),
        ("modulo(-10.1, 4.5)", 3.4),
        ("modulo(1, 0)", None),
        ("sqrt(16)", 4),
        ("log(10) > 2.302 and log(10) < 2.303", True),
        ("log(0)", None),
        ("exp(1e9)", None),
        ("even(1e3)", True),
        ("even(2.5)", None),
        ("odd(-3)", True),
        ("0.1 + 0.2 = 0.3", True),
        ("1/3*3 = 1", False),
        ("10 ** 30", 10**30),
        ("10 ** 7000", None),
        ("0 ** 0", 1),
        ("0 ** -1", None),
        ("(-8) ** 0.5", None),
        ("9999999999999999999999999999999999 + 1", 10**34),
        ("2 * 1e6144 * 10", None),
        ("-(5)", -5),
        ("not(null)", None),
    ],
    "strings": [
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", -2)', "ar"),
        ('substring("foobar", 0)', None),
        ('substring("foobar", 9)', None),
        ('substring("foobar", 1, 0)', None),
        ('substring("\\U01F40Eab", 2, 1)', "a"),
        ('upper case("straße")', "STRASSE"),
        ('lower case("ABC")', "abc"),
        ('substring before("a-b-c", "-")', "a"),
        ('substring after("a-b-c", "-")', "b-c"),
        ('substring after("abc", "x")', ""),
        ('substring after("abc", "")', "abc"),
        ('contains("abc", "b")', True),
        ('starts with("abc", "ab")', True),
        ('ends with("abc", "bc")', True),
        ('string join(["a", null, "b"], "-")', "a-b"),
        ('string join([1])', None),
        ('split("a1b22c", "\\d+")', ["a", "b", "c"]),
        ('split("abc", "")', ["a", "b", "c"]),
        ('"a" + "b"', "ab"),
        ('"a" + 1', None),
        ('"b" > "a"', True),
    ],
    "patterns": [
        ('matches("foobar", "^fo*b")', True),
        ('matches("FOO", "foo")', False),
        ('matches("FOO", "foo", "i")', True),
        ('matches("a\nb", "a.b")', False),
        ('matches("a\nb", "a.b", "s")', True),
        ('matches("a\nb", "^b", "m")', True),
        ('matches("ab", "a b", "x")', True),
        ('matches("a.b", "a.b", "q")', True),
        ('matches("axb", "a.b", "q")', False),
        ('matches("abc", "b", "z")', None),
        ('matches("٣", "^\\d$")', True),
        ('matches("é_1", "^\\w+$")', False),
        ('matches("é1", "^\\w+$")', True),
        ('matches("é1", "^[\\w]+$")', True),
        ('matches("a:b", "^\\i\\c*$")', True),
        ('matches("1a", "^\\i")', False),
        ('matches("A", "\\p{Lu}")', True),
        ('matches("aa", "(a)\\1")', None),
        ('matches("b", "[a-z-[aeiou]]")', True),
        ('matches("e", "[a-z-[aeiou]]")', False),
        ('matches("O", "[A-Z-[OI]]", "i")', False),
        ('matches("o", "[A-Z-[OI]]", "i")', False),
        ('matches("b", "[A-Z-[OI]]", "i")', True),
        ('matches("x", "^[^a-c-[x]]$")', False),
        ('matches("y", "^[^a-c-[x]]$")', True),
        ('matches("d", "[a-z-[b-y-[d]]]")', True),
        ('matches("c", "[a-z-[b-y-[d]]]")', False),
        ('matches("m", "\\p{Lu}", "i")', False),
        ('matches("m", "[\\p{Lu}]", "i")', False),
        ('matches("M", "[\\p{Lu}]", "i")', True),
        ('matches("m", "[\\P{Lu}q]", "i")', True),
        ('matches("q", "[^Q]", "i")', False),
        ('matches("k", "[\u212a-\u212a-[x]]", "i")', True),
        ('matches("a", "^[\\D]$")', True),
        ('matches("1", "^[\\D]$")', False),
        ('matches("é", "^[\\W\\S]$")', True),
        ('matches("1a", "^[\\C]")', False),
        ('matches("a]", "[]]")', True),
        ('matches("-", "[\\-[a]]")', None),
        ('matches("a\rb", "a.b")', False),
        ('matches("a\rb", "a.b", "s")', True),
        ('matches("a", "[a-z-[aeiou]")', None),
        ('matches("a", "[a-z-[aeiou]x]")', None),
        ('matches("a", "[z-a-[b]]")', None),
        ('matches("a", "[\\p{Xx}-[b]]")', None),
        (f'matches("a", "{"[a-" * 50}[a]{"]" * 50}")', None),
        ('replace("abc", "x*", "-")', None),
        ('replace("abc", "[b-c-[c]]", "-")', "a-c"),
        ('matches("a", "(?=a)")', None),
        ('matches("a", "(?:a)")', True),
        ('matches("a", "(")', None),
        ('matches("a-b", "[\\-]")', True),
        ('replace("abc", "b", "[$0]")', "a[b]c"),
        ('replace("abc", "(b)", "$1$1")', "abbc"),
        ('replace("abc", "(b)", "$12")', "ab2c"),
        ('replace("abc", "b", "$1")', "ac"),
        ('replace("abc", "b", "\\\\$")', "a$c"),
        ('replace("abc", "b", "$")', None),
        ('replace("a.c", ".", "$", "q")', "a$c"),
        ('replace("abc", "B", "x", "i")', "axc"),
        ('replace("abc", "", "-")', None),
    ],
    "lists": [
        ("list contains([1, null], null)", True),
        ("list contains([1, 2], 3)", False),
        ("list contains([[1]], [1])", True),
        ("count([1, null])", 2),
        ("count([])", 0),
        ("min(3, 1, 2)", 1),
        ("max([3, 1, 2])", 3),
        ('max("a", "b")', "b"),
        ('min(@"2026-03-02", @"2026-03-01")', "2026-03-01"),
        ("max([])", None),
        ('max(1, "a")', None),
        ("max([1, null])", None),
        ("min([null])", None),
        ("sum([1, 2.5])", 3.5),
        ("sum(1, 2)", 3),
        ("sum([])", None),
        ("sum([1, null])", None),
        ('sum([1, "a"])', None),
        ("product([2, 3, 4])", 24),
        ("product([])", None),
        ("mean(1, 2)", 1.5),
        ("median(1, 4, 2, 3)", 2.5),
        ("stddev(2, 4, 7, 5) > 2.08", True),
        ("mode([6, 3, 9, 6, 6])", [6]),
        ("mode([6, 1, 9, 6, 1])", [1, 6]),
        ("mode([])", []),
        ("all([true, null])", None),
        ("all([false, null])", False),
        ("all([])", True),
        ("any([true, null])", True),
        ("any([])", False),
        ("sublist([1, 2, 3], 2)", [2, 3]),
        ("sublist([1, 2, 3], -2, 1)", [2]),
        ("sublist([1, 2, 3], 2, 5)", None),
        ("sublist([1], 0)", None),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("append([1], 2)", [1, 2]),
        ("append([1])", [1]),
        ("concatenate([1], [2, 3], 4)", [1, 2, 3, 4]),
        ("insert before([1, 3], 2, 2)", [1, 2, 3]),
        ("insert before([1, 3], 5, 2)", None),
        ("remove([1, 2, 3], -1)", [1, 2]),
        ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
        ("list replace([1, 2, 3], function(item, new) item > 1, 9)", [1, 9, 9]),
        ("list replace([1, 2, 3], function(item, new) 1, 9)", None),
        ("reverse([1, 2])", [2, 1]),
        ("index of([1, 2, 1], 1)", [1, 3]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ('distinct values([1, 1.0, "a", "a", null, null, [1], [1]])', [1, "a", None, [1]]),
        ("flatten([[1, [2]], 3])", [1, 2, 3]),
        ("sort([3, 1, 2])", [1, 2, 3]),
        ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
        ('sort([1, "a"])', None),
        ("sort([])", []),
        ("abs([-1])", 1),
    ],
    "contexts": [
        ('get value({"a b": 1}, "a b")', 1),
        ('get value({a: {b: 2}}, ["a", "b"])', 2),
        ('get value({a: {b: 2}}, ["a", "c"])', None),
        ('get value({a: 1}, "b")', None),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]),
        ('context([{key: "a", value: 1}])', {"a": 1}),
        ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
        ('context put({a: 1}, ["a", "b"], 2)', None),
        ("context merge([{a: 1}, {a: 2, b: 3}])", {"a": 2, "b": 3}),
        ("context merge([null])", None),
        ("{a: 1} = {a: 1.0}", True),
        ("{a: 1} = {b: 1}", False),
    ],
    "conversions": [
        ("string(1.50)", "1.5"),
        ("string(0.0)", "0"),
        ("string(-0.0)", "0"),
        ("string(1e3)", "1000"),
        ("string(1e-7)", "0.0000001"),
        ("string(true)", "true"),
        ("string(null)", None),
        ('string("a")', "a"),
        ('string(["a\\"b", 1, null])', '["a\\"b", 1, null]'),
        ('string({a: [1], b: {c: "x"}})', '{a: [1], b: {c: "x"}}'),
        ("string([1..3))", "[1..3)"),
        ("string((< 5))", "(< 5)"),
        ("string((= 5))", "(= 5)"),
        ('string(["a".."b"])', '["a".."b"]'),
        ("string(function(a, b) a)", "function(a, b)"),
        ('string(@"P1DT2H")', "P1DT2H"),
        ('number("1 000,5", " ", ",")', 1000.5),
        ('number("12")', 12),
        ('number("x")', None),
        ('number("1.2.3", ".")', None),
        ('number("1", ",", ",")', None),
        ("date(2026, 2, 30)", None),
        ("date(2026.5, 2, 3)", None),
        ('date("2026-03-02T10:00:00")', None),
        ('date(@"2026-03-02T10:00:00")', "2026-03-02"),
        ('date and time(@"2026-03-02", @"10:00:00Z")', "2026-03-02T10:00:00Z"),
        ("date and time(2026, 3, 2, 9, 30, 0)", "2026-03-02T09:30:00"),
        ('date and time(2026, 3, 2, 9, 30, 0, @"-PT5H")', "2026-03-02T09:30:00-05:00"),
        ('date and time(2026, 3, 8, 2, 30, 0, "America/New_York")', "2026-03-08T03:30:00-04:00"),
        ('date and time(2026, 3, 2, 9, 30, 0, "No/Where")', None),
        ("date and time(2026, 3, 2, 25, 30, 0)", None),
        ("time(9, 30, 15.5)", "09:30:15.5"),
        ('time(9, 30, 0, @"PT20H")', None),
        ('time(@"2026-03-02")', "00:00:00Z"),
        ('time(@"10:00:00")', "10:00:00"),
        ('duration("P1Y")', "P1Y"),
        ('duration(@"P1D")', "P1D"),
        ('years and months duration(@"2011-12-22", @"2013-08-24")', "P1Y8M"),
        ('years and months duration(@"2013-08-24", @"2011-12-22")', "-P1Y8M"),
        ('years and months duration(@"2026-01-31", @"2026-02-28")', "P0M"),
        ('range("[1..3]") = [1..3]', True),
        ('range("[-3..-1]") = [-3..-1]', True),
        ('range("1")', None),
        ('range("[1..")', None),
        ('range("[1..x]")', None),
    ],
    "dates": [
        ('day of year(@"2026-12-31")', 365),
        ('day of week(@"2026-03-02")', "Monday"),
        ('month of year(@"2026-03-02")', "March"),
        ('week of year(@"2026-12-31")', 53),
        ('week of year(@"2027-01-01")', 53),
        ('week of year(@"12345-01-01")', 1),
    ],
    "care": [
        ('covers({start: @"2026-01-01", end: @"2026-01-31"}, @"2026-01-31")', True),
        ('covers({start: @"2026-01-01", end: @"2026-01-31"}, @"2026-02-01")', False),
        ('covers({start: @"2026-01-01"}, @"2026-02-01")', True),
        ('covers({end: "2026-01-31"}, @"2025-01-01")', True),
        ("covers({}, today())", True),
        ('covers({start: "2026-01-01T08:00:00-05:00"}, @"2026-01-01T00:00:00-05:00")', True),
        ('covers({start: "soon"}, today())', None),
        ("covers(null, today())", None),
        ('age(@"2000-03-02", @"2026-03-02")', 26),
        ('age(@"2000-03-03", @"2026-03-02T09:00:00Z")', 25),
        ('age(@"2024-02-29", @"2025-02-28")', 0),
        ('age(@"2024-02-29", @"2025-03-01")', 1),
        ('age(@"2027-01-01", @"2026-03-02")', None),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("expression", "result"), [case for family in CASES.values() for case in family])
def test_functions_give_what_the_standard_says(expression: str, result: Any, evaluate: Evaluate) -> None:
    """Each function gives its value, or null where its arguments do not fit."""
    assert to_json(evaluate(expression)) == result


RANGES = """
before(1, 10) true | before(10, 1) false | before(1, [1..10]) false | before(1, (1..10]) true
before([1..10], 10) false | before([1..10), 10) true | before([1..10], [15..20]) true
before([1..10), [10..20]) true | before([1..10], [10..20]) false | after(10, 5) true | after(12, [1..10]) true
after(10, [1..10)) true | after([11..20], 12) false | after((11..20], 11) true | after([11..20], [1..11)) true
after([11..20], [1..11]) false | meets([1..5], [5..10]) true | meets([1..5), [5..10]) false
meets([1..5], (5..10]) false | met by([5..10], [1..5]) true | overlaps([1..5], [3..8]) true
overlaps([1..5], [6..8]) false | overlaps([1..5), [5..8]) false | overlaps((1..5), (2..3)) true
overlaps before([1..5], [3..8]) true | overlaps before([3..8], [1..5]) false
overlaps before([1..5], (1..8]) true | overlaps before([1..5), [5..8]) false
overlaps before([1..5], [1..5]) false | overlaps before([1..5], (1..5]) true
overlaps after([3..8], [1..5]) true | overlaps after([1..5], [3..8]) false | overlaps after((1..5], [1..5)) true
overlaps after([1..5], [1..5)) true | finishes(10, [1..10]) true | finishes(10, [1..10)) false
finishes([5..10], [1..10]) true | finishes([5..10), [1..10]) false | finishes([1..10], (1..10]) false
finished by([1..10], 10) true | finished by([1..10], [5..10]) true | includes([1..10], 5) true
includes([1..10], 12) false | includes([1..10], [4..6]) true | includes([1..10], (1..10)) true
includes((1..10), [1..10]) false | during(5, [1..10]) true | during([4..6], [1..10]) true
starts(1, [1..10]) true | starts(1, (1..10]) false | starts([1..5], [1..10]) true
starts([1..10], [1..10)) false | starts((1..5], [1..10]) false | started by([1..10], 1) true
started by([1..10], [1..5]) true | coincides(5, 5) true | coincides(3, 4) false | coincides([1..5], [1..5]) true
coincides((1..5), [1..5]) false | before(1, "a") null | before(null, 1) null | includes([1..10], null) null
before((< 5), 6) true | after((< 5), 6) null
"""


@pytest.mark.parametrize("case", [case.strip() for line in RANGES.strip().splitlines() for case in line.split(" | ")])
def test_ranges_and_points_stand_to_each_other_as_the_standard_says(case: str, evaluate: Evaluate) -> None:
    """The fourteen relations of DMN's table 79, with open and closed ends."""
    expression, _, result = case.rpartition(" ")
    assert evaluate(expression) is {"true": True, "false": False, "null": None}[result]


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_function_refuses_what_does_not_fit(name: str, evaluate: Evaluate, reasons: Evaluate) -> None:
    """Too many arguments and unknown names give null with the way to call it."""
    wrong = f"{name}(no such parameter: 1)"
    assert evaluate(wrong) is None
    assert f"the way to call it is {name}(" in reasons(wrong)[0]
    variadic = any(signature.variadic for signature in BUILTINS[name].signatures)
    if not variadic:
        assert evaluate(f"{name}(1, 2, 3, 4, 5, 6, 7, 8)") is None


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_function_and_parameter_is_described(name: str) -> None:
    """Each body says what it gives, for the reference that is made from it."""
    for signature in BUILTINS[name].signatures:
        assert signature.body.__doc__
        assert str(signature.gives)
        assert all(parameter.name for parameter in signature.parameters)


def test_floats_of_the_host_are_the_decimals_they_print_as(evaluate: Evaluate) -> None:
    """A float is exact as it is written, and one that is no number is null."""
    assert evaluate("x + 0.2 = 0.3", x=0.1) is True
    assert evaluate("x", x=0.1) == Decimal("0.1")
    assert evaluate("sum(x)", x=[0.1, 0.2]) == Decimal("0.3")
    assert evaluate("x", x=float("nan")) is None
    assert evaluate("x[1]", x=[float("inf")]) is None
    assert evaluate("sum(x)", x=[float("inf"), 1]) is None
    assert evaluate("x > 1", x=Decimal("NaN")) is None
    assert evaluate("[x] = [x]", x=Decimal("sNaN")) is True
    assert evaluate("list contains(x, 1)", x=[Decimal("sNaN"), 1]) is True
