"""What fits each kind of type, and how it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING

from pathways import feel
from pathways.datatypes.plain import Json, MisfitError, instant, plain_json
from pathways.time.durations import DurationError, parse_duration

if TYPE_CHECKING:
    from pathways.datatypes.declared import DataType

_REFERENCE = re.compile(
    r"^(urn:uuid:[0-9a-f-]{36}|(?:https?://\S+/)?[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}(/_history/\S+)?)$"
)


def _text(declared: DataType, value: Json) -> Json:
    if not isinstance(value, str):
        raise MisfitError(f"must be text, not {_name(value)}")
    if declared.options and value not in declared.options:
        raise MisfitError(f'must be one of {", ".join(declared.options)}; "{value}" is not')
    return value


def _boolean(_: DataType, value: Json) -> Json:
    if not isinstance(value, bool):
        raise MisfitError(f"must be true or false, not {_name(value)}")
    return value


def _number(declared: DataType, value: Json) -> Json:
    if isinstance(value, str) and declared.kind == "decimal" and feel.number_value(value) is not None:
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or not isfinite(value):
        raise MisfitError(f"must be a {'whole ' if declared.kind == 'integer' else ''}number, not {_name(value)}")
    if declared.kind == "integer" and value != int(value):
        raise MisfitError(f"must be a whole number; {value} is not")
    return int(value) if declared.kind == "integer" else feel.to_json(value)


def _iso(declared: DataType, value: Json) -> Json:
    return _moment(declared.kind, value)


def _moment(kind: str, value: Json) -> Json:
    if isinstance(value, (date, datetime)) or not isinstance(value, str):
        value = feel.to_json(value) if not isinstance(value, (int, float, Mapping, list)) else value
    if isinstance(value, str):
        parse = feel.date_value if kind == "date" else instant
        if parse(value) is not None:
            return value
    such = "a date such as 2026-03-31" if kind == "date" else "an instant such as 2026-03-31T09:00:00-04:00"
    raise MisfitError(f"must be {such}, not {_name(value)}")


def _duration(_: DataType, value: Json) -> Json:
    text = value if isinstance(value, str) else feel.to_json(value)
    if not isinstance(text, str):
        raise MisfitError(f"must be a duration such as 3 days or P3D, not {_name(value)}")
    try:
        parse_duration(text)
    except DurationError as error:
        raise MisfitError(error.message) from None
    return text


def _mapping(value: Json, such: str = "an object") -> Mapping[str, Json]:
    if value.__class__ is not dict and not isinstance(value, Mapping):
        raise MisfitError(f"must be {such}, not {_name(value)}")
    return value


def _period(_: DataType, value: Json) -> Json:
    value = _mapping(value, "a period such as {start: 2026-03-01, end: 2026-03-31}")
    kept = {}
    for edge in ("start", "end"):
        given = value.get(edge)
        try:
            kept[edge] = None if given is None else _moment("date", given)
        except MisfitError as error:
            raise error.within(edge) from None
    return kept


def _reference(declared: DataType, value: Json) -> Json:
    value = _mapping(value, f"a reference such as {{reference: {(*declared.target, 'Patient')[0]}/123}}")
    reference = value.get("reference")
    if not isinstance(reference, str) or not _is_reference(reference):
        raise MisfitError("must have a reference such as Patient/123")
    if not declared.refers_to(reference):
        raise MisfitError(f"must refer to {' or '.join(declared.target)}, not {reference.split('/')[0]}")
    display = value.get("display")
    return {"reference": reference, "display": display if isinstance(display, str) else None}


@lru_cache(maxsize=4096)
def _is_reference(text: str) -> bool:
    return _REFERENCE.match(text) is not None


def _attachment(_: DataType, value: Json) -> Json:
    return plain_json(_mapping(value))


def _quantity(_: DataType, value: Json) -> Json:
    found = (
        value
        if isinstance(value, feel.Quantity)
        else feel.quantity_value(_mapping(value, "a quantity such as {value: 5, unit: mg}"))
    )
    if isinstance(found, str):
        raise MisfitError(f"must be a quantity such as 5 mg: {found}")
    return feel.to_json(found)


def _billing_units(_: DataType, value: Json) -> Json:
    """Billing units as they are kept, a whole number; those who know nothing of the type write a number too."""
    if isinstance(value, feel.BillingUnits):
        return value.count
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or not isfinite(value):
        raise MisfitError(f"must be billing units, a whole number, not {_name(value)}")
    if value != int(value):
        raise MisfitError(f"must be billing units, a whole number; {value} is not")
    return int(value)


def _list(declared: DataType, value: Json) -> Json:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise MisfitError(f"must be a list, not {_name(value)}")
    item = declared.item
    kept = []
    for index, one in enumerate(value):
        try:
            kept.append(plain_json(one) if item is None else item.conform(one))
        except MisfitError as error:
            raise error.within(f"[{index}]") from None
    return kept


def _object(declared: DataType, value: Json) -> Json:
    value = _mapping(value)
    kept: dict[str, Json] = {}
    for name, required, conform in declared.members:
        given = value.get(name)
        if given is None:
            if required:
                raise MisfitError("is required", name)
            kept[name] = None
            continue
        try:
            kept[name] = conform(given)
        except MisfitError as error:
            raise error.within(name) from None
    if declared.open:
        kept |= {name: plain_json(one) for name, one in value.items() if name not in kept}
    return kept


CONFORM: Mapping[str, Callable[[DataType, Json], Json]] = {
    "text": _text,
    "code": _text,
    "boolean": _boolean,
    "integer": _number,
    "decimal": _number,
    "billing_units": _billing_units,
    "date": _iso,
    "instant": _iso,
    "duration": _duration,
    "period": _period,
    "Reference": _reference,
    "attachment": _attachment,
    "quantity": _quantity,
    "list": _list,
    "object": _object,
}


def _name(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'the text "{value[:40]}"'
        case int() | float() | Decimal():
            return f"the number {value}"
        case feel.Quantity():
            return f"the quantity {feel.scalar_text(value)}"
        case feel.BillingUnits():
            return f"{value.count} billing units"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"
