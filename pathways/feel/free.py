"""What an expression takes from outside: names, paths, functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pathways.feel import nodes
from pathways.feel.functions import BUILTINS
from pathways.feel.nodes import Node

_Bound = tuple[frozenset[str] | None, ...]
"""Names bound around a node, from the innermost outwards; None stands for a filter, whose fields are not known."""


@dataclass(slots=True)
class _Found:
    names: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    builtins: set[str] = field(default_factory=set)
    spans: dict[tuple[str, ...], list[tuple[int, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Free:
    """The names looked up in the scope (`sure`: not only inside filters), paths from them, functions called."""

    names: frozenset[str]
    sure: frozenset[str]
    functions: frozenset[str]
    builtins: frozenset[str]
    paths: frozenset[tuple[str, ...]]
    spans: Mapping[tuple[str, ...], tuple[tuple[int, int], ...]]


def find(tree: Node) -> Free:
    """Find what a tree takes from outside."""
    found = _Found()
    _visit(tree, (), found)
    longest = {path for path in found.spans if not any(_extends(other, path) for other in found.spans)}
    return Free(
        frozenset(found.names),
        frozenset(found.sure),
        frozenset(found.functions),
        frozenset(found.builtins),
        frozenset(longest),
        {path: tuple(spans) for path, spans in found.spans.items()},
    )


def _extends(longer: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(longer) > len(path) and longer[: len(path)] == path


def makes_values(tree: Node) -> bool:
    """Say whether a tree can make values far larger than itself: by using what it made itself more than once."""
    match tree:
        case nodes.For() | nodes.FunctionDefinition() | nodes.Call(function=nodes.Name(name="list replace")):
            return True
        case nodes.ContextNode(entries=entries) if len(entries) > 1:
            keys = {key for key, _ in entries}
            return any(_mentions(value, keys) or makes_values(value) for _, value in entries)
        case _:
            return any(map(makes_values, nodes.children(tree)))


def _mentions(tree: Node, names: set[str]) -> bool:
    """Say whether one of the names stands in a tree."""
    return (isinstance(tree, nodes.Name) and tree.name in names) or any(
        _mentions(child, names) for child in nodes.children(tree)
    )


def path_of(node: Node) -> tuple[str, ...] | None:
    """Give the dotted path that a node is, or None."""
    names: list[str] = []
    while isinstance(node, nodes.Path):
        names.append(node.name)
        node = node.base
    return (node.name, *reversed(names)) if isinstance(node, nodes.Name) else None


def _visit(node: Node, bound: _Bound, found: _Found) -> None:
    path = path_of(node)
    if path is not None:
        _name(node, path, bound, found)
        return
    match node:
        case nodes.Call(function=nodes.Name(name=name), arguments=arguments):
            if not any(each is not None and name in each for each in bound):
                (found.builtins if name in BUILTINS else found.functions).add(name)
            for argument in arguments:
                _visit(argument, bound, found)
        case nodes.Filter(base=base, condition=condition):
            _visit(base, bound, found)
            _visit(condition, (None, *bound), found)
        case nodes.For(iterators=iterators, body=body):
            _loop(iterators, body, (frozenset({"partial"}), *bound), found)
        case nodes.Quantified(iterators=iterators, body=body):
            _loop(iterators, body, bound, found)
        case nodes.FunctionDefinition(parameters=parameters, body=body):
            _visit(body, (frozenset(name for name, _ in parameters), *bound), found)
        case nodes.ContextNode(entries=entries):
            for key, value in entries:
                _visit(value, bound, found)
                bound = (frozenset({key}), *bound)
        case _:
            for child in nodes.children(node):
                _visit(child, bound, found)


def _loop(iterators: tuple[nodes.Iterator, ...], body: Node, bound: _Bound, found: _Found) -> None:
    for each in iterators:
        _visit(each.domain, bound, found)
        if each.end is not None:
            _visit(each.end, bound, found)
        bound = (frozenset({each.name}), *bound)
    _visit(body, bound, found)


def _name(node: Node, path: tuple[str, ...], bound: _Bound, found: _Found) -> None:
    """Count a name, with the path from it, when it is not bound inside the expression."""
    in_filter = False
    for each in bound:
        if each is None:
            in_filter = True
        elif path[0] in each:
            return
    if path[0] == "?" or (in_filter and path[0] == "item"):
        return
    found.names.add(path[0])
    found.spans.setdefault(path, []).append((node.start, node.end))
    if not in_filter:
        found.sure.add(path[0])
