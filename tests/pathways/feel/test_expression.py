"""Expressions and unary tests as the engine uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pathways.feel import Environment, Function, HostFunction, infer, parse_expression, parse_unary_tests, to_json
from pathways.feel import types as feel_types

Evaluate = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "names", "paths"),
    [
        ("urgency", {"urgency"}, {("urgency",)}),
        ("claim.decision.final", {"claim"}, {("claim", "decision", "final")}),
        ("claim.a + claim.a.b + claim", {"claim"}, {("claim", "a", "b")}),
        ("count(items) + today().year", {"items"}, {("items",)}),
        ("for i in items, j in i.n return i + j + k", {"items", "k"}, {("items",), ("k",)}),
        ("some x in xs satisfies x = y", {"xs", "y"}, {("xs",), ("y",)}),
        ("{a: b, c: a}", {"b"}, {("b",)}),
        ("(function(p) p + q)(r)", {"q", "r"}, {("q",), ("r",)}),
        ("items[status = open and item.n > 1]", {"items", "status", "open"}, {("items",), ("status",), ("open",)}),
        ("items[1].n", {"items"}, {("items",)}),
        ("business_add(t, 1)", {"t"}, {("t",)}),
        ("for i in 1..2 return partial", set(), set()),
        ("null", set(), set()),
    ],
)
def test_names_and_paths_are_those_of_the_scope(text: str, names: set[str], paths: set[tuple[str, ...]]) -> None:
    """Bound names, fields of made contexts and functions are left out."""
    expression = parse_expression(text)
    assert expression.names == names
    assert expression.paths == paths


def test_functions_and_fields_are_told_apart() -> None:
    """Names of unknown functions, of FEEL's own, and names that may be fields of filtered items are listed apart."""
    expression = parse_expression("business_add(now(), x)[status = y] + y")
    assert expression.functions == {"business_add"}
    assert expression.builtins == {"now"}
    assert expression.field_names == {"status"}


def test_spans_say_where_paths_stand() -> None:
    """Each use of a path has its line and column."""
    spans = parse_expression("claim.id = 1 or\n  claim.id = order").spans
    assert [(span.line, span.column) for span in spans["claim", "id"]] == [(1, 1), (2, 3)]
    assert [(span.start, span.end) for span in spans["order",]] == [(29, 34)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('urgency = "expedited"', True),
        ('missing = "expedited"', None),
        ('"expedited" = missing', None),
        ("missing != 1", None),
        ("missing = other", None),
        ("missing = null", True),
        ("null = missing", True),
        ("missing != null", False),
        ("urgency != null", True),
        ('missing != null and missing = "a"', False),
        ('missing = "a" or true', True),
        ('urgency = "a" or missing = "a"', None),
        ("missing in (1, 2)", None),
        ("missing in (1, null)", True),
        ("missing in [1, 2]", None),
        ("urgency", None),
        ("1 + 1", None),
        ("missing > 1", None),
        ('if missing = 1 then true else false', None),
        ("if missing = null then true else false", True),
        ('some x in [missing, 1] satisfies x = 1', True),
        ('every x in [missing, 1] satisfies x = 1', None),
        ("true", True),
        ("1/0 > 1", None),
    ],
)  # fmt: skip
def test_conditions_are_stricter_than_feel(text: str, value: bool | None, environment: Environment) -> None:
    """An equality with null is open unless null is written there, and what is not boolean is no answer."""
    scope = {"urgency": "expedited", "missing": None, "other": None}
    assert parse_expression(text).condition(scope, environment) is value


def test_equality_with_null_outside_conditions_is_feels(evaluate: Evaluate) -> None:
    """The strict mode is one of conditions only."""
    assert evaluate('missing = "a"', missing=None) is False
    assert evaluate('missing != "a"', missing=None) is True
    assert evaluate("missing = other", missing=None, other=None) is True
    assert evaluate("if missing then 1 else 2", missing=None) == 2


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ('requirement.status = "no-auth"', ["requirement.status is null"]),
        ('missing.status = "no-auth"', ["missing is null"]),
        ("amount > 4 and missing > 5", ["missing is null"]),
        ('amount > "5"', ["a number and a string have no order"]),
        ('amount = "5"', ["a number cannot equal a string"]),
        ("amount / 0 = 1", ["division by zero"]),
        ("amount", ["the result is a number"]),
        ("amount + 1", ["the result is a number"]),
        ('amount and true', ["amount is a number, not true or false"]),
        ("nothing_here(1)", ["there is no function nothing_here"]),
        ("substring(amount, 1) = amount", ["string of substring is a number, not a string"]),
        ("count(missing) > 1", ["missing is null", "list of count is null, not a list<Any>"]),
        ("null", ["the result is null"]),
        ("missing != null and missing > 1", []),
        ("amount = 5", []),
        ("items[3].n > 1", ["a list of 1 has no item 3"]),
        ("items[1].m > 1", ["items[1].m is null"]),
        ('date("2026-02-30") = today()', ['"2026-02-30" is no date']),
        ("for i in 1..1000000 return i", ["limit: it takes more than 100000 steps"]),
    ],
)  # fmt: skip
def test_reasons_are_given_in_words(text: str, reasons: list[str], environment: Environment) -> None:
    """A null result is explained by what was null or did not fit."""
    scope = {"requirement": {"status": None}, "missing": None, "amount": 5, "items": [{"n": 1}]}
    assert parse_expression(text).explain(scope, environment) == reasons


