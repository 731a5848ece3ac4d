"""`decide`: only routing, by rules that are the step's ways on, or by a decision table."""

from __future__ import annotations

from typing import Any

from pathways.datatypes import MisfitError, check_size, plain_json
from pathways.engine.outcomes import Answer, Go, Halt, Pass
from pathways.engine.run import Run
from pathways.inference import type_of_value
from pathways.plan import Decide, Row, Table
from pathways.state import Position


def enter(run: Run, step: Decide, position: Position) -> Answer:
    """Go on at once; a table's first row that matches says where, and what to save."""
    if step.table is None:
        return Pass(position)
    row = _matching(run, step.table, position)
    if isinstance(row, Halt):
        return row
    if step.save is not None and row.give is not None:
        try:
            given = run.value(row.give, run.scope(position))
            value = step.gives.conform(plain_json(given))
            check_size(value)
        except MisfitError as error:
            return Halt(position, "expression", f"{step.save}: {error.misfit}.", "enter")
        told = None if step.gives.kind != "any" else type_of_value(given)
        run.save(step.save, value, position.address, type_=told)
    return Go(position, row.to) if row.to is not None else Pass(position)


def _matching(run: Run, table: Table, position: Position) -> Row | Halt:
    names, env = run.scope(position), run.env
    values: dict[int, Any] = {}
    for row in table.rows:
        matched = True
        for cell in row.cells:
            if cell.input not in values:
                asked = table.inputs[cell.input]
                try:
                    values[cell.input] = run.value(asked, names)
                except MisfitError as error:
                    message = f"{str(asked.source).removeprefix('=')}: {error.misfit}."
                    return Halt(position, "expression", message, "enter")
            found = cell.tests.tests.matches(values[cell.input], names, env)
            if found is None:
                shown = table.inputs[cell.input].source
                reasons = cell.tests.tests.explain(values[cell.input], names, env)
                message = f'It can\'t be told whether {str(shown).removeprefix("=")} passes "{cell.tests.source}".'
                return Halt(position, "expression", message, "enter", {"because": reasons})
            if not found:
                matched = False
                break
        if matched:
            return row
    return Halt(position, "no-branch", "No row of the table matches.", "enter")
