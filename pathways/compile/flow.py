"""Steps that have others inside them, and those that start another pathway."""

from __future__ import annotations

from typing import Any

from pathways.compile.context import Context
from pathways.datatypes import DataType, Field
from pathways.model import ChildDecl, ParallelDecl, RepeatDecl, StepDecl, Text
from pathways.plan import CANCELLED, Assignment, Child, Parallel, Repeat

ANY_VERSION = "*"
"""The range of a child for which none is written."""


def parallel_of(body: ParallelDecl, shared: dict[str, Any]) -> Parallel:
    """Branches side by side; `shared` are the fields that every step has."""
    count = len(body.branches)
    join = count if body.join == "all" else 1 if body.join == "any" else int(body.join)
    return Parallel(
        **shared,
        branches=tuple(branch.id.value for branch in body.branches),
        join=join,
        undo_rest=body.undo_rest,
        kind="parallel",
    )


def repeat_of(context: Context, body: RepeatDecl, shared: dict[str, Any]) -> Repeat:
    """A repetition; the types of its items and of what it collects are inferred when all names are known."""
    return Repeat(
        **shared,
        mode=body.mode,
        items=context.optional(body.for_each),
        name=body.name.value if body.name else None,
        while_=context.condition(body.while_),
        until=context.condition(body.until),
        limit=context.optional(body.limit),
        collect=tuple(Assignment(name.value, context.value(value)) for name, value in body.collect),
        carry=tuple(Assignment(name.value, context.value(value)) for name, value in body.carry),
        keep=body.keep,
        kind="repeat",
    )


def child_of(context: Context, step: StepDecl, body: ChildDecl, shared: dict[str, Any]) -> Child:
    """Another pathway, checked against the catalog where that knows it."""
    known = context.catalog.pathways.get(body.name.value)
    if known is None and context.catalog.pathways:
        hint = context.reader.nearest(body.name.value, context.catalog.pathways, plural="Pathways")
        context.reader.note("unknown-pathway", body.name.mark, f'There is no pathway "{body.name}".', hint)
    if known is not None:
        context.inputs(f"The pathway {known.name}", body.name, body.inputs, known.inputs)
    return Child(
        **shared,
        pathway=body.name.value,
        range=body.range.value if body.range else ANY_VERSION,
        inputs=context.value(body.inputs, {}),
        detached=body.detached,
        save=step.save.value if step.save else None,
        gives=_gives(context, body.name),
        kind="pathway",
    )


def _gives(context: Context, name: Text) -> DataType:
    """What a child's outcome saves: which it was, and what that outcome gives; the fields of others are null."""
    known = context.catalog.pathways.get(name.value)
    if known is None or known.outcomes is None:
        return DataType("object", fields=(Field("outcome", DataType("text"), True),), open=True)
    outcome = DataType("code", options=tuple(dict.fromkeys([*known.outcomes, CANCELLED.id])))
    given: dict[str, list[DataType]] = {}
    for gives in known.outcomes.values():
        for member in gives.fields:
            given.setdefault(member.name, []).append(member.type)
    fields = (
        Field(one, types[0] if all(each == types[0] for each in types) else DataType()) for one, types in given.items()
    )
    is_open = any(gives.open for gives in known.outcomes.values())
    return DataType("object", fields=(Field("outcome", outcome, True), *fields), open=is_open)
