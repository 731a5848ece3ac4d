"""Which builder makes which node, and the closures of whole expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pathways.feel import nodes
from pathways.feel.compiled import access, calls, logic, loops
from pathways.feel.compiled.logic import Test, build_test
from pathways.feel.compiled.place import Code, Locals, Place
from pathways.feel.environment import Run
from pathways.feel.nodes import Node
from pathways.feel.values import Value

_BUILDERS: Final[dict[type, Callable[..., Code]]] = {
    nodes.Literal: access.literal,
    nodes.Name: access.name,
    nodes.Path: access.path,
    nodes.ListNode: access.list_,
    nodes.ContextNode: access.context,
    nodes.Interval: access.interval,
    nodes.OperatorTest: access.operator_test,
    nodes.Tests: access.tests,
    nodes.Negation: access.negation,
    nodes.Comparison: logic.comparison,
    nodes.Arithmetic: logic.arithmetic,
    nodes.Logic: logic.logic,
    nodes.If: logic.if_,
    nodes.Between: logic.between,
    nodes.InstanceOf: logic.instance_of,
    nodes.In: logic.in_,
    nodes.Filter: loops.filter_,
    nodes.For: loops.for_,
    nodes.Quantified: loops.quantified,
    nodes.Call: calls.call,
    nodes.FunctionDefinition: calls.function_definition,
}


def compile_expression(tree: Node, text: str, *, strict: bool = False) -> Code:
    """Give the closure of an expression."""
    return Place(text, strict, _BUILDERS).build(tree)


def compile_tests(tree: nodes.Tests, text: str) -> Test:
    """Give the closure of unary tests on a value, which expressions among them know as `?`.

    A null value passes only the tests that name null, `not(…)` without it, and `-`. Else a test that cannot be
    decided leaves the answer open unless another one holds.
    """
    place = Place(text, False, _BUILDERS).with_names("?")
    tests = [_unary(each, place) for each in tree.tests]
    negated = tree.negated

    def run_tests(value: Value, names: Locals, run: Run) -> bool | None:
        unknown = False
        within = {**names, "?": value}
        for test in tests:
            found = test(value, within, run)
            if found is True:
                return not negated
            unknown = unknown or (found is None and value is not None)
        return None if unknown else negated

    if not tree.tests:
        return lambda value, names, run: True
    return run_tests


def _unary(node: Node, place: Place) -> Test:
    """Build one of unary tests: on `?` itself where it names it, else as after `in`."""
    if isinstance(node, nodes.OperatorTest | nodes.Interval | nodes.Literal):
        return build_test(node, place)
    code = place.build(node)
    about_value = uses_value(node)

    def run_unary(value: Value, names: Locals, run: Run) -> bool | None:
        found = code(names, run)
        if found is None and not about_value:
            return value is None
        if about_value and (found is None or isinstance(found, bool)):
            return found
        if isinstance(found, bool) and not isinstance(value, bool):
            return found
        return logic.passes(value, found, run)

    return run_unary


def uses_value(node: Node) -> bool:
    """Say whether `?` stands in a node."""
    return (isinstance(node, nodes.Name) and node.name == "?") or any(map(uses_value, nodes.children(node)))
