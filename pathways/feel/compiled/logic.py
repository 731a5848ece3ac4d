"""Comparison, arithmetic, logic, `if`, `between`, `in`, `instance of`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any, Final

from pathways.feel import nodes, types, values
from pathways.feel.compiled.place import Code, Locals, Place
from pathways.feel.environment import Run
from pathways.feel.nodes import Node
from pathways.feel.operators import arithmetic as calculate
from pathways.feel.operators import article, compare, equal, in_range
from pathways.feel.values import Range, Value, kind

_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_DIRECT: Final = frozenset((int, str, date))
"""Types whose values Python itself orders as FEEL does."""
_NUMBERS: Final = frozenset((int, Decimal))


def is_null(node: Node) -> bool:
    """Say whether a node is the literal null."""
    return isinstance(node, nodes.Literal) and node.value is None


def comparison(node: nodes.Comparison, place: Place) -> Code:
    """Build a comparison."""
    if node.operator not in ("=", "!="):
        return _order(node, place)
    if is_null(node.left) or is_null(node.right):
        return _null_test(place.build(node.left if is_null(node.right) else node.right), node.operator == "=")
    return _equality(node, place)


def _null_test(operand: Code, wanted: bool) -> Code:
    """Build `operand = null` or `!= null`; that the operand is null needs no explaining there."""

    def run_null_test(names: Locals, run: Run) -> bool:
        if run.reasons is None:
            return (operand(names, run) is None) is wanted
        known = len(run.reasons)
        found = (operand(names, run) is None) is wanted
        del run.reasons[known:]
        return found

    return run_null_test


def _equality(node: nodes.Comparison, place: Place) -> Code:
    left, right, wanted, strict = place.build(node.left), place.build(node.right), node.operator == "=", place.strict

    def run_equality(names: Locals, run: Run) -> bool | None:
        first, second = left(names, run), right(names, run)
        if first.__class__ is second.__class__ and first.__class__ in _DIRECT:
            return bool((first == second) is wanted)
        if strict and (first is None or second is None):
            return None
        same = equal(first, second, run)
        return None if same is None else same is wanted

    return run_equality


def _order(node: nodes.Comparison, place: Place) -> Code:
    left, right, order = place.build(node.left), place.build(node.right), _ORDERS[node.operator]

    def run_order(names: Locals, run: Run) -> bool | None:
        first, second = left(names, run), right(names, run)
        if first.__class__ is second.__class__ and first.__class__ in _DIRECT:
            return order(first, second)
        if first.__class__ in _NUMBERS and second.__class__ in _NUMBERS:
            return order(first, second)
        if first is None or second is None:
            return run.fail("null has no order") if run.reasons == [] else None
        sign = compare(first, second, run)
        return None if sign is None else order(sign, 0)

    return run_order


def arithmetic(node: nodes.Arithmetic, place: Place) -> Code:
    """Build a chain of operators of one precedence."""
    first = place.build(node.first)
    rest = [(operator, place.build(operand)) for operator, operand in node.rest]

    def run_arithmetic(names: Locals, run: Run) -> Value:
        value = first(names, run)
        for operator, operand in rest:
            other = operand(names, run)
            if value is None or other is None:
                if run.reasons == []:
                    run.fail(f"`{operator}` has no meaning with null")
                value = None
            else:
                value = calculate(operator, value, other, run)
        return value

    return run_arithmetic


def logic(node: nodes.Logic, place: Place) -> Code:
    """Build `and` or `or` of three values: what is not boolean counts as null."""
    operands = [(place.build(operand), place.words(operand)) for operand in node.operands]
    decisive: bool = not node.conjunction

    def run_logic(names: Locals, run: Run) -> bool | None:
        unknown = False
        for operand, words in operands:
            value = operand(names, run)
            if value is True or value is False:
                if value is decisive:
                    return decisive
                continue
            unknown = True
            if value is not None:
                run.fail(f"{words} is {article(kind(value))}, not true or false")
        return None if unknown else not decisive

    return run_logic


def if_(node: nodes.If, place: Place) -> Code:
    """Build `if`: what is not true takes the `else`; in strict mode what is neither true nor false gives null."""
    condition, yes, no = place.build(node.condition), place.build(node.yes), place.build(node.no)
    strict = place.strict

    def run_if(names: Locals, run: Run) -> Value:
        verdict = condition(names, run)
        if strict and verdict is not True and verdict is not False:
            return None
        return yes(names, run) if verdict is True else no(names, run)

    return run_if


def between(node: nodes.Between, place: Place) -> Code:
    """Build `value between low and high`."""
    value, low, high = place.build(node.value), place.build(node.low), place.build(node.high)

    def run_between(names: Locals, run: Run) -> bool | None:
        tested = value(names, run)
        return in_range(tested, Range(low(names, run), high(names, run)), run)

    return run_between


def instance_of(node: nodes.InstanceOf, place: Place) -> Code:
    """Build `value instance of type`."""
    value, type_ = place.build(node.value), node.type
    if type_ == types.NULL or type_ == types.SIMPLE["Null"]:
        return lambda names, run: value(names, run) is None

    def run_instance(names: Locals, run: Run) -> bool:
        tested = value(names, run)
        return tested is not None and types.conforms(tested, type_)

    return run_instance


Test = Callable[[Value, Locals, Run], bool | None]
"""A test on a value, as it stands after `in` or in unary tests."""


def in_(node: nodes.In, place: Place) -> Code:
    """Build `value in test`."""
    value, test = place.build(node.value), build_test(node.test, place)
    guarded = place.strict and not _names_null(node.test)

    def run_in(names: Locals, run: Run) -> bool | None:
        tested = value(names, run)
        if guarded and tested is None:
            return None
        return test(tested, names, run)

    return run_in


def _names_null(node: Node) -> bool:
    """Say whether the literal null is among the tests."""
    return any(map(_names_null, node.tests)) if isinstance(node, nodes.Tests) else is_null(node)


def build_test(node: Node, place: Place) -> Test:
    """Build one test, or several of which one must hold."""
    if isinstance(node, nodes.Tests):
        return _any_test([build_test(each, place) for each in node.tests])
    if isinstance(node, nodes.OperatorTest):
        return _operator_test(node, place)
    code = place.build(node)

    def run_test(value: Value, names: Locals, run: Run) -> bool | None:
        return passes(value, code(names, run), run)

    return run_test


def _operator_test(node: nodes.OperatorTest, place: Place) -> Test:
    operand, operator = place.build(node.operand), node.operator
    if operator in ("=", "!="):

        def run_equal(value: Value, names: Locals, run: Run) -> bool | None:
            same = equal(value, operand(names, run), run)
            return same if same is None or operator == "=" else not same

        return run_equal
    order = _ORDERS[operator]

    def run_order(value: Value, names: Locals, run: Run) -> bool | None:
        end = operand(names, run)
        if value is None or end is None:
            return None
        sign = compare(value, end, run)
        return None if sign is None else order(sign, 0)

    return run_order


def _any_test(tests: list[Test]) -> Test:
    def run_any(value: Value, names: Locals, run: Run) -> bool | None:
        unknown = False
        for test in tests:
            found = test(value, names, run)
            if found is True:
                return True
            unknown = unknown or found is None
        return None if unknown else False

    return run_any


def passes(value: Value, test: Value, run: Run) -> bool | None:
    """Say whether a value passes a test that is a value itself: lies in a range, is in a list, or equals it."""
    if isinstance(test, Range):
        return in_range(value, test, run)
    if kind(test) != values.LIST:
        return equal(value, test, run)
    run.spend(len(test) // 4)
    if kind(value) == values.LIST and equal(value, test, run) is True:
        return True
    return any(
        (in_range(value, item, run) if isinstance(item, Range) else equal(value, item, run)) is True for item in test
    )
