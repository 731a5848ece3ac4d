"""Whatever text an author writes and whatever data it meets: a syntax error or a value, never anything else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pathways.feel import (
    BillingUnits,
    DaysTime,
    Environment,
    FeelSyntaxError,
    Quantity,
    Range,
    Time,
    YearsMonths,
    infer,
    infer_tests,
    parse_expression,
    parse_unary_tests,
    to_json,
)
from pathways.feel import types as feel_types
from pathways.feel.functions import BUILTINS
from pathways.feel.tokens import KEYWORDS
from pathways.feel.types import Type

ENVIRONMENT = Environment(datetime(2026, 3, 2, 14, tzinfo=UTC), ZoneInfo("America/New_York"))

SIGNS = "( ) [ ] { } < > <= >= = != + - * / ** . .. , : ? @ -> //"
WORDS = (
    *sorted(KEYWORDS),
    *SIGNS.split(" "),
    *sorted(BUILTINS),
    *("/*", "not", "item", "partial", "x", "y", "items", "claim", "1", "0", "2.5", "1e5", '"a"', '"(a+)+$"'),
    *('@"P1D"', '@"2026-03-02"', '"2026-03-02T10:00:00@Europe/Paris"', "list<number>", "context<a: string>"),
    *("{a: 1}", "[1..3]", "date and time", "days and time duration"),
)

zones = st.sampled_from(
    [None, UTC, timezone(timedelta(hours=-5)), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.floats(),
    st.text(max_size=8),
    st.dates(),
    st.datetimes(timezones=zones),
    st.builds(Time, st.integers(0, 86_399 * 10**9), zones),
    st.builds(DaysTime, st.integers(-(10**24), 10**24)),
    st.builds(YearsMonths, st.integers(-(10**12), 10**12)),
    st.builds(
        Quantity,
        st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=3)),
        st.sampled_from(["mg", "g", "mL/h", "Cel", "[degF]", "{tablet}", "1", "no unit"]),
    ),
    st.builds(BillingUnits, st.integers(-(10**6), 10**6)),
)
data = st.recursive(
    st.one_of(scalars, st.builds(Range, scalars, scalars, st.booleans(), st.booleans())),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["a", "b", "status", "n"]), inner, max_size=3)
    ),
    max_leaves=8,
)
scopes = st.fixed_dictionaries({"x": data, "y": data, "items": data, "claim": data})

literals = st.sampled_from(
    [
        "null", "true", "false", "0", "1", "-3", "2.5", "9999999999999999999999999999999999", "1e6000", '""', '"a"',
        '"2026-03-02"', '@"2026-03-02"', '@"2026-03-08T02:30:00@America/New_York"', '@"10:30:00"', '@"P1D"', '@"P1M"',
        "[]", "[1, 2, 3]", "{}", "{a: 1, b: a}", "[1..5]", '(< 3)', "x", "y", "items", "claim", "item", "?", "now()",
        "today()", 'quantity(5, "mg")', 'quantity("38.5 Cel")', 'quantity(1, "g/mL")', "billing_units(3)", '"mg"',
    ]
)  # fmt: skip


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions made of smaller ones."""
    operators = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", " and ", " or ", " in "]
    names = sorted(BUILTINS)
    return st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from(operators), inner),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
        st.builds("({} between {} and {})".format, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds(
            "{}.{}".format, inner, st.sampled_from(["a", "b", "year", "days", "start", "time offset", "value", "unit"])
        ),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("[{}..{})".format, inner, inner),
        st.builds("{{a: {}, b: {}}}".format, inner, inner),
        st.builds("(for i in {} return {})".format, inner, inner),
        st.builds("(for i in {}..{} return [i, partial, {}])".format, inner, inner, inner),
        st.builds("(some i in {} satisfies {})".format, inner, inner),
        st.builds("(every i in {}, j in {} satisfies {})".format, inner, inner, inner),
        st.builds("(function(x, y) {})({}, {})".format, inner, inner, inner),
        st.builds("({} instance of {})".format, inner, st.sampled_from(["number", "list<Any>", "range<date>"])),
        st.builds("({} in (< {}, {}))".format, inner, inner, inner),
        st.builds("{}({})".format, st.sampled_from(names), inner),
        st.builds("{}({}, {})".format, st.sampled_from(names), inner, inner),
        st.builds("{}({}, {}, {})".format, st.sampled_from(names), inner, inner, inner),
        st.builds("sort({}, function(a, b) {})".format, inner, inner),
        st.builds("list replace({}, function(a, b) {}, {})".format, inner, inner, inner),
        st.builds("{{a b: {}, c: a b + {}}}".format, inner, inner),
        st.builds("(function(x: number) {})(x: {})".format, inner, inner),
        st.builds("(-{})".format, inner),
        st.builds("]{}..{}]".format, inner, inner),
    )


