"""Beginning an instance: its row comes first, and no second one of what may run only once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pathways.plan import Plan
from pathways.starting import unique_key
from store.database import Unit
from store.instances import Instance, NewInstance


@dataclass(frozen=True, slots=True)
class Begun:
    """What a wish for an instance came to.

    `new`: its row was inserted. `again`: the same request, or the same id, has begun it before. `joined`: one that
    may run only once runs already, and the pathway says that a second start joins it. `duplicate`: it runs already,
    and a second start is refused.
    """

    how: Literal["new", "again", "joined", "duplicate"]
    instance: Instance


async def begin(unit: Unit, plan: Plan, new: NewInstance) -> Begun:
    """Insert the row of an instance, in status `starting`; whoever commits then starts its workflow, or the relay does.

    The inputs are such as the pathway takes. Raises `pathways.starting.KeylessError` where the pathway may run only
    once for the same and the inputs don't say for what.
    """
    key = unique_key(plan, new.inputs, zone=new.zone, at=new.at)
    there, added = await unit.instances.add(replace(new, unique_key=key))
    if added:
        return Begun("new", there)
    if there.id == new.id or (new.request is not None and there.request == new.request):
        return Begun("again", there)
    if plan.on_duplicate == "refuse":
        return Begun("duplicate", there)
    if new.request is not None:
        await unit.instances.join(new.request, there.id)
    return Begun("joined", there)
