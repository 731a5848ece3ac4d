"""No expression runs for long, makes anything huge, or depends on how deep its caller stands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from pathways.feel import (
    Environment,
    FeelLimitError,
    FeelSyntaxError,
    limits,
    parse_expression,
    parse_unary_tests,
    to_json,
)

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
]


@pytest.mark.parametrize("text", TOO_MUCH)
def test_work_stops_at_a_limit(text: str, environment: Environment) -> None:
    """Too much work is null, with the limit as the reason, and the same again."""
    scope = {"big": BIG, "nested": NESTED, "thousand": BIG[:1000]}
    expression = parse_expression(text)
    assert expression.evaluate(scope, environment) is None
    assert expression.condition(scope, environment) is None
    found = [reason for reason in expression.explain(scope, environment) if reason.startswith("limit: ")]
    assert found == [reason for reason in expression.explain(scope, environment) if reason.startswith("limit: ")]
    assert len(found) == 1


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
        'date("9" + text)',
    ],
)
def test_hard_sums_and_patterns_take_no_time(text: str, environment: Environment) -> None:
    """Powers, patterns and extreme numbers give a value or null at once (the test's own time limit watches)."""
    parse_expression(text).evaluate({"text": "a" * 50_000 + "!"}, environment)


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
