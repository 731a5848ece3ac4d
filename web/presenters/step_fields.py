"""What a step would give, and saved values, as the fields of a form; and which steps can be skipped at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, assert_never

from api.services.instances import InstanceDetail
from pathways.addresses import path_of
from pathways.datatypes import ANY, DataType
from pathways.plan import (
    Child,
    Decide,
    Do,
    Emit,
    End,
    FormField,
    Parallel,
    Plan,
    Repeat,
    Section,
    Set,
    Step,
    Task,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
)
from web.presenters.values import words

Json = Any


def skip_fields(plan: Plan | None, address: str) -> tuple[FormField, ...]:
    """What the step at an address would give, as fields; nothing for an undo, or a handler."""
    if plan is None or address.endswith("/undo") or "^" in address:
        return ()
    step = plan.step.get(path_of(address))
    return tuple(_with_codes(plan, one) for one in _given_by(plan, step, address)) if step is not None else ()


def _given_by(plan: Plan, step: Step, address: str) -> tuple[FormField, ...]:
    match step:
        case Task():
            named = DataType("code", options=tuple(one.id for one in step.outcomes))
            outcome = (FormField("outcome", "How it ended", named, True),) if len(step.outcomes) > 1 else ()
            plain = (replace(one, show_when=None, required_when=None, required=False) for one in step.form)
            return (*outcome, *plain)
        case Do():
            return _members(step.output)
        case Child():
            return _members(step.gives)
        case WaitForEvent():
            return _members(step.data)
        case WaitForAny():
            which = DataType("code", options=tuple(one.name for one in step.ways))
            return FormField("which", "Which came", which, True), FormField("data", "What it said")
        case Decide():
            return _members(step.gives) if step.table is not None else ()
        case Set():
            return tuple(
                FormField(one.name, words(one.name), plan.type_of(one.name, address) or ANY) for one in step.assignments
            )
        case WaitForTime() | Parallel() | Repeat() | Section() | Emit() | End():
            return ()
        case _:
            assert_never(step)


def _members(declared: DataType) -> tuple[FormField, ...]:
    return tuple(FormField(one.name, words(one.name), one.type, one.required) for one in declared.fields)


def _with_codes(plan: Plan, field: FormField) -> FormField:
    """A field whose codes are a value set's has these as its options."""
    declared = field.type
    codes = plan.codes_of_value_sets.get(declared.value_set or "", frozenset())
    if declared.kind != "code" or declared.options or not codes:
        return field
    return replace(field, type=replace(declared, options=tuple(sorted(codes))))


def data_field(found: InstanceDetail, name: str, scope: str) -> FormField:
    """A saved value as a field."""
    saved = found.instance.data.get(scope, {}).get(name, {})
    declared = found.plan.type_of(name, str(saved.get("address") or "")) if found.plan is not None else None
    field = FormField("value", words(name), declared or ANY)
    return _with_codes(found.plan, field) if found.plan is not None else field


def may_skip(plan: Plan | None, address: str) -> bool:
    """Whether what stands at an address can be skipped: a step that only says where to go can't."""
    if plan is None or address.endswith("/undo") or "^" in address:
        return True
    step = plan.step.get(path_of(address))
    return not (step is None or isinstance(step, End) or (isinstance(step, Decide) and step.table is None))
