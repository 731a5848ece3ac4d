"""Reading a catalog's file and noting what is found, as `Reader` does, but with keys that are for people."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from pathways.diagnostics import Diagnostic
from pathways.reader import Reader
from pathways.source import Node, SourceError, read_source

_NEAR = 0.75


class CatalogReader(Reader):
    """The findings of one file."""

    def found(self) -> tuple[Diagnostic, ...]:
        """By place, each once."""
        return tuple(sorted(set(self.diagnostics), key=lambda one: (one.line, one.column, one.rule, one.message)))

    def root(self, text: str) -> Node | None:
        """The file as a tree; None, with the finding, where it is none."""
        try:
            return read_source(text)
        except SourceError as error:
            self.note(error.rule, error.mark, error.message, error.hint)
            return None

    def known_keys(self, node: Node, where: str, known: Collection[str]) -> None:
        """Keys that are known; one that nothing reads may stand, unless it was surely meant to be a known one."""
        for key, mark in node.keys.items():
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1, cutoff=_NEAR)
            if near:
                self.note("unknown-key", mark, f'"{key}" is not a key of {where}.', f'Did you mean "{near[0]}"?')
            else:
                message = f'Nothing reads "{key}" of {where}.'
                self.note("unread-key", mark, message, f"Read are {', '.join(known)}.", "warning")

    def names(self, where: str, given: Node) -> None:
        """A list of names, each once."""
        names = (self.text(one, f"A name in {where}") for one in given.value)
        self.different((one for one in names if one is not None), where)
