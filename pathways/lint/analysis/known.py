"""What is known to have a value: levels of names, and what a condition tells by holding or not.

Levels: a name may be unset (some way gets here without setting it), may be null (it was set, perhaps to null), or has
a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from pathways.feel import nodes

Dotted = tuple[str, ...]


class Level(IntEnum):
    """How sure it is that a name has a value."""

    UNSET = 0
    NULL = 1
    VALUE = 2


@dataclass(frozen=True)
class Known:
    """What is known at a place: the level of each name, and the paths that surely are not null."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    present: frozenset[Dotted] = frozenset()

    def level(self, path: Dotted) -> Level:
        """The level of a name."""
        return Level.VALUE if path in self.present else self.levels.get(path[0], Level.UNSET)

    def saved(self, name: str, level: Level = Level.VALUE) -> Known:
        """After a name was set; what was known of its fields is forgotten."""
        kept = frozenset(path for path in self.present if path[0] != name)
        return Known({**self.levels, name: level}, kept)

    def forget(self, *names: str) -> Known:
        """Where names are no longer bound."""
        if not any(name in self.levels for name in names):
            return self
        return Known({key: level for key, level in self.levels.items() if key not in names}, self.present)

    def only(self, names: frozenset[str]) -> Known:
        """Where other names are out of sight."""
        if self.levels.keys() <= names:
            return self
        levels = {name: level for name, level in self.levels.items() if name in names}
        return Known(levels, frozenset(path for path in self.present if path[0] in names))

    def told(self, paths: frozenset[Dotted]) -> Known:
        """After learning that paths are not null; neither is what they begin with."""
        if paths <= self.present:
            return self
        longer = {path[:length] for path in paths for length in range(1, len(path) + 1)}
        return Known(self.levels, self.present | longer)

    def join(self, other: Known) -> Known:
        """What is known where two ways meet."""
        if self is other:
            return self
        levels = {name: min(self._name(name), other._name(name)) for name in self.levels.keys() & other.levels.keys()}
        present = self.present & other.present
        return self if levels == self.levels and present == self.present else Known(levels, present)

    def _name(self, name: str) -> Level:
        return self.level((name,))


NOTHING: frozenset[Dotted] = frozenset()


def dotted(node: nodes.Node) -> Dotted | None:
    """The path that a node is, or None."""
    match node:
        case nodes.Name(name=name):
            return (name,)
        case nodes.Path(base=base, name=name):
            before = dotted(base)
            return None if before is None else (*before, name)
        case _:
            return None


def is_null(node: nodes.Node) -> bool:
    """Whether a node is the literal null."""
    return isinstance(node, nodes.Literal) and node.value is None


def told_by(node: nodes.Node, holds: bool) -> frozenset[Dotted]:
    """The paths that surely are not null where a condition holds, or where it surely does not.

    Both are for conditions that gave true or false: one that gave null stopped the case.
    """
    match node:
        case nodes.Logic(conjunction=conjunction, operands=operands):
            told = [told_by(one, holds) for one in operands]
            return frozenset().union(*told) if conjunction is holds else frozenset.intersection(*told)
        case nodes.Call(function=nodes.Name(name="not"), arguments=(inner,)):
            return told_by(inner, not holds)
        case nodes.Comparison(operator="=" | "!=" as operator, left=left, right=right):
            if is_null(left) or is_null(right):
                other = right if is_null(left) else left
                return _only(dotted(other)) if (operator == "!=") is holds else NOTHING
            return _only(dotted(left)) | _only(dotted(right))
        case nodes.Comparison(left=left, right=right):
            return _only(dotted(left)) | _only(dotted(right))
        case nodes.In(value=value) | nodes.Between(value=value):
            return _only(dotted(value)) if not _tests_null(node) else NOTHING
        case nodes.Name() | nodes.Path():
            return _only(dotted(node))
        case _:
            return NOTHING


def _tests_null(node: nodes.Node) -> bool:
    return any(is_null(one) or _tests_null(one) for one in nodes.children(node))


def _only(path: Dotted | None) -> frozenset[Dotted]:
    return NOTHING if path is None else frozenset({path})


@dataclass(frozen=True)
class Use:
    """A path that is read, what is known there, and whether null would be told from other values by it."""

    path: Dotted
    known: Known
    node: nodes.Node


Tells = Callable[[nodes.Node, bool], frozenset[Dotted]]


def _nothing(_: nodes.Node, __: bool) -> frozenset[Dotted]:
    return NOTHING


def uses(node: nodes.Node, known: Known, bound: frozenset[str] = frozenset(), tells: Tells = _nothing) -> Iterator[Use]:
    """Every path that an expression reads where a null would matter, with what its surroundings tell.

    `tells` says what else a condition tells by holding or not.
    """
    path = dotted(node)
    if path is not None:
        if path[0] not in bound:
            yield Use(path, known, node)
        return
    match node:
        case nodes.Logic(conjunction=conjunction, operands=operands):
            for operand in operands:
                yield from uses(operand, known, bound, tells)
                known = known.told(told_by(operand, conjunction) | tells(operand, conjunction))
        case nodes.If(condition=condition, yes=yes, no=no):
            yield from uses(condition, known, bound, tells)
            yield from uses(yes, known.told(told_by(condition, True) | tells(condition, True)), bound, tells)
            yield from uses(no, known.told(told_by(condition, False) | tells(condition, False)), bound, tells)
        case nodes.Comparison(operator="=" | "!=", left=left, right=right) if is_null(left) or is_null(right):
            other = right if is_null(left) else left
            if dotted(other) is None:
                yield from uses(other, known, bound, tells)
        case nodes.Call(arguments=arguments):
            for one in arguments:
                yield from uses(one, known, bound, tells)
        case nodes.In(value=value) | nodes.InstanceOf(value=value):
            asks = isinstance(node, nodes.InstanceOf) or _tests_null(node)
            for one in nodes.children(node):
                if not (asks and one is value and dotted(one) is not None):
                    yield from uses(one, known, bound, tells)
        case nodes.Filter(base=base):
            yield from uses(base, known, bound, tells)
        case nodes.For(iterators=iterators, body=body) | nodes.Quantified(iterators=iterators, body=body):
            for iterator in iterators:
                yield from uses(iterator.domain, known, bound, tells)
                bound = bound | {iterator.name}
            yield from uses(body, known, bound, tells)
        case nodes.FunctionDefinition(parameters=parameters, body=body):
            yield from uses(body, known, bound | {name for name, _ in parameters}, tells)
        case nodes.ContextNode(entries=entries):
            for name, value in entries:
                yield from uses(value, known, bound, tells)
                bound = bound | {name}
        case _:
            for one in nodes.children(node):
                yield from uses(one, known, bound, tells)
