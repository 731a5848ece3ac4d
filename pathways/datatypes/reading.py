"""How data types are written down: in the language's own form, or as JSON Schema.

The language's form is `{type: code, options: [a, b], required: true}`, or just the name of a type. Actions and
events come with JSON Schema (from pydantic models or the event catalog) or with a map of names to such forms.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from pathways.datatypes import ANY, KINDS, OPEN_OBJECT, DataType, Field, Kind
from pathways.errors import CarelaneError

_FLAGS = ("required", "optional", "many", "open")
_ITEM = ("item", "items", "of")
TYPE_KEYS = {"type", "options", "value_set", "target", "fields", *_FLAGS, *_ITEM}
FIELD_KEYS = {"name", "label", "title", "note", "help", "description", "default", "required_when", "show_when"}
"""What stands beside a type in a form's field or an input, and is read by others."""

_SCHEMA_FORMS: dict[str, type | tuple[type, ...]] = {
    "$schema": str,
    "$ref": str,
    "properties": Mapping,
    "anyOf": list,
    "oneOf": list,
    "allOf": list,
    "enum": list,
}
"""What only JSON Schema has, and of what form: a field may have the same name, but no such form."""

_USUAL: dict[str, str] = {"fields": "object", "item": "list", "items": "list", "of": "list", "target": "Reference"}
"""What something is that has such a key and says no type."""

SCHEMA_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
"""The types that JSON Schema has."""
_FORMATS: dict[str, Kind] = {"date": "date", "date-time": "instant", "duration": "duration"}


class DeclarationError(CarelaneError):
    """A type is not written as the language or JSON Schema would have it."""

    code = "bad-declaration"

    def __init__(self, message: str, *, hint: str = "", key: str = "type") -> None:
        super().__init__(message, hint=hint)
        self.key = key
        """The key of the declaration that is wrong."""


def read_type(declared: Any) -> DataType:
    """A data type from the language's form: the name of a type, or a mapping with `type`.

    Raises `DeclarationError` for an unknown type or key, with the nearest name.
    """
    if isinstance(declared, str):
        declared = {"type": declared}
    if not isinstance(declared, Mapping):
        raise DeclarationError("A type is a name, or a mapping with the key type.")
    kind = kind_of(declared)
    if not isinstance(kind, str) or kind not in KINDS:
        raise DeclarationError(f'"{kind}" is not a type.', hint=_nearest(str(kind), KINDS))
    for key in _FLAGS:
        if declared.get(key) is not None and not isinstance(declared[key], bool):
            raise DeclarationError(f"{key} is true or false.", key=key)
    refuse_misspelt(declared, TYPE_KEYS | FIELD_KEYS)
    fields, value_set = declared.get("fields"), declared.get("value_set")
    item = next((declared[key] for key in _ITEM if declared.get(key) is not None), None)
    if fields is not None and not isinstance(fields, Mapping):
        raise DeclarationError("fields is a map of names to types.", key="fields")
    one = DataType(
        kind=kind,  # type: ignore[arg-type]  # checked above
        options=read_texts(declared.get("options"), "options"),
        value_set=None if value_set is None else str(value_set),
        target=read_texts(declared.get("target"), "target"),
        item=read_type(item) if item is not None else None,
        fields=read_fields(fields) if fields else (),
        open=bool(declared.get("open", kind == "object" and not fields)),
    )
    return DataType("list", item=one) if declared.get("many") is True else one


def kind_of(declared: Mapping[str, Any]) -> Any:
    """The type that a declaration says, or that its keys leave no doubt of; else text."""
    given = declared.get("type")
    if given is not None:
        return given
    return next((kind for key, kind in _USUAL.items() if declared.get(key) is not None), "text")


def is_required(declared: Any) -> bool:
    """Whether a member must be there: `required: true`, or `optional: false`."""
    return isinstance(declared, Mapping) and (declared.get("required") is True or declared.get("optional") is False)


