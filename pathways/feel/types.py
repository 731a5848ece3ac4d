"""The types of expressions: a small immutable algebra, and which values belong to a type.

`conforms` follows DMN 1.5 section 10.3.2.9 for values (`instance of`, parameters of functions).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pathways.feel import values
from pathways.feel.values import Range, Value, kind


@dataclass(frozen=True, slots=True)
class Type:
    """A FEEL type. Compare with `==`; `str()` writes it as FEEL does."""

    def __str__(self) -> str:
        return "Any"


@dataclass(frozen=True, slots=True)
class Simple(Type):
    """A type without parts, by its FEEL name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListType(Type):
    """`list<item>`."""

    item: Type

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class ContextType(Type):
    """A context with fields of these types. An open one may have more fields, of which nothing is known."""

    fields: tuple[tuple[str, Type], ...]
    open: bool = False

    def field(self, name: str) -> Type | None:
        """Give the type of a field, or None when it is not declared."""
        return next((type_ for key, type_ in self.fields if key == name), None)

    def __str__(self) -> str:
        parts = [f"{name}: {type_}" for name, type_ in self.fields]
        return f"context<{', '.join(parts)}>" if parts else "context"


@dataclass(frozen=True, slots=True)
class RangeType(Type):
    """`range<item>`."""

    item: Type

    def __str__(self) -> str:
        return f"range<{self.item}>"


@dataclass(frozen=True, slots=True)
class FunctionType(Type):
    """`function<parameters> -> result`. `names` are the parameters' names where they are known.

    The last `optional` parameters may be left out; `parameters` of None says nothing about them. Where `like_first`
    is set, the result has the type of the first argument, as far as that is known.
    """

    parameters: tuple[Type, ...] | None
    result: Type
    names: tuple[str, ...] = ()
    optional: int = 0
    like_first: bool = False

    def __str__(self) -> str:
        return f"function<{', '.join(map(str, self.parameters or ()))}> -> {self.result}"


@dataclass(frozen=True, slots=True)
class NameType(Type):
    """The string that names one of a host's things, such as a calendar: a literal that names none is a mistake."""

    thing: str
    names: frozenset[str]

    def __str__(self) -> str:
        return values.STRING


ANY: Final = Type()
NULL: Final = Simple("null")
NUMBER: Final = Simple(values.NUMBER)
STRING: Final = Simple(values.STRING)
BOOLEAN: Final = Simple(values.BOOLEAN)
DATE: Final = Simple(values.DATE)
TIME: Final = Simple(values.TIME)
DATE_TIME: Final = Simple(values.DATE_TIME)
DAYS_TIME: Final = Simple(values.DAYS_TIME)
YEARS_MONTHS: Final = Simple(values.YEARS_MONTHS)
QUANTITY: Final = Simple(values.QUANTITY)
BILLING_UNITS: Final = Simple(values.BILLING_UNITS)

SIMPLE: Final[Mapping[str, Type]] = {
    "Any": ANY,
    "Null": NULL,
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "date and time": DATE_TIME,
    "dateTime": DATE_TIME,
    "days and time duration": DAYS_TIME,
    "dayTimeDuration": DAYS_TIME,
    "years and months duration": YEARS_MONTHS,
    "yearMonthDuration": YEARS_MONTHS,
    "quantity": QUANTITY,
    "billing_units": BILLING_UNITS,
    "list": ListType(ANY),
    "context": ContextType((), open=True),
    "range": RangeType(ANY),
    "function": FunctionType(None, ANY),
}


def context(fields: Mapping[str, Type], *, open: bool = False) -> ContextType:  # noqa: A002 - the word of the field
    """Make a context type from a mapping of its fields."""
    return ContextType(tuple(sorted(fields.items())), open)


def list_of(item: Type) -> ListType:
    """Make a list type."""
    return ListType(item)


def range_of(item: Type) -> RangeType:
    """Make a range type."""
    return RangeType(item)


