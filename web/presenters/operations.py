"""Interventions before they are done: what a step would have given, where one may move to, and what each brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from api.services.instances import InstanceDetail
from api.services.records import Entry, Position
from pathways.addresses import block_of, is_inside, path_of, scope_of
from pathways.datatypes import ANY, DataType
from pathways.plan import (
    Child,
    Decide,
    Do,
    Emit,
    End,
    FormField,
    Parallel,
    Plan,
    Repeat,
    Section,
    Set,
    Step,
    Task,
    WaitForAny,
    WaitForEvent,
    WaitForTime,
)
from web.presenters.places import Places, places_of
from web.presenters.values import words

Json = Any


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


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an intervention would bring, each in a sentence. `undoes` are the steps that could be undone with it."""

    told: tuple[str, ...]
    undoes: tuple[str, ...] = ()


# -- skip -----------------------------------------------------------------------------------------------------


def skip_fields(plan: Plan | None, address: str) -> tuple[FormField, ...]:
    """What the step at an address would give, as fields; nothing for an undo, or a handler."""
    if plan is None or address.endswith("/undo") or "^" in address:
        return ()
    step = plan.step.get(path_of(address))
    return tuple(_with_codes(plan, one) for one in _given_by(plan, step, address)) if step is not None else ()


def _given_by(plan: Plan, step: Step, address: str) -> tuple[FormField, ...]:
    match step:
        case Task():
            named = DataType("code", options=tuple(one.id for one in step.outcomes))
            outcome = (FormField("outcome", "How it ended", named, True),) if len(step.outcomes) > 1 else ()
            plain = (replace(one, show_when=None, required_when=None, required=False) for one in step.form)
            return (*outcome, *plain)
        case Do():
            return _members(step.output)
        case Child():
            return _members(step.gives)
        case WaitForEvent():
            return _members(step.data)
        case WaitForAny():
            which = DataType("code", options=tuple(one.name for one in step.ways))
            return FormField("which", "Which came", which, True), FormField("data", "What it said")
        case Decide():
            return _members(step.gives) if step.table is not None else ()
        case Set():
            return tuple(
                FormField(one.name, words(one.name), plan.type_of(one.name, address) or ANY) for one in step.assignments
            )
        case WaitForTime() | Parallel() | Repeat() | Section() | Emit() | End():
            return ()
        case _:
            assert_never(step)


def _members(declared: DataType) -> tuple[FormField, ...]:
    return tuple(FormField(one.name, words(one.name), one.type, one.required) for one in declared.fields)


def _with_codes(plan: Plan, field: FormField) -> FormField:
    """A field whose codes are a value set's has these as its options."""
    declared = field.type
    codes = plan.codes_of_value_sets.get(declared.value_set or "", frozenset())
    if declared.kind != "code" or declared.options or not codes:
        return field
    return replace(field, type=replace(declared, options=tuple(sorted(codes))))


def data_field(found: InstanceDetail, name: str, scope: str) -> FormField:
    """A saved value as a field."""
    saved = found.instance.data.get(scope, {}).get(name, {})
    declared = found.plan.type_of(name, str(saved.get("address") or "")) if found.plan is not None else None
    field = FormField("value", words(name), declared or ANY)
    return _with_codes(found.plan, field) if found.plan is not None else field


def skipped(found: InstanceDetail, address: str) -> Consequence:
    """What skipping would bring."""
    places = places_of(found.plan, found.timeline)
    told = []
    if address.endswith("/undo"):
        told.append("It counts as undone. What was done outside stays as it is there: see to it by hand.")
    elif "^" in address:
        told.append("The event is passed over, as if it had not come.")
    elif is_in_doubt(found, address):
        told.append("Nobody knows whether it was done outside. It is settled by your word.")
        told.append("Done, it is taken back where the pathway asks for that; never done, nothing is.")
    elif position_at(found, address) is None:
        told.append("It does not stand there any more: there is nothing to skip.")
    else:
        told.append("The step counts as completed with what you give here, and the pathway goes on from it.")
        told += _left_inside(found, address, places, itself=False)
    told += _tasks_close(found, address)
    return Consequence((*told, *_gates(found.plan, [path_of(address)])))


# -- move -----------------------------------------------------------------------------------------------------


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


def moved(found: InstanceDetail, address: str, to: str) -> Consequence:
    """What moving a position to a step would bring."""
    places, top = places_of(found.plan, found.timeline), _left_with(found.plan, address, to)
    told = [f"It goes on at: {places.step(to)}."]
    told += _left_inside(found, top, places, itself=True)
    told += _tasks_close(found, top)
    told += [
        f"The pathway “{words(one.pathway)}” that it started is told to cancel."
        for one in found.children
        if one.awaited and _within(one.address, top)
    ]
    return Consequence((*told, *_passed_gates(found.plan, path_of(address), to)), _undoable(found, top, places))


