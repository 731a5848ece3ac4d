"""Reading a tree of nodes key by key, noting every finding instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pathways.datatypes import DataType
from pathways.declarations import DeclarationError, read_type
from pathways.diagnostics import Diagnostic, Mark, Severity, nearest
from pathways.model import Authored, Text
from pathways.source import Node


class Reader:
    """Collects findings about one file; the `take_*` methods give what is there, or note why not."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.diagnostics: list[Diagnostic] = []

    def note(self, rule: str, mark: Mark, message: str, hint: str = "", severity: Severity = "error") -> None:
        """Note a finding."""
        self.diagnostics.append(Diagnostic(rule, severity, message, self.file, mark.line, mark.column, hint))

    def keys(self, node: Node, where: str, known: Collection[str], later: Collection[str] = ()) -> bool:
        """Check that a node is a map of known keys. Constructs of a later version are refused by their name."""
        if not node.is_map:
            self.note("shape", node.mark, f"{where} is a map of keys to values.", f"Keys: {', '.join(known)}.")
            return False
        for name, mark in node.keys.items():
            if name in later:
                message = f'"{name}" in {where} is part of the language that this version of Carelane does not run yet.'
                self.note("not-supported", mark, message, "Remove it, or use a newer Carelane.")
            elif name not in known:
                self.note(
                    "unknown-key",
                    mark,
                    f'"{name}" is not a key of {where}.',
                    nearest(name, known, plural="Keys"),
                )
        return True

    def text(self, node: Node | None, where: str) -> Text | None:
        """A text; a number is taken as it was written (`1.10` stays that)."""
        if node is None:
            return None
        if isinstance(node.value, bool) or not isinstance(node.value, (str, int, float)):
            self.note("shape", node.mark, f"{where} is a text.", "Put it in quotes if it is meant as it stands.")
            return None
        return Text(node.value if isinstance(node.value, str) else node.written, node.mark)

    def required(self, node: Node, name: str, where: str) -> Node | None:
        """The node under a key that must be there."""
        found = node.get(name)
        if found is None:
            self.note("missing-key", node.keys.get(name, node.mark), f'{where} needs "{name}".')
        return found

    def flag(self, node: Node | None, where: str) -> bool:
        """True or false; false where nothing is written."""
        if node is None:
            return False
        if not isinstance(node.value, bool):
            self.note("shape", node.mark, f"{where} is true or false.")
            return False
        return node.value

    def texts(self, node: Node | None, where: str) -> tuple[Text, ...]:
        """A list of texts; a single text counts as a list of one."""
        if node is None:
            return ()
        items = node.value if node.is_list else [node]
        found = (self.text(one, where) for one in items)
        return tuple(one for one in found if one is not None)

    def declared_type(self, node: Node) -> DataType | None:
        """The type that an input or a form field declares; codes are taken as they were written (`01`, `yes`)."""
        declared = node.plain
        options = node.get("options")
        if options is not None and options.is_list:
            declared["options"] = [one.plain if one.is_map or one.is_list else one.written for one in options.value]
        try:
            return read_type(declared if declared is not None else "any")
        except DeclarationError as error:
            place = node.value[error.key].mark if node.is_map and error.key in node.value else node.mark
            self.note("unknown-type" if error.key == "type" else "shape", place, error.message, error.hint)
            return None

    def authored(self, node: Node | None) -> Authored | None:
        """A value that may hold expressions, with the places inside it."""
        if node is None:
            return None
        places: dict[tuple[str | int, ...], Mark] = {}
        _collect(node, (), places)
        return Authored(node.plain, node.mark, places)


def _collect(node: Node, path: tuple[str | int, ...], places: dict[tuple[str | int, ...], Mark]) -> None:
    places[path] = node.mark
    items: Any = ()
    if isinstance(node.value, dict):
        items = node.value.items()
    elif isinstance(node.value, list):
        items = enumerate(node.value)
    for key, one in items:
        _collect(one, (*path, key), places)
