"""Decision tables: each column's expression once, each cell's tests beside the place of its column."""

from __future__ import annotations

from pathways.compile.context import Context
from pathways.expressions import check_condition, check_tests
from pathways.model import Placed, TableDecl
from pathways.plan import Cell, Row, Table
from pathways.values import Computed, UnaryTests


def table_of(context: Context, placed: Placed, table: TableDecl) -> Table:
    """A decision table."""
    inputs: dict[str, str] = {}
    for row in table.rows:
        for cell in row.cells:
            if cell.input.value not in inputs:
                inputs[cell.input.value] = "=" + check_condition(context.reader, cell.input)
    places = {text: place for place, text in enumerate(inputs)}
    rows = tuple(
        Row(
            cells=tuple(
                Cell(places[cell.input.value], UnaryTests(check_tests(context.reader, cell.tests)))
                for cell in row.cells
            ),
            to=context.target(placed.block, row.to) if row.to else None,
            give=context.optional(row.give),
        )
        for row in table.rows
    )
    return Table(tuple(Computed(one) for one in inputs.values()), rows)
