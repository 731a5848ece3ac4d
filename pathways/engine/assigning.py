"""Working out what a name is given: by a `set`, or by an iteration for what is outside."""

from __future__ import annotations

from typing import Any

from pathways.datatypes import ANY, SCALARS, DataType, check_size, plain_json
from pathways.engine.run import Run
from pathways.engine.scope import Names
from pathways.inference import tells, type_of_value
from pathways.plan import Assignment
from pathways.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Worked:
    """What a name is to have: a JSON value, with its type where the plan's does not tell it."""

    name: str
    value: Json
    type: DataType | None = None


def work_out(run: Run, one: Assignment, names: Names, address: str) -> Worked:
    """The value of a name that is to be saved at an address. Raises `MisfitError`, also for want of time."""
    given = run.value(one.value, names)
    value = plain_json(given)
    check_size(value)
    if given.__class__ in SCALARS:
        return Worked(one.name, value)
    found = type_of_value(given)
    told = found.is_plain or tells(run.plan.type_of(one.name, address) or ANY, found)
    return Worked(one.name, value, None if told else found)
