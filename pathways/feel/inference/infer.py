"""The type of each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pathways.feel import nodes, types, values
from pathways.feel.expression import Expression, UnaryTests
from pathways.feel.functions import BUILTINS
from pathways.feel.inference.calls import call_type
from pathways.feel.inference.members import member_type
from pathways.feel.inference.report import Inference, Problem, Setting
from pathways.feel.nodes import Node
from pathways.feel.operators import article, meanings, ordered
from pathways.feel.types import ANY, BOOLEAN, Type, kind_of

_MEASURED: Final = (values.QUANTITY, values.BILLING_UNITS)
_NOTHING: Final[Mapping[str, Type]] = {}


def infer(expression: Expression, names: Mapping[str, Type], functions: Mapping[str, Type] = _NOTHING) -> Inference:
    """Infer the type of an expression from the types of the names in scope and of the host's functions.

    Nothing is reported that might still be right: a name, field or operand of type `Any` fits everywhere.
    """
    problems: list[Problem] = []
    found = type_of(expression.tree, Setting(expression.text, names, functions, problems))
    return Inference(found, sorted(problems, key=lambda problem: (problem.line, problem.column)))


def infer_tests(
    tests: UnaryTests, value: Type, names: Mapping[str, Type], functions: Mapping[str, Type] = _NOTHING
) -> Inference:
    """Check unary tests on values of a type; the inferred type is boolean."""
    problems: list[Problem] = []
    setting = Setting(tests.text, names, functions, problems).bind("?", value)
    for each in tests.tree.tests:
        _unary(each, value, setting)
    return Inference(BOOLEAN, sorted(problems, key=lambda problem: (problem.line, problem.column)))


def type_of(node: Node, setting: Setting) -> Type:
    """Give the type of a node."""
    return _RULES[type(node)](node, setting)


def _unary(node: Node, value: Type, setting: Setting) -> None:
    """Check one of unary tests: an expression that gives a boolean stands for itself."""
    plain = isinstance(node, nodes.OperatorTest | nodes.Literal | nodes.Interval)
    if plain or value == BOOLEAN or type_of(node, setting) != BOOLEAN:
        _test(node, value, setting)


def _literal(node: nodes.Literal, _: Setting) -> Type:
    return types.of_value(node.value)


def _name(node: nodes.Name, setting: Setting) -> Type:
    name = node.name
    uncertain = False
    for item in setting.items:
        if isinstance(item, types.ContextType):
            found = item.field(name)
            if found is not None:
                return found
            uncertain = uncertain or item.open
        uncertain = uncertain or item == ANY
    if name in setting.local:
        return setting.local[name]
    if setting.items and name == "item":
        return setting.items[0]
    if name in setting.names:
        return ANY if uncertain else setting.names[name]
    if uncertain:
        return ANY
    if name in BUILTINS:
        return types.SIMPLE["function"]
    known = {*setting.names, *setting.local, *(each for item in setting.items for each in _fields(item))}
    setting.report(node, f"there is no name `{name}` here", setting.nearest(name, known))
    return ANY


def _fields(item: Type) -> list[str]:
    return [name for name, _ in item.fields] if isinstance(item, types.ContextType) else []


def _path(node: nodes.Path, setting: Setting) -> Type:
    return member_type(type_of(node.base, setting), node, setting)


def _list(node: nodes.ListNode, setting: Setting) -> Type:
    return types.list_of(_joined([type_of(item, setting) for item in node.items]))


def _joined(found: list[Type]) -> Type:
    joined: Type = types.NULL
    for each in found:
        joined = types.join(joined, each)
    return joined


def _context(node: nodes.ContextNode, setting: Setting) -> Type:
    fields: dict[str, Type] = {}
    for key, value in node.entries:
        if key in fields:
            setting.report(value, f"the key `{key}` stands twice in one context")
        fields[key] = type_of(value, setting)
        setting = setting.bind(key, fields[key])
    return types.context(fields)


def _interval(node: nodes.Interval, setting: Setting) -> Type:
    low, high = type_of(node.low, setting), type_of(node.high, setting)
    _check_order(node, low, high, setting)
    return types.range_of(types.join(low, high))


def _operator_test(node: nodes.OperatorTest, setting: Setting) -> Type:
    return types.range_of(type_of(node.operand, setting))


def _tests(node: nodes.Tests, setting: Setting) -> Type:
    setting.report(node, "several tests in brackets have a meaning only after `in`")
    return ANY


def _negation(node: nodes.Negation, setting: Setting) -> Type:
    found = type_of(node.operand, setting)
    if kind_of(found) not in (None, values.NUMBER, values.DAYS_TIME, values.YEARS_MONTHS, *_MEASURED, "null"):
        setting.report(node, f"{article(str(found))} has no negative")
        return ANY
    return found


def _arithmetic(node: nodes.Arithmetic, setting: Setting) -> Type:
    found = type_of(node.first, setting)
    for operator, operand in node.rest:
        found = _operation(operator, found, type_of(operand, setting), operand, setting)
    return found


def _operation(operator: str, left: Type, right: Type, place: Node, setting: Setting) -> Type:
    """Give the type of one operation; of an operand that is not known all its meanings count."""
    kinds = [None if each == types.NULL else kind_of(each) for each in (left, right)]
    results = meanings(operator, kinds[0], kinds[1])
    if not results:
        hint = (
            "Convert a number by `string(…)` to join it to a string."
            if operator == "+" and values.STRING in kinds
            else ""
        )
        words = f"between {article(str(left))} and {article(str(right))}"
        setting.report(place, f"`{operator}` has no meaning {words}", hint)
    return types.SIMPLE.get(results.pop(), ANY) if len(results) == 1 else ANY


def _comparison(node: nodes.Comparison, setting: Setting) -> Type:
    left, right = type_of(node.left, setting), type_of(node.right, setting)
    if node.operator in ("=", "!="):
        _check_alike(node, left, right, setting)
    else:
        _check_order(node, left, right, setting)
    return BOOLEAN


def _check_alike(node: Node, left: Type, right: Type, setting: Setting) -> bool:
    kinds = kind_of(left), kind_of(right)
    if None in kinds or "null" in kinds or kinds[0] == kinds[1]:
        return True
    setting.report(node, f"{article(str(left))} is compared with {article(str(right))}", _unlike_hint(left, right))
    return False


def _unlike_hint(left: Type, right: Type) -> str:
    """Say how the most frequent mix-ups are put right."""
    pair = {left, right}
    if pair == {types.DATE, types.DATE_TIME}:
        return "Take the date of it: `date(…)`."
    if types.STRING in pair and pair & {types.DATE, types.DATE_TIME, types.TIME}:
        return 'Write dates and times as `date("2026-03-02")` or `@"2026-03-02"`.'
    if pair == {types.DAYS_TIME, types.YEARS_MONTHS}:
        return "Months have no fixed number of days: use one kind of duration on both sides."
    return ""


def _check_order(node: Node, left: Type, right: Type, setting: Setting) -> None:
    if not _check_alike(node, left, right, setting):
        return
    for each in (left, right):
        kind = kind_of(each)
        if kind not in (None, "null") and not ordered(kind):
            setting.report(node, f"{article(str(each))} has no order")
            return


def _logic(node: nodes.Logic, setting: Setting) -> Type:
    for operand in node.operands:
        _check_boolean(operand, type_of(operand, setting), setting)
    return BOOLEAN


def _check_boolean(node: Node, found: Type, setting: Setting) -> None:
    if kind_of(found) not in (None, values.BOOLEAN, "null"):
        setting.report(node, f"this is {article(str(found))}, not true or false")


def _if(node: nodes.If, setting: Setting) -> Type:
    _check_boolean(node.condition, type_of(node.condition, setting), setting)
    return types.join(type_of(node.yes, setting), type_of(node.no, setting))


def _between(node: nodes.Between, setting: Setting) -> Type:
    value = type_of(node.value, setting)
    for end in (node.low, node.high):
        _check_order(end, value, type_of(end, setting), setting)
    return BOOLEAN


def _in(node: nodes.In, setting: Setting) -> Type:
    _test(node.test, type_of(node.value, setting), setting)
    return BOOLEAN


def _test(node: Node, value: Type, setting: Setting) -> None:
    """Check a test on values of a type."""
    if isinstance(node, nodes.Tests):
        for each in node.tests:
            _test(each, value, setting)
        return
    if isinstance(node, nodes.OperatorTest):
        operand = type_of(node.operand, setting)
        check = _check_alike if node.operator in ("=", "!=") else _check_order
        check(node, value, operand, setting)
        return
    found = type_of(node, setting)
    if isinstance(found, types.RangeType):
        _check_order(node, value, found.item, setting)
    elif isinstance(found, types.ListType):
        item = found.item.item if isinstance(found.item, types.RangeType) else found.item
        if kind_of(value) != values.LIST:
            _check_alike(node, value, item, setting)
    else:
        _check_alike(node, value, found, setting)


def _instance_of(node: nodes.InstanceOf, setting: Setting) -> Type:
    type_of(node.value, setting)
    if isinstance(node.type, types.Simple) and node.type not in types.SIMPLE.values():
        setting.report(node, f"there is no type `{node.type}`", setting.nearest(str(node.type), types.SIMPLE))
    return BOOLEAN


def _filter(node: nodes.Filter, setting: Setting) -> Type:
    base = type_of(node.base, setting)
    item = base.item if isinstance(base, types.ListType) else base
    condition = type_of(node.condition, setting.filter(item))
    if condition == types.NUMBER:
        return item
    if condition == BOOLEAN:
        return types.list_of(item)
    if kind_of(condition) is not None:
        setting.report(node.condition, f"a filter is true or false, or a number, not {article(str(condition))}")
    return ANY


def _domains(iterators: tuple[nodes.Iterator, ...], setting: Setting) -> Setting:
    """Give the setting inside a loop."""
    for each in iterators:
        domain = type_of(each.domain, setting)
        if each.end is not None:
            _check_order(each.end, domain, type_of(each.end, setting), setting)
            item = domain
        else:
            item = domain.item if isinstance(domain, types.ListType | types.RangeType) else domain
        setting = setting.bind(each.name, item)
    return setting


def _for(node: nodes.For, setting: Setting) -> Type:
    inner = _domains(node.iterators, setting.bind("partial", types.list_of(ANY)))
    return types.list_of(type_of(node.body, inner))


def _quantified(node: nodes.Quantified, setting: Setting) -> Type:
    inner = _domains(node.iterators, setting)
    _check_boolean(node.body, type_of(node.body, inner), inner)
    return BOOLEAN


def _call(node: nodes.Call, setting: Setting) -> Type:
    given = [type_of(argument, setting) for argument in node.arguments]
    function = node.function
    if isinstance(function, nodes.Name) and function.name not in setting.local:
        return call_type(node, function, given, setting)
    found = type_of(function, setting)
    if kind_of(found) not in (None, values.FUNCTION):
        setting.report(node, f"{article(str(found))} is not a function")
    return found.result if isinstance(found, types.FunctionType) else ANY


def _function_definition(node: nodes.FunctionDefinition, setting: Setting) -> Type:
    inner = setting
    for name, type_ in node.parameters:
        inner = inner.bind(name, type_)
    return types.function(node.parameters, type_of(node.body, inner))


_RULES: Final[dict[type, Callable[[Any, Setting], Type]]] = {
    nodes.Literal: _literal,
    nodes.Name: _name,
    nodes.Path: _path,
    nodes.ListNode: _list,
    nodes.ContextNode: _context,
    nodes.Interval: _interval,
    nodes.OperatorTest: _operator_test,
    nodes.Tests: _tests,
    nodes.Negation: _negation,
    nodes.Arithmetic: _arithmetic,
    nodes.Comparison: _comparison,
    nodes.Logic: _logic,
    nodes.If: _if,
    nodes.Between: _between,
    nodes.In: _in,
    nodes.InstanceOf: _instance_of,
    nodes.Filter: _filter,
    nodes.For: _for,
    nodes.Quantified: _quantified,
    nodes.Call: _call,
    nodes.FunctionDefinition: _function_definition,
}
