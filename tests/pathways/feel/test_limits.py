"""No expression runs for long, makes anything huge, or depends on how deep its caller stands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pathways.feel import (
    Allowance,
    Environment,
    FeelLimitError,
    FeelSyntaxError,
    infer,
    limits,
    parse_expression,
    parse_unary_tests,
    to_json,
)
from pathways.feel import types as feel_types

BIG = list(range(1_000_000))
NESTED: list[Any] = []
for _ in range(5000):
    NESTED = [NESTED]

TOO_MUCH = [
    "big[item > 5]",
    "big[item = -1][1]",
    "for i in 1..1000000000 return i",
    "for i in big return i",
    "for i in 1..1000, j in 1..1000 return i * j",
    "some i in 1..1000000000 satisfies i < 0",
    "every i in big satisfies i >= 0",
    "count(for i in 1..1000000 return i)",
    "-1 in big",
    "sum(big)",
    "min(big)",
    "sort(big)",
    "sort(big, function(a, b) a > b)",
    "reverse(big)",
    "append(big, 1)",
    "concatenate(big, big)",
    "flatten(big)",
    "distinct values(big)",
    "distinct values(for i in 1..5000 return [i])",
    "list contains(big, -1)",
    "index of(big, -1)",
    "big = concatenate(big)",
    "string(big)",
    'string join(for i in 1..90000 return "aaaaaaaaaa")',
    'for i in 1..60 return if i = 1 then "ab" else partial[-1] + partial[-1]',
    'for i in 1..60 return if i = 1 then "ab" else replace(partial[-1], "a", "aa")',
    "for i in 1..60 return [partial, partial]",
    "for i in 1..200 return [partial[-1]]",
    "{f: function(n, g) g(n + 1, g), r: f(1, f)}.r",
    "{f: function(n, g) 1 + g(n, g), r: f(1, f)}.r",
    "{f: function(n, g) for i in 1..2 return g(n, g), r: f(1, f)}.r",
    "nested = [nested]",
    "string(nested)",
    "flatten(for i in 1..5000 return big)",
    "nested.a",
    f"{{a0: [1, 1], {', '.join(f'a{i + 1}: [a{i}, a{i}]' for i in range(100))}}}",
    "union(thousand, for i in thousand return [i])",
    "for i in 1..90000 return 3 ** 3.5",
    "for i in 1..90000 return log(i)",
    "for i in 1..90000 return exp(i)",
    'for i in 1..90000 return range("[1.." + string(i + 1) + "]")',
    'for i in 1..90000 return matches("a", string(i))',
    'for i in 1..90000 return quantity(i, "mg") * quantity(i, "mL")',
    'for i in 1..90000 return convert(quantity(i, "mg"), "[lb_av]")',
    "for i in 1..90000 return starts with(text, text)",
    "for i in 1..90000 return substring before(text, big_text)",
    'split(text, "a")',
    'replace(text, "a", "b")',
    'matches(text, "([a-z]{1,900})+!")',
    'matches(text, "(a{1,30}){1,30}b")',
    'sum(for i in 1..90000 return quantity(i, "mg"))',
]


@pytest.mark.parametrize("text", TOO_MUCH)
def test_work_stops_at_a_limit(text: str, environment: Environment) -> None:
    """Too much work is null, with the limit as the reason, and the same again."""
    scope = {"big": BIG, "nested": NESTED, "thousand": BIG[:1000], "text": "a" * 99_000, "big_text": "b" * 1_000_000}
    expression = parse_expression(text)
    assert expression.evaluate(scope, environment) is None
    assert expression.condition(scope, environment) is None
    found = [reason for reason in expression.explain(scope, environment) if reason.startswith("limit: ")]
    assert found == [reason for reason in expression.explain(scope, environment) if reason.startswith("limit: ")]
    assert len(found) == 1
    with pytest.raises(FeelLimitError) as raised:
        expression.work_out(scope, environment)
    assert f"limit: {raised.value}" == found[0]


def test_what_is_null_for_another_reason_is_worked_out(environment: Environment) -> None:
    """Only a limit is told by raising: FEEL's own null is a value, and so is a host's that cannot be read."""
    for text in ("x", "x.y", "1 + null", "broken(1)"):
        assert parse_expression(text).work_out({}, environment) is None
    assert parse_expression("x + 1").work_out({"x": 1}, environment) == 2


def test_evaluations_share_an_allowance_where_there_is_one(environment: Environment) -> None:
    """Each takes its steps from it; once it is used up, no more are taken."""
    allowance = Allowance(5_000)
    shared = Environment(environment.now, environment.zone, environment.functions, allowance)
    many, condition = (
        parse_expression("for i in 1..1000 return i * 2"),
        parse_expression("count(for i in 1..1000 return i) = 1000"),
    )
    tests = parse_unary_tests("> sum(for i in 1..1000 return i)")
    given = [many.evaluate({}, shared) is not None for _ in range(20)]
    assert given == sorted(given, reverse=True)
    assert given[0]
    assert not given[-1]
    assert allowance.left < 0
    with pytest.raises(FeelLimitError, match="takes more than 5000 steps"):
        many.work_out({}, shared)
    assert condition.condition({}, shared) is None
    assert tests.matches(2, {}, shared) is None
    told = ["limit: all that is worked out at once takes more than 5000 steps"]
    assert (condition.explain({}, shared), tests.explain(2, {}, shared)) == (told, told)
    assert parse_expression("x + 1").work_out({"x": 1}, shared) == 2


@pytest.mark.parametrize(
    "text",
    [
        "9 ** 9 ** 9 ** 9 ** 9",
        "1.0000000001 ** 9999999999999999999",
        "exp(99999)",
        'matches(text, "(a+)+$")',
        'matches(text, "(a|aa)+$")',
        'replace(text, "(a*)*b", "x") = text',
        'count(split(text, "(a|a)*b")) = 1',
        'matches("a", "((a{100}){100}){100}")',
        "substring(text, 1e30)",
        "round up(1e6000, 6000)",
        'number("1e999999999")',
        '@"P1D" * 1e6000',
        '@"2026-03-02" + @"P999999999Y"',
        'years and months duration(@"-999999999-01-01", @"999999999-01-01")',
        "modulo(1e6000, 3)",
        "decimal(1/3, 6000)",
        "range(text)",
        "quantity(text)",
        "quantity(1, text)",
        "get value({}, text)",
        'quantity(1e99, "Ym") > quantity(1e-99, "ym")',
        'quantity(1e99, "Ym30") > quantity(1e-99, "ym30")',
        'date("9" + text)',
    ],
)
def test_hard_sums_and_patterns_take_no_time(text: str, environment: Environment) -> None:
    """Powers, patterns and extreme numbers give a value or null at once (the test's own time limit watches)."""
    parse_expression(text).evaluate({"text": "a" * 50_000 + "!"}, environment)


@pytest.mark.parametrize(
    "text",
    [
        "1" + "+1" * 50_000,
        "(" * 2000 + "1" + ")" * 2000,
        "[" * 1000 + "]" * 1000,
        "{a:" * 1000 + "1" + "}" * 1000,
        "-" * 4000 + "1",
        "not(" * 800 + "true" + ")" * 800,
        "if a then " * 200 + "1" + " else 1" * 200,
        "for i in [1] return " * 200 + "i",
        "x instance of " + "list<" * 600 + "number" + ">" * 600,
        "x instance of " + "function<> -> " * 200 + "number",
        "x" + "[a" * 600 + "]" * 600,
        "{" + ", ".join(f"a {position}: 1" for position in range(400)) + "}",
    ],
)
def test_what_is_too_long_or_too_deep_is_refused_when_it_is_read(text: str) -> None:
    """The refusal says which limit it is."""
    with pytest.raises(FeelSyntaxError) as caught:
        parse_expression(text)
    assert any(words in caught.value.message for words in ("are allowed", "more than"))


def test_a_flood_of_problems_ends() -> None:
    """Looking for the nearest of many names stops after the first many."""
    text = "+".join(f"name{position}" for position in range(400))
    problems = infer(parse_expression(text), {f"nome{position}": feel_types.ANY for position in range(2000)}).problems
    assert len(problems) == limits.PROBLEMS


@pytest.mark.parametrize(
    "number",
    [
        Decimal("1e999999999"),
        Decimal("-1e-999999999"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal(10**5000),
        10**5000,
        float("inf"),
    ],
    ids=["large", "small", "nan", "snan", "infinity", "digits", "int", "float"],
)
def test_numbers_beyond_all_measure_take_no_time(number: Any, environment: Environment) -> None:
    """What a host's data holds is read as a number of 34 digits, or as null."""
    for text in (
        "string(x)", "[1, 2][x]", "x + 1", "x > 1", "[x][1] > 1", "max(z)", "sum(z)", "sort(z)", "distinct values(z)",
        "floor(x)", "x ** 2", "1 in [1..x]", "for i in 1..x return i", 'quantity(x, "mg")', "{a: x}.a", "-x",
        "even(x)", 'x * @"P1D"', "date(x, 1, 1)", "modulo(x, 3)", "sublist(z, x)", "string(z)",
    ):  # fmt: skip
        expression = parse_expression(text)
        to_json(expression.evaluate({"x": number, "z": [number, 1]}, environment))
        reasons = expression.explain({"x": number, "z": [number, 1]}, environment)
        assert not [reason for reason in reasons if reason.startswith("unforeseen")], (text, reasons)


def test_unary_tests_are_limited_too(environment: Environment) -> None:
    """A cell that loops stops at the same limit."""
    tests = parse_unary_tests("some i in 1..1000000000 satisfies i = -1")
    assert tests.matches(1, {}, environment) is None
    assert tests.explain(1, {}, environment) == [f"limit: it takes more than {limits.STEPS} steps"]


def test_json_of_what_nests_too_deep_is_refused() -> None:
    """A host's own value that JSON could not carry raises the typed error."""
    with pytest.raises(FeelLimitError):
        to_json(NESTED)


def deepest() -> list[str]:
    """Expressions that nest as deep as they may, each in its own way."""
    forms: list[Callable[[str], str]] = [
        lambda inner: f"({inner})",
        lambda inner: f"[{inner}][1]",
        lambda inner: f"-({inner})",
        lambda inner: f"if true then {inner} else 0",
        lambda inner: f"{{a: {inner}}}.a",
        lambda inner: f"(for i in [1] return {inner})[1]",
        lambda inner: f"abs({inner})",
        lambda inner: f"(function(a) a)({inner})",
        lambda inner: f"[1][{inner} = 1][1]",
        lambda inner: f"flatten([{inner}])[1]",
    ]
    texts = []
    for form in forms:
        text = "1"
        while True:
            try:
                parse_expression(form(text))
            except FeelSyntaxError:
                break
            text = form(text)
        texts.append(text)
    recursion = "{f: function(n, g) if n = 0 then 1 else abs(g(n - 1, g)), r: f(15, f)}.r"
    return [*texts, recursion]


def test_depth_does_not_depend_on_the_caller(environment: Environment) -> None:
    """The deepest expressions allowed give their value also where the caller has used much of Python's stack."""

    def below(depth: int, text: str) -> Any:
        if depth:
            return below(depth - 1, text)
        return parse_expression(text).evaluate({}, environment)

    assert sys.getrecursionlimit() >= 1000
    for text in deepest():
        assert below(0, text) == below(400, text)
        assert below(0, text) in (1, -1), text
