"""The form of a task: one set of rules for the engine, the API and the page.

`required_when` and `show_when` see the fields as typed so far, and as `outcome` the outcome chosen so far. These hide
saved names, which are then reached as `saved.<name>`. A hidden field is neither required nor kept.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from pathways import feel
from pathways.datatypes import MisfitError, check_size
from pathways.names import OUTCOME
from pathways.plan import FormField
from pathways.plan.parts import FORM
from pathways.values import Scope

Json = Any


def from_json(document: Json) -> tuple[FormField, ...]:
    """The form from its JSON, as a task step's `form_document` has it."""
    return FORM.validate_python(document or ())


def read(field: FormField, given: Json) -> Json:
    """What was typed into a field as its type keeps it; nothing typed is null. Raises `MisfitError`."""
    value = field.type.conform(None if given in ("", []) else given)
    check_size(value)
    return value


def check(
    form: tuple[FormField, ...], typed: Mapping[str, Json], outcome: str | None, scope: Scope, env: feel.Environment
) -> tuple[dict[str, Json], dict[str, str]]:
    """The values to keep, and what is wrong by field name (empty when all is well).

    `outcome` is the one that the task is completed with, None where none is chosen yet. `typed` holds JSON values of
    the declared types. Unknown fields are errors, so that nothing typed is lost silently.
    """
    errors = {name: "is not a field of this form" for name in typed if all(field.name != name for field in form)}
    values: dict[str, Json] = {}
    for field in form:
        try:
            values[field.name] = read(field, typed.get(field.name))
        except MisfitError as error:
            errors[field.name] = str(error.misfit)
            values[field.name] = None
    seen = form_scope(form, values, outcome, scope)
    kept: dict[str, Json] = {}
    for field in form:
        try:
            visible, required = rules(field, seen, env)
        except feel.FeelLimitError as error:
            errors[field.name] = f"can't be judged: whether it is asked for can't be worked out ({error})"
            continue
        if not visible:
            kept[field.name] = None
            errors.pop(field.name, None)
            continue
        kept[field.name] = values[field.name]
        if required and kept[field.name] is None and field.name not in errors:
            errors[field.name] = "is required"
    return kept, errors


def rules(field: FormField, seen: Scope, env: feel.Environment) -> tuple[bool, bool]:
    """Whether a field is shown, and whether it is required, in a form's scope.

    A rule that is null does not hold: much is not typed yet. Raises `FeelLimitError` where one can't be worked out.
    """
    if field.show_when is not None and field.show_when.work_out(seen, env) is not True:
        return False, False
    asked = field.required_when is not None and field.required_when.work_out(seen, env) is True
    return True, field.required or asked


def form_scope(form: tuple[FormField, ...], values: Mapping[str, Json], outcome: str | None, scope: Scope) -> Scope:
    """What a field's rules see: the fields as typed, the outcome, then what is saved, which is `saved` as well."""
    fields = {field.name: field.type.load(values.get(field.name)) for field in form}
    return ChainMap({"saved": scope, OUTCOME: outcome}, fields, scope)  # type: ignore[arg-type]  # it is only read
