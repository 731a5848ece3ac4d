"""Every built-in function of DMN 1.5 (tables 72 to 80) is there, by position and by the names of its parameters."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.feel import Environment, infer, parse_expression, to_json
from pathways.feel import types as feel_types
from pathways.feel.functions import BUILTINS
from pathways.feel.names import SPACED_FUNCTIONS
from tests.pathways.feel.conftest import Evaluate

CALLS: list[tuple[str, str, Any]] = [
    # Conversion (table 72)
    ('date("2012-12-25")', 'date(from: "2012-12-25")', "2012-12-25"),
    ("date(2012, 12, 25)", "date(year: 2012, month: 12, day: 25)", "2012-12-25"),
    (
        'date and time("2012-12-24T23:59:00")',
        'date and time(from: "2012-12-24T23:59:00")',
        "2012-12-24T23:59:00",
    ),
    (
        'date and time(date("2012-12-24"), time("23:59:00"))',
        'date and time(time: time("23:59:00"), date: date("2012-12-24"))',
        "2012-12-24T23:59:00",
    ),
    (
        "date and time(2012, 12, 24, 23, 59, 0)",
        "date and time(year: 2012, month: 12, day: 24, hour: 23, minute: 59, second: 0)",
        "2012-12-24T23:59:00",
    ),
    (
        'date and time(2012, 12, 24, 23, 59, 0, @"PT1H")',
        'date and time(year: 2012, month: 12, day: 24, hour: 23, minute: 59, second: 0, offset: @"PT1H")',
        "2012-12-24T23:59:00+01:00",
    ),
    (
        'date and time(2012, 12, 24, 23, 59, 0, "Europe/Paris")',
        'date and time(year: 2012, month: 12, day: 24, hour: 23, minute: 59, second: 0, timezone: "Europe/Paris")',
        "2012-12-24T23:59:00+01:00",
    ),
    ('time("23:59:00z")', 'time(from: "23:59:00z")', "23:59:00Z"),
    (
        'time(23, 59, 0, @"-PT8H")',
        'time(hour: 23, minute: 59, second: 0, offset: @"-PT8H")',
        "23:59:00-08:00",
    ),
    (
        'number("1 000,0", " ", ",")',
        'number(from: "1 000,0", grouping separator: " ", decimal separator: ",")',
        1000,
    ),
    ('number("1.50")', 'number(from: "1.50")', 1.5),
    ("string(1.10)", "string(from: 1.10)", "1.1"),
    ('duration("P2Y2M")', 'duration(from: "P2Y2M")', "P2Y2M"),
    (
        'years and months duration(date("2011-12-22"), date("2013-08-24"))',
        'years and months duration(from: date("2011-12-22"), to: date("2013-08-24"))',
        "P1Y8M",
    ),
    # Boolean (73)
    ("not(true)", "not(negand: true)", False),
    # String (74)
    ('substring("foobar", 3)', 'substring(string: "foobar", start position: 3)', "obar"),
    ('substring("foobar", 3, 3)', 'substring(string: "foobar", start position: 3, length: 3)', "oba"),
    ('substring("foobar", -2, 1)', 'substring(length: 1, string: "foobar", start position: -2)', "a"),
    ('string length("foo")', 'string length(string: "foo")', 3),
    ('upper case("aBc4")', 'upper case(string: "aBc4")', "ABC4"),
    ('lower case("aBc4")', 'lower case(string: "aBc4")', "abc4"),
    ('substring before("foobar", "bar")', 'substring before(match: "bar", string: "foobar")', "foo"),
    ('substring after("foobar", "ob")', 'substring after(string: "foobar", match: "ob")', "ar"),
    (
        'replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")',
        'replace(input: "abcd", pattern: "(ab)|(a)", replacement: "[1=$1][2=$2]")',
        "[1=ab][2=]cd",
    ),
    ('replace("aBc", "b", "-", "i")', 'replace(input: "aBc", pattern: "b", replacement: "-", flags: "i")', "a-c"),
    ('contains("foobar", "of")', 'contains(string: "foobar", match: "of")', False),
    ('starts with("foobar", "fo")', 'starts with(string: "foobar", match: "fo")', True),
    ('ends with("foobar", "r")', 'ends with(string: "foobar", match: "r")', True),
    ('matches("foobar", "^fo*b")', 'matches(input: "foobar", pattern: "^fo*b")', True),
    ('matches("FOO", "foo", "i")', 'matches(input: "FOO", pattern: "foo", flags: "i")', True),
    ('split("John Doe", "\\s")', 'split(string: "John Doe", delimiter: "\\s")', ["John", "Doe"]),
    ('string join(["a", "b"], "_and_")', 'string join(list: ["a", "b"], delimiter: "_and_")', "a_and_b"),
    ('string join(["a", "b"])', 'string join(list: ["a", "b"])', "ab"),
    # List (75)
    ("list contains([1, 2, 3], 2)", "list contains(list: [1, 2, 3], element: 2)", True),
    ("count([1, 2, 3])", "count(list: [1, 2, 3])", 3),
    ("min([3, 1, 2])", "min(list: [3, 1, 2])", 1),
    ("min(3, 1, 2)", "min(list: [3, 1, 2])", 1),
    ("max([3, 1, 2])", "max(list: [3, 1, 2])", 3),
    ("sum([3, 1, 2])", "sum(list: [3, 1, 2])", 6),
    ("sum(3, 1, 2)", "sum(list: [3, 1, 2])", 6),
    ("mean([3, 1, 2])", "mean(list: [3, 1, 2])", 2),
    ("all([true, false])", "all(list: [true, false])", False),
    ("any([true, false])", "any(list: [true, false])", True),
    ("sublist([4, 5, 6], 1, 2)", "sublist(list: [4, 5, 6], start position: 1, length: 2)", [4, 5]),
    ("sublist([4, 5, 6], -2)", "sublist(start position: -2, list: [4, 5, 6])", [5, 6]),
    ("append([1], 2)", "append(list: [1], item: 2)", [1, 2]),
    ("concatenate([1, 2], [3])", "concatenate([1, 2], [3])", [1, 2, 3]),
    ("insert before([1, 3], 1, 2)", "insert before(list: [1, 3], position: 1, newItem: 2)", [2, 1, 3]),
    ("remove([1, 2, 3], 2)", "remove(list: [1, 2, 3], position: 2)", [1, 3]),
    ("list replace([2, 4, 7], 3, 6)", "list replace(list: [2, 4, 7], position: 3, newItem: 6)", [2, 4, 6]),
    (
        "list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)",
        "list replace(list: [2, 4, 7, 8], match: function(item, newItem) item < newItem, newItem: 5)",
        [5, 5, 7, 8],
    ),
    ("reverse([1, 2, 3])", "reverse(list: [1, 2, 3])", [3, 2, 1]),
    ("index of([1, 2, 3, 2], 2)", "index of(list: [1, 2, 3, 2], match: 2)", [2, 4]),
    ("union([1, 2], [2, 3])", "union([1, 2], [2, 3])", [1, 2, 3]),
    ("distinct values([1, 2, 3, 2, 1])", "distinct values(list: [1, 2, 3, 2, 1])", [1, 2, 3]),
    ("flatten([[1, 2], [[3]], 4])", "flatten(list: [[1, 2], [[3]], 4])", [1, 2, 3, 4]),
    ("product([2, 3, 4])", "product(list: [2, 3, 4])", 24),
    ("median([8, 2, 5, 3, 4])", "median(list: [8, 2, 5, 3, 4])", 4),
    ("median([6, 1, 2, 3])", "median(list: [6, 1, 2, 3])", 2.5),
    ("round half up(stddev([2, 4, 7, 5]), 5)", "round half up(stddev(list: [2, 4, 7, 5]), 5)", 2.08167),
    ("mode([6, 1, 9, 6, 1])", "mode(list: [6, 1, 9, 6, 1])", [1, 6]),
    # Numeric (76)
    ("decimal(1 / 3, 2)", "decimal(n: 1 / 3, scale: 2)", 0.33),
    ("decimal(2.5, 0)", "decimal(n: 2.5, scale: 0)", 2),
    ("floor(-1.56, 1)", "floor(n: -1.56, scale: 1)", -1.6),
    ("floor(-1.5)", "floor(n: -1.5)", -2),
    ("ceiling(-1.56, 1)", "ceiling(n: -1.56, scale: 1)", -1.5),
    ("ceiling(1.5)", "ceiling(n: 1.5)", 2),
    ("round up(1.121, 2)", "round up(n: 1.121, scale: 2)", 1.13),
    ("round down(-1.126, 2)", "round down(n: -1.126, scale: 2)", -1.12),
    ("round half up(-1.125, 2)", "round half up(n: -1.125, scale: 2)", -1.13),
    ("round half down(-1.125, 2)", "round half down(n: -1.125, scale: 2)", -1.12),
    ("abs(-10)", "abs(n: -10)", 10),
    ('abs(@"-PT5H")', 'abs(n: @"-PT5H")', "PT5H"),
    ("modulo(-12, 5)", "modulo(dividend: -12, divisor: 5)", 3),
    ("modulo(10.1, -4.5)", "modulo(dividend: 10.1, divisor: -4.5)", -3.4),
    ("sqrt(16)", "sqrt(number: 16)", 4),
    ("decimal(log(10), 8)", "decimal(log(number: 10), 8)", 2.30258509),
    ("decimal(exp(5), 8)", "decimal(exp(number: 5), 8)", 148.4131591),
    ("odd(5)", "odd(number: 5)", True),
    ("even(5)", "even(number: 5)", False),
    # Temporal (77 and 10.3.4.6)
    ('day of year(@"2019-09-17")', 'day of year(date: @"2019-09-17")', 260),
    ('day of week(@"2019-09-17")', 'day of week(date: @"2019-09-17")', "Tuesday"),
    ('month of year(@"2019-09-17")', 'month of year(date: @"2019-09-17")', "September"),
    ('week of year(@"2005-01-01")', 'week of year(date: @"2005-01-01")', 53),
    ('is(@"2012-12-25", time("23:00:50"))', 'is(value1: @"2012-12-25", value2: time("23:00:50"))', False),
    (
        'is(time("23:00:50z"), time("23:00:50+00:00"))',
        'is(value1: time("23:00:50z"), value2: time("23:00:50+00:00"))',
        True,
    ),
    ("now() instance of date and time", "now() instance of date and time", True),
    ("today() instance of date", "today() instance of date", True),
    # Sort (78)
    (
        "sort([3, 1, 4], function(x, y) x < y)",
        "sort(list: [3, 1, 4], precedes: function(x, y) x < y)",
        [1, 3, 4],
    ),
    # Ranges (10.3.4.9)
    ("before(1, 10)", "before(point1: 1, point2: 10)", True),
    ("before(1, [1..10])", "before(point: 1, range: [1..10])", False),
    ("before([1..10], 10)", "before(range: [1..10], point: 10)", False),
    ("before([1..10), [10..15])", "before(range1: [1..10), range2: [10..15])", True),
    ("after(10, 5)", "after(point1: 10, point2: 5)", True),
    ("after(12, [1..10])", "after(point: 12, range: [1..10])", True),
    ("after([11..20], 10)", "after(range: [11..20], point: 10)", True),
    ("after((10..15], [1..10])", "after(range1: (10..15], range2: [1..10])", True),
    ("meets([1..5], [5..10])", "meets(range1: [1..5], range2: [5..10])", True),
    ("met by([5..10], [1..5))", "met by(range1: [5..10], range2: [1..5))", False),
    ("overlaps([1..5], [3..8])", "overlaps(range1: [1..5], range2: [3..8])", True),
    ("overlaps([1..5), [5..8])", "overlaps(range1: [1..5), range2: [5..8])", False),
    ("overlaps before([1..5], [3..8])", "overlaps before(range1: [1..5], range2: [3..8])", True),
    ("overlaps before([1..5), [1..5])", "overlaps before(range1: [1..5), range2: [1..5])", False),
    ("overlaps before([1..5], (1..5])", "overlaps before(range1: [1..5], range2: (1..5])", True),
    ("overlaps after([3..8], [1..5])", "overlaps after(range1: [3..8], range2: [1..5])", True),
    ("overlaps after((1..5], [1..5))", "overlaps after(range1: (1..5], range2: [1..5))", True),
    ("finishes(10, [1..10])", "finishes(point: 10, range: [1..10])", True),
    ("finishes([5..10], [1..10])", "finishes(range1: [5..10], range2: [1..10])", True),
    ("finished by([1..10], 10)", "finished by(range: [1..10], point: 10)", True),
    ("finished by([1..10), [5..10))", "finished by(range1: [1..10), range2: [5..10))", True),
    ("includes([1..10], 5)", "includes(range: [1..10], point: 5)", True),
    ("includes([1..10), [5..10])", "includes(range1: [1..10), range2: [5..10])", False),
    ("during(5, [1..10])", "during(point: 5, range: [1..10])", True),
    ("during((1..10], [1..10])", "during(range1: (1..10], range2: [1..10])", True),
    ("starts(1, (1..10])", "starts(point: 1, range: (1..10])", False),
    ("starts([1..5], [1..10])", "starts(range1: [1..5], range2: [1..10])", True),
    ("started by([1..10], 1)", "started by(range: [1..10], point: 1)", True),
    ("started by((1..10], (1..5])", "started by(range1: (1..10], range2: (1..5])", True),
    ("coincides(5, 5)", "coincides(point1: 5, point2: 5)", True),
    ("coincides([1..5], [1..5))", "coincides(range1: [1..5], range2: [1..5))", False),
    ('range("[18..21)").end included', 'range(from: "[18..21)").end included', False),
    # Contexts (80)
    ('get value({key1: "value1"}, "key1")', 'get value(m: {key1: "value1"}, key: "key1")', "value1"),
    ("get entries({a: 1})", "get entries(m: {a: 1})", [{"key": "a", "value": 1}]),
    ('context([{key: "a", value: 1}])', 'context(entries: [{key: "a", value: 1}])', {"a": 1}),
    ('context put({x: 1}, "y", 2)', 'context put(context: {x: 1}, key: "y", value: 2)', {"x": 1, "y": 2}),
    (
        'context put({x: 1, y: {a: 0}}, ["y", "a"], 2)',
        'context put(context: {x: 1, y: {a: 0}}, keys: ["y", "a"], value: 2)',
        {"x": 1, "y": {"a": 2}},
    ),
    (
        "context merge([{x: 1, y: 0}, {y: 2}])",
        "context merge(contexts: [{x: 1, y: 0}, {y: 2}])",
        {"x": 1, "y": 2},
    ),
]


@pytest.mark.parametrize(("by_position", "by_name", "value"), CALLS)
def test_a_function_is_called_by_position_and_by_name(
    by_position: str, by_name: str, value: Any, evaluate: Evaluate
) -> None:
    """Both ways give what the standard's tables say, and neither is a problem to lint."""
    for text in (by_position, by_name):
        assert to_json(evaluate(text)) == value, text
        assert infer(parse_expression(text), {}).problems == [], text


