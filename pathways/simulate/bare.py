"""A plan without what a simulated case can't go by, which is not worked out ten thousand times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from pathways.datatypes import ANY, DataType, MisfitError
from pathways.plan import Child, Clock, Decide, Do, Emit, Handler, Plan, SideFlow, Step, Task, Undo
from pathways.plan import Set as SetStep
from pathways.plan.parts import ROUTINE
from pathways.simulate.declaration import Answer, Simulation
from pathways.simulate.known import Behaviours
from pathways.simulate.samples import Literally
from pathways.values import Computed, Condition, Timing, UnaryTests

_NOTHING = Computed({})

Reading = Computed | Condition | UnaryTests | Timing
"""What reads names."""

_ALL_SAVED = "saved"
"""By this name a form's rules reach what is saved, whatever it is called."""


def bare(plan: Plan, simulation: Simulation, behaviours: Behaviours) -> Plan:
    """The plan without what only people read or get (attributes, texts, reminders and warnings), without what actions
    and children are given where no answer is drawn from it, without handlers of events that never come, and without
    keeping what nothing that is left reads.
    """
    return _less_kept(_less_said(plan, simulation, behaviours), simulation, behaviours)


# -- what is said and given -----------------------------------------------------------------------------------


def _less_said(plan: Plan, simulation: Simulation, behaviours: Behaviours) -> Plan:
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

    def step(one: Step) -> Step:
        undo = None if one.undo is None else _undo(one.undo, behaviours)
        return _step(replace(one, handlers=heard(one.handlers, one.id), undo=undo), behaviours)

    return replace(
        plan,
        steps=tuple(map(step, plan.steps)),
        side_flows=tuple(map(_side, plan.side_flows)),
        clocks=tuple(map(_clock, plan.clocks)),
        handlers=heard(plan.handlers, ""),
        attributes=(),
        outcomes=tuple(replace(one, give=(), gives=()) for one in plan.outcomes),
        unique=None,
        starts_on=(),
    )


def _step(step: Step, behaviours: Behaviours) -> Step:
    match step:
        case Task():
            return replace(step, task_title=Computed(step.shown), help=None, priority=ROUTINE, remind=())
        case Do():
            return _do(step, behaviours)
        case Child() if not _asked(behaviours.child(step.pathway, step.id).answers):
            return replace(step, inputs=_NOTHING)
        case Emit():
            return replace(step, data=_NOTHING, schema=ANY)
        case _:
            return step


def _do(step: Do, behaviours: Behaviours) -> Do:
    """A step that works out only what its answers are drawn from, and the key by which its undo is known."""
    key = step.business_key if step.undo is not None else None
    asked = _asked(behaviours.action(step.action).answers) | {("input", key)} - {("input", None)}
    if ("input",) in asked or not isinstance(step.input.source, Mapping) or step.takes.kind != "object":
        return step
    members = {path[1] for path in asked}
    given = Computed({name: value for name, value in step.input.source.items() if name in members})
    takes = replace(step.takes, fields=tuple(one for one in step.takes.fields if one.name in members))
    return replace(step, input=given, takes=takes, business_key=key)


def _undo(undo: Undo, behaviours: Behaviours) -> Undo:
    return undo if _asked(behaviours.action(undo.action).answers) else replace(undo, input=_NOTHING, takes=ANY)


def _asked(answers: tuple[Answer, ...]) -> frozenset[tuple[str, ...]]:
    """What answers are drawn from of that which was given: `("input", "start")`, or `("input",)` for all of it."""
    computed = [one for answer in answers for one in _reading(answer.value) if isinstance(one, Computed)]
    paths = frozenset(path[:2] for one in computed for expression in one.expressions for path in expression.paths)
    return frozenset(path for path in paths if path[0] == "input")


def _side(side: SideFlow) -> SideFlow:
    return side if side.offer is None else replace(side, offer=replace(side.offer, title=Computed(side.title)))


def _clock(clock: Clock) -> Clock:
    breach = clock.breach
    if breach is not None:
        breach = replace(breach, title=Computed(clock.title), help=None, priority=ROUTINE)
    return replace(clock, warn=None, breach=breach)


# -- what is kept ---------------------------------------------------------------------------------------------


def _less_kept(plan: Plan, simulation: Simulation, behaviours: Behaviours) -> Plan:
    """The plan that keeps only what it reads; again, where what is no longer computed has read something."""
    read = _names(plan) | _names(simulation)
    if _ALL_SAVED in read:
        return plan
    steps = tuple(_keeping(one, read, behaviours) for one in plan.steps)
    return plan if steps == plan.steps else _less_kept(replace(plan, steps=steps), simulation, behaviours)


def _names(part: Any) -> frozenset[str]:
    """The names that are read anywhere in a part of a plan or a simulation."""
    return frozenset().union(*(one.names for one in _reading(part)))


def _reading(part: Any) -> Iterator[Reading]:
    """The expressions in a part of a plan or a simulation."""
    if isinstance(part, Reading):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _reading(one)
    elif isinstance(part, Mapping):
        yield from _reading(tuple(part.values()))
    elif is_dataclass(part) and not isinstance(part, DataType):
        yield from _reading(tuple(getattr(part, field.name) for field in fields(part)))


def _keeping(step: Step, read: frozenset[str], behaviours: Behaviours) -> Step:
    match step:
        case SetStep():
            return replace(step, assignments=tuple(one for one in step.assignments if one.name in read))
        case Do() if step.save not in read:
            always = all(_fits(one, step.output) for one in behaviours.action(step.action).answers)
            return replace(step, save=None, output=ANY if always else step.output)
        case Task() | Decide() | Child() if step.save not in read:
            return replace(step, save=None)
        case _:
            return step


def _fits(answer: Answer, output: DataType) -> bool:
    """Whether what an answer gives is sure to be of a type."""
    if answer.kind != "give":
        return True
    try:
        return isinstance(answer.value, Literally) and output.conform(answer.value.value) is not None
    except MisfitError:
        return False
