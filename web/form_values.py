"""Between what a browser sends and the JSON values of a form's fields.

A field's inputs are named after it: `f.note`; a reference has `f.order.reference` and `f.order.display`. What was
typed is kept as it came, so that a draft, a mistake or a conflict loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pathways.datatypes import DataType
from pathways.plan import FormField
from pathways.time.zones import instant_of, zone

Json = Any

PREFIX = "f."

_NUMBERS = ("integer", "decimal", "billing_units")
_NESTED = ("any", "object", "list", "period", "quantity")


def is_json(declared: DataType) -> bool:
    """Whether a field's only input holds JSON: what no input of its own can hold."""
    if declared.kind == "list":
        return declared.item is not None and declared.item.kind in _NESTED
    return declared.kind in ("any", "object")


@dataclass(frozen=True)
class Typed:
    """What a person typed: every input's values as they came, by input name."""

    raw: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The last value of an input; empty where there is none."""
        given = self.raw.get(name, ())
        return given[-1] if given else ""

    def every(self, name: str) -> tuple[str, ...]:
        """All values of an input that are not empty."""
        return tuple(one for one in self.raw.get(name, ()) if one.strip())

    def fields(self) -> dict[str, list[str]]:
        """The inputs of form fields alone, as a draft keeps them."""
        kept = {name: list(given) for name, given in self.raw.items() if name.startswith((PREFIX, "outcome"))}
        return {name: given for name, given in kept.items() if any(one.strip() for one in given)}


def typed_from(pairs: Iterable[tuple[str, Any]]) -> Typed:
    """What a browser sent; files are left out."""
    raw: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if isinstance(value, str):
            raw[name] = (*raw.get(name, ()), value.replace("\r\n", "\n"))
    return Typed(raw)


def typed_from_draft(values: Json) -> Typed:
    """What a draft kept."""
    if not isinstance(values, Mapping):
        return Typed()
    return Typed(
        {str(name): tuple(str(one) for one in given) for name, given in values.items() if isinstance(given, list)}
    )


def values_of(fields: Iterable[FormField], typed: Typed, zone_name: str) -> dict[str, Json]:
    """The fields' JSON values; what does not read as its type stays text, for the rules to refuse by name."""
    return {one.name: _value(one.type, PREFIX + one.name, typed, zone_name) for one in fields}


def typed_from_values(fields: Iterable[FormField], values: Mapping[str, Json], zone_name: str) -> Typed:
    """The inputs as they would have been typed for these JSON values."""
    raw: dict[str, tuple[str, ...]] = {}
    for one in fields:
        raw.update(_inputs(one.type, PREFIX + one.name, values.get(one.name), zone_name))
    return Typed(raw)


def _value(declared: DataType, name: str, typed: Typed, zone_name: str) -> Json:
    text = typed.one(name).strip()
    if is_json(declared):
        return _read_json(text)
    match declared.kind:
        case "list":
            return _many(declared.item or DataType("text"), name, typed)
        case "Reference":
            reference = typed.one(f"{name}.reference").strip()
            display = typed.one(f"{name}.display").strip()
            return {"reference": reference, "display": display or None} if reference else None
        case "period":
            start, end = typed.one(f"{name}.start").strip(), typed.one(f"{name}.end").strip()
            return {"start": start or None, "end": end or None} if start or end else None
        case "quantity":
            amount, unit = typed.one(f"{name}.value").strip(), typed.one(f"{name}.unit").strip()
            return {"value": _number(amount), "unit": unit or None} if amount or unit else None
        case "boolean":
            return {"yes": True, "no": False}.get(text)
        case "instant":
            return _instant(text, zone_name) if text else None
        case kind if kind in _NUMBERS:
            return _number(text) if text else None
        case _:
            return text or None


def _read_json(text: str) -> Json:
    """JSON where the text is some; a text that is none stays as it is, for the type to refuse."""
    if not text.startswith(("{", "[", '"')):
        return text or None
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text


def _many(item: DataType, name: str, typed: Typed) -> list[Json]:
    given = [line.strip() for one in typed.every(name) for line in one.split("\n") if line.strip()]
    if item.kind == "Reference":
        return [{"reference": one, "display": None} for one in given]
    if item.kind in _NUMBERS:
        return [_number(one) for one in given]
    return list(given)


def _number(text: str) -> Json:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text.replace(" ", ""))
    except ValueError:
        return text
    return number if number - number == 0 else text  # infinities and NaN are no numbers to JSON


def _instant(text: str, zone_name: str) -> str:
    """A local time that was typed, as an instant; anything else as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        local = zone(zone_name)
        return instant_of(moment, local).astimezone(local).isoformat(timespec="seconds")
    return text


def _inputs(declared: DataType, name: str, value: Json, zone_name: str) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    if is_json(declared):
        return {name: (value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False),)}
    match declared.kind:
        case "list":
            item = declared.item or DataType("text")
            if item.kind == "code" and item.options:
                return {name: tuple(str(one) for one in value)}
            return {name: ("\n".join(_line(one) for one in value),)}
        case "Reference" | "period" | "quantity" if isinstance(value, Mapping):
            return {f"{name}.{part}": (str(one),) for part, one in value.items() if one is not None}
        case "boolean":
            return {name: ("yes" if value is True else "no",)}
        case "instant":
            return {name: (_local(str(value), zone_name),)}
        case _:
            return {name: (str(value),)}


def _line(value: Json) -> str:
    return str(value.get("reference")) if isinstance(value, Mapping) else str(value)


def _local(text: str, zone_name: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone(zone(zone_name)).strftime("%Y-%m-%dT%H:%M") if moment.tzinfo else text
