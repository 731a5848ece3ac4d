"""Where a node stands while it is turned into a closure: which names are bound there, and in which mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pathways.feel.environment import Run
from pathways.feel.nodes import Node
from pathways.feel.values import Value

Locals = dict[str, Value]
Code = Callable[[Locals, Run], Value]
"""What a node becomes. It never changes the locals that it is given."""

Builder = Callable[[Node, "Place"], Code]


@dataclass(frozen=True, slots=True)
class Place:
    """Bound names from the innermost outwards: a set of local names, or the local that holds a filtered item.

    `strict` is the mode of `when`: an `=` or `!=` with a null operand is null, unless the other side is the
    literal null.
    """

    text: str
    strict: bool
    builders: dict[type, Callable[..., Code]]
    bound: tuple[frozenset[str] | str, ...] = ()

    def build(self, node: Node) -> Code:
        """Turn a node into its closure."""
        return self.builders[type(node)](node, self)

    def with_names(self, *names: str) -> Place:
        """Give the place inside a construct that binds these names."""
        return replace(self, bound=(frozenset(names), *self.bound))

    def with_item(self) -> tuple[Place, str]:
        """Give the place inside a filter, and the local that holds the item there."""
        local = f" item {len(self.bound)}"
        return replace(self, bound=(local, *self.bound)), local

    def words(self, node: Node) -> str:
        """Give the text of a node, shortened, for a message."""
        words = " ".join(self.text[node.start : node.end].split())
        return words if len(words) <= 60 else words[:57] + "…"
