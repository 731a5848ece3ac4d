"""What each kind of step gives names to, and of which types."""

from __future__ import annotations

from typing import assert_never

from pathways.datatypes import ANY, DataType, Field
from pathways.plan.parts import Assignment
from pathways.plan.steps import (
    Child,
    Decide,
    Do,
    Emit,
    End,
    Parallel,
    Repeat,
    Section,
    Set,
    Step,
    Task,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
)


def computed_by(step: Step) -> tuple[Assignment, ...]:
    """The names that a step gives computed values, whose types are found by inference: of a `set`, or carried."""
    match step:
        case Set():
            return step.assignments
        case Repeat():
            return step.carry
        case _:
            return ()


def saved_by(step: Step) -> tuple[Field, ...]:
    """The names that a step saves, with their types; those of `computed_by` aside."""
    match step:
        case Do():
            return _field(step.save, step.output)
        case Task():
            return _field(step.save, _completed(step))
        case WaitForEvent():
            return _field(step.save, step.data)
        case WaitForAny():
            return _field(step.save, came(step))
        case Decide() | Child():
            return _field(step.save, step.gives)
        case Repeat():
            return (*step.collected, *_field(step.name, step.item))
        case Set() | WaitForTime() | Parallel() | Section() | Emit() | End():
            return ()
        case _:
            assert_never(step)


def _field(name: str | None, declared: DataType) -> tuple[Field, ...]:
    return (Field(name, declared),) if name is not None else ()


def came(step: WaitForAny) -> DataType:
    """What a wait of several ways saves: which of them came, and the event's data."""
    which = DataType("code", options=tuple(one.name for one in step.ways))
    kinds = {one.data for one in step.ways if not one.timed}
    data = kinds.pop() if len(kinds) == 1 and all(not one.timed for one in step.ways) else ANY
    return DataType("object", fields=(Field("which", which, True), Field("data", data)))


def _completed(step: Task) -> DataType:
    """What a completed task saves: its form's fields, and what is added to every one."""
    fields = [Field(one.name, one.type, one.required) for one in step.form]
    outcome = DataType("code", options=tuple(one.id for one in step.outcomes))
    own = [
        Field("outcome", outcome, True),
        Field("by", DataType("text"), True),
        Field("at", DataType("instant"), True),
    ]
    return DataType("object", fields=(*fields, *own))
