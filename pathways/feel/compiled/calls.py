"""Calls of functions, and functions written in FEEL."""

from __future__ import annotations

from pathways.feel import limits, nodes, types
from pathways.feel.compiled.place import Code, Locals, Place
from pathways.feel.environment import HostFunction, Run
from pathways.feel.errors import FeelLimitError
from pathways.feel.functions import BUILTINS
from pathways.feel.functions.signature import Builtin, coerce
from pathways.feel.operators import article
from pathways.feel.values import Function, Value, kind

_CALL_LEVELS = 3
"""Levels that a call takes besides those of the function's body."""


def call(node: nodes.Call, place: Place) -> Code:
    """Build a call: of a built-in function known beforehand, or of whatever the name or expression gives."""
    arguments = [place.build(argument) for argument in node.arguments]
    function = node.function
    if isinstance(function, nodes.Name) and not _is_bound(function.name, place):
        if function.name in BUILTINS:
            return _builtin_call(BUILTINS[function.name], arguments, node.names)
        return _free_call(function.name, arguments, node.names)
    return _value_call(place.build(function), place.words(function), arguments, node.names)


def _is_bound(name: str, place: Place) -> bool:
    return any(not isinstance(bound, str) and name in bound for bound in place.bound)


def _builtin_call(builtin: Builtin, arguments: list[Code], names: tuple[str, ...] | None) -> Code:
    chosen = builtin.choose(len(arguments), names)
    if not chosen:
        return lambda _, run: run.fail(builtin.usage())

    def run_builtin(local: Locals, run: Run) -> Value:
        return builtin.call(chosen, [argument(local, run) for argument in arguments], run)

    return run_builtin


def _free_call(name: str, arguments: list[Code], names: tuple[str, ...] | None) -> Code:
    """Build the call of a function of the host, or of one that the scope holds."""

    def run_free(local: Locals, run: Run) -> Value:
        given = [argument(local, run) for argument in arguments]
        host = run.environment.functions.get(name)
        if host is not None:
            return call_host(name, host, given, names, run)
        found = run.scope.get(name)
        if isinstance(found, Function):
            return invoke(found, given, names, run)
        return run.fail(f"there is no function {name}")

    return run_free


def _value_call(function: Code, words: str, arguments: list[Code], names: tuple[str, ...] | None) -> Code:
    def run_value(local: Locals, run: Run) -> Value:
        found = function(local, run)
        given = [argument(local, run) for argument in arguments]
        if not isinstance(found, Function):
            return run.fail(f"{words} is {article(kind(found))}, not a function")
        return invoke(found, given, names, run)

    return run_value


def invoke(function: Function, arguments: list[Value], names: tuple[str, ...] | None, run: Run) -> Value:
    """Call a function value."""
    if names is not None:
        if function.arrange is not None:
            arranged = function.arrange(dict(zip(names, arguments, strict=True)), run)
        elif sorted(names) == sorted(function.parameters):
            given = dict(zip(names, arguments, strict=True))
            arranged = [given[parameter] for parameter in function.parameters]
        else:
            arranged = run.fail(f"{function.name} has the parameters {', '.join(function.parameters) or 'none'}")
        if arranged is None:
            return None
        arguments = arranged
    return function.call(arguments, run)


def call_host(name: str, host: object, given: list[Value], names: tuple[str, ...] | None, run: Run) -> Value:
    """Call a function of the host; whatever goes wrong there gives null."""
    if isinstance(host, HostFunction):
        arranged = _arrange_host(name, host.type, given, names, run)
        if arranged is None:
            return None
        given, host = arranged, host.call
    elif names is not None:
        return run.fail(f"{name} takes its arguments by position")
    if not callable(host):
        return run.fail(f"there is no function {name}")
    run.spend(10)
    try:
        return host(*given)
    except FeelLimitError:
        raise
    except Exception as error:  # noqa: BLE001 - a host's function may raise anything, and evaluation never does
        return run.fail(f"{name} failed: {str(error)[:200]}")


def _arrange_host(
    name: str, type_: types.FunctionType, given: list[Value], names: tuple[str, ...] | None, run: Run
) -> list[Value] | None:
    """Put the arguments in order and hold them to the declared types."""
    parameters = type_.parameters
    if parameters is None:
        return given
    if names is not None:
        by_name = dict(zip(names, given, strict=True))
        count = len(by_name)
        if set(type_.names[:count]) != set(names):
            return run.fail(f"{name} has the parameters {', '.join(type_.names)}")
        given = [by_name[each] for each in type_.names[:count]]
    if not len(parameters) - type_.optional <= len(given) <= len(parameters):
        return run.fail(f"{name} takes {len(parameters)} arguments, not {len(given)}")
    arranged: list[Value] = []
    for position, (value, wanted) in enumerate(zip(given, parameters, strict=False)):
        fits, coerced = coerce(value, wanted)
        if not fits:
            called = type_.names[position] if position < len(type_.names) else f"argument {position + 1}"
            return run.fail(f"{called} of {name} is {article(kind(value))}, not {article(str(wanted))}")
        arranged.append(coerced)
    return arranged


def function_definition(node: nodes.FunctionDefinition, place: Place) -> Code:
    """Build `function(…) body`, which keeps the names around it."""
    parameters = tuple(name for name, _ in node.parameters)
    wanted = tuple(type_ for _, type_ in node.parameters)
    depth = node.body.depth + _CALL_LEVELS
    body = place.with_names(*parameters).build(node.body)
    if node.external:
        return lambda names, run: run.fail("external functions are not run")

    def run_definition(names: Locals, run: Run) -> Function:
        kept, home = dict(names), run

        def call_body(arguments: list[Value], caller: Run) -> Value:
            if len(arguments) != len(parameters):
                return caller.fail(f"the function takes {len(parameters)} arguments, not {len(arguments)}")
            inner = dict(kept)
            for parameter, value, type_ in zip(parameters, arguments, wanted, strict=True):
                fits, inner[parameter] = (True, value) if value is None else coerce(value, type_)
                if not fits:
                    return caller.fail(f"{parameter} is {article(kind(value))}, not {article(str(type_))}")
            return _enter(body, depth, inner, home, caller)

        return Function("function", parameters, call_body)

    return run_definition


def _enter(body: Code, depth: int, names: Locals, home: Run, caller: Run) -> Value:
    """Run the body of a function on the caller's budget, with the names of where it was defined."""
    run = caller
    if home.scope is not caller.scope:
        run = Run(home.scope, caller.environment, caller.reasons)
        run.steps, run.levels = caller.steps, caller.levels
    run.levels -= depth
    if run.levels < 0:
        raise FeelLimitError(f"functions call one another more than {limits.LEVELS} levels deep")
    run.spend(1)
    try:
        return body(names, run)
    finally:
        run.levels += depth
        caller.steps = run.steps
