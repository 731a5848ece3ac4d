"""Values in words: what people read where the store has JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from pathways.datatypes import ANY, DataType
from web.presenters.times import time_of

Json = Any

NOTHING = "–"

_NOBODY: Mapping[str, str] = MappingProxyType({})

_SHORT = 8
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}(/_history/\S+)?")
_CODE = re.compile(r"[a-z]+(-[a-z]+)+")


def words(name: str) -> str:
    """An identifier as people read it: `left-message`, `next_visit` become words."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def in_words(value: Json, zone_name: str) -> str:
    """A value as people read it."""
    match value:
        case None | "" | []:
            return NOTHING
        case bool():
            return "Yes" if value else "No"
        case str():
            return _text(value, zone_name)
        case list():
            return ", ".join(in_words(one, zone_name) for one in value)
        case {"reference": str(reference), **rest} if set(rest) <= {"display", "type", "identifier"}:
            return str(rest.get("display") or reference_words(reference))
        case {"value": int() | float() | str() as amount, "unit": str(unit), **rest} if not rest and unit:
            return f"{amount} {unit}"
        case {"start": start, "end": end, **rest} if not rest:
            return f"{in_words(start, zone_name)} to {in_words(end, zone_name)}"
        case Mapping():
            shown = [(name, one) for name, one in value.items() if one not in (None, "", [], {})]
            return "; ".join(f"{words(str(name))}: {in_words(one, zone_name)}" for name, one in shown) or NOTHING
        case _:
            return str(value)


@dataclass(frozen=True, slots=True)
class Told:
    """A value as a page lays it out: in one text, or in parts, each with its label (none: an entry of a list)."""

    text: str
    label: str = ""
    parts: tuple[Told, ...] = ()


def told(value: Json, zone_name: str, declared: DataType = ANY, names: Mapping[str, str] = _NOBODY) -> Told:
    """A value laid out: an object field by field in the declared order, a list of objects one by one.

    `names` are those of people by id, for fields that say who did something.
    """
    match value:
        case Mapping() if not _is_one(value):
            order = {name: place for place, name in enumerate(declared.by_name)}
            shown = [name for name, one in value.items() if one not in (None, "", [], {})]
            parts = [
                replace(_field(name, value[name], zone_name, declared, names), label=words(name))
                for name in sorted(shown, key=lambda name: order.get(name, len(order)))
            ]
            return Told("" if parts else NOTHING, parts=tuple(parts))
        case list() if any(isinstance(one, Mapping) and not _is_one(one) for one in value):
            item = declared.item or ANY
            return Told("", parts=tuple(told(one, zone_name, item, names) for one in value))
        case _:
            return Told(in_words(value, zone_name))


def _field(name: str, value: Json, zone_name: str, declared: DataType, names: Mapping[str, str]) -> Told:
    if name == "by" and isinstance(value, str) and value in names:
        return Told(names[value])
    field = declared.by_name.get(name)
    return told(value, zone_name, field.type if field is not None else ANY, names)


def _is_one(value: Mapping[str, Json]) -> bool:
    """Whether an object is told in one text: a reference, a quantity, a period."""
    return "reference" in value or set(value) in ({"value", "unit"}, {"start", "end"})


def reference_words(reference: str) -> str:
    """A reference to a resource that nobody named: its type, and enough of its id to tell it from others."""
    kind, _, ident = reference.partition("/_history")[0].rpartition("/")
    kind = kind.rpartition("/")[2]
    if not kind[:1].isupper():
        return reference
    short = ident if len(ident) <= _SHORT else f"…{ident[-_SHORT:]}"
    return f"{resource_words(kind)} {short}"


def resource_words(kind: str) -> str:
    """A resource's type in words: `MedicationRequest` is a medication request."""
    return _HUMPS.sub(" ", kind).capitalize()


def event_words(kind: str) -> str:
    """A type of event in words: `result.finalized` is "Result finalized"."""
    return words(kind.replace(".", " "))


def pretty(value: Json) -> str:
    """JSON for engineers."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=False)


def _text(text: str, zone_name: str) -> str:
    if _REFERENCE.fullmatch(text):
        return reference_words(text)
    if _CODE.fullmatch(text):
        return text.replace("-", " ")
    if len(text) >= 10 and text[4:5] == "-" and text[7:8] == "-":
        try:
            if len(text) == 10:
                day = date.fromisoformat(text)
                return f"{day:%a} {day.day} {day:%b} {day.year}"
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        if moment.tzinfo is not None:
            return time_of(moment, zone_name, moment).exact
    return text
