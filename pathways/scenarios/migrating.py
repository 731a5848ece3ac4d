"""Migration in a scenario: the instance goes on with another version of its pathway."""

from __future__ import annotations

from pathways.diagnostics import nearest
from pathways.errors import CarelaneError
from pathways.scenarios.case import ScenarioStopError
from pathways.scenarios.library import highest_of
from pathways.scenarios.model import ANY_REFUSAL, Happening
from pathways.scenarios.world import World


def migrate(world: World, happening: Happening) -> None:
    """Have the scenario's instance go on with another version. Raises `ScenarioStopError` where it can't."""
    from pathways import migrate as language  # type: ignore[attr-defined]

    case = world.root
    name, library = case.plan.pathway, world.library
    version = highest_of(library, name, happening.target)
    if version is None:
        there = ", ".join(sorted(library.versions(name))) or "none beside this one"
        hint = nearest(happening.target, library.versions(name)) or f"There are {there}."
        raise ScenarioStopError(f"There is no version {happening.target} of {name}.", hint)
    try:
        plan = library.find(name, version)
        found = language.migrate(
            case.plan, plan, case.state, happening.given, world.now, happening.by, happening.reason
        )
    except CarelaneError as error:
        raise ScenarioStopError(error.message, error.hint) from None
    if found.blocked:
        _blocked(world, happening, [str(one) for one in found.blocked])
        return
    if happening.refused is not None:
        raise ScenarioStopError("Expected that this is refused; it was done.")
    case.plan, case.state = plan, found.state
    world.take(case, tuple(found.facts), tuple(found.commands))


def _blocked(world: World, happening: Happening, why: list[str]) -> None:
    words = f"It can't go on with version {happening.target}: {'; '.join(why)}"
    if happening.refused not in (ANY_REFUSAL, "migration-blocked"):
        raise ScenarioStopError(words)
    world.note(f"refused (migration-blocked): {words}")
