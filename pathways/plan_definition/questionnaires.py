"""A task's form as a contained FHIR R4 Questionnaire."""

from __future__ import annotations

from typing import Any

from pathways import wording
from pathways.datatypes import DataType
from pathways.plan import FormField, Task
from pathways.plan_definition.elements import Extensions, action_id, without_nothing

Json = Any

_TYPES = {
    "text": "text",
    "code": "choice",
    "boolean": "boolean",
    "integer": "integer",
    "decimal": "decimal",
    "quantity": "quantity",
    "billing_units": "decimal",
    "date": "date",
    "instant": "dateTime",
    "duration": "string",
    "Reference": "reference",
    "attachment": "attachment",
}
"""The type of an item by the kind of a field; everything else is asked as text."""


def questionnaire(step: Task, extensions: Extensions) -> Json:
    """The form of a task."""
    return without_nothing(
        {
            "resourceType": "Questionnaire",
            "id": form_id(step),
            "status": "draft",
            "title": wording.step_title(step),
            "item": [_item(one, extensions) for one in step.form],
        }
    )


def form_id(step: Task) -> str:
    """The id of a task's form among the contained resources."""
    return action_id(f"Form/{step.id}")


def _item(field: FormField, extensions: Extensions) -> Json:
    asked = field.type.item if field.type.kind == "list" and field.type.item else field.type
    rules = []
    if field.required_when is not None:
        rules.append(extensions.expression("required-when", field.required_when.source))
    if field.show_when is not None:
        rules.append(extensions.expression("show-when", field.show_when.source))
    if field.help:
        rules.append(extensions.text("help", field.help))
    return without_nothing(
        {
            "extension": rules,
            "linkId": field.name,
            "text": field.label,
            "type": _type(asked),
            "required": field.required,
            "repeats": True if field.type.kind == "list" else None,
            "answerOption": [{"valueString": one} for one in asked.options] if _type(asked) == "choice" else None,
        }
    )


def _type(asked: DataType) -> str:
    """A choice needs its options; a code of a value set that FHIR does not know is a text."""
    if asked.kind == "code" and not asked.options:
        return "string"
    return _TYPES.get(asked.kind, "text")


def unsaid(step: Task) -> list[str]:
    """What of a form FHIR has no words for."""
    found = []
    for one in step.form:
        if one.required_when or one.show_when:
            found.append(f"{step.id}: when a form's field is shown or required; it is in an extension.")
        kind = one.type.item.kind if one.type.kind == "list" and one.type.item else one.type.kind
        if kind not in _TYPES:
            found.append(f"{step.id}: a form's field of kind {kind}; it is asked as text.")
        if one.type.value_set or (one.type.item and one.type.item.value_set):
            found.append(f"{step.id}: codes of a value set by its local name; they are asked as text.")
    return found
