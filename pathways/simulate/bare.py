"""A plan without what a simulated case can't go by, which is not worked out ten thousand times."""

from __future__ import annotations

from dataclasses import replace

from pathways.datatypes import ANY
from pathways.plan import Do, Handler, Plan, SideFlow, Step, Task
from pathways.simulate.declaration import Simulation
from pathways.simulate.known import Behaviours
from pathways.values import Computed


def bare(plan: Plan, simulation: Simulation, behaviours: Behaviours) -> Plan:
    """The plan without what only people read (attributes, texts of tasks and offers), without what actions are given
    where no answer is drawn from it, and without handlers of events that never come.
    """
    awaited = {
        listening.type
        for step in plan.steps
        for listening in step.listenings.values()
        if not isinstance(listening, Handler)
    }
    coming = awaited | simulation.events.keys()

    def heard(handlers: tuple[Handler, ...], path: str) -> tuple[Handler, ...]:
        for one in handlers:
            behaviours.arrival(one.type, path, handler=True)  # so that it is told what does not come
        return tuple(one for one in handlers if one.type in coming)

    steps = tuple(_step(replace(one, handlers=heard(one.handlers, one.id)), behaviours) for one in plan.steps)
    sides = tuple(map(_side, plan.side_flows))
    return replace(plan, steps=steps, side_flows=sides, handlers=heard(plan.handlers, ""), attributes=())


def _step(step: Step, behaviours: Behaviours) -> Step:
    if isinstance(step, Task):
        return replace(step, task_title=Computed(step.shown), help=None)
    if isinstance(step, Do) and step.business_key is None:
        answers = behaviours.action(step.action).answers
        if not any("input" in one.value.names for one in answers):
            return replace(step, input=Computed({}), takes=ANY)
    return step


def _side(side: SideFlow) -> SideFlow:
    return side if side.offer is None else replace(side, offer=replace(side.offer, title=Computed(side.title)))
