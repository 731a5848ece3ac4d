"""The type of what an expression gives, before and after it is computed: so that a computed date stays a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pathways import feel
from pathways.datatypes import ANY, DataType, Field
from pathways.feel import types as feel_types
from pathways.feel import values as feel_values
from pathways.functions import FUNCTION_TYPES
from pathways.values import Computed, is_expression

_SIMPLE: dict[feel_types.Type, DataType] = {
    feel_types.STRING: DataType("text"),
    feel_types.BOOLEAN: DataType("boolean"),
    feel_types.NUMBER: DataType("decimal"),
    feel_types.DATE: DataType("date"),
    feel_types.DATE_TIME: DataType("instant"),
    feel_types.DAYS_TIME: DataType("duration"),
    feel_types.YEARS_MONTHS: DataType("duration"),
    feel_types.QUANTITY: DataType("quantity"),
    feel_types.BILLING_UNITS: DataType("billing_units"),
}


def type_of(value: Computed, types: Mapping[str, DataType]) -> DataType:
    """The type of a value as authored, given the types of the names it may read; `any` where it can't be told."""
    source = value.source
    if not is_expression(source):
        return _of_literal(source)
    text = source[1:].strip()
    along = _along(text.split("."), types)
    if along is not None:
        return along
    names = {name: declared.feel_type for name, declared in types.items()}
    return from_feel(feel.infer(feel.parse_expression(source[1:]), names, FUNCTION_TYPES).type)


def _along(path: list[str], types: Mapping[str, DataType]) -> DataType | None:
    """The type at the end of a plain path such as `claim.decision`, with all its declared detail."""
    declared = types.get(path[0])
    for name in path[1:]:
        if declared is None or declared.kind != "object" or name not in declared.by_name:
            return None
        declared = declared.by_name[name].type
    return declared


def _of_literal(source: Any) -> DataType:
    match source:
        case bool():
            return DataType("boolean")
        case int() | float():
            return DataType("decimal")
        case str():
            return DataType("text")
        case _:
            return ANY


def from_feel(found: feel_types.Type) -> DataType:
    """The data type that keeps a FEEL type's values."""
    if simple := _SIMPLE.get(found):
        return simple
    if isinstance(found, feel_types.ListType):
        return DataType("list", item=from_feel(found.item))
    if isinstance(found, feel_types.ContextType):
        members = tuple(Field(name, from_feel(one)) for name, one in found.fields)
        return DataType("object", fields=members, open=True)
    return ANY


_AS_JSON = frozenset({str, bool, int, float})
"""What JSON tells by itself."""


def type_of_value(value: Any) -> DataType:
    """What a computed value has that its JSON does not tell: where in it are dates, instants, quantities and such."""
    if value is None or value.__class__ in _AS_JSON:
        return ANY
    match value:
        case datetime():
            return DataType("instant")
        case date():
            return DataType("date")
        case feel_values.DaysTime() | feel_values.YearsMonths() | timedelta():
            return DataType("duration")
        case feel.Quantity():
            return DataType("quantity")
        case feel.BillingUnits():
            return DataType("billing_units")
        case Decimal() if isinstance(feel.to_json(value), str):
            return DataType("decimal")
        case Mapping():
            members = ((str(name), type_of_value(one)) for name, one in value.items())
            fields = tuple(Field(name, found) for name, found in members if not found.is_plain)
            return DataType("object", fields=fields, open=True) if fields else ANY
        case list() | tuple():
            return _of_items([type_of_value(one) for one in value if one is not None])
        case _:
            return ANY


def _of_items(found: list[DataType]) -> DataType:
    """The type of a list; of items that differ, only what is right for each of them."""
    first = found[0] if found else ANY
    if first.is_plain or any(one.kind != first.kind for one in found):
        return ANY
    if first.kind != "object" or all(one == first for one in found):
        return DataType("list", item=first)
    shared = tuple(member for member in first.fields if all(member in one.fields for one in found))
    return DataType("list", item=DataType("object", fields=shared, open=True)) if shared else ANY


def tells(declared: DataType, found: DataType) -> bool:
    """Whether a declared type reads a value as `type_of_value` found it, so that nothing more has to be kept."""
    if found.is_plain:
        return True
    if declared.kind != found.kind:
        return False
    if found.kind == "list":
        return tells(declared.item or ANY, found.item or ANY)
    members = declared.by_name
    return all(one.name in members and tells(members[one.name].type, one.type) for one in found.fields)
