"""Reading text: what is an expression, how it binds, and where a mistake is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pathways.feel import FeelSyntaxError, limits, nodes, parse_expression, parse_unary_tests
from pathways.feel.parser import parse, parse_tests

Evaluate = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("10 - 2 - 3", 5),
        ("24 / 4 / 2", 3),
        ("1 + 1 = 2 and 2 < 3 or false", True),
        ("true or false and false", True),
        ("not(true) or true", True),
        ("if true then 1 else 2 + 10", 1),
        ("1 + if false then 1 else 2 + 10", 13),
        ("true and every x in [1, 2] satisfies x > 0 and x < 3", True),
        ("false or some x in [1, 2] satisfies x > 1", True),
        ("2 between 1 and 3 and true", True),
        ("[1, 2, 3][2]", 2),
        ("{a: {b: [10, 20]}}.a.b[-1]", 20),
        ("(function(a, b) a - b)(b: 1, a: 3)", 2),
        ("1/* a comment */+1// to the end", 2),
        ("3 in (1, 5, > 7)", False),
        ("3 in [1..5]", True),
        ("5 in [1..5[", False),
        ("1 in ]1..5]", False),
        ("[[1..3][1] = [1..3], 2]", [True, 2]),
        ("5 in (< 10)", True),
        ("{foo bar: 1, c-d: 2, sum: foo bar + c-d}.sum", 3),
        ('{"any key!": 1}', {"any key!": 1}),
        ("{a: 1}.a + 1", 2),
        ('"tab\\tquote\\" \\u00e9 \\U01F40E \\ud83d\\udc0e"', 'tab\tquote" é 🐎 🐎'),
        ('"\\d is kept"', "\\d is kept"),
        ("@\"P1D\" = duration('P1D')", None),
        (".5 + 1.5e1", 15.5),
        ("[]", []),
        ("[1, 2][item > 1]", [2]),
        ('"a" instance of string and 1 instance of number', True),
        ("[1] instance of list<number> and {a: 1} instance of context<a: number, b: list<list<string>>>", False),
        ("(function(a: number) a) instance of function<number> -> Any", True),
        ("[1..2] instance of range<number>", True),
        ('@"2026-03-02T09:00:00Z".time offset = @"PT0S"', True),
        ("[1..2].start included", True),
        ("for x in 1..3, y in [x] return x * y", [1, 4, 9]),
    ],
)
def test_expressions_bind_as_feel_says(text: str, value: object, evaluate: Evaluate) -> None:
    """Precedence, associativity, brackets, literals and names with spaces are FEEL's."""
    if value is None:
        with pytest.raises(FeelSyntaxError):
            parse_expression(text)
    else:
        assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "there is no expression"),
        ("   // nothing", 1, 1, "there is no expression"),
        ("1 +", 1, 4, "too early"),
        ("1 + + 2", 1, 5, "`+` does not fit"),
        ("a = b c", 1, 7, "`c` does not fit"),
        ("x == 1", 1, 4, "`=` does not fit"),
        ("(1, 2", 1, 6, "too early"),
        ("[1, 2", 1, 6, "too early"),
        ("if a then b", 1, 12, "too early; `else` may be missing"),
        ("a\n  &&\nb", 2, 3, "no meaning"),
        ('"open', 1, 1, "no end"),
        ("'single'", 1, 1, "no meaning"),
        ("1 ! 2", 1, 3, "no meaning"),
        ('@"never"', 1, 1, "no date, time"),
        ('x = @"2026-02-30"', 1, 5, "no date, time"),
        ("1e9999", 1, 1, "too large"),
        ('"\\ud83d"', 1, 1, "surrogate"),
        ("for x in y", 1, 11, "`return`"),
        ("{a 1}", 1, 2, "does not fit"),
        ("f(1, 2", 1, 7, "too early"),
    ],
)
def test_a_mistake_has_its_line_and_column(text: str, line: int, column: int, words: str) -> None:
    """A syntax error says where it is and what is wrong, in words."""
    with pytest.raises(FeelSyntaxError) as caught:
        parse_expression(text)
    error = caught.value
    assert (error.line, error.column) == (line, column)
    assert words in error.message
    assert f"line {line}, column {column}" in str(error)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x == 1", "single `=`"),
        ("'a'", "double quotes"),
        ("“a”", "straight double quotes"),
        ("a && b", "`and`"),
        ("a || b", "`or`"),
        ("7 % 2", "modulo"),
        ("a ≥ b", "`>=`"),
        ("a – b", "`-`"),
        ("a is null", "`x = null`"),
        ("not a = b", "`not(…)`"),
    ],
)
def test_habits_from_other_languages_get_a_hint(text: str, hint: str) -> None:
    """What people type from habit is answered with FEEL's way."""
    with pytest.raises(FeelSyntaxError) as caught:
        parse_expression(text)
    assert hint in caught.value.hint
    assert hint in str(caught.value)


def test_size_and_depth_are_limited() -> None:
    """Long and deep expressions are refused; long chains of one operator are fine."""
    with pytest.raises(FeelSyntaxError, match="characters"):
        parse_expression("1" + " " * limits.EXPRESSION_CHARACTERS)
    with pytest.raises(FeelSyntaxError, match="levels deep"):
        parse_expression("(" * 100 + "1" + ")" * 100)
    assert parse("1" + "+1" * 2000).depth == 2
    assert parse("a" + " or a" * 800).depth == 2
    assert parse("a" + " and a" * 600).depth == 2


def test_nodes_know_their_place() -> None:
    """Every node knows the stretch of text it stands for, brackets included."""
    text = "(alpha + beta) * gamma.delta"
    tree = parse(text)
    assert isinstance(tree, nodes.Arithmetic)
    assert text[tree.first.start : tree.first.end] == "(alpha + beta)"
    assert text[tree.rest[0][1].start : tree.rest[0][1].end] == "gamma.delta"
    assert (tree.start, tree.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "tests", "negated"),
    [("-", 0, False), ("1", 1, False), ("1, < 5, [2..3]", 3, False), ("not(1, 2)", 2, True), ("not(x) or y", 1, False)],
)
def test_unary_tests_are_told_apart(text: str, tests: int, negated: bool) -> None:
    """`-` is no test, `not(…)` around all of them negates, `not(…)` inside an expression is a function."""
    tree = parse_tests(text)
    assert (len(tree.tests), tree.negated) == (tests, negated)


def test_the_same_text_is_read_once() -> None:
    """Parsing is cached by text."""
    assert parse_expression("cached + 1") is parse_expression("cached + 1")
    assert parse_unary_tests("< 12345") is parse_unary_tests("< 12345")


def test_the_grammar_has_no_conflicts() -> None:
    """The grammar is LALR(1) as it stands: nothing is decided by the order of rules."""
    from lark import Lark

    from pathways.feel.grammar import GRAMMAR
    from pathways.feel.parser import _TokenLexer

    Lark(GRAMMAR, parser="lalr", lexer=_TokenLexer, start=["expression_start", "unary_start"], strict=True)


def test_every_function_with_a_space_is_known_to_the_tokens() -> None:
    """The names that tokens must know are exactly those of the functions that have spaces."""
    from pathways.feel.functions import BUILTINS
    from pathways.feel.names import SPACED_FUNCTIONS

    assert {name for name in BUILTINS if " " in name} == SPACED_FUNCTIONS