expressions = st.recursive(literals, _compound, max_leaves=8)
types_of_names = st.fixed_dictionaries(
    {
        name: st.sampled_from(
            [
                feel_types.ANY,
                feel_types.NUMBER,
                feel_types.STRING,
                feel_types.DATE,
                feel_types.list_of(feel_types.context({"a": feel_types.NUMBER})),
                feel_types.context({"a": feel_types.STRING}, open=True),
            ]
        )
        for name in ("x", "y", "items", "claim")
    }
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)))
@example("\ud800")
@example("{" * 4000)
@example("(" * 2000 + ")" * 2000)
@example('"' + "\\" * 4001)
@example("[" + " " * 4000)
@example("-" * 4096)
@example("/*" * 2000)
@example("a" + ".b" * 2000)
@example("1" + "+1" * 2000)
@example("x" + "[1]" * 1300)
@example("not(" * 1000)
@example("9" * 4096)
@example("1e999999999")
def test_any_text_is_an_expression_or_a_syntax_error(text: str) -> None:
    """Nothing but FeelSyntaxError comes of reading text, and it points into the text."""
    places = []
    for parse in (parse_expression, parse_unary_tests):
        try:
            parsed = parse(text)
        except FeelSyntaxError as error:
            places.append((error.message != "", error.line, error.column))
            continue
        assert parsed.text.strip() == text.strip()
    for has_message, line, column in places:
        assert has_message
        assert 1 <= line <= text.count("\n") + 1
        assert 1 <= column <= len(text) + 1


@settings(max_examples=500, deadline=None)
@given(expressions, scopes)
def test_evaluation_never_raises_and_gives_the_same_again(text: str, scope: dict[str, Any]) -> None:
    """Any expression on any data gives a value, twice the same, which JSON can carry and whose absence is explained."""
    try:
        expression = parse_expression(text)
    except FeelSyntaxError:
        return
    value = expression.evaluate(scope, ENVIRONMENT)
    again = expression.evaluate(scope, ENVIRONMENT)
    assert json.dumps(to_json(value)) == json.dumps(to_json(again))
    decided = expression.condition(scope, ENVIRONMENT)
    assert decided in (True, False, None)
    reasons = expression.explain(scope, ENVIRONMENT)
    assert reasons == expression.explain(scope, ENVIRONMENT)
    assert bool(reasons) == (decided is None)
    assert not [reason for reason in reasons if reason.startswith("unforeseen")]


json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(["2026-03-02", "2026-03-02T09:00:00Z", "mg", "P1D"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["a", "b", "value", "unit", "start", "end", "key"]), inner, max_size=3),
    ),
    max_leaves=8,
)


def declared(value: Any) -> Type:
    """The type that a value of JSON has, as lint would declare it."""
    if isinstance(value, dict):
        return feel_types.context({key: declared(one) for key, one in value.items()})
    if isinstance(value, list):
        joined: Type = feel_types.NULL
        for one in value:
            joined = feel_types.join(joined, declared(one))
        return feel_types.list_of(joined)
    return feel_types.of_value(value)


