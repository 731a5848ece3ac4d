"""Reading `decide`: rules, or a decision table."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from pathways.model import Body, CellDecl, DecideDecl, RowDecl, TableDecl, Text
from pathways.parse.ways import parse_edges
from pathways.reader import Reader
from pathways.source import Node

_LIKE_TESTS = re.compile(r"\.\.|^\s*[<>=]|^(not|null)\b|^-$|^any$")
"""What a text in a list of literals was surely meant to be a test by: a range without its quotes, say."""

_ROWS = "Each: - {expression: tests, to: step}."
_RESERVED = ("to", "give", "otherwise")


def parse_decide(reader: Reader, node: Node, where: str) -> Body | None:
    """`decide: {rules}` or `decide: {table}`."""
    decide = node.value["decide"]
    if not reader.keys(decide, f"decide of {where}", ("rules", "table", "note")):
        return None
    rules, table = decide.get("rules"), decide.get("table")
    if rules is not None and table is not None:
        reader.note("two-kinds", decide.keys["table"], f"decide of {where} has rules or a table, and not both.")
        return None
    if table is not None:
        return _by_table(reader, node, decide, table, where)
    if rules is None or not rules.is_list:
        hint = "rules: a list of {when, to}; or a table."
        reader.note("missing-key", decide.mark, f"decide of {where} has rules, or a table.", hint)
        return None
    if "next" in node.value:
        reader.note("decide-next", node.keys["next"], "A decide step goes where its rules say.", "Leave next out.")
    return DecideDecl(parse_edges(reader, rules, where), decide.mark)


def _by_table(reader: Reader, node: Node, decide: Node, table: Node, where: str) -> Body | None:
    if not table.is_list or not table.value:
        reader.note("shape", table.mark, f"table of {where} is a list of rows.", _ROWS)
        return None
    rows = []
    for place, one in enumerate(table.value):
        row = _row(reader, one, where)
        if row is None:
            continue
        if row.otherwise and place + 1 < len(table.value):
            mark = one.keys["otherwise"]
            reader.note("otherwise-last", mark, f"Rows behind otherwise of {where} are never asked.", "Put it last.")
        rows.append(row)
    if any(row.give for row in rows) and node.get("save") is None:
        reader.note("missing-key", table.mark, f'What the table of {where} gives needs a "save" on the step.')
    if "next" in node.value and rows and all(row.to for row in rows):
        reader.note("decide-next", node.keys["next"], "Every row says where it leads.", "Leave next out.")
    return DecideDecl((), decide.mark, TableDecl(table.mark, tuple(rows))) if rows else None


def _row(reader: Reader, node: Node, where: str) -> RowDecl | None:
    if not node.is_map:
        reader.note("shape", node.mark, f"A row of the table of {where} is a map.", _ROWS)
        return None
    inputs = [(name, one) for name, one in node.value.items() if name not in _RESERVED]
    cells = [cell for name, one in inputs if (cell := _cell(reader, Text(name, node.keys[name]), one)) is not None]
    to, give = reader.text(node.get("to"), "to"), reader.authored(node.get("give"))
    otherwise = "otherwise" in node.keys
    if otherwise:
        to = _otherwise(reader, node, to)
        if cells:
            reader.note("shape", cells[0].input.mark, f"otherwise of {where} stands alone: it asks nothing.")
    elif not inputs:
        reader.note("shape", node.mark, f"A row of the table of {where} asks something.", "Or it is otherwise.")
        return None
    if to is None and give is None:
        reader.note("missing-key", node.mark, f"A row of the table of {where} has to, or give.")
        return None
    return RowDecl(node.mark, () if otherwise else tuple(cells), to, give, otherwise)


def _otherwise(reader: Reader, node: Node, to: Text | None) -> Text | None:
    """Where the last row leads: `otherwise: step`, or `otherwise: true` beside `to` or `give`."""
    one = node.value["otherwise"]
    if one.value is True:
        return to
    if one.value is None:
        reader.note("missing-key", node.keys["otherwise"], "otherwise names a step, or is true beside to or give.")
        return to
    if to is not None:
        reader.note("shape", node.keys["to"], "otherwise says already where it leads.", "Leave to out.")
    return reader.text(one, "otherwise")


def _cell(reader: Reader, name: Text, node: Node) -> CellDecl | None:
    """A cell: FEEL's tests as a text; what is no text equals its literal, and of a list one of its items will do."""
    listed = _literals(node) if node.is_list else None
    if node.is_map or (node.is_list and listed is None):
        hint = 'Tests are a text, such as "< 5" or \'"a", "b"\'.'
        reader.note("shape", node.mark, f'The cell of "{name}" is tests, or a literal.', hint)
        return None
    if name.value.startswith("="):
        reader.note("condition-equals", name.mark, "What a column asks is FEEL already.", "Leave the = out.")
        name = Text(name.value[1:].strip(), name.mark)
    tests = listed or _literal(node)
    return CellDecl(name, Text(node.value if tests is None else tests, node.mark))


def _literal(node: Node) -> str | None:
    """What is no text as FEEL writes it; None for a text."""
    value = node.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(Decimal(repr(value)), "f") if isinstance(value, int | float) else None


def _literals(node: Node) -> str | None:
    """A list of plain values as FEEL writes it; None where one is none, or is a test, which needs quotes around all."""
    found = []
    for one in node.value:
        if one.is_map or one.is_list or (isinstance(one.value, str) and _LIKE_TESTS.search(one.value)):
            return None
        found.append(_literal(one) or json.dumps(one.value, ensure_ascii=False))
    return f"[{', '.join(found)}]" if found else None
