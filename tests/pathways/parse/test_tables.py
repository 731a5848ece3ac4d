"""Decision tables are read row by row; cells that are no text equal their literal."""

from __future__ import annotations

import pytest

from pathways.model import DecideDecl, RowDecl
from tests.support.authored import noted, place, read


def rows(table: str, more: str = "") -> tuple[RowDecl, ...]:
    """The rows of a table that is read without findings."""
    body = read(f"a: {{decide: {{table: {table}}}{more}}}\nb: {{end: done}}").steps[0].body
    assert isinstance(body, DecideDecl)
    assert body.table is not None
    return body.table.rows


@pytest.mark.parametrize(
    ("cell", "tests"),
    [
        ('\'"x", "y"\'', '"x", "y"'),
        ("true", "true"),
        ("5", "5"),
        ("-5", "-5"),
        ("1.50", "1.5"),
        ("1e21", "1000000000000000000000"),
        ("0x10", "16"),
        ("null", "null"),
        ("any", "any"),
        ('"-"', "-"),
        ('"[1..3)"', "[1..3)"),
        ("[1, 2.50, true, null]", "[1, 2.5, true, null]"),
        ("[a, 'b \"c\"']", '["a", "b \\"c\\""]'),
    ],
)
def test_a_cell_is_tests_or_a_literal(cell: str, tests: str) -> None:
    """What is no text stands for what equals it."""
    (row,) = rows(f"[{{urgency: {cell}, to: b}}]")
    assert [(str(one.input), str(one.tests)) for one in row.cells] == [("urgency", tests)]


def test_rows_lead_to_a_step_or_give_a_value_or_both() -> None:
    """The last may be otherwise: a step, or true beside what it gives."""
    table = "[{x: 1, to: b}, {x: 2, give: 2}, {x: 3, to: b, give: {days: =x}}, {otherwise: true, give: 0}]"
    found = rows(table, ", save: rule")
    assert [(row.to and str(row.to), row.give and row.give.source, row.otherwise) for row in found] == [
        ("b", None, False),
        (None, 2, False),
        ("b", {"days": "=x"}, False),
        (None, 0, True),
    ]
    assert [str(row.to) for row in rows("[{otherwise: b}]")] == ["b"]
    assert [str(row.to) for row in rows("[{otherwise: true, to: b}]")] == ["b"]


@pytest.mark.parametrize(
    ("decide", "rule", "at"),
    [
        ("{}", "missing-key", "{}"),
        ("{rules: [{to: b}], table: [{otherwise: b}]}", "two-kinds", "table"),
        ("{table: []}", "shape", "[]"),
        ("{table: {otherwise: b}}", "shape", "{otherwise"),
        ("{table: [b]}", "shape", "b"),
        ("{table: [{to: b}]}", "shape", "{to"),
        ("{table: [{x: 1}]}", "missing-key", "{x"),
        ("{table: [{x: [5..15], to: b}]}", "shape", "[5..15]"),
        ("{table: [{x: [[1]], to: b}]}", "shape", "[[1]]"),
        ("{table: [{x: [a, null], to: b}, {x: [a, < 5], to: b}]}", "shape", "[a, < 5]"),
        ("{table: [{x: [], to: b}]}", "shape", "[]"),
        ("{table: [{x: {y: 1}, to: b}]}", "shape", "{y"),
        ("{table: [{=x: 1, to: b}]}", "condition-equals", "=x"),
        ("{table: [{x: 1, give: 2}]}", "missing-key", "[{x"),
        ("{table: [{otherwise: b}, {x: 1, to: b}]}", "otherwise-last", "otherwise"),
        ("{table: [{otherwise: b, x: 1}]}", "shape", "x"),
        ("{table: [{otherwise: b, to: b}]}", "shape", "to"),
        ("{table: [{otherwise: null, to: b}]}", "missing-key", "otherwise"),
        ("{table: [{otherwise: true}]}", "missing-key", "{otherwise"),
        ("{table: [{otherwise: b}]}, next: b", "decide-next", "next"),
    ],
)
def test_what_a_table_may_not_say_is_noted_where_it_stands(decide: str, rule: str, at: str) -> None:
    """The place is that of the thing itself."""
    text = f"a: {{decide: {decide}}}\nb: {{end: done}}"
    findings = [one for one in noted(text) if one.rule == rule]
    assert findings, [str(one) for one in noted(text)]
    assert place(text, findings[0]).startswith(at)