@pytest.mark.parametrize(
    ("tests", "value", "matches"),
    [
        ("-", 1, True),
        ("-", None, True),
        ("any", None, True),
        ('"a"', "a", True),
        ('"a"', "b", False),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "c", True),
        ('not("a", "b")', "b", False),
        ("< 5", 4, True),
        (">= 5", Decimal("4.99"), False),
        ("[1..5), 7", 7, True),
        ("[1..5), 7", 5, False),
        ("= 3", 3, True),
        ("!= 3", 3, False),
        ("limit", 10, True),
        ("< limit", 9, True),
        ("options", "b", True),
        ("options", "z", False),
        ("? > 3 and ? < 8", 5, True),
        ('contains(?, "x")', "axe", True),
        ("true", True, True),
        ("true", False, False),
        ("limit > 5", "anything", True),
        ("limit > 50", "anything", False),
        ("null", None, True),
        ("null", 1, False),
        ("not(null)", None, False),
        ("not(null)", 1, True),
        ('"a"', None, False),
        ("> 5", None, False),
        ('not("a")', None, True),
        ("not(> 5)", None, True),
        ("? > 5", None, False),
        ("options", None, False),
        ("missing", None, True),
        ("missing", 1, False),
        ('> 5', "text", None),
        ('"a", > 5', "a", True),
        ('not(> 5)', "text", None),
        ("1/0", 1, False),
    ],
)  # fmt: skip
def test_unary_tests_match(tests: str, value: Any, matches: bool | None, environment: Environment) -> None:
    """Values, ranges, comparisons, expressions on `?` and null are tested as a table's cells are."""
    scope = {"limit": 10, "options": ["a", "b"], "missing": None}
    assert parse_unary_tests(tests).matches(value, scope, environment) is matches


def test_unary_tests_know_their_names_and_reasons(environment: Environment) -> None:
    """The value under test is no name of the scope, and an open answer has its reasons."""
    tests = parse_unary_tests("< limit.most, ? = 1")
    assert tests.names == {"limit"}
    assert tests.paths == {("limit", "most")}
    assert tests.explain("a", {"limit": {"most": 3}}, environment) == [
        "a string and a number have no order",
        "a string cannot equal a number",
    ]
    assert tests.explain(2, {"limit": {"most": 3}}, environment) == []
    assert repr(tests) == "UnaryTests('< limit.most, ? = 1')"


class Frozen(Mapping[str, Any]):
    """A mapping of the host's own."""

    def __init__(self, inside: dict[str, Any]) -> None:
        self.inside = inside

    def __getitem__(self, key: str) -> Any:
        return self.inside[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.inside)

    def __len__(self) -> int:
        return len(self.inside)


@pytest.mark.parametrize("wrap", [dict, MappingProxyType, Frozen])
def test_any_mapping_is_a_scope_and_a_context(wrap: Callable[[Any], Any], environment: Environment) -> None:
    """The host's mappings and tuples are read like dicts and lists."""
    scope = wrap({"claim": wrap({"items": (wrap({"n": 0.1}), wrap({"n": 0.2}))})})
    assert parse_expression("sum(claim.items.n)").evaluate(scope, environment) == Decimal("0.3")
    assert parse_expression("claim.items[n > 0.1][1].n = 0.2").evaluate(scope, environment) is True
    assert to_json(parse_expression("claim").evaluate(scope, environment)) == {"items": [{"n": 0.1}, {"n": 0.2}]}


class Broken(Frozen):
    """A mapping that fails when it is read."""

    def __getitem__(self, key: str) -> Any:
        raise OSError(key)


def test_a_scope_that_fails_gives_null(environment: Environment) -> None:
    """Evaluation never raises, whatever the host's values do."""
    scope = Broken({"x": 1})
    for call in (parse_expression("x").evaluate, parse_expression("x > 1").condition):
        assert call(scope, environment) is None
    assert parse_expression("x").explain(scope, environment) == ["unforeseen OSError: x"]
    assert parse_unary_tests("x").matches(1, scope, environment) is None
    assert parse_unary_tests("x").explain(1, scope, environment) == ["unforeseen OSError: x"]


def raising(_: object) -> None:
    """A function of the host that fails."""
    raise RuntimeError("the calendar is missing")