@pytest.mark.parametrize(("by_position", "by_name", "value"), CALLS)
def test_a_result_is_of_the_type_that_was_inferred(
    by_position: str, by_name: str, value: Any, evaluate: Evaluate
) -> None:
    """What lint believes of a call holds when it is made."""
    del value
    for text in (by_position, by_name):
        found = infer(parse_expression(text), {}).type
        assert found == feel_types.ANY or feel_types.conforms(evaluate(text), found), f"{text}: {found}"


def test_every_function_of_the_standard_is_tried_here() -> None:
    """None is forgotten, and every one that is here is the standard's or Carelane's own."""
    tried = {parse_expression(text).builtins for text, _, _ in CALLS}
    assert frozenset().union(*tried) | {"age", "billing_units", "convert", "covers", "quantity"} == BUILTINS.keys()
    assert {name for name in BUILTINS if " " in name} == SPACED_FUNCTIONS


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_wrong_calls_are_null_with_a_reason_that_says_how(name: str, environment: Environment) -> None:
    """Too many arguments and unknown names are answered by how the function is called."""
    for arguments in ("1, 2, 3, 4, 5, 6, 7, 8, 9", "nonsense: 1", "null"):
        expression = parse_expression(f"{name}({arguments})")
        if expression.evaluate({}, environment) is None:
            assert expression.explain({}, environment)
        if arguments == "nonsense: 1":
            assert expression.evaluate({}, environment) is None
            (problem,) = infer(expression, {}).problems
            assert (problem.line, problem.column) == (1, 1)
