"""Static types: what is told before anything runs, and where."""

from __future__ import annotations

import pytest

from pathways.feel import Problem, infer, infer_tests, parse_expression, parse_unary_tests
from pathways.feel import types as t

DECISION = t.context({"final": t.BOOLEAN, "at": t.DATE_TIME})
NAMES = {
    "x": t.NUMBER,
    "s": t.STRING,
    "b": t.BOOLEAN,
    "d": t.DATE,
    "moment": t.DATE_TIME,
    "clock": t.TIME,
    "claim": t.context({"id": t.STRING, "decision": DECISION}),
    "items": t.list_of(t.context({"status": t.STRING, "n": t.NUMBER})),
    "loose": t.context({"known": t.NUMBER}, open=True),
    "what": t.ANY,
    "r": t.range_of(t.NUMBER),
}
FUNCTIONS = {
    "business_add": t.function(
        [("t", t.DATE_TIME), ("duration", t.STRING), ("calendar", t.STRING)], t.DATE_TIME, optional=1
    ),
    "anything": t.FunctionType(None, t.NUMBER),
}


def problems(text: str) -> list[tuple[int, str, str]]:
    """The problems of an expression: column, message, hint."""
    found = infer(parse_expression(text), NAMES, FUNCTIONS).problems
    return [(problem.column, problem.message, problem.hint) for problem in found]


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("x > 3 and b", "boolean"),
        ("x + 1", "number"),
        ("d + @\"P1M\"", "date"),
        ("moment - d", "days and time duration"),
        ("what + 1", "number"),
        ("what + what", "Any"),
        ("what - d", "days and time duration"),
        ("-@\"P1M\"", "years and months duration"),
        ("d.year", "number"),
        ("moment.timezone", "string"),
        ("moment.time offset", "days and time duration"),
        ("r.start", "number"),
        ("r.start included", "boolean"),
        ("claim.decision.at", "date and time"),
        ("items.n", "list<number>"),
        ("items[1]", "context<n: number, status: string>"),
        ("items[n > 1].status", "list<string>"),
        ("items[what]", "Any"),
        ("items.n[item > 1]", "list<number>"),
        ("x[1]", "number"),
        ("loose.known", "number"),
        ("loose.other", "Any"),
        ("what.a.b[1].c", "Any"),
        ("if b then 1 else 2", "number"),
        ("if b then 1 else null", "number"),
        ('if b then 1 else "a"', "Any"),
        ("if b then {a: 1} else {a: 2, c: 3}", "context<a: number>"),
        ("if b then [1] else [null]", "list<number>"),
        ("[1, 2]", "list<number>"),
        ("[]", "list<null>"),
        ("if b then items else []", "list<context<n: number, status: string>>"),
        ('[1, "a"]', "list<Any>"),
        ("{a: x, b: a + 1}", "context<a: number, b: number>"),
        ("[1..3]", "range<number>"),
        ("(< 5)", "range<number>"),
        ("for i in items return i.n", "list<number>"),
        ("for i in 1..3, j in [i] return j", "list<number>"),
        ("for i in r return partial", "list<list<Any>>"),
        ("every i in items satisfies i.n > 1", "boolean"),
        ("function(a: number) a + x", "function<number> -> number"),
        ("(function(a: number) a + x)(1)", "number"),
        ("what(1)", "Any"),
        ("abs", "function<> -> Any"),
        ("substring(s, 1)", "string"),
        ("sum(items.n)", "number"),
        ("min(items.n)", "number"),
        ("max(1, 2)", "number"),
        ("sort(items, function(a, b) a.n < b.n)", "list<context<n: number, status: string>>"),
        ("append(items, null)", "list<context<n: number, status: string>>"),
        ('duration("P1D")', "days and time duration"),
        ("duration(s)", "Any"),
        ("number(from: s)", "number"),
        ('date("2026-03-02")', "date"),
        ("date(x, 1, 1)", "date"),
        ("get value(claim, s)", "Any"),
        ('business_add(moment, "1 day")', "date and time"),
        ('business_add(duration: "1 day", t: moment)', "date and time"),
        ("anything(1, 2, 3)", "number"),
        ("covers({start: d, end: null}, d)", "boolean"),
        ("age(d, today())", "number"),
        ("x between 1 and 5", "boolean"),
        ("x in (1, < 5, [7..9])", "boolean"),
        ('s in ["a", "b"]', "boolean"),
        ("x in [[1..2], [3..4]]", "boolean"),
        ("x in items.n", "boolean"),
        ("[1] in [[1]]", "boolean"),
        ("what instance of number", "boolean"),
        ("s = null and null != x", "boolean"),
        ("null", "null"),
        ("what = 1 or 1 < what", "boolean"),
    ],
)  # fmt: skip
def test_types_of_sound_expressions(text: str, type_: str) -> None:
    """An expression that may be right has its type and no problem."""
    found = infer(parse_expression(text), NAMES, FUNCTIONS)
    assert (str(found.type), found.problems) == (type_, [])


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("clam.id", 1, "there is no name `clam` here", "Did you mean `claim`?"),
        ("zzzzzz", 1, "there is no name `zzzzzz` here", ""),
        ("claim.decison.final", 7, "`claim` has no field `decison`", "Did you mean `decision`?"),
        ("1 + claim.decision.fnal", 20, "`claim.decision` has no field `fnal`", "Did you mean `final`?"),
        ("items.m", 7, "`items` has no field `m`", ""),
        ("items[statu = s]", 7, "there is no name `statu` here", "Did you mean `status`?"),
        ("d.yeer", 3, "a date has no `yeer`", "Did you mean `year`?"),
        ("s.length", 3, "a string has no `length`", ""),
        ('x > "3"', 1, "a number is compared with a string", ""),
        ('d < "2026-03-02"', 1, "a date is compared with a string", 'Write dates and times as `date("2026-03-02")`'),
        ("d = moment", 1, "a date is compared with a date and time", "Take the date of it"),
        ('@"P1M" < @"P30D"', 1, "a years and months duration is compared with", "Months have no fixed number"),
        ("b > true", 1, "a boolean has no order", ""),
        ("claim > claim", 1, "has no order", ""),
        ("s + 1", 5, "`+` has no meaning between a string and a number", "Convert a number by `string(…)`"),
        ("d + d", 5, "`+` has no meaning between a date and a date", ""),
        ("x * s", 5, "`*` has no meaning between a number and a string", ""),
        ("-s", 1, "a string has no negative", ""),
        ("if s then 1 else 2", 4, "this is a string, not true or false", ""),
        ("b and x", 7, "this is a number, not true or false", ""),
        ("some i in items satisfies i.n", 29, "this is a number, not true or false", ""),
        ('x between 1 and "b"', 17, "a number is compared with a string", ""),
        ('x in (1, "a")', 10, "a number is compared with a string", ""),
        ('x in ["a"]', 6, "a number is compared with a string", ""),
        ('x in ["a".."b"]', 6, "a number is compared with a string", ""),
        ("x in > s", 6, "a number is compared with a string", ""),
        ("(1, 2)", 1, "several tests in brackets", ""),
        ('[1.."b"]', 1, "a number is compared with a string", ""),
        ("items[s]", 7, "a filter is true or false, or a number, not a string", ""),
        ("for i in 1..s return i", 13, "a number is compared with a string", ""),
        ("coun(items)", 1, "there is no function `coun`", "Did you mean `count`?"),
        ("busines_add(moment, s)", 1, "there is no function `busines_add`", "Did you mean `business_add`?"),
        ("substring(s)", 1, "`substring` is not called like this", "The way to call it is substring(string: string"),
        ("number(form: s)", 1, "`number` is not called like this", "The way to call it is number(from"),
        ("substring(x, 1)", 11, "`string` of `substring` is a string, not a number", ""),
        ("date(b)", 6, "`from` of `date` is a string or a date or a date and time, not a boolean", ""),
        ("sum(s)", 5, "`list` of `sum` is a list<number>, not a string", ""),
        ('date("2026-02-30")', 1, '"2026-02-30" is no date', ""),
        ('duration("1 day")', 1, '"1 day" is no duration', ""),
        ('matches(s, "(")', 12, '"(" is no pattern that can be run', ""),
        ("business_add(s, s)", 14, "`t` of `business_add` is a date and time, not a string", ""),
        ("business_add(moment)", 1, "`business_add` is not called like this", "business_add(t: date and time"),
        ("business_add(when: moment, what: s)", 1, "`business_add` is not called like this", ""),
        ("covers(claim, d).x", 18, "a boolean has no `x`", ""),
        ("{a: 1}(2)", 1, "is not a function", ""),
        ("{a: 1, a: 2}", 11, "the key `a` stands twice", ""),
        ("x instance of numbr", 1, "there is no type `numbr`", "Did you mean `number`?"),
    ],
)
def test_mistakes_are_found_with_their_place(text: str, column: int, message: str, hint: str) -> None:
    """A mistake is one problem, at its column, in words, with what was probably meant."""
    (found,) = problems(text)
    assert found[0] == column
    assert message in found[1]
    assert found[2].startswith(hint) if hint.startswith("Did") else hint in found[2]
    assert bool(found[2]) == bool(hint) or "called like this" in message


