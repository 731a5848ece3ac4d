"""The data types a definition declares: of inputs, form fields, action output and event data.

A `DataType` says three things: whether a JSON value conforms (`conform`), how expressions see it (`load`), and,
for lint, which FEEL type it has (`feel_type`). Values are kept as JSON; they become FEEL values when read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from math import isfinite
from typing import Any, Literal, get_args

from pathways import feel
from pathways.durations import DurationError, parse_duration
from pathways.feel import types as feel_types

Json = Any
"""A JSON value: null, boolean, number, text, list or object."""

Kind = Literal[
    "any",
    "text",
    "code",
    "boolean",
    "integer",
    "decimal",
    "quantity",
    "billing_units",
    "date",
    "instant",
    "period",
    "duration",
    "Reference",
    "attachment",
    "list",
    "object",
]
KINDS: tuple[str, ...] = get_args(Kind)

MOST_LEVELS = 40
"""How deep a value may nest."""

MOST_CHARACTERS = 32_000
"""How long one saved value may be, as JSON: an instance carries decisions and references, not documents."""

_REFERENCE = re.compile(
    r"^(urn:uuid:[0-9a-f-]{36}|(?:https?://\S+/)?[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}(/_history/\S+)?)$"
)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a value does not conform: the path inside the value (empty for the value itself) and the reason."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class MisfitError(ValueError):
    """Raised inside `conform`; `misfit` says where and why."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.misfit = Misfit(path, reason)

    def within(self, name: str) -> MisfitError:
        """The same misfit, seen from what holds the value as its member `name` or item `[3]`."""
        inner = self.misfit.path
        return MisfitError(self.misfit.reason, name + (inner if inner.startswith("[") or not inner else f".{inner}"))


@dataclass(frozen=True)
class Field:
    """A named, typed member of an object, an input, or the data of an event."""

    name: str
    type: DataType
    required: bool = False


@dataclass(frozen=True)
class DataType:
    """A declared type. `fields` belongs to `object` (closed unless `open`), `item` to `list`."""

    kind: Kind = "any"
    options: tuple[str, ...] = ()
    value_set: str | None = None
    target: tuple[str, ...] = ()
    item: DataType | None = None
    fields: tuple[Field, ...] = ()
    open: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields of an object by their name."""
        return {member.name: member for member in self.fields}

    @cached_property
    def is_plain(self) -> bool:
        """Whether expressions read the JSON as it is, so that nothing has to be converted."""
        match self.kind:
            case "date" | "instant" | "duration" | "period" | "quantity" | "billing_units" | "decimal":
                return False
            case "list":
                return self.item is None or self.item.is_plain
            case "object":
                return all(member.type.is_plain for member in self.fields)
            case _:
                return True

    @cached_property
    def _targets(self) -> tuple[str, ...]:
        return tuple(f"{target}/" for target in self.target)

    def refers_to(self, reference: str) -> bool:
        """Whether a reference names a resource of one of the target types, or leaves open of which it is."""
        if not self.target or reference.startswith((*self._targets, "urn:uuid:")):
            return True
        return any(target in reference for target in self._targets)

    def load(self, value: Json) -> Any:
        """The value as expressions see it: dates, instants, durations and quantities become FEEL's own."""
        if value is None or self.is_plain:
            return value
        match self.kind:
            case "date":
                return feel.date_value(value)
            case "instant":
                return _instant(value)
            case "duration":
                return load_duration(value)
            case "decimal":
                return feel.number_value(value) if isinstance(value, str) else value
            case "quantity":
                return _load_quantity(value)
            case "billing_units":
                return feel.billing_units_value(value) if type(value) is int else value
            case "period":
                return {key: feel.date_value(value[key]) if value.get(key) else None for key in ("start", "end")}
            case "list":
                item = self.item or ANY
                return [item.load(one) for one in value]
            case _:
                members = self.by_name
                return {name: members[name].type.load(one) if name in members else one for name, one in value.items()}

    def conform(self, value: Json) -> Json:
        """The value as it is kept: only declared fields, absent optional ones as null.

        Raises `MisfitError` with the place and the reason where the value is not of this type.
        """
        if value is None or self.kind == "any":
            return plain_json(value)
        return _CONFORM[self.kind](self, value)

    @cached_property
    def feel_type(self) -> feel_types.Type:
        """The type that lint works with inside expressions."""
        match self.kind:
            case "text" | "code":
                return feel_types.STRING
            case "boolean":
                return feel_types.BOOLEAN
            case "integer" | "decimal":
                return feel_types.NUMBER
            case "quantity":
                return feel_types.QUANTITY
            case "billing_units":
                return feel_types.BILLING_UNITS
            case "date":
                return feel_types.DATE
            case "instant":
                return feel_types.DATE_TIME
            case "list":
                return feel_types.list_of((self.item or ANY).feel_type)
            case "period":
                return feel_types.context({"start": feel_types.DATE, "end": feel_types.DATE})
            case "Reference":
                return feel_types.context({"reference": feel_types.STRING, "display": feel_types.STRING})
            case "object":
                members = {member.name: member.type.feel_type for member in self.fields}
                return feel_types.context(members, open=self.open)
            case _:
                return feel_types.ANY


