"""What a plan takes along from the catalog: the calendars and value sets that it names, as they are now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pathways.catalog import Catalog
from pathways.compile.context import Context
from pathways.model import FieldDecl, InputDecl, TaskDecl, Text
from pathways.plan import CalendarContent, Plan, ValueSet

Json = Any

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def calendars_of(plan: Plan, catalog: Catalog) -> tuple[CalendarContent, ...]:
    """The pathway's calendar, those of its clocks, and those that expressions name in quotes."""
    named = {plan.calendar, *(clock.calendar for clock in plan.clocks), *_quoted(plan.document)}
    known = catalog.calendars
    return tuple(CalendarContent(name, known[name].to_json()) for name in sorted(known) if name in named)


def value_sets_of(plan: Plan, catalog: Catalog) -> tuple[ValueSet, ...]:
    """The value sets of its types, and those that expressions name in quotes."""
    named = {*_of_types(plan.document), *_quoted(plan.document)}
    return tuple(ValueSet(name, catalog.value_sets[name]) for name in sorted(catalog.value_sets) if name in named)


def check_value_sets(context: Context) -> None:
    """Note the value sets of inputs and form fields that the catalog does not know."""
    for declared in context.definition.inputs:
        _check(context, declared)
    for placed in context.definition.placed:
        for field in placed.step.body.form if isinstance(placed.step.body, TaskDecl) else ():
            _check(context, field)


def _quoted(document: Json) -> Iterator[str]:
    """The texts in quotes inside expressions, wherever they stand."""
    for text in _texts(document):
        for found in _QUOTED.finditer(text):
            yield found.group(1)


def _texts(document: Json) -> Iterator[str]:
    if isinstance(document, str):
        if '"' in document:
            yield document
    elif isinstance(document, Mapping):
        for one in document.values():
            yield from _texts(one)
    elif isinstance(document, list):
        for one in document:
            yield from _texts(one)


def _of_types(document: Json) -> Iterator[str]:
    if isinstance(document, Mapping):
        for name, one in document.items():
            if name == "value_set" and isinstance(one, str):
                yield one
            else:
                yield from _of_types(one)
    elif isinstance(document, list):
        for one in document:
            yield from _of_types(one)


def _check(context: Context, declared: InputDecl | FieldDecl) -> None:
    inner = declared.type.item if declared.type.kind == "list" and declared.type.item else declared.type
    if context.catalog.value_sets and inner.value_set is not None:
        context.known(Text(inner.value_set, declared.name.mark), context.catalog.value_sets, "value set")