def test_lines_count_and_problems_stand_in_order() -> None:
    """Line and column are those inside the text."""
    found = infer(parse_expression("x = s or\n  d = x or\n  y"), NAMES).problems
    assert [(problem.line, problem.column) for problem in found] == [(1, 1), (2, 3), (3, 3)]
    assert isinstance(found[0], Problem)


def test_open_contexts_and_unknown_items_leave_names_open() -> None:
    """Inside a filter over what is not known any name may be a field."""
    assert problems("what[anything_at_all = 1]") == []
    assert problems("[loose][other = 1]") == []
    assert str(infer(parse_expression("what[x]"), NAMES).type) == "Any"


@pytest.mark.parametrize(
    ("text", "type_", "messages"),
    [
        ("-", t.STRING, []),
        ("< 5, [7..9]", t.NUMBER, []),
        ('"a", not_known', t.STRING, ["there is no name `not_known` here"]),
        ('"a"', t.NUMBER, ["a number is compared with a string"]),
        ('not("a")', t.NUMBER, ["a number is compared with a string"]),
        ("? > 5", t.STRING, ["a string is compared with a number"]),
        ('contains(?, "x")', t.STRING, []),
        ("[1..2]", t.STRING, ["a string is compared with a number"]),
        ("x", t.STRING, ["a string is compared with a number"]),
        ("b", t.STRING, []),
        ("b", t.BOOLEAN, []),
        ("items.status", t.STRING, []),
        ("null", t.STRING, []),
        ("s", t.ANY, []),
    ],
)
def test_unary_tests_are_checked_against_the_type_of_their_value(text: str, type_: t.Type, messages: list[str]) -> None:
    """Each test of a table's cell must be able to hold of the column's values."""
    found = infer_tests(parse_unary_tests(text), type_, NAMES)
    assert found.type == t.BOOLEAN
    assert [problem.message for problem in found.problems] == messages


