"""How data types may be written down, in definitions, in JSON Schema, and in an author's catalog."""

from __future__ import annotations

from typing import Any

import pytest

from pathways.datatypes import ANY, OPEN_OBJECT, TEXT, DataType, Field
from pathways.datatypes.reading import DeclarationError, read_object, read_type

FINAL = DataType("object", fields=(Field("final", DataType("boolean")),))


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("date", DataType("date")),
        ({"type": "code", "options": ["a", "b"]}, DataType("code", options=("a", "b"))),
        ({"type": "Reference", "target": ["Patient"], "required": True}, DataType("Reference", target=("Patient",))),
        ({"type": "Reference", "many": True}, DataType("list", item=DataType("Reference"))),
        ({"type": "list", "item": "integer"}, DataType("list", item=DataType("integer"))),
        ({"type": "list", "items": "integer"}, DataType("list", item=DataType("integer"))),
        ({"type": "list", "of": {"type": "integer"}}, DataType("list", item=DataType("integer"))),
        ({"type": "object", "fields": {"final": "boolean"}}, FINAL),
        ({"type": "object"}, OPEN_OBJECT),
    ],
)
def test_the_languages_own_form(declared: Any, expected: DataType) -> None:
    """A name, or a mapping with `type`."""
    assert read_type(declared) == expected


@pytest.mark.parametrize(
    "declared",
    [
        "string",
        {"type": "Referenze"},
        7,
        {"type": "object", "fields": [1]},
        {"type": "code", "optoins": ["a"]},
        {"type": "text", "required": "yes"},
    ],
)
def test_what_is_no_type_is_refused(declared: Any) -> None:
    """JSON Schema's own words are none of the language's."""
    with pytest.raises(DeclarationError):
        read_type(declared)


@pytest.mark.parametrize(
    "declared",
    [
        {"final": "boolean"},
        {"final": {"type": "boolean"}},
        {"fields": {"final": "boolean"}},
        {"type": "object", "fields": {"final": "boolean"}},
        {"type": "object", "properties": {"final": {"type": "boolean"}}},
        {"properties": {"final": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}, "required": ["final"]},
        {"$ref": "#/$defs/F", "$defs": {"F": {"type": "object", "properties": {"final": {"type": "boolean"}}}}},
    ],
)
def test_an_object_in_every_accepted_form(declared: Any) -> None:
    """All say the same."""
    assert read_object(declared) == FINAL


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (None, OPEN_OBJECT),
        (["a"], DataType("object", fields=(Field("a", ANY),))),
        ({"a": {"type": "text", "required": True}}, DataType("object", fields=(Field("a", TEXT, True),))),
        ({"a": {"final": "boolean"}}, DataType("object", fields=(Field("a", FINAL),))),
        ({"a": {"type": "string"}}, DataType("object", fields=(Field("a", TEXT),))),
        ({"a": "string"}, DataType("object", fields=(Field("a", TEXT),))),
        ({"a": {"type": "text", "optional": False}}, DataType("object", fields=(Field("a", TEXT, True),))),
        ({"a": {"type": "text", "optional": True}}, DataType("object", fields=(Field("a", TEXT),))),
        ({"a": {"fields": {"final": "boolean"}}}, DataType("object", fields=(Field("a", FINAL),))),
        ({"a": {"item": "text"}}, DataType("object", fields=(Field("a", DataType("list", item=TEXT)),))),
        (
            {"a": {"target": "Patient"}},
            DataType("object", fields=(Field("a", DataType("Reference", target=("Patient",))),)),
        ),
        (
            {"a": {"type": "string", "format": "date-time"}},
            DataType("object", fields=(Field("a", DataType("instant")),)),
        ),
        ({"a": {"enum": ["x", "y"]}}, DataType("object", fields=(Field("a", DataType("code", options=("x", "y"))),))),
        (
            {"items": "list", "type": "text"},
            DataType("object", fields=(Field("items", DataType("list")), Field("type", TEXT))),
        ),
    ],
)
def test_members_may_be_written_in_any_form(declared: Any, expected: DataType) -> None:
    """A type of the language, JSON Schema, or further members; a field may have the name of a keyword."""
    assert read_object(declared) == expected


def test_a_member_that_may_be_null_need_have_no_value() -> None:
    """pydantic calls every field of an output required, whether it may be null or not."""
    schema = {
        "type": "object",
        "required": ["a", "b"],
        "properties": {"a": {"type": "string"}, "b": {"type": ["string", "null"]}},
    }
    assert [member.required for member in read_object(schema).fields] == [True, False]
