"""The tree of an expression. Every node knows the stretch of text that it was read from."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.feel.types import Type
from pathways.feel.values import Value


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A part of an expression, from offset `start` to `end` of its text; `depth` is that of its own tree."""

    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A number, string, boolean, null or at-literal (`@"2026-03-02"`), with its value."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Name(Node):
    """A name; `?` is the value under test."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Path(Node):
    """`base.name`."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Filter(Node):
    """`base[condition]`: an index or a condition on the items."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """`function(arguments)`; `names` is None for arguments by position."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Negation(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic(Node):
    """A chain of one precedence, from left to right: `first`, then (operator, operand) pairs."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Node):
    """`left operator right`, the operator one of `=`, `!=`, `<`, `<=`, `>`, `>=`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Between(Node):
    """`value between low and high`, both included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True, eq=False)
class In(Node):
    """`value in test`; the test is an expression, an `OperatorTest`, or `Tests`."""

    value: Node
    test: Node


@dataclass(frozen=True, slots=True, eq=False)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Logic(Node):
    """`and` (conjunction) or `or` of two or more operands."""

    conjunction: bool
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class If(Node):
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True, eq=False)
class Iterator:
    """`name in domain`, or `name in domain..end` over whole numbers or dates."""

    name: str
    domain: Node
    end: Node | None


@dataclass(frozen=True, slots=True, eq=False)
class For(Node):
    """`for iterators return body`."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class Quantified(Node):
    """`some` or `every` (universal) `iterators satisfies body`."""

    universal: bool
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class FunctionDefinition(Node):
    """`function(parameters) body`; `external` ones are read but never run."""

    parameters: tuple[tuple[str, Type], ...]
    body: Node
    external: bool


@dataclass(frozen=True, slots=True, eq=False)
class ListNode(Node):
    """`[items]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ContextNode(Node):
    """`{key: value, …}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Interval(Node):
    """`[low..high]` and its open forms."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True, eq=False)
class OperatorTest(Node):
    """`< operand` and the like: a test on the value at its left, or in brackets a range."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Tests(Node):
    """Several tests of which one must hold; `negated` for `not(…)`, and none at all for `-` (anything)."""

    tests: tuple[Node, ...]
    negated: bool = False


def children(node: Node) -> tuple[Node, ...]:
    """Give the nodes directly inside a node, in the order of the text."""
    match node:
        case Path(base=base):
            return (base,)
        case Filter(base=base, condition=condition):
            return base, condition
        case Call(function=function, arguments=arguments):
            return function, *arguments
        case Negation(operand=operand) | OperatorTest(operand=operand):
            return (operand,)
        case Arithmetic(first=first, rest=rest):
            return first, *(operand for _, operand in rest)
        case Comparison(left=left, right=right):
            return left, right
        case Between(value=value, low=low, high=high):
            return value, low, high
        case In(value=value, test=test):
            return value, test
        case InstanceOf(value=value):
            return (value,)
        case Logic(operands=operands):
            return operands
        case If(condition=condition, yes=yes, no=no):
            return condition, yes, no
        case For(iterators=iterators, body=body) | Quantified(iterators=iterators, body=body):
            domains = (part for each in iterators for part in (each.domain, each.end) if part is not None)
            return *domains, body
        case FunctionDefinition(body=body):
            return (body,)
        case ListNode(items=items) | Tests(tests=items):
            return items
        case ContextNode(entries=entries):
            return tuple(value for _, value in entries)
        case Interval(low=low, high=high):
            return low, high
        case _:
            return ()