@pytest.mark.parametrize(
    ("value", "type_", "conforms"),
    [
        (1, t.NUMBER, True),
        ("a", t.NUMBER, False),
        (None, t.NUMBER, False),
        (None, t.ANY, False),
        (1, t.ANY, True),
        ([1, None], t.list_of(t.NUMBER), True),
        ([1, "a"], t.list_of(t.NUMBER), False),
        ({"a": 1, "b": 2}, t.context({"a": t.NUMBER}), True),
        ({"b": 2}, t.context({"a": t.NUMBER}), False),
        ([], t.context({}), False),
    ],
)
def test_values_conform_to_types(value: object, type_: t.Type, conforms: bool) -> None:
    """`instance of` holds for values of the type, whose parts may be null."""
    assert t.conforms(value, type_) is conforms


def test_types_are_written_as_feel_writes_them() -> None:
    """A type's text is what an author would write."""
    assert str(t.function([("a", t.NUMBER)], t.list_of(t.DATE_TIME))) == "function<number> -> list<date and time>"
    assert str(t.context({})) == "context"
    assert str(t.range_of(t.DATE)) == "range<date>"
    assert t.context({"b": t.DATE, "a": t.ANY}) == t.context({"a": t.ANY, "b": t.DATE})
    assert t.join(t.range_of(t.DATE), t.range_of(t.NULL)) == t.range_of(t.DATE)
    assert t.join(t.NULL, t.DATE) == t.DATE
