"""Declared types: what conforms to one, how expressions see it, and which FEEL type it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from pathways import feel
from pathways.datatypes.conform import CONFORM
from pathways.datatypes.plain import Json, instant, plain_json
from pathways.feel import types as feel_types

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
    def members(self) -> tuple[tuple[str, bool, Callable[[Json], Json]], ...]:
        """The fields of an object as conforming asks for them: name, whether it is required, and its own conforming."""
        return tuple((one.name, one.required, one.type.conform) for one in self.fields)

    @cached_property
    def _targets(self) -> tuple[str, ...]:
        return (*(f"{target}/" for target in self.target), "urn:uuid:")

    def refers_to(self, reference: str) -> bool:
        """Whether a reference names a resource of one of the target types, or leaves open of which it is."""
        if not self.target or reference.startswith(self._targets):
            return True
        return any(target in reference for target in self._targets[:-1])

    def load(self, value: Json) -> Any:
        """The value as expressions see it: dates, instants, durations and quantities become FEEL's own."""
        if value is None or self.is_plain:
            return value
        match self.kind:
            case "date":
                return feel.date_value(value)
            case "instant":
                return instant(value)
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
        return CONFORM[self.kind](self, value)

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
