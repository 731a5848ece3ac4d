"""The types of calls, and what is wrong with their arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pathways.feel import nodes, regexes, types
from pathways.feel.environment import NOWHEN, Run
from pathways.feel.functions import BUILTINS
from pathways.feel.functions.signature import Builtin, Parameter, Signature
from pathways.feel.inference.report import Setting
from pathways.feel.operators import article
from pathways.feel.types import ANY, Type
from pathways.feel.units import UnitError, unit

_LIKE_FIRST: Final = frozenset(("distinct values", "remove", "reverse", "sort", "sublist"))
"""Functions that give a list of what their first argument is a list of."""

_ADDED: Final[Mapping[str, Callable[[list[Type]], list[Type]]]] = {
    "append": lambda given: given[1:],
    "concatenate": lambda given: [_item(each) for each in given[1:]],
    "union": lambda given: [_item(each) for each in given[1:]],
    "insert before": lambda given: given[2:],
    "list replace": lambda given: given[2:],
}
"""Functions whose list also holds what other arguments are, or hold."""

_READERS: Final = frozenset(("date", "time", "date and time", "duration", "number", "range", "quantity"))
"""Functions that read text: called on literals alone, a null result is a mistake in a literal."""


def call_type(node: nodes.Call, function: nodes.Name, given: list[Type], setting: Setting) -> Type:
    """Give the type of a call of a named function that is not bound inside the expression."""
    name = function.name
    if name in BUILTINS:
        return _builtin_type(BUILTINS[name], node, given, setting)
    found = setting.functions.get(name, setting.names.get(name))
    if found is None:
        known = {*BUILTINS, *setting.functions}
        setting.report(node, f"there is no function `{name}`", setting.nearest(name, known))
        return ANY
    if not isinstance(found, types.FunctionType):
        return ANY
    _check_host(name, found, node, given, setting)
    if found.like_first and given and (node.names is None or found.names[:1] == node.names[:1]):
        return given[0]
    return found.result


def _builtin_type(builtin: Builtin, node: nodes.Call, given: list[Type], setting: Setting) -> Type:
    chosen = builtin.choose(len(given), node.names)
    if not chosen:
        setting.report(node, f"`{builtin.name}` is not called like this", f"T{builtin.usage()[1:]}.")
        return _common([each.gives for each in builtin.signatures])
    complaint: tuple[nodes.Node, str] | None = None
    fitting: list[Signature] = []
    for signature, order in chosen:
        positions = range(len(given)) if order is None else order
        found = _misfit(builtin.name, signature, list(positions), given, node)
        if found is None:
            fitting.append(signature)
        complaint = complaint or found
    if not fitting:
        if complaint is not None:
            setting.report(*complaint)
        return _common([signature.gives for signature, _ in chosen])
    value = _constant(builtin, node, setting)
    return value or _refined(builtin.name, fitting, _in_order(fitting[0], node.names, given))


def _misfit(
    name: str, signature: Signature, positions: list[int], given: list[Type], node: nodes.Call
) -> tuple[nodes.Node, str] | None:
    """Give the first argument that cannot fit its parameter, with what is wrong."""
    for index, position in enumerate(positions):
        if position < 0:
            continue
        parameter = signature.parameters[min(index, len(signature.parameters) - 1)]
        if not _fits(given[position], parameter):
            wanted = " or ".join(article(str(each)) for each in parameter.types)
            words = f"`{parameter.name}` of `{name}` is {wanted}, not {article(str(given[position]))}"
            return node.arguments[position], words
    return None


def _fits(given: Type, parameter: Parameter) -> bool:
    return any(types.may_fit(given, wanted) for wanted in parameter.types)


def _common(found: list[Type]) -> Type:
    return found[0] if all(each == found[0] for each in found) else ANY


def _in_order(signature: Signature, names: tuple[str, ...] | None, given: list[Type]) -> list[Type]:
    """Put the types of named arguments in the order of the parameters."""
    order = None if names is None else signature.order(names)
    return given if order is None else [given[position] for position in order if position >= 0]


def _refined(name: str, fitting: list[Signature], given: list[Type]) -> Type:
    """Give the type of the result, where it depends on the arguments."""
    if name in _LIKE_FIRST and given:
        return types.list_of(_item(given[0]))
    if name in _ADDED and given:
        return types.list_of(_joined([_item(given[0]), *_ADDED[name](given)]))
    if name in ("min", "max") and given:
        return _joined([_item(given[0]) if len(given) == 1 else given[0], *given[1:]])
    if name == "abs" and given:
        return given[0] if types.kind_of(given[0]) not in (None, "list", "null") else ANY
    return _common([signature.gives for signature in fitting])


def _item(given: Type) -> Type:
    """Give the type of the items of a list; anything else is a list of itself."""
    return given.item if isinstance(given, types.ListType) else given


def _joined(found: Iterable[Type]) -> Type:
    joined: Type = types.NULL
    for each in found:
        joined = types.join(joined, each)
    return joined


def _constant(builtin: Builtin, node: nodes.Call, setting: Setting) -> Type | None:
    """Give the type of a call on literals alone, and report one that can only be null."""
    if builtin.name in ("matches", "replace", "split") and node.names is None and len(node.arguments) > 1:
        _check_pattern(node, setting)
    if builtin.name == "convert":
        _check_unit(node, setting)
    literals = [each.value for each in node.arguments if isinstance(each, nodes.Literal)]
    if builtin.name not in _READERS or len(literals) < len(node.arguments):
        return None
    reasons: list[str] = []
    value = builtin.call(builtin.choose(len(literals), node.names), literals, Run({}, NOWHEN, reasons))
    if value is None:
        setting.report(node, reasons[0] if reasons else f"`{builtin.name}` gives null here")
        return None
    found = types.of_value(value)
    return None if found == ANY else found


def _check_pattern(node: nodes.Call, setting: Setting) -> None:
    """Report a literal pattern that cannot be run."""
    pattern = node.arguments[1]
    if isinstance(pattern, nodes.Literal) and isinstance(pattern.value, str):
        compiled = regexes.compiled(pattern.value, "")
        if isinstance(compiled, str):
            setting.report(pattern, compiled)


def _check_unit(node: nodes.Call, setting: Setting) -> None:
    """Report a literal unit that is none."""
    code = node.arguments[1 if node.names is None else node.names.index("unit")]
    if isinstance(code, nodes.Literal) and isinstance(code.value, str):
        try:
            unit(code.value)
        except UnitError as error:
            setting.report(code, str(error))


def _check_host(name: str, type_: types.FunctionType, node: nodes.Call, given: list[Type], setting: Setting) -> None:
    """Check the arguments of a function of the host."""
    if type_.parameters is None:
        return
    least, most = len(type_.parameters) - type_.optional, len(type_.parameters)
    if not least <= len(given) <= most or (node.names is not None and not set(node.names) <= set(type_.names)):
        setting.report(node, f"`{name}` is not called like this", f"The way to call it is {_usage(name, type_)}.")
        return
    order = range(len(given)) if node.names is None else [type_.names.index(each) for each in node.names]
    for argument, found, position in zip(node.arguments, given, order, strict=True):
        wanted = type_.parameters[position]
        if not types.may_fit(found, wanted):
            called = type_.names[position] if type_.names else f"argument {position + 1}"
            words = f"`{called}` of `{name}` is {article(str(wanted))}, not {article(str(found))}"
            setting.report(argument, words)
        elif isinstance(wanted, types.NameType):
            _check_named(argument, wanted, setting)


def _check_named(argument: nodes.Node, wanted: types.NameType, setting: Setting) -> None:
    """Report a literal that names nothing of the host's."""
    if isinstance(argument, nodes.Literal) and argument.value not in wanted.names:
        setting.report(
            argument,
            f"there is no {wanted.thing} `{argument.value}`",
            setting.nearest(str(argument.value), wanted.names),
        )


def _usage(name: str, type_: types.FunctionType) -> str:
    parameters = type_.parameters or ()
    names = type_.names or tuple(f"argument {position + 1}" for position in range(len(parameters)))
    return f"{name}({', '.join(f'{each}: {wanted}' for each, wanted in zip(names, parameters, strict=True))})"
