"""What a pathway is started with, held against what it declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pathways.datatypes import MisfitError
from pathways.plan import Plan

Json = Any


def conform_inputs(plan: Plan, given: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, str]]:
    """The inputs as they are kept, defaults filled in and null where there is none; and, by name, what does not fit."""
    known = {one.name for one in plan.inputs}
    errors = {name: "is not an input of this pathway" for name in given if name not in known}
    values: dict[str, Json] = {}
    for declared in plan.inputs:
        value = given.get(declared.name)
        value = declared.default if value is None else value
        if value is None and declared.required:
            errors[declared.name] = "is required"
            continue
        try:
            values[declared.name] = declared.type.conform(value)
        except MisfitError as error:
            errors[declared.name] = str(error.misfit)
    return values, errors