def function(
    parameters: Iterable[tuple[str, Type]], result: Type, *, optional: int = 0, like_first: bool = False
) -> FunctionType:
    """Make a function type from named parameters, of which the last `optional` may be left out."""
    pairs = tuple(parameters)
    names = tuple(name for name, _ in pairs)
    return FunctionType(tuple(type_ for _, type_ in pairs), result, names, optional, like_first)


def conforms(value: Value, type_: Type) -> bool:
    """Say whether a value that is not null belongs to a type; null belongs to `Null` only."""
    match type_:
        case Simple(name=name):
            return kind(value) == name
        case ListType(item=item):
            return kind(value) == values.LIST and all(_fits(each, item) for each in value)
        case ContextType(fields=fields):
            return kind(value) == values.CONTEXT and all(
                name in value and _fits(value[name], field) for name, field in fields
            )
        case RangeType(item=item):
            return isinstance(value, Range) and all(
                item == ANY or conforms(each, item) for each in (value.low, value.high) if each is not None
            )
        case NameType():
            return kind(value) == values.STRING
        case FunctionType(parameters=parameters):
            return isinstance(value, values.Function) and (
                not parameters or value.variadic or len(value.parameters) == len(parameters)
            )
        case _:
            return value is not None


def _fits(value: Value, type_: Type) -> bool:
    """Say whether a part of a value fits: null fits every type there."""
    return value is None or conforms(value, type_)


def kind_of(type_: Type) -> str | None:
    """Give the kind of the values of a type, such as `"list"`; None for `Any`."""
    match type_:
        case Simple(name=name):
            return name
        case ListType():
            return values.LIST
        case ContextType():
            return values.CONTEXT
        case RangeType():
            return values.RANGE
        case FunctionType():
            return values.FUNCTION
        case NameType():
            return values.STRING
        case _:
            return None


def of_value(value: Value) -> Type:
    """Give the type of a scalar value; `Any` for one with parts."""
    name = kind(value)
    return NULL if name == values.NULL else SIMPLE.get(name, ANY)


def join(first: Type, second: Type) -> Type:
    """Give the narrowest type that holds the values of both; null belongs everywhere."""
    if first == second or second == NULL:
        return first
    if first == NULL:
        return second
    if isinstance(first, ListType) and isinstance(second, ListType):
        return ListType(join(first.item, second.item))
    if isinstance(first, RangeType) and isinstance(second, RangeType):
        return RangeType(join(first.item, second.item))
    if isinstance(first, ContextType) and isinstance(second, ContextType):
        return _join_contexts(first, second)
    return ANY


def _join_contexts(first: ContextType, second: ContextType) -> ContextType:
    """Keep the fields of both; what only one has makes the result open."""
    both = {name: join(type_, other) for name, type_ in first.fields if (other := second.field(name)) is not None}
    more = len(both) < max(len(first.fields), len(second.fields))
    return context(both, open=first.open or second.open or more)


def may_fit(given: Type, wanted: Type) -> bool:
    """Say whether values of one type can ever be taken as another, after FEEL's conversions of arguments."""
    if ANY in (given, wanted) or given in (NULL, wanted):
        return True
    match wanted:
        case ListType(item=item):
            return may_fit(given.item if isinstance(given, ListType) else given, item)
        case ContextType(fields=fields):
            return isinstance(given, ContextType) and all(_field_may_fit(given, name, field) for name, field in fields)
        case RangeType(item=item):
            return isinstance(given, RangeType) and may_fit(given.item, item)
        case FunctionType():
            return isinstance(given, FunctionType)
        case NameType():
            return kind_of(given) == values.STRING
        case Simple():
            return wanted == DATE_TIME and given == DATE
        case _:
            return True


def _field_may_fit(given: ContextType, name: str, wanted: Type) -> bool:
    found = given.field(name)
    return given.open if found is None else may_fit(found, wanted)
