"""Decision tables: columns once, cells beside them, ways on where rows name none."""

from __future__ import annotations

import pytest

from pathways.name_types import NameTypes
from pathways.plan import Cell, Decide, Row
from pathways.values import Computed, UnaryTests
from tests.support import everything
from tests.support.authored import found, one, place, plan


def table(text: str) -> Decide:
    """The first step of a pathway that compiles without findings."""
    step = plan(text).steps[0]
    assert isinstance(step, Decide)
    return step


def test_a_column_is_worked_out_once() -> None:
    """Its cells name it by its place."""
    step = everything.plan().step["by-status"]
    assert isinstance(step, Decide)
    assert step.table is not None
    assert [one.source for one in step.table.inputs] == ["=requirement.status", "=urgency", "=requirement.limit"]
    assert step.table.rows[2].cells == (
        Cell(0, UnaryTests('"needed", "unclear"')),
        Cell(2, UnaryTests("not(null)")),
    )
    assert step.table.rows[3] == Row(give=Computed({"days": 5, "who": "intake"}))


def test_rows_that_all_lead_somewhere_need_no_next() -> None:
    """Else the step goes on like any other."""
    every = table("a: {decide: {table: [{urgency: '\"x\"', to: b}, {otherwise: c}]}}\nb: {end: done}\nc: {end: done}")
    assert every.next == ()
    assert every.table is not None
    assert [row.to for row in every.table.rows] == ["b", "c"]
    rows = "[{urgency: '\"x\"', to: c}, {otherwise: true, give: 1}]"
    some = table(f"a: {{decide: {{table: {rows}}}, save: n}}\nb: {{end: done}}\nc: {{end: done}}")
    assert [edge.to for edge in some.next] == ["b"]


def test_what_rows_give_has_a_type() -> None:
    """That of all rows, field by field."""
    rows = "[{urgency: '\"x\"', give: {days: 1, who: a}}, {otherwise: true, give: {days: =2, by: today}}]"
    gives = table(f"a: {{decide: {{table: {rows}}}, save: rule}}\nb: {{end: done}}").gives
    assert {one.name: one.type.kind for one in gives.fields} == {"days": "decimal", "who": "text", "by": "text"}


@pytest.mark.parametrize(
    ("row", "rule", "at"),
    [
        ("{urgency: '< <', to: b}", "bad-expression", "'< <'"),
        ("{urgency +: 1, to: b}", "bad-expression", "urgency +"),
        ("{urgency: 1, to: c}", "unknown-step", "c"),
        ("{urgency: 1, give: =1 +}", "bad-expression", "=1 +"),
    ],
)
def test_what_a_row_may_not_say(row: str, rule: str, at: str) -> None:
    """The place is that of the thing itself."""
    text = f"a: {{decide: {{table: [{row}, {{otherwise: b}}]}}, save: x}}\nb: {{end: done}}"
    finding = one(found(text), rule)
    line = text.splitlines()[0]
    assert place(text, finding) in line[line.index(at) :]


def test_cells_are_checked_against_the_type_of_their_column() -> None:
    """A number is compared with a text: inference says so, by row and place."""
    rows = "[{urgency: '\"x\"', string length(urgency): '\"y\"', to: b}, {urgency: '[1..5]', to: b}, {otherwise: b}]"
    whole = plan(f"a: {{decide: {{table: {rows}}}}}\nb: {{end: done}}")
    step = whole.steps[0]
    assert isinstance(step, Decide)
    wrong = [(row, cell) for row, cell, said in NameTypes(whole).tests_of(step) if said.problems]
    assert wrong == [(0, 1), (1, 0)]
