"""The pathways that a definition starts, known from the definitions beside it where the catalog does not say."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Final

from pathways.catalog import Catalog, PathwayType
from pathways.datatypes import DataType, Field
from pathways.errors import CarelaneError
from pathways.model import ChildDecl, Definition
from pathways.plan import CANCELLED, Plan
from pathways.scenarios.library import Library, highest_of

_LIKE: Final = 0.9
"""How much a name must be like another one to be that one misspelt, and not a pathway that lies elsewhere."""


def with_children(catalog: Catalog, definition: Definition, library: Library) -> Catalog:
    """The catalog, and in it each child of a definition that lies beside it: of its range, the highest version.

    A child that lies nowhere near is taken as it is, unless its name is nearly that of one that does.
    """
    known = dict(catalog.pathways)
    for placed in definition.placed:
        body = placed.step.body
        if not isinstance(body, ChildDecl) or body.name.value in known:
            continue
        name = body.name.value
        found = _found(library, name, body.range.value if body.range else "")
        if found is not None:
            known[name] = found
        elif like := _misspelt(name, library):
            known.setdefault(like, PathwayType(like))
        elif not catalog.pathways:
            known[name] = PathwayType(name)
    return replace(catalog, pathways=known)


def _misspelt(name: str, library: Library) -> str | None:
    """The pathway beside whose name was meant. A name that another begins with is that of a sibling."""
    others = [one for one in library.names if not (name.startswith(one) or one.startswith(name))]
    return next(iter(difflib.get_close_matches(name, others, n=1, cutoff=_LIKE)), None)


def _found(library: Library, name: str, wanted: str) -> PathwayType | None:
    """What the definitions beside say of a pathway; nothing but its name where none is in range, or it is broken."""
    if name not in library.names:
        return None
    version = highest_of(library, name, wanted)
    if version is None:
        return PathwayType(name)
    try:
        return _type(library.find(name, version))
    except CarelaneError:
        return PathwayType(name)


def _type(plan: Plan) -> PathwayType:
    """A plan as its parents see it."""
    needed = tuple(Field(one.name, one.type, required=one.required) for one in plan.inputs)
    outcomes = {one.id: DataType("object", fields=one.gives) for one in plan.outcomes if one.id != CANCELLED.id}
    return PathwayType(plan.pathway, DataType("object", fields=needed), outcomes)