ANY = DataType()
TEXT = DataType("text")
OPEN_OBJECT = DataType("object", open=True)


def load_duration(value: str) -> Any:
    """A declared duration as expressions see it; authored units such as business days stay text."""
    return feel.duration_value(value) if value.startswith(("P", "-P")) else value


def _load_quantity(value: Json) -> Any:
    """A quantity as expressions see it; null where what was kept is none."""
    found = feel.quantity_value(value) if isinstance(value, (Mapping, str)) else ""
    return None if isinstance(found, str) else found


def _instant(value: str) -> Any:
    """An instant as expressions see it; Python reads the usual form in a tenth of the time that FEEL's own takes."""
    if len(value) > 19 and value[10] == "T":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    return feel.instant_value(value)


def plain_json(value: Json, level: int = 0) -> Json:
    """A value as it is kept: FEEL's dates, decimals and durations as JSON, numbers that JSON lacks as null.

    Raises `MisfitError` for what nests deeper than anything a pathway declares.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if level > MOST_LEVELS:
        raise MisfitError(f"is nested deeper than {MOST_LEVELS} levels")
    if value.__class__ is dict or isinstance(value, Mapping):
        return {str(name): plain_json(one, level + 1) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_json(one, level + 1) for one in value]
    return feel.to_json(value)


def shown_json(value: Any) -> Json:
    """A value where only one text, number or truth value has a meaning (a title, a key, an attribute); else null."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (Mapping, list, tuple)):
        return None
    return feel.scalar_text(value) if isinstance(value, feel.Quantity) else plain_json(value)


def check_size(value: Json) -> None:
    """Raise `MisfitError` for a value that is too large to be carried along by an instance."""
    if value is None or isinstance(value, (bool, int, float)) or len(repr(value)) * 2 < MOST_CHARACTERS:
        return  # no character of Python's form takes more than two in JSON's
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    if size > MOST_CHARACTERS:
        message = f"has {size:,} characters; at most {MOST_CHARACTERS:,} are kept (keep a reference to the rest)"
        raise MisfitError(message)


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
        raise MisfitError(f"must be a number, not {_name(value)}")
    if declared.kind == "integer" and value != int(value):
        raise MisfitError(f"must be a whole number; {value} is not")
    return int(value) if declared.kind == "integer" else feel.to_json(value)


def _iso(declared: DataType, value: Json) -> Json:
    if isinstance(value, (date, datetime)) or not isinstance(value, str):
        value = feel.to_json(value) if not isinstance(value, (int, float, Mapping, list)) else value
    if isinstance(value, str):
        parse = feel.date_value if declared.kind == "date" else _instant
        if parse(value) is not None:
            return value
    example = "2026-03-31" if declared.kind == "date" else "2026-03-31T09:00:00-04:00"
    raise MisfitError(f"must be a {declared.kind} such as {example}, not {_name(value)}")


def _duration(_: DataType, value: Json) -> Json:
    text = value if isinstance(value, str) else feel.to_json(value)
    if not isinstance(text, str):
        raise MisfitError(f"must be a duration such as 3 days or P3D, not {_name(value)}")
    try:
        parse_duration(text)
    except DurationError as error:
        raise MisfitError(error.message) from None
    return text


def _mapping(value: Json) -> Mapping[str, Json]:
    if value.__class__ is not dict and not isinstance(value, Mapping):
        raise MisfitError(f"must be an object, not {_name(value)}")
    return value


_DATE = DataType("date")


def _period(_: DataType, value: Json) -> Json:
    value = _mapping(value)
    kept = {}
    for edge in ("start", "end"):
        given = value.get(edge)
        try:
            kept[edge] = None if given is None else _iso(_DATE, given)
        except MisfitError as error:
            raise error.within(edge) from None
    return kept


def _reference(declared: DataType, value: Json) -> Json:
    value = _mapping(value)
    reference = value.get("reference")
    if not isinstance(reference, str) or not _REFERENCE.match(reference):
        raise MisfitError("must have a reference such as Patient/123")
    if not declared.refers_to(reference):
        raise MisfitError(f"must refer to {' or '.join(declared.target)}, not {reference.split('/')[0]}")
    display = value.get("display")
    return {"reference": reference, "display": display if isinstance(display, str) else None}


def _attachment(_: DataType, value: Json) -> Json:
    return plain_json(_mapping(value))


def _quantity(_: DataType, value: Json) -> Json:
    found = value if isinstance(value, feel.Quantity) else feel.quantity_value(_mapping(value))
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
    item = declared.item or ANY
    kept = []
    for index, one in enumerate(value):
        try:
            kept.append(item.conform(one))
        except MisfitError as error:
            raise error.within(f"[{index}]") from None
    return kept


def _object(declared: DataType, value: Json) -> Json:
    value = _mapping(value)
    kept: dict[str, Json] = {}
    for member in declared.fields:
        given = value.get(member.name)
        if given is None and member.required:
            raise MisfitError("is required", member.name)
        try:
            kept[member.name] = member.type.conform(given)
        except MisfitError as error:
            raise error.within(member.name) from None
    if declared.open:
        kept |= {name: plain_json(one) for name, one in value.items() if name not in kept}
    return kept


_CONFORM = {
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
