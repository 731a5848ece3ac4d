"""What inference finds, and how it is collected."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pathways.feel import limits
from pathways.feel.nodes import Node, Path
from pathways.feel.tokens import line_and_column
from pathways.feel.types import Type

_COMPARED = 500
"""How many names are compared to find the nearest."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in an expression: where (from 1, inside its text), what, and what to do about it."""

    message: str
    line: int
    column: int
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Inference:
    """The type of an expression, `Any` where nothing is known, and its problems in the order of the text."""

    type: Type
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a node stands: the types of names, the items of the filters around it, and where problems go.

    `items` are the types of the filtered items from the innermost outwards; a name is first a field of these.
    """

    text: str
    names: Mapping[str, Type]
    functions: Mapping[str, Type]
    problems: list[Problem]
    local: Mapping[str, Type] = field(default_factory=dict)
    items: tuple[Type, ...] = ()

    def bind(self, name: str, type_: Type) -> Setting:
        """Give the setting inside a construct that binds a name."""
        return replace(self, local={**self.local, name: type_})

    def filter(self, item: Type) -> Setting:
        """Give the setting inside a filter of such items."""
        return replace(self, items=(item, *self.items))

    def nearest(self, name: str, known: Iterable[str]) -> str:
        """Give the hint that names what was probably meant, or nothing; nothing too where enough is wrong already."""
        if len(self.problems) >= limits.PROBLEMS:
            return ""
        found = difflib.get_close_matches(name, itertools.islice(known, _COMPARED), n=1, cutoff=0.6)
        return f"Did you mean `{found[0]}`?" if found else ""

    def report(self, node: Node, message: str, hint: str = "") -> None:
        """Note a problem at a node; at a path, where its last name stands."""
        if len(self.problems) >= limits.PROBLEMS:
            return
        start = node.end - len(node.name) if isinstance(node, Path) else node.start
        line, column = line_and_column(self.text, start)
        problem = Problem(message, line, column, hint)
        if problem not in self.problems:
            self.problems.append(problem)
