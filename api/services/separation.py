"""Separation of duties (`separate_from`): who did one task is kept from another before typing anything into it."""

from __future__ import annotations

from api.services.base import Plans
from api.services.errors import RefusedError
from api.services.records import Task
from pathways.addresses import scope_of
from pathways.engine.kinds.task import separated
from pathways.plan import Task as TaskStep
from store.database import Unit


async def require_separation(unit: Unit, plans: Plans, task: Task, person: str) -> None:
    """Refuse a task to whoever did the one that it must be separate from, as completing it would be refused.

    Raises `RefusedError` with the reason `separation`.
    """
    instance = await unit.instances.get(task.instance)
    plan = None if instance is None else await plans.by_digest(unit, instance.digest)
    step = None if plan is None else plan.step.get(task.step)
    if plan is None or not isinstance(step, TaskStep) or step.separate_from is None:
        return
    other = plan.step[step.separate_from]
    done = [one for one in await unit.tasks.of_instance(task.instance) if one.step == other.id and one.closed_by]
    done.sort(key=lambda one: (one.closed_at or one.opened_at, one.id))
    by = {f"{scope_of(one.address)}{other.local}": one.closed_by for one in done if one.status == "completed"}
    refusal = separated(plan, {place: who for place, who in by.items() if who}, step, task.address, person)
    if refusal is not None:
        raise RefusedError(refusal.code, refusal.message, refusal.detail)
