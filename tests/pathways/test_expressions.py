"""Every expression is checked where it stands, to the line and column inside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pathways.diagnostics import Mark
from pathways.expressions import MOST_BYTES, check_authored, check_condition, check_tests, check_timing, expressions_in
from pathways.model import Authored, Text
from pathways.reader import Reader

AT = Mark(3, 5)
Check = Callable[[Reader, Text], Any]


def text(value: str) -> Text:
    """A text at a known place."""
    return Text(value, AT)


def test_what_compiles_is_given_back_as_it_was() -> None:
    """Conditions, tests, times, values."""
    reader = Reader("x.yaml")
    assert check_condition(reader, text("x > 1")) == "x > 1"
    assert check_tests(reader, text('"a", "b"')) == '"a", "b"'
    assert check_timing(reader, text('=x + duration("P1D")'), business=False) == '=x + duration("P1D")'
    assert check_timing(reader, text("3 days"), business=False) == "3 days"
    assert check_timing(reader, text("{{ n }} days"), business=False) == "{{ n }} days"
    assert check_timing(reader, text("2026-03-02"), business=False) == "2026-03-02"
    value = {"a": ["=x", "{{ y }} and z", 1], "b": None}
    assert check_authored(reader, Authored(value, AT)) == value
    assert reader.diagnostics == []


@pytest.mark.parametrize(
    ("check", "given", "instead"),
    [
        (check_condition, "x >", "null"),
        (check_tests, "< <", "null"),
        (lambda reader, one: check_timing(reader, one, business=False), "=x +", "=null"),
        (lambda reader, one: check_timing(reader, one, business=False), "3 dayz", "=null"),
        (lambda reader, one: check_timing(reader, one, business=False), "{{ n + }} days", "=null"),
        (lambda reader, one: check_authored(reader, Authored(one.value, one.mark)), "a {{ b +", None),
        (lambda reader, one: check_authored(reader, Authored([one.value], one.mark)), "=b +", [None]),
    ],
)
def test_what_does_not_compile_is_noted_and_stands_for_null(check: Check, given: str, instead: Any) -> None:
    """So that a draft of the plan can be made all the same."""
    reader = Reader("x.yaml")
    assert check(reader, text(given)) == instead
    (finding,) = reader.diagnostics
    assert finding.rule in ("bad-expression", "bad-duration")
    assert finding.line == AT.line


def test_the_place_is_that_inside_the_expression() -> None:
    """Counted from where its text begins, also on later lines."""
    reader = Reader("x.yaml")
    check_authored(reader, Authored("=1 ) 2", AT))
    check_authored(reader, Authored("a {{ 1 ) 2 }}", AT))
    check_condition(reader, text("1 +\n  )"))
    assert [(one.line, one.column) for one in reader.diagnostics] == [(3, 8), (3, 12), (4, 3)]


def test_business_time_needs_a_calendar() -> None:
    """A misread calendar moves a deadline."""
    reader = Reader("x.yaml")
    check_timing(reader, text("3 business days"), business=True)
    assert reader.diagnostics == []
    check_timing(reader, text("3 business days"), business=False)
    assert [one.rule for one in reader.diagnostics] == ["no-calendar"]


def test_an_expression_may_be_so_long_and_no_longer() -> None:
    """Counted in bytes, before anything is made of it."""
    reader = Reader("x.yaml")
    longest = '"' + "x" * (MOST_BYTES - 2) + '"'
    assert check_condition(reader, text(longest)) == longest
    assert reader.diagnostics == []
    for check in (check_condition, check_tests):
        assert check(reader, text(longest[:-1] + 'ä"')) == "null"
    assert [one.rule for one in reader.diagnostics] == ["long-expression"] * 2


def test_expressions_in_a_text_have_their_offsets() -> None:
    """The whole after =, or each part in braces."""
    assert list(expressions_in("=x")) == [("x", 1)]
    assert list(expressions_in("a {{ x }} b {{y}}")) == [("x", 5), ("y", 14)]
    assert list(expressions_in("plain")) == []
