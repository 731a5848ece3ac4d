"""Rules about tasks and their forms, and about literal values that actions and events would refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pathways import feel
from pathways.datatypes import ANY, DataType, Field, MisfitError
from pathways.diagnostics import Mark, nearest
from pathways.engine.clocks import PRIORITIES
from pathways.feel import types as feel_types
from pathways.lint.analysis.scope import Scope
from pathways.lint.analysis.sites import Site, of_value
from pathways.lint.expressions import code_findings, type_at
from pathways.lint.literals import meant
from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import (
    Authored,
    ChildDecl,
    DoDecl,
    EmitDecl,
    InputDecl,
    Placed,
    RepeatDecl,
    SetDecl,
    SideFlowDecl,
    TaskDecl,
    Text,
)
from pathways.values import is_expression, is_template


def check(subject: Subject) -> Findings:
    """All findings about tasks, inputs, starts, children and event data."""
    for declared in subject.definition.inputs:
        yield from _choices(declared.type, declared.name.value, declared.name.mark)
        if declared.default is not None:
            yield from _default(subject, declared)
    for start in subject.definition.starts_on:
        if start.inputs is not None:
            at = Site("", start.mark, "value", "start", event=start.type.value)
            yield from _fits(subject, at, start.inputs, _taken(subject), "input-misfit", "The pathway")
    for clock in subject.definition.clocks:
        if clock.breach is not None:
            yield from _priority(clock.breach.priority)
    for placed in subject.definition.placed:
        yield from _of_step(subject, placed)
    yield from _same_titles("outcomes", ((one.title, one.id.mark) for one in subject.definition.outcomes))
    offers = (one for one in subject.definition.side_flows if one.offer is not None)
    yield from _same_titles("offers", ((_offered(one), one.id.mark) for one in offers))


def _taken(subject: Subject) -> DataType:
    fields = tuple(Field(one.name, one.type, one.required) for one in subject.plan.inputs)
    return DataType("object", fields=fields)


def _default(subject: Subject, declared: InputDecl) -> Findings:
    if is_expression(declared.default) or is_template(declared.default):
        message = f'The default of "{declared.name}" is what it says, "{declared.default}": nothing works it out.'
        hint = "Leave it out, and set it in the first step: {set: {…: =if x = null then … else x}}."
        yield Finding("default-misfit", declared.name.mark, message, hint)
        return
    try:
        declared.type.conform(declared.default)
    except MisfitError as error:
        message = f'The default of "{declared.name}" does not fit: {error.misfit}.'
        yield Finding("default-misfit", declared.name.mark, message)
        return
    if isinstance(declared.default, str):
        yield from code_findings(
            subject, declared.type, declared.default, f'the input "{declared.name}"', declared.name.mark
        )


def _of_step(subject: Subject, placed: Placed) -> Findings:
    step = placed.step
    at = Site("", step.id.mark, "value", "entry", placed.path, placed.block)
    match step.body:
        case TaskDecl():
            yield from _task(step.body)
        case DoDecl(given=Authored() as given):
            action = subject.catalog.actions.get(step.body.action.value)
            if action is not None:
                yield from _fits(subject, at, given, action.input, "input-misfit", action.name)
        case ChildDecl(inputs=Authored() as given):
            child = subject.catalog.pathways.get(step.body.name.value)
            if child is not None and child.inputs is not None:
                yield from _fits(subject, at, given, child.inputs, "input-misfit", child.name)
        case EmitDecl():
            yield from _event(subject, at, step.body)
        case SetDecl():
            yield from _sets(subject, placed.block, step.body.assignments)
        case RepeatDecl():
            yield from _sets(subject, placed.block, step.body.carry)
        case _:
            pass
    if step.undo is not None and step.undo.given is not None:
        action = subject.catalog.actions.get(step.undo.action.value)
        if action is not None:
            after = replace(at, when="exit")
            yield from _fits(subject, after, step.undo.given, action.input, "input-misfit", action.name)
    yield from _gate(placed)


def _gate(placed: Placed) -> Findings:
    """A gate at which nobody in particular decides."""
    step, body = placed.step, placed.step.body
    if step.gate is None:
        return
    open_to_all = not isinstance(body, TaskDecl) or not body.outcomes or not all(one.role for one in body.outcomes)
    if isinstance(body, TaskDecl) and body.role is None and open_to_all:
        yield Finding("gate-without-role", step.gate.mark, f'Anybody may complete "{step.id}", which is a gate.')
    if isinstance(body, TaskDecl) and body.bulk:
        yield Finding("gate-in-bulk", step.gate.mark, f'"{step.id}" is a gate, so it is never completed in bulk.')


def _sets(subject: Subject, block: str, said: tuple[tuple[Text, Authored], ...]) -> Findings:
    """A text that is set to a name that is a code elsewhere, and none of its codes."""
    visible = subject.types.visible(block)
    for name, value in said:
        declared = visible.get(name.value)
        if declared is not None and isinstance(value.source, str) and _is_literal(value.source):
            yield from code_findings(subject, declared, value.source, name.value, value.mark)


def _priority(priority: Authored | None) -> Findings:
    if priority is not None and _is_literal(priority.source) and priority.source not in PRIORITIES:
        message = f'"{priority.source}" is not a priority.'
        yield Finding("unknown-priority", priority.mark, message, nearest(str(priority.source), PRIORITIES))


def _task(body: TaskDecl) -> Findings:
    yield from _priority(body.priority)
    for field in body.form:
        yield from _choices(field.type, field.name.value, field.name.mark)
        if field.required_when is not None and field.required:
            message = f'The field "{field.name}" is required anyway.'
            yield Finding("required-anyway", field.required_when.mark, message)
        if field.required and field.show_when is not None:
            message = f'The field "{field.name}" is required, and not always shown.'
            yield Finding("required-and-hidden", field.name.mark, message)
    yield from _same_titles("outcomes", ((one.title, one.id.mark) for one in body.outcomes))
    yield from _same_titles("fields", ((one.label, one.name.mark) for one in body.form))


def _offered(flow: SideFlowDecl) -> str:
    """What an offer is called."""
    title = flow.offer.title if flow.offer is not None else None
    return str(title.source) if title is not None else flow.title or flow.id.value


def _same_titles(what: str, titles: Iterable[tuple[str, Mark]]) -> Findings:
    """Things that people tell apart by their titles, and cannot."""
    first: dict[str, Mark] = {}
    for title, mark in titles:
        if (before := first.setdefault(title.strip().casefold(), mark)) is not mark:
            message = f'Two {what} are called "{title}"; the first in line {before.line}.'
            yield Finding("same-title", mark, message)


def _choices(declared: DataType, name: str, mark: Mark) -> Findings:
    inner = declared.item if declared.kind == "list" and declared.item else declared
    if inner.kind == "code" and not inner.options and inner.value_set is None:
        yield Finding("code-without-options", mark, f'The code "{name}" has no options.')


def _event(subject: Subject, at: Site, body: EmitDecl) -> Findings:
    known = subject.catalog.events.get(body.type.value)
    if known is None:
        return
    schema = known.data
    given = body.data.source if body.data else {}
    if body.data is not None:
        yield from _fits(subject, at, body.data, schema, "event-misfit", known.name)
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


def _fits(subject: Subject, at: Site, given: Authored, schema: DataType, rule: str, whose: str) -> Findings:
    """What of a map of values is surely refused by the schema: literals, and expressions of another type."""
    if not isinstance(given.source, Mapping):
        return
    for name, value in given.source.items():
        member = schema.by_name.get(name)
        if member is None or value is None:
            continue
        mark = given.place((name,))
        if is_expression(value):
            sites = list(of_value(given, value, (name,), at))
            why = _unlike(subject.scope, sites[0], member.type) if sites else ""
        elif _is_literal(value):
            why = _misfit(member.type, value)
            if not why and isinstance(value, str) and member.type.value_set:
                yield from code_findings(subject, member.type, value, f"{name} of {whose}", mark)
        else:
            why = ""
        if why:
            hint = meant(subject, replace(at, text=value, mark=mark)) if isinstance(value, str) else ""
            yield Finding(rule, mark, f"{name} of {whose} {why}.", hint)


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
    found = feel.infer(expression, scope.names(site), scope.functions)
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
