"""Coverage-guided fuzzing of expressions, by atheris: `make fuzz` (SECONDS=300 is how long).

Any text on any data gives a syntax error or a value, soon, and never anything else: neither another exception nor a
reason that nobody foresaw. What is found is written to `crash-…`; run it again with the file as the argument, and
then write it down as a test.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # in the group `fuzz` only

with atheris.instrument_imports(include=["pathways.feel"]):
    from pathways.feel import (
        BillingUnits,
        Environment,
        FeelSyntaxError,
        Quantity,
        infer,
        infer_tests,
        parse_expression,
        parse_unary_tests,
        tck,
        to_json,
        types,
    )
    from pathways.feel.functions import BUILTINS
    from pathways.feel.tokens import KEYWORDS

ENVIRONMENT = Environment(datetime(2026, 3, 2, 14, tzinfo=UTC), ZoneInfo("America/New_York"))
WORDS = (
    *sorted(KEYWORDS), *sorted(BUILTINS), "x", "y", "items", "q", "u", "a", "b", "item", "partial", "?", "1", "0", "-1",
    "2.5", "1e30", "1e6000", "9999999999999999999999999999999999", '"a"', '""', '"mg"', '"[degF]"', '"5 mg"',
    '"(a+)+$"', '"[a-z-[b]]"', '"i"', '"2026-03-02"', '@"2026-03-02"', '@"10:00:00Z"', '@"P1D"', '@"P1M"',
    '@"2026-03-08T02:30:00@America/New_York"', "(", ")", "[", "]", "{", "}", "<", ">", "<=", ">=", "=", "!=", "+",
    "-", "*", "/", "**", ".", "..", ",", ":", "->", "function(a, b)", "function(x: number)", "for i in ", " return ",
    "[1, 2, 3]", "[1..3]", "{a: 1}", "{a b: 1}.a b", "instance of ", "list<number>", "context<a: string>",
)  # fmt: skip
UNITS = ("mg", "kg", "Cel", "mL/h", "no unit")
NAMES = dict.fromkeys(("x", "y", "items", "q", "u"), types.ANY)


def _text(data: Any) -> str:
    """An expression: of words, or of any characters, or of both."""
    pieces = []
    for _ in range(data.ConsumeIntInRange(0, 24)):
        if data.ConsumeProbability() < 0.85:
            pieces.append(WORDS[data.ConsumeIntInRange(0, len(WORDS) - 1)])
        else:
            pieces.append(data.ConsumeUnicodeNoSurrogates(6))
        if data.ConsumeBool():
            pieces.append(" ")
    return "".join(pieces)


LEAVES = (
    "null", "true", "false", "0", "1", "-3", "2.5", "1e30", "1e6000", '"a"', '""', '"mg"', '"5 mg"', '"2026-03-02"',
    '@"2026-03-02"', '@"2026-03-08T02:30:00@America/New_York"', '@"10:30:00Z"', '@"P1DT2H"', '@"P1Y2M"', "[]",
    "[1, 2, 3]", "{}", "{a: 1, b: a}", "[1..5]", "(< 3)", "x", "y", "items", "q", "u", "a", "item", "partial", "?",
    "now()", "today()", 'quantity(5, "mg")', "billing_units(3)", '"(a+)+$"', '"[a-z-[b]]+"',
)  # fmt: skip
FORMS = (
    "({} + {})", "({} - {})", "({} * {})", "({} / {})", "({} ** {})", "-{}", "({} = {})", "({} != {})", "({} < {})",
    "({} >= {})", "({} and {})", "({} or {})", "({} in {})", "({} in (< {}, {}))", "({} between {} and {})",
    "(if {} then {} else {})", "{}[{}]", "{}.a", "{}.value", "{}.unit", "{}.days", "{}.time offset", "{}.start",
    "[{}, {}]", "[{}..{})", "]{}..{}]", "{{a: {}, b: {}}}", "{{a b: {}, c: a b + {}}}", "(for i in {} return {})",
    "(for i in {}..{} return [i, partial, {}])", "(some i in {} satisfies {})", "(every i in {}, j in {} satisfies {})",
    "(function(x, y) {})({}, {})", "(function(x: number) {})(x: {})", "({} instance of list<number>)",
    "({} instance of quantity)", "sort({}, function(a, b) {})", "list replace({}, function(a, b) {}, {})",
    "{{f: function(n, g) if n > 0 then g(n - 1, g) + {} else {}, r: f(3, f)}}.r", "not({})",
)  # fmt: skip
FUNCTIONS = sorted(BUILTINS)


def _expression(data: Any, depth: int = 0) -> str:
    """An expression of the grammar's shape."""
    if depth > 5 or data.ConsumeIntInRange(0, 3) == 0:
        return LEAVES[data.ConsumeIntInRange(0, len(LEAVES) - 1)]
    if data.ConsumeBool():
        function = FUNCTIONS[data.ConsumeIntInRange(0, len(FUNCTIONS) - 1)]
        arguments = (_expression(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3)))
        return f"{function}({', '.join(arguments)})"
    form = FORMS[data.ConsumeIntInRange(0, len(FORMS) - 1)]
    return form.format(*(_expression(data, depth + 1) for _ in range(form.count("{}"))))


