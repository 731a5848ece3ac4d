"""Rules about tasks and their forms, and about literal values that actions and events would refuse."""

from __future__ import annotations

from collections.abc import Mapping

from pathways import feel
from pathways.datatypes import ANY, DataType, MisfitError
from pathways.diagnostics import nearest
from pathways.engine.clocks import PRIORITIES
from pathways.feel import types as feel_types
from pathways.functions import FUNCTION_TYPES
from pathways.lint.expressions import Scope, type_at
from pathways.lint.sites import Site, of_value
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import Authored, DoDecl, EmitDecl, StepDecl, TaskDecl
from pathways.values import is_expression, is_template


def check(subject: Subject) -> Findings:
    """All findings about tasks, inputs and event data."""
    scope = Scope(subject)
    for declared in subject.definition.inputs:
        yield from _choices(declared.type, declared.name.value, declared.name.mark)
        if declared.default is not None:
            try:
                declared.type.conform(declared.default)
            except MisfitError as error:
                message = f'The default of "{declared.name}" does not fit: {error.misfit}.'
                yield Finding("default-misfit", declared.name.mark, message)
    for step in subject.definition.steps:
        match step.body:
            case TaskDecl():
                yield from _task(step.body)
            case DoDecl(given=Authored() as given):
                action = subject.catalog.actions.get(step.body.action.value)
                if action is not None:
                    yield from _fits(scope, step, given, action.input, "input-misfit", action.name)
            case EmitDecl():
                yield from _event(subject, scope, step, step.body)
            case _:
                pass


def _task(body: TaskDecl) -> Findings:
    priority = body.priority
    if priority is not None and isinstance(priority.source, str):
        literal = not is_expression(priority.source) and not is_template(priority.source)
        if literal and priority.source not in PRIORITIES:
            message = f'"{priority.source}" is not a priority.'
            yield Finding("unknown-priority", priority.mark, message, nearest(priority.source, PRIORITIES))
    for field in body.form:
        yield from _choices(field.type, field.name.value, field.name.mark)
        if field.required and field.show_when is not None:
            message = f'The field "{field.name}" is required, and not always shown.'
            yield Finding("required-and-hidden", field.name.mark, message)


def _choices(declared: DataType, name: str, mark: object) -> Findings:
    inner = declared.item if declared.kind == "list" and declared.item else declared
    if inner.kind == "code" and not inner.options and inner.value_set is None:
        yield Finding("code-without-options", mark, f'The code "{name}" has no options.')  # type: ignore[arg-type]  # a mark


def _event(subject: Subject, scope: Scope, step: StepDecl, body: EmitDecl) -> Findings:
    known = subject.catalog.events.get(body.type.value)
    if known is None:
        return
    schema = known.data
    given = body.data.source if body.data else {}
    if body.data is not None:
        yield from _fits(scope, step, body.data, schema, "event-misfit", known.name)
    if isinstance(given, Mapping):
        for member in schema.fields:
            if member.required and member.name not in given:
                yield Finding("event-misfit", body.type.mark, f'{known.name} needs "{member.name}" in its data.')
        if not schema.open:
            for name in given:
                if name not in schema.by_name:
                    mark = body.data.place((name,)) if body.data else body.type.mark
                    hint = nearest(name, schema.by_name, plural="Its data")
                    yield Finding("event-misfit", mark, f'"{name}" is not in the data of {known.name}.', hint)


def _fits(scope: Scope, step: StepDecl, given: Authored, schema: DataType, rule: str, whose: str) -> Findings:
    """What of a map of values is surely refused by the schema: literals, and expressions of another type."""
    if not isinstance(given.source, Mapping):
        return
    for name, value in given.source.items():
        member = schema.by_name.get(name)
        if member is None or value is None:
            continue
        mark = given.place((name,))
        if is_expression(value):
            sites = list(of_value(given, value, (name,), step.id.value, "entry"))
            why = _unlike(scope, sites[0], member.type) if sites else ""
        elif _is_literal(value):
            why = _misfit(member.type, value)
        else:
            why = ""
        if why:
            yield Finding(rule, mark, f"{name} of {whose} {why}.")


def _is_literal(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_literal, value.values()))
    if isinstance(value, list):
        return all(map(_is_literal, value))
    return not is_expression(value) and not is_template(value)


def _misfit(declared: DataType, value: object) -> str:
    try:
        declared.conform(value)
    except MisfitError as error:
        return str(error.misfit)
    return ""


_SIMPLE = frozenset({feel_types.STRING, feel_types.BOOLEAN, feel_types.NUMBER})


def _unlike(scope: Scope, site: Site, wanted: DataType) -> str:
    """Why an expression surely does not give the wanted type; empty where it may."""
    expression = site.expression
    if expression is None or wanted == ANY:
        return ""
    found = feel.infer(expression, scope.names(site), FUNCTION_TYPES)
    if found.problems:
        return ""
    expected = wanted.feel_type
    if found.type in _SIMPLE and expected in _SIMPLE and found.type != expected:
        return f"must be {expected}; {site.text[:60]} is {found.type}"
    return _unlike_declared(type_at(expression.tree, scope.declared(site)), wanted, site.text[:60])


def _unlike_declared(given: DataType, wanted: DataType, text: str) -> str:
    """Why a reference or a code surely is of no wanted kind."""
    if given.kind != wanted.kind:
        return ""
    if given.target and wanted.target and not set(given.target) & set(wanted.target):
        return f"refers to {' or '.join(wanted.target)}; {text} refers to {' or '.join(given.target)}"
    if given.options and wanted.options and not set(given.options) & set(wanted.options):
        return f"is one of {', '.join(wanted.options)}; {text} is one of {', '.join(given.options)}"
    return ""
