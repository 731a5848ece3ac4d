"""Migration in a scenario: the instance goes on with another version of its pathway."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from pathways.diagnostics import nearest
from pathways.errors import CarelaneError
from pathways.facts import PositionRenamed
from pathways.migration import MigrationMap, read_map
from pathways.migration import migrate as language
from pathways.plan import Plan
from pathways.scenarios.case import Case, ScenarioStopError
from pathways.scenarios.library import highest_of
from pathways.scenarios.model import ANY_REFUSAL, Happening
from pathways.scenarios.world import World
from pathways.state import Json

_PARTS = frozenset({"from", "to", "pathway", "note", "steps", "branches", "clocks", "values"})


def migrate(world: World, happening: Happening) -> None:
    """Have the scenario's instance go on with another version. Raises `ScenarioStopError` where it can't."""
    case = world.root
    name, library = case.plan.pathway, world.library
    version = highest_of(library, name, happening.target)
    if version is None:
        there = ", ".join(sorted(library.versions(name))) or "none beside this one"
        hint = nearest(happening.target, library.versions(name)) or f"There are {there}."
        raise ScenarioStopError(f"There is no version {happening.target} of {name}.", hint)
    try:
        plan = library.find(name, version)
        mapping = _mapping(happening.given, case.plan, plan)
        found = language(case.plan, plan, case.state, mapping, world.now, happening.by, happening.reason)
    except CarelaneError as error:
        raise ScenarioStopError(error.message, error.hint) from None
    if found.blocked:
        _blocked(world, happening, [str(one) for one in found.blocked])
        return
    if happening.refused is not None:
        raise ScenarioStopError("Expected that this is refused; it was done.")
    renamed = {one.before: one.address for one in found.facts if isinstance(one, PositionRenamed)}
    case.claims |= {renamed[address]: claim for address, claim in case.claims.items() if address in renamed}
    _rename_children(world, case, renamed)
    world.children.rename(renamed)
    case.plan, case.state = plan, found.state
    world.take(case, tuple(found.facts), tuple(found.commands))


def _rename_children(world: World, parent: Case, renamed: Mapping[str, str]) -> None:
    """Children are spoken of by the address at which their parent waits for them now."""
    labels: dict[str, str] = {}
    for child in world.cases:
        above = labels.get(child.parent.label, child.parent.label) if child.parent is not None else ""
        if child.parent is parent:
            child.address = renamed.get(child.address, child.address)
        labels[child.label] = f"{above} > {child.address}" if above else child.address
    for child in world.cases:
        child.label = labels[child.label]
    for ran in (world.ordered, world.attempted):
        ran[:] = [replace(one, case=labels.get(one.case, one.case)) for one in ran]


def _mapping(document: Json, old: Plan, new: Plan) -> MigrationMap:
    """The map as a map file has it; one that names steps alone may leave `steps:` out."""
    if document is None:
        return MigrationMap()
    if isinstance(document, dict) and not document.keys() & _PARTS:
        document = {"steps": document}
    read = read_map(json.dumps(document), "map", old, new)
    wrong = next((one for one in read.diagnostics if one.severity == "error"), None)
    if wrong is not None:
        raise ScenarioStopError(f"The map does not fit: {wrong.message}", wrong.hint)
    return read.mapping


def _blocked(world: World, happening: Happening, why: list[str]) -> None:
    words = f"It can't go on with version {happening.target}: {'; '.join(why)}"
    if happening.refused not in (ANY_REFUSAL, "migration-blocked"):
        raise ScenarioStopError(words)
    world.note(f"refused (migration-blocked): {words}")
