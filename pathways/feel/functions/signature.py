"""How built-in functions are declared, and how arguments are put in order and held to their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final, Protocol, TypeVar

from pathways.feel import limits, moments, types, values
from pathways.feel.environment import Run
from pathways.feel.operators import article
from pathways.feel.values import Function, Value, kind, read

_SPEC: Final[Mapping[str, types.Type]] = {
    **types.SIMPLE,
    "any": types.ANY,
    "null": types.NULL,
    "list<number>": types.list_of(types.NUMBER),
    "list<quantity>": types.list_of(types.QUANTITY),
    "list<billing_units>": types.list_of(types.BILLING_UNITS),
    "list<string>": types.list_of(types.STRING),
    "list<boolean>": types.list_of(types.BOOLEAN),
    "list<context>": types.list_of(types.SIMPLE["context"]),
    "list<list>": types.list_of(types.SIMPLE["list"]),
    "list<any>": types.list_of(types.ANY),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, the types it takes (several where FEEL does), and whether it may be left out."""

    name: str
    types: tuple[types.Type, ...]
    optional: bool = False

    @classmethod
    def of(cls, text: str) -> Parameter:
        """Read `name: type|type`; a `?` behind the name lets it be left out."""
        name, _, spec = text.partition(": ")
        found = tuple(_SPEC[each] for each in spec.split("|"))
        return cls(name.removesuffix("?"), found, name.endswith("?"))

    def __str__(self) -> str:
        written = "|".join(map(str, self.types))
        return f"{self.name}{'?' if self.optional else ''}: {written}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in. A variadic one takes its last parameter any number of times, at least once."""

    parameters: tuple[Parameter, ...]
    gives: types.Type
    body: Callable[..., Value]
    variadic: bool = False

    def accepts(self, count: int) -> bool:
        """Say whether it may be called with this many arguments."""
        if self.variadic:
            return count >= len(self.parameters)
        least = sum(not parameter.optional for parameter in self.parameters)
        return least <= count <= len(self.parameters)

    def order(self, names: tuple[str, ...]) -> tuple[int, ...] | None:
        """Give for each parameter the position of its argument among these names (-1: left out), or None."""
        known = [parameter.name for parameter in self.parameters]
        if self.variadic or len(set(names)) < len(names) or not set(names) <= set(known):
            return None
        if any(not each.optional and each.name not in names for each in self.parameters):
            return None
        return tuple(names.index(name) if name in names else -1 for name in known)