def _left_with(plan: Plan | None, address: str, to: str) -> str:
    """The outermost place that is left by moving to a step: what stands there in the scope of the target."""
    while plan is not None and path_of(scope_of(address)) != block_of(to):
        container = plan.container_of(scope_of(address))
        if not container:
            break
        address = container
    return address


def _left_inside(found: InstanceDetail, top: str, places: Places, *, itself: bool) -> list[str]:
    left = [one for one in found.positions if (itself and one.address == top) or is_inside(one.address, top)]
    return [f"It leaves: {places.whole(one.address)}." for one in left]


def _tasks_close(found: InstanceDetail, top: str) -> list[str]:
    told = []
    for one in found.tasks:
        if one.status == "open" and one.origin == "step" and _within(one.address, top):
            who = f"; {found.names.get(one.assignee, 'somebody')} has it now" if one.assignee else ""
            told.append(f"The task “{one.title}” closes{who}. What was typed there is kept.")
    return told


def _undoable(found: InstanceDetail, top: str, places: Places) -> tuple[str, ...]:
    """What was done within and can be undone, the last first."""
    plan = found.plan
    if plan is None:
        return ()
    done: dict[str, Entry] = {}
    for entry in found.timeline:
        address = entry.address or ""
        if entry.kind != "step-left" or entry.detail.get("how") not in ("completed", "skipped"):
            continue
        if address.endswith("/undo"):
            done.pop(address.removesuffix("/undo"), None)
        elif (step := plan.step.get(path_of(address))) is not None and step.undo is not None and _within(address, top):
            done[address] = entry
    return tuple(places.whole(address) for address in reversed(done))


def _passed_gates(plan: Plan | None, step: str, to: str) -> list[str]:
    if plan is None or to not in plan.order or step not in plan.order:
        return []
    first, last = plan.order[step], plan.order[to]
    return _gates(plan, [one.id for one in plan.steps if one.id == step or first < plan.order[one.id] < last])


def _gates(plan: Plan | None, steps: list[str]) -> list[str]:
    found = [plan.step[one] for one in steps if one in plan.step and plan.step[one].gate] if plan is not None else []
    return [
        f"“{one.shown}” is a decision that only {_or(one.gate_roles)} may pass over." for one in found if one.gate_roles
    ]


def _or(roles: tuple[str, ...]) -> str:
    return " or ".join(f"a {words(one).lower()}" for one in roles)


def _within(address: str, top: str) -> bool:
    return address == top or is_inside(address, top)


def is_in_doubt(found: InstanceDetail, address: str) -> bool:
    """Whether it is not known if the action at an address was done."""
    return any(one.kind == "in-doubt" and one.status == "open" and one.address == address for one in found.incidents)


def position_at(found: InstanceDetail, address: str) -> Position | None:
    """The position that stands at an address."""
    return next((one for one in found.positions if one.address == address), None)


def may_skip(plan: Plan | None, address: str) -> bool:
    """Whether what stands at an address can be skipped: a step that only says where to go can't."""
    if plan is None or address.endswith("/undo") or "^" in address:
        return True
    step = plan.step.get(path_of(address))
    return not (step is None or isinstance(step, End) or (isinstance(step, Decide) and step.table is None))


# -- the whole instance ---------------------------------------------------------------------------------------


def suspended(found: InstanceDetail) -> Consequence:
    """What suspending would bring."""
    told = ["No new step begins, and no reminder is sent, until somebody resumes it."]
    opened = [one for one in found.tasks if one.status == "open"]
    told += [f"The task “{one.title}” stays open and may be completed." for one in opened]
    if any(one.waits == "action" for one in found.positions):
        told.append("What Carelane is doing now is finished first.")
    told.append("Events are kept and come again when it is resumed. Clocks go on, unless you pause them here.")
    return Consequence(tuple(told))


def resumed(found: InstanceDetail) -> Consequence:
    """What resuming would bring."""
    places = places_of(found.plan, found.timeline)
    held = [f"Begins now: {places.whole(one.address)}." for one in found.positions if one.waits == "resume"]
    return Consequence((*held, "Deadlines that passed meanwhile are acted on in their order; kept events come again."))


def changed(saved: Mapping[str, Json]) -> Consequence:
    """What changing a value would bring."""
    told = [
        "Whatever depends on it is worked out anew: due times, limits of clocks, events that are waited for.",
        "What was decided with the old value stays decided.",
    ]
    if saved.get("sources"):
        told.append("It was read from the core. The core keeps its own value: change it there as well.")
    return Consequence(tuple(told))
