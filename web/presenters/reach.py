"""Where a position may be moved to: the steps of its own scope, then of those around it."""

from __future__ import annotations

from dataclasses import dataclass

from api.services.instances import InstanceDetail
from pathways.addresses import block_of, path_of, scope_of
from web.presenters.places import places_of


@dataclass(frozen=True, slots=True)
class Target:
    """A step that a position may be moved to."""

    path: str
    title: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """The steps of one scope around a position."""

    title: str
    targets: tuple[Target, ...]


def all_steps(found: InstanceDetail) -> dict[str, str]:
    """The titles of all the steps of an instance's version, by their paths, with the step or side flow around each."""
    plan = found.plan
    if plan is None:
        return {}
    places = places_of(plan)

    def around(path: str) -> str:
        outer = path.rpartition("/")[0]
        while outer and outer not in plan.step:
            outer = outer.rpartition("/")[0]
        if outer:
            return places.step(outer)
        return places.scope(f"{path.split('/')[0]}/") if path.startswith("~") else ""

    return {one.id: f"{places.step(one.id)} – {around(one.id)}".removesuffix(" – ") for one in plan.steps}


def targets(found: InstanceDetail, address: str) -> tuple[TargetGroup, ...]:
    """The steps within reach of a position: those of its own scope, then of those around it."""
    plan = found.plan
    if plan is None:
        return ()
    places, scope, groups = places_of(plan, found.timeline), scope_of(address), []
    while True:
        block = path_of(scope)
        own = [one for one in plan.steps if block_of(one.id) == block]
        title = places.scope(scope) or "The pathway"
        shown = [Target(one.id, places.step(one.id), one.id == path_of(address)) for one in own]
        groups.append(TargetGroup(title, tuple(shown)))
        container = plan.container_of(scope)
        if not container:
            return tuple(groups)
        scope = scope_of(container)