def _value(data: Any, depth: int = 0) -> Any:
    """A value of any kind."""
    choice = data.ConsumeIntInRange(0, 9 if depth < 3 else 6)
    match choice:
        case 0:
            return None
        case 1:
            return data.ConsumeBool()
        case 2:
            return data.ConsumeInt(8)
        case 3:
            return data.ConsumeFloat()
        case 4:
            return data.ConsumeUnicode(12)
        case 5:
            return Quantity(data.ConsumeIntInRange(-1000, 1000), UNITS[data.ConsumeIntInRange(0, len(UNITS) - 1)])
        case 6:
            return BillingUnits(data.ConsumeIntInRange(-10, 10))
        case 7 | 8:
            return [_value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 4))]
        case _:
            return {key: _value(data, depth + 1) for key in "ab"[: data.ConsumeIntInRange(0, 2)]}


def _hold(claim: bool, words: str) -> None:
    if not claim:
        raise AssertionError(words)


def _unforeseen(reasons: list[str]) -> bool:
    return any(reason.startswith("unforeseen") for reason in reasons)


def _check(text: str, scope: dict[str, Any], value: Any) -> None:
    """Read, infer, evaluate, explain and write one text."""
    try:
        expression = parse_expression(text)
    except FeelSyntaxError as error:
        _hold(error.message != "" and error.line >= 1 and error.column >= 1, str(error))
    else:
        infer(expression, NAMES)
        json.dumps(to_json(expression.evaluate(scope, ENVIRONMENT)))
        decided = expression.condition(scope, ENVIRONMENT)
        reasons = expression.explain(scope, ENVIRONMENT)
        _hold(bool(reasons) == (decided is None) and not _unforeseen(reasons), str(reasons))
    try:
        tests = parse_unary_tests(text)
    except FeelSyntaxError:
        return
    infer_tests(tests, types.ANY, NAMES)
    found = tests.matches(value, scope, ENVIRONMENT)
    reasons = tests.explain(value, scope, ENVIRONMENT)
    _hold(bool(reasons) == (found is None) and not _unforeseen(reasons), str(reasons))


def test_one_input(raw: bytes) -> None:
    """What the fuzzer calls with the bytes it makes up."""
    data = atheris.FuzzedDataProvider(raw)
    if data.ConsumeProbability() < 0.05:
        tck.check([data.ConsumeUnicode(200)])
        return
    text = _text(data) if data.ConsumeIntInRange(0, 3) == 0 else _expression(data)
    _check(text, {name: _value(data) for name in NAMES}, _value(data))


def main() -> None:
    """Fuzz until the time given on the command line is over."""
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