Chosen = tuple[tuple[Signature, tuple[int, ...] | None], ...]
"""The signatures that a call may mean, each with the order of its named arguments."""


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function with all its signatures."""

    name: str
    signatures: list[Signature] = field(default_factory=list)

    def usage(self) -> str:
        """Say how it is called."""
        ways = (
            f"{self.name}({', '.join(map(str, each.parameters))}{', …' if each.variadic else ''})"
            for each in self.signatures
        )
        return f"the way to call it is {' or '.join(ways)}"

    def choose(self, count: int, names: tuple[str, ...] | None) -> Chosen:
        """Give the signatures that a call with these arguments may mean.

        Of two that have the same names, as `before(point, range)` and `before(range, point)`, the order counts.
        """
        if names is None:
            return tuple((each, None) for each in self.signatures if each.accepts(count))
        orders = ((each, each.order(names)) for each in self.signatures)
        found = [(each, order) for each, order in orders if order is not None]
        return tuple(sorted(found, key=lambda one: one[1] != tuple(range(len(names)))))

    def call(self, chosen: Chosen, given: list[Value], run: Run) -> Value:
        """Call the first of the chosen signatures that the arguments fit."""
        complaint = ""
        for signature, order in chosen:
            arguments = given if order is None else _ordered(signature, order, given)
            fitted = self._fit(signature, arguments, run)
            if isinstance(fitted, list):
                run.spend(1)
                return signature.body(run, *fitted)
            complaint = complaint or fitted
        return run.fail(complaint)

    def _fit(self, signature: Signature, arguments: list[Value], run: Run) -> list[Value] | str:
        """Give the arguments as the signature takes them, or what is wrong with them."""
        fitted: list[Value] = []
        for position, value in enumerate(arguments):
            if value is _LEFT_OUT:
                fitted.append(None)
                continue
            parameter = signature.parameters[min(position, len(signature.parameters) - 1)]
            if isinstance(value, list | tuple):
                _pay(len(value), parameter, run)
            for wanted in parameter.types:
                fits, coerced = coerce(value, wanted)
                if fits:
                    fitted.append(coerced)
                    break
            else:
                return _complaint(self.name, parameter, value)
        return fitted

    def value(self) -> Function:
        """Give the function as a value."""

        def call(arguments: list[Value], run: Run) -> Value:
            return self._call_any(arguments, None, run)

        def arrange(named: dict[str, Value], run: Run) -> list[Value] | None:
            for signature, order in self.choose(len(named), tuple(named)):
                if order is not None:
                    given = _ordered(signature, order, list(named.values()))
                    return [None if each is _LEFT_OUT else each for each in given]
            return run.fail(self.usage())

        first = self.signatures[0]
        parameters = tuple(parameter.name for parameter in first.parameters)
        return Function(self.name, parameters, call, first.variadic, arrange)

    def _call_any(self, arguments: list[Value], names: tuple[str, ...] | None, run: Run) -> Value:
        chosen = self.choose(len(arguments), names)
        return self.call(chosen, arguments, run) if chosen else run.fail(self.usage())


_LEFT_OUT: Final = object()


def _pay(length: int, parameter: Parameter, run: Run) -> None:
    """Count the look at each item of a list that has a type; a list past the limit stops before anything is done."""
    typed = any(isinstance(each, types.ListType) and each.item is not types.ANY for each in parameter.types)
    run.spend(length if length > limits.STEPS else length // 10 if typed else 0)


def _ordered(signature: Signature, order: tuple[int, ...], given: list[Value]) -> list[Value]:
    """Put named arguments in order, without the parameters that are left out at the end."""
    arguments = [_LEFT_OUT if position < 0 else given[position] for position in order]
    while arguments and arguments[-1] is _LEFT_OUT:
        arguments.pop()
    del signature
    return arguments


def _complaint(function: str, parameter: Parameter, value: Value) -> str:
    wanted = " or ".join(article(str(each)) for each in parameter.types)
    found = kind(value)
    if found == values.LIST and any(isinstance(each, types.ListType) for each in parameter.types):
        return f"{parameter.name} of {function} is not {wanted}: some item does not fit"
    return f"{parameter.name} of {function} is {found if found == 'null' else article(found)}, not {wanted}"


def coerce(value: Value, wanted: types.Type) -> tuple[bool, Value]:
    """Say whether a value fits a type, after FEEL's conversions, and give it converted (DMN 1.5 10.3.2.9.4).

    A single value becomes a list of itself, a list of one item that item, a date its midnight in UTC.
    """
    if wanted is types.ANY:
        return True, read(value)
    if isinstance(wanted, types.Simple):
        found = kind(value)
        if found == wanted.name:
            return _finite(value)
        if found == values.LIST and len(value) == 1 and kind(value[0]) == wanted.name:
            return _finite(value[0])
        if found == values.DATE and wanted.name == values.DATE_TIME:
            return True, moments.make_datetime(moments.day_number(value), 0, UTC)
        return False, None
    if isinstance(wanted, types.ListType):
        items = value if kind(value) == values.LIST else [value]
        if value is None or not (wanted.item is types.ANY or all(_item_fits(item, wanted.item) for item in items)):
            return False, None
        return True, items
    if value is not None and types.conforms(value, wanted):
        return True, value
    if kind(value) == values.LIST and len(value) == 1 and types.conforms(value[0], wanted):
        return True, value[0]
    return False, None


def _item_fits(item: Value, wanted: types.Type) -> bool:
    return item is None or types.conforms(item, wanted)


def _finite(value: Value) -> tuple[bool, Value]:
    """Read a host's value; a float that is no number fits nothing."""
    found = read(value)
    return found is not None or value is None, found


F = TypeVar("F", bound=Callable[..., Any])


class Decorator(Protocol):
    """How a module of functions declares one."""

    def __call__(self, name: str, *parameters: str, gives: str, variadic: bool = False) -> Callable[[F], F]:
        """Give the decorator of a body."""


def declare(registry: dict[str, Builtin]) -> Decorator:
    """Give the decorator that adds signatures to a registry.

    `@builtin("substring", "string: string", "start position: number", "length?: number", gives="string")`: the body
    gets the evaluation and the arguments; those left out at the end are not passed, those left out before are None.
    """

    def builtin(name: str, *parameters: str, gives: str, variadic: bool = False) -> Callable[[F], F]:
        def add(body: F) -> F:
            read_parameters = tuple(Parameter.of(parameter) for parameter in parameters)
            signature = Signature(read_parameters, _SPEC[gives], body, variadic)
            registry.setdefault(name, Builtin(name)).signatures.append(signature)
            return body

        return add

    return builtin