def without_empty_lists(value: Any) -> Any:
    """A value with null for each empty list: what an index that is null gives is one, whatever the items are."""
    if isinstance(value, dict):
        return {key: without_empty_lists(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_empty_lists(one) for one in value] or None
    return value


@settings(max_examples=500, deadline=None)
@given(expressions, st.fixed_dictionaries(dict.fromkeys(("x", "y", "items", "claim"), json_values)))
@example("[1..5][(< 3).start]", dict.fromkeys(("x", "y", "items", "claim")))
@example("get value({}, [null])", dict.fromkeys(("x", "y", "items", "claim")))
@example("append([], 1)[1]", dict.fromkeys(("x", "y", "items", "claim")))
@example("sublist(start position: 1, list: items)", {"x": 1, "y": 1, "items": [1], "claim": None})
def test_a_value_is_of_the_type_that_was_inferred(text: str, scope: dict[str, Any]) -> None:
    """What lint believes of an expression without problems holds for every value, but for null, that it gives."""
    try:
        expression = parse_expression(text)
    except FeelSyntaxError:
        return
    found = infer(expression, {name: declared(value) for name, value in scope.items()})
    value = expression.evaluate(scope, ENVIRONMENT)
    assert not [reason for reason in expression.explain(scope, ENVIRONMENT) if reason.startswith("unforeseen")]
    value = without_empty_lists(value)
    if found.problems or value is None or found.type == feel_types.ANY:
        return
    assert feel_types.conforms(value, found.type), f"{to_json(value)} is no {found.type}"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(expressions, expressions.map("< {}".format)), min_size=1, max_size=3), data, scopes)
def test_unary_tests_never_raise(texts: list[str], value: Any, scope: dict[str, Any]) -> None:
    """Any tests on any value are decided or left open."""
    try:
        tests = parse_unary_tests(", ".join(texts))
    except FeelSyntaxError:
        return
    found = tests.matches(value, scope, ENVIRONMENT)
    assert found in (True, False, None)
    reasons = tests.explain(value, scope, ENVIRONMENT)
    assert bool(reasons) == (found is None)
    assert not [reason for reason in reasons if reason.startswith("unforeseen")]


@settings(max_examples=300, deadline=None)
@given(expressions, types_of_names)
def test_inference_never_raises_and_points_into_the_text(text: str, names: dict[str, Type]) -> None:
    """Any expression has a type or problems, each at a place in the text."""
    try:
        expression, tests = parse_expression(text), parse_unary_tests(text)
    except FeelSyntaxError:
        return
    for found in (infer(expression, names), infer_tests(tests, feel_types.ANY, names)):
        assert str(found.type)
        for problem in found.problems:
            assert problem.message
            assert (problem.line, 1 <= problem.column <= len(text)) == (1, True)


@settings(max_examples=200, deadline=None)
@given(scopes, st.lists(st.sampled_from(["x", "y", "items", "claim"]), min_size=1, max_size=4, unique=True))
def test_names_say_what_an_expression_depends_on(scope: dict[str, Any], used: list[str]) -> None:
    """What stands in the scope under other names never changes the value."""
    expression = parse_expression(f"[{', '.join(used)}]")
    assert expression.names == set(used)
    only = {name: scope[name] for name in used}
    assert to_json(expression.evaluate(scope, ENVIRONMENT)) == to_json(expression.evaluate(only, ENVIRONMENT))


@settings(max_examples=200, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_numbers_survive_json_and_text(number: Decimal) -> None:
    """No digit is lost or made up between a number, its JSON form and its text."""
    as_json = to_json(number)
    assert Decimal(str(as_json)) == number
    assert parse_expression("number(string(x))").evaluate({"x": number}, ENVIRONMENT) == number


@settings(max_examples=200, deadline=None)
@given(st.datetimes(timezones=zones), st.dates(), st.timedeltas(timedelta(-(10**6)), timedelta(10**6)))
def test_moments_survive_their_text(moment: datetime, day: date, duration: timedelta) -> None:
    """What `string()` writes is read back as an equal value."""
    scope = {"moment": moment.replace(fold=0), "day": day, "length": duration}
    for text in (
        "date and time(string(moment)) = moment",
        "date(string(day)) = day",
        "time(string(time(moment))) = time(moment)",
        "duration(string(length)) = length",
    ):
        assert parse_expression(text).evaluate(scope, ENVIRONMENT) is True, text
