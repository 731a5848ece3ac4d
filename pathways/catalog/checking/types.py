"""The types in a catalog, in any of their forms: each that is wrong is found where it stands."""

from __future__ import annotations

from pathways.catalog.checking.reader import CatalogReader
from pathways.datatypes import KINDS, DataType
from pathways.datatypes.reading import (
    FIELD_KEYS,
    SCHEMA_TYPES,
    TYPE_KEYS,
    DeclarationError,
    is_json_schema,
    read_object,
    read_type,
)
from pathways.diagnostics import nearest
from pathways.source import Node


def object_type(reader: CatalogReader, node: Node | None, what: str) -> DataType | None:
    """An object's type in any form; each wrong type in it is found where it stands."""
    if node is None:
        return None
    before = len(reader.diagnostics)
    _members(reader, node, what)
    try:
        return read_object(node.plain)
    except DeclarationError as error:
        if len(reader.diagnostics) == before:
            reader.note("shape", node.keys.get(error.key, node.mark), f"{what}: {error.message}", error.hint)
        return None


def _members(reader: CatalogReader, node: Node, what: str) -> None:
    if node.is_list:
        reader.names(what, node)
    elif not node.is_map:
        if node.value is not True:
            message = f"{what} is JSON Schema, a map of names to types, or a list of names."
            reader.note("shape", node.mark, message)
    elif is_json_schema(node.plain):
        _schema(reader, node)
    elif isinstance(node.plain.get("fields"), dict) and node.plain.get("type", "object") == "object":
        _type(reader, node)
    else:
        for name, one in node.value.items():
            _member(reader, one, f"{name} of {what}")


def _member(reader: CatalogReader, node: Node, what: str) -> None:
    plain = node.plain
    if not isinstance(plain, dict):
        if not (isinstance(plain, str) and is_json_schema({"type": plain})):
            _type(reader, node)
    elif (is_json_schema(plain) and plain.get("type") not in KINDS) or isinstance(plain.get("properties"), dict):
        _schema(reader, node)
    elif not plain.keys() & TYPE_KEYS:
        _members(reader, node, what)
    else:
        _type(reader, node)


def _type(reader: CatalogReader, node: Node) -> None:
    """A type of the language, from the inside out."""
    before = len(reader.diagnostics)
    inner = [node.get(key) for key in ("item", "items", "of")] if node.is_map else []
    fields = node.get("fields") if node.is_map else None
    for one in (*filter(None, inner), *(fields.value.values() if fields is not None and fields.is_map else ())):
        _type(reader, one)
    if len(reader.diagnostics) > before:
        return
    try:
        read_type(node.plain)
        reader.listed(node)
    except DeclarationError as error:
        mark = node.keys.get(error.key, node.mark)
        if error.key == "type":
            named = node.get("type") if node.is_map else node
            reader.note("unknown-type", named.mark if named else mark, error.message, error.hint)
        elif error.key in TYPE_KEYS | FIELD_KEYS:
            reader.note("shape", mark, error.message, error.hint)
        else:
            reader.note("unknown-key", mark, error.message, error.hint)


def _schema(reader: CatalogReader, node: Node) -> None:
    """JSON Schema, as far as it is read: its types, and what it requires of its properties."""
    if not node.is_map:
        return
    types = node.get("type")
    for one in types.value if types is not None and types.is_list else filter(None, [types]):
        if one.value not in SCHEMA_TYPES:
            hint = nearest(str(one.value), SCHEMA_TYPES, plural="Types")
            reader.note("unknown-type", one.mark, f'"{one.value}" is not a type of JSON Schema.', hint)
    ours = node.get("x-carelane-type")
    if ours is not None and ours.value not in KINDS:
        hint = nearest(str(ours.value), KINDS, plural="Types")
        reader.note("unknown-type", ours.mark, f'"{ours.value}" is not a type.', hint)
    reader.resource_types(reader.texts(node.get("x-carelane-target"), "x-carelane-target"))
    properties, required = node.get("properties"), node.get("required")
    if properties is not None and properties.is_map:
        for one in required.value if required is not None and required.is_list else ():
            if one.value not in properties.value:
                hint = nearest(str(one.value), properties.value, plural="Properties")
                reader.note("unknown-field", one.mark, f'"{one.value}" is required, and is no property.', hint)
        for one in properties.value.values():
            _schema(reader, one)
    for key in ("items", "anyOf", "oneOf", "allOf"):
        below = node.get(key)
        for one in below.value if below is not None and below.is_list else filter(None, [below]):
            _schema(reader, one)
