"""Rules about decision tables: cells that fit, rows that some case gets to, and no case without a row."""

from __future__ import annotations

from collections.abc import Iterator

from pathways import feel
from pathways.datatypes import DataType
from pathways.diagnostics import Mark
from pathways.feel import nodes
from pathways.lint.analysis.cells import ALL, Covered, covered_by, covers, disjoint, fills
from pathways.lint.analysis.sites import Site
from pathways.lint.expressions import code_findings, codes_of, rule_of, type_at
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import DecideDecl, Placed, RowDecl, TableDecl
from pathways.plan import Decide, Table


def check(subject: Subject) -> Findings:
    """All findings about decision tables."""
    for placed in subject.definition.placed:
        body, step = placed.step.body, subject.flow.steps[placed.path]
        if isinstance(body, DecideDecl) and body.table is not None and isinstance(step, Decide) and step.table:
            declared = _declared(subject, placed, step.table)
            yield from _cells(subject, step, body.table, declared)
            yield from _rows(placed, step.table, body.table, declared, subject)


def _declared(subject: Subject, placed: Placed, table: Table) -> list[DataType]:
    """The declared type of what each column asks."""
    visible = subject.types.visible(placed.block)
    return [type_at(feel.parse_expression(one.source[1:]).tree, visible) for one in table.inputs]


def _cells(subject: Subject, step: Decide, table: TableDecl, declared: list[DataType]) -> Findings:
    for row, place, found in subject.types.tests_of(step):
        cell = table.rows[row].cells[place]
        at = Site(cell.tests.value, cell.tests.mark, "value", "entry")
        codes = codes_of(subject, declared[step.table.rows[row].cells[place].input]) if step.table else ()
        for problem in found.problems:
            message = problem.message[0].upper() + problem.message[1:] + f" in {at.shown}."
            hint = problem.hint
            if "no name" in problem.message and (not hint or at.text in codes):
                hint = f"Put a text in quotes inside: '\"{at.text if at.text in codes else 'text'}\"'."
            yield Finding(rule_of(problem.message), at.place(problem.line, problem.column), message, hint)
    if step.table is None:
        return
    for decl, row_ in zip(table.rows, step.table.rows, strict=True):
        for cell_decl, cell_ in zip(decl.cells, row_.cells, strict=True):
            at = Site(cell_decl.tests.value, cell_decl.tests.mark, "value", "entry")
            for node in _items(cell_.tests.tests.tree.tests):
                if isinstance(node, nodes.Literal) and isinstance(node.value, str):
                    wanted = declared[cell_.input]
                    yield from code_findings(subject, wanted, node.value, cell_decl.input.value, at.at(node.start))


def _items(tests: tuple[nodes.Node, ...]) -> Iterator[nodes.Node]:
    """Tests, and the items of those that are lists."""
    for one in tests:
        yield from one.items if isinstance(one, nodes.ListNode) else (one,)


def _rows(placed: Placed, table: Table, decl: TableDecl, declared: list[DataType], subject: Subject) -> Findings:
    """Rows that one above takes everything from, and values for which there is no row."""
    rows: list[dict[int, Covered]] = []
    for number, (row, written) in enumerate(zip(table.rows, decl.rows, strict=True)):
        codes = {cell.input: codes_of(subject, declared[cell.input]) for cell in row.cells}
        asked: dict[int, Covered] = {}
        for cell in row.cells:
            found = covered_by(cell.tests.tests.tree, codes[cell.input])
            asked[cell.input] = asked[cell.input].both(found) if cell.input in asked else found
        yield from _behind(placed, number, asked, written, rows)
        rows.append(asked)
    if not any(
        not row.cells or all(asked.everything for asked in rows[place].values()) for place, row in enumerate(table.rows)
    ):
        yield from _missing(placed, decl, declared, subject, rows)


def _behind(
    placed: Placed, number: int, asked: dict[int, Covered], written: RowDecl, above: list[dict[int, Covered]]
) -> Findings:
    if any(one.nothing for one in asked.values()):
        yield Finding("dead-row", _mark(written), f'Nothing fits row {number + 1} of "{placed.step.id}".')
        return
    for place, other in enumerate(above):
        if all(test.everything or covers(test, asked.get(column, ALL)) for column, test in other.items()):
            message = f'Row {number + 1} of "{placed.step.id}" is never asked: row {place + 1} takes all of it.'
            yield Finding("dead-row", _mark(written), message)
            return
    for place, other in enumerate(above):
        if asked and _overlap(asked, other):
            message = f'Row {number + 1} of "{placed.step.id}" overlaps row {place + 1}, which goes first.'
            yield Finding("overlapping-rows", _mark(written), message)
            return


def _overlap(asked: dict[int, Covered], other: dict[int, Covered]) -> bool:
    """Whether two rows surely share some values and neither column of the one goes beyond the other's on purpose."""
    if set(asked) != set(other) or not all(one.exact for one in (*asked.values(), *other.values())):
        return False
    pairs = [(one, other[column]) for column, one in asked.items()]
    return not any(disjoint(one, above) or covers(one, above) for one, above in pairs)


def _mark(row: RowDecl) -> Mark:
    return row.cells[0].tests.mark if row.cells else row.mark


def _missing(
    placed: Placed,
    decl: TableDecl,
    declared: list[DataType],
    subject: Subject,
    rows: list[dict[int, Covered]],
) -> Findings:
    """Without otherwise: a case that fits no row is an incident. Of one column of codes it can be said which."""
    body = placed.step.body
    mark = body.mark if isinstance(body, DecideDecl) else decl.mark
    columns = {column for asked in rows for column in asked}
    shown = ""
    if len(columns) == 1:
        (column,) = columns
        codes = codes_of(subject, declared[column]) or (("true", "false") if declared[column].kind == "boolean" else ())
        left = [one for one in codes if not any(column in asked and asked[column].takes(one) for asked in rows)]
        if codes and not left:
            return
        if fills([asked[column] for asked in rows if column in asked], whole=declared[column].kind == "integer"):
            return
        shown = f": {', '.join(left)}" if codes else ""
    message = f'A case that fits no row of "{placed.step.id}" stands still{shown}.'
    yield Finding("missing-otherwise", mark, message)