def refuse_misspelt(given: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise `DeclarationError` for a key that was surely meant to be another; keys for people and tools may stand."""
    for key in given:
        near = [] if key in known else difflib.get_close_matches(str(key), known, n=1, cutoff=0.75)
        if near:
            raise DeclarationError(f'"{key}" means nothing here.', hint=f'Did you mean "{near[0]}"?', key=str(key))


def read_fields(declared: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of an object from a map of names to types."""
    return tuple(Field(str(name), read_type(one), is_required(one)) for name, one in declared.items())


def read_object(declared: Any) -> DataType:
    """An object's type from any of the accepted forms: JSON Schema, a map of fields, a list of names, or nothing.

    Nothing at all means an open object, of which every field may be read.
    """
    if declared is None or declared is True:
        return OPEN_OBJECT
    if isinstance(declared, list):
        return DataType("object", fields=tuple(Field(str(name), ANY) for name in declared))
    if not isinstance(declared, Mapping):
        raise DeclarationError("A schema is JSON Schema, a map of names to types, or a list of names.")
    if is_json_schema(declared):
        return from_json_schema(declared)
    if isinstance(declared.get("fields"), Mapping) and declared.get("type", "object") == "object":
        return read_type({"type": "object", **declared})
    return DataType("object", fields=tuple(_member(str(name), one) for name, one in declared.items()))


def _member(name: str, declared: Any) -> Field:
    """A member in any form: a type of the language, JSON Schema, or a map of further members."""
    required = is_required(declared)
    if isinstance(declared, str) and declared in SCHEMA_TYPES and declared not in KINDS:
        return Field(name, from_json_schema({"type": declared}), required)
    if not isinstance(declared, Mapping):
        return Field(name, read_type(declared), required)
    if is_json_schema(declared) and declared.get("type") not in KINDS:
        return Field(name, from_json_schema(declared), required)
    if declared.get("type") == "object" and isinstance(declared.get("properties"), Mapping):
        return Field(name, from_json_schema(declared), required)
    if not declared.keys() & TYPE_KEYS:
        return Field(name, read_object(declared), required)
    return Field(name, read_type({"type": "object", **declared} if "fields" in declared else declared), required)


def is_json_schema(declared: Mapping[str, Any]) -> bool:
    """Whether a mapping is JSON Schema rather than a map of field names to types."""
    kind = declared.get("type")
    if isinstance(kind, list) or (isinstance(kind, str) and kind in SCHEMA_TYPES):
        return "fields" not in declared
    return any(isinstance(declared.get(key), form) for key, form in _SCHEMA_FORMS.items())


def from_json_schema(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> DataType:
    """The data type that a JSON Schema (draft 2020-12, the part pydantic writes) describes; else `any`."""
    root = root or schema
    if reference := schema.get("$ref"):
        return from_json_schema(_resolve(str(reference), root), root)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            real = [one for one in schema[key] if one.get("type") != "null"]
            return from_json_schema(real[0], root) if len(real) == 1 else ANY
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), None)
    if custom := schema.get("x-carelane-type"):
        return DataType(custom, target=read_texts(schema.get("x-carelane-target"), "target"))
    if "enum" in schema and all(isinstance(one, str) for one in schema["enum"]):
        return DataType("code", options=tuple(schema["enum"]))
    match kind:
        case "string":
            return DataType(_FORMATS.get(schema.get("format", ""), "text"))
        case "integer":
            return DataType("integer")
        case "number":
            return DataType("decimal")
        case "boolean":
            return DataType("boolean")
        case "array":
            return DataType("list", item=from_json_schema(schema.get("items") or {}, root))
        case "object":
            return _object(schema, root)
        case _:
            return _object(schema, root) if "properties" in schema else ANY


def _object(schema: Mapping[str, Any], root: Mapping[str, Any]) -> DataType:
    properties = schema.get("properties") or {}
    required = set(schema.get("required") or ())
    fields = tuple(
        Field(name, from_json_schema(one, root), name in required and not _nullable(one))
        for name, one in properties.items()
    )
    return DataType("object", fields=fields, open=not properties and schema.get("additionalProperties") is not False)


def _nullable(schema: Mapping[str, Any]) -> bool:
    """Whether a schema takes null: then a member that must be present need have no value."""
    kind = schema.get("type")
    choices = schema.get("anyOf") or schema.get("oneOf") or ()
    return kind == "null" or (isinstance(kind, list) and "null" in kind) or any(_nullable(one) for one in choices)


def _resolve(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def read_texts(value: Any, what: str) -> tuple[str, ...]:
    """A list of texts; a single one counts as a list. Raises `DeclarationError`."""
    given = [] if value is None else value if isinstance(value, list) else [value]
    if any(isinstance(one, (Mapping, list)) for one in given):
        raise DeclarationError(f"{what} is a list of texts.", key=what)
    return tuple(str(one) for one in given)


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Types are {', '.join(known)}."
