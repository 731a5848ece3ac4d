"""What is wrong in a governed table's file: every finding with its line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from catalog.tables.billing_units import BillingUnits
from catalog.tables.governed import Table
from catalog.tables.payers import BenefitRules, PayerRules, ServiceRules
from catalog.tables.regimens import Regimens
from pathways.diagnostics import Diagnostic, Mark, nearest
from pathways.source import Node, SourceError, read_source

TABLES: Mapping[str, type[Table[Any]]] = {
    "payer-rules": PayerRules,
    "service-rules": ServiceRules,
    "benefit-rules": BenefitRules,
    "regimens": Regimens,
    "billing-units": BillingUnits,
}
"""The tables that there are, by the name that they give themselves."""


def check_table(text: str, file: str) -> tuple[Diagnostic, ...]:
    """All findings about a table. Never raises for what is in it."""
    try:
        root = read_source(text)
    except SourceError as error:
        return (Diagnostic(error.rule, "error", error.message, file, error.mark.line, error.mark.column, error.hint),)
    return tuple(_findings(root, text, file))


def _findings(root: Node, text: str, file: str) -> Iterator[Diagnostic]:
    named = root.get("table")
    kind = TABLES.get(str(named.value)) if named is not None else None
    if kind is None:
        mark = named.mark if named is not None else root.mark
        said = f'There is no table "{named.value}".' if named is not None else "It does not say which table it is."
        hint = nearest(str(named.value) if named is not None else "", TABLES, plural="Tables")
        yield _finding("bad-row", mark, said, file, hint)
        return
    try:
        kind.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            yield _told(root, one["loc"], one["type"], one["msg"], file)


def _told(root: Node, path: Sequence[int | str], kind: str, message: str, file: str) -> Diagnostic:
    node, mark, row = root, root.mark, ""
    for part in path:
        if isinstance(part, int) and node.is_list and part < len(node.value):
            node = node.value[part]
            mark = node.mark
            ident = node.get("id") if node.is_map else None
            row = row or (f"Row {ident.value}: " if ident is not None else "")
        elif isinstance(part, str) and node.is_map and part in node.value:
            mark, node = node.keys[part], node.value[part]
            mark = mark if kind == "extra_forbidden" else node.mark
    last = str(path[-1]) if path else ""
    match kind:
        case "extra_forbidden":
            return _finding("unknown-key", mark, f'{row}"{last}" is not a key here.', file)
        case "missing":
            return _finding("missing-key", mark, f'{row}it needs "{last}".', file)
        case _:
            words = message.removeprefix("Value error, ")
            return _finding("bad-row", mark, f"{row}{last}: {words}." if last else f"{words}.", file)


def _finding(rule: str, mark: Mark, message: str, file: str, hint: str = "") -> Diagnostic:
    return Diagnostic(rule, "error", message, file, mark.line, mark.column, hint)