def test_functions_of_the_host_are_called() -> None:
    """Declared arguments are held to their types and may be named; what a function raises makes null."""
    declared = feel_types.function([("t", feel_types.DATE), ("days", feel_types.NUMBER)], feel_types.DATE, optional=1)
    environment = Environment(
        datetime(2026, 3, 2, tzinfo=UTC),
        ZoneInfo("UTC"),
        {"later": HostFunction(lambda t, days=1: [t, days], declared), "double": lambda n: n * 2, "bad": raising},
    )

    def run(text: str) -> Any:
        expression = parse_expression(text)
        return expression.evaluate({}, environment), expression.explain({}, environment)

    assert run("double(4)")[0] == 8
    assert to_json(run('later(@"2026-03-02")')[0]) == ["2026-03-02", 1]
    assert to_json(run('later(days: 3, t: @"2026-03-02")')[0]) == ["2026-03-02", 3]
    assert run('later("x")') == (None, ["t of later is a string, not a date"])
    assert run("later()") == (None, ["later takes 2 arguments, not 0"])
    assert run("later(when: 1)") == (None, ["later has the parameters t, days"])
    assert run("double(n: 4)") == (None, ["double takes its arguments by position"])
    assert run("bad(1)") == (None, ["bad failed: the calendar is missing"])


def test_function_values_pass_through_the_scope(evaluate: Evaluate) -> None:
    """A function that one evaluation gives may be called in another, and keeps its names."""
    add = evaluate("function(a) a + offset", offset=10)
    assert isinstance(add, Function)
    assert evaluate("add(1)", add=add, offset=99) == 11
    assert evaluate("add(a: 2)", add=add) == 12
    assert evaluate("add(b: 2)", add=add) is None
    assert evaluate("add(1, 2)", add=add) is None
    assert evaluate("[3, 1][add(item) > 12]", add=add) == [3]
    assert evaluate("f(1)", f=5) is None
    assert evaluate('(function(a: number) a)("x")') is None
    assert evaluate("(function(a) external {java: a})(1)") is None
    assert evaluate("x()", x=None) is None
    assert evaluate("{f: function(n) n + 1, r: f(2)}.r") == 3


def test_built_in_functions_are_values(evaluate: Evaluate) -> None:
    """A built-in may be passed on and called by position or by name."""
    assert evaluate("{f: abs}.f(-2)") == 2
    assert evaluate('(substring)(length: 1, string: "abc", start position: 2)') == "b"
    assert evaluate("(substring)(nothing: 1)") is None
    assert evaluate("(abs)()") is None
    assert evaluate("string(abs)") == "function(n)"


def test_time_comes_from_the_environment_only(environment: Environment, evaluate: Evaluate) -> None:
    """`now` and `today` are the host's time in its zone, which must be aware."""
    assert to_json(evaluate("now()")) == "2026-03-02T09:00:00-05:00"
    assert to_json(evaluate("today()")) == "2026-03-02"
    late = Environment(datetime(2026, 3, 3, 3, tzinfo=UTC), environment.zone)
    assert to_json(parse_expression("today()").evaluate({}, late)) == "2026-03-02"
    with pytest.raises(ValueError, match="zone"):
        Environment(datetime(2026, 3, 2), environment.zone)  # noqa: DTZ001 - that is the mistake under test


def test_expressions_show_their_text() -> None:
    """A representation is for debugging."""
    assert repr(parse_expression("a + 1")) == "Expression('a + 1')"


def test_data_may_have_the_names_of_functions(evaluate: Evaluate) -> None:
    """A form's field may well be called date, count or quantity: only a call means the function."""
    scope = {"quantity": 3, "age": 70, "date": date(2026, 3, 2), "count": None, "now": 1, "items": [{"sum": 5}]}
    assert evaluate('quantity(quantity, "mg").value + age', **scope) == 73
    assert evaluate('date > date("2026-03-01") and count = null and now + 1 = 2', **scope) is True
    assert evaluate("items[sum > 4].sum", **scope) == [5]
    assert evaluate("sum(items.sum)", **scope) == 5
    expression = parse_expression("age + count(date.year)")
    assert expression.names == {"age", "date"}
    assert expression.builtins == {"count"}
    types = {"age": feel_types.NUMBER, "date": feel_types.DATE}
    assert infer(expression, types).problems == []
    assert infer(expression, types).type == feel_types.NUMBER
    assert infer(parse_expression("items[sum > 4]"), {"items": feel_types.ANY}).problems == []


def test_a_function_is_a_value_where_the_data_have_no_such_name(evaluate: Evaluate) -> None:
    """So that functions may be given to functions."""
    assert evaluate("sort([2, 1], before)") == [1, 2]
    assert evaluate("[1, 2][count([item]) = 1]") == [1, 2]
    assert evaluate("abs instance of function<number> -> number") is True
