"""The steps of a plan as a tree of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, assert_never

from pathways import wording
from pathways.plan import (
    Child,
    Decide,
    Do,
    Emit,
    End,
    Handler,
    Listening,
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
from pathways.plan_definition.elements import (
    Extensions,
    action_id,
    concept,
    condition,
    expression,
    timing_duration,
    without_nothing,
)
from pathways.plan_definition.goals import goal_id
from pathways.plan_definition.questionnaires import form_id
from pathways.plan_definition.ways import Way, handler_path, ways_of
from pathways.values import Timing

Json = Any

ACTION_TYPES = "http://terminology.hl7.org/CodeSystem/action-type"
PRIORITIES = ("routine", "urgent", "asap", "stat")
Tell = Callable[[str], None]


@dataclass
class Actions:
    """Makes the actions; `tell` is told what could not be said."""

    plan: Plan
    extensions: Extensions
    canonical: Callable[[str], str]
    tell: Tell
    into: dict[str, list[Way]] = field(init=False)

    def __post_init__(self) -> None:
        self.into = {}
        for way in ways_of(self.plan):
            self.into.setdefault(way.head, []).append(way)

    def root(self) -> Json:
        """The one action that holds all others: the pathway itself, with what starts it."""
        plan = self.plan
        triggers = [{"type": "named-event", "name": one.type} for one in plan.starts_on]
        starts = [
            self.extensions.expression("start-when", f"{one.when.source}")
            for one in plan.starts_on
            if one.when is not None
        ]
        for one in plan.starts_on:
            if one.when is not None:
                self.tell(f"start by {one.type}: the condition on an event that starts it; it is in an extension.")
            if one.inputs.source is not None:
                self.tell(f"start by {one.type}: how an event's data become inputs.")
        inside = [*self._handlers("", plan.handlers), *self._block("")]
        inside += [self._side(f"~{one.id}") for one in plan.side_flows]
        return without_nothing(
            {
                "id": action_id(""),
                "extension": starts,
                "title": plan.title,
                "trigger": triggers,
                "groupingBehavior": "logical-group",
                "selectionBehavior": "any",
                "action": inside,
            }
        )

    def _side(self, path: str) -> Json:
        side = self.plan.side_flow[path[1:]]
        about = []
        if side.offer is not None:
            self.tell(f"side flow {side.id}: that a person may start something; it is in an extension.")
            title = wording.computed_words(side.offer.title)
            about.append(self.extensions.parts("offer", title=title, queue=side.offer.queue, role=side.offer.role))
        when = [condition(side.offer.when)] if side.offer is not None and side.offer.when else []
        return without_nothing(
            {
                "id": action_id(path),
                "extension": about,
                "title": side.title,
                "condition": when,
                "groupingBehavior": "logical-group",
                "requiredBehavior": "could",
                "cardinalityBehavior": "single" if side.once else "multiple",
                "relatedAction": self._related(path),
                "action": list(self._block(path)),
            }
        )

    def _block(self, path: str) -> Iterator[Json]:
        for step in self.plan.steps:
            if step.block == path:
                yield self._step(step)
                yield from self._handlers(step.id, step.handlers)

    def _step(self, step: Step) -> Json:
        own = self._own(step)
        extension = [*own.pop("extension", []), *self._clocks(step)]
        if step.undo is not None:
            self.tell(f"{step.id}: the action that takes a step back; it is in an extension.")
            extension.append(self.extensions.text("undo", step.undo.action))
            if step.undo.until is not None:
                extension.append(self.extensions.text("undo-until", action_id(step.undo.until)))
        if step.gate is not None:
            self.tell(f"{step.id}: a gate; it is in an extension.")
            extension.append(self.extensions.text("gate", step.gate))
        if step.stage:
            extension.append(self.extensions.text("stage", step.stage))
        ways = self.into.get(step.id, [])
        only = ways[0] if len(ways) == 1 else None
        conditions = [*own.pop("condition", [])]
        if only is not None and only.when is not None:
            conditions.append({"kind": "applicability", "expression": expression(only.when, only.why)})
        return without_nothing(
            {
                "id": action_id(step.id),
                "extension": extension,
                "title": wording.step_title(step),
                "code": [concept(wording.KIND_WORDS[step.kind])],
                "goalId": sorted({goal_id(one.clock) for one in step.clocks if one.clock in self.plan.clock}),
                "condition": conditions,
                "relatedAction": self._related(step.id),
                **own,
            }
        )

    def _clocks(self, step: Step) -> Iterator[Json]:
        for one in step.clocks:
            start = one.start.source if one.start is not None else None
            begun = wording.value_words(start) if start is not None else None
            yield self.extensions.parts("clock", verb=one.verb, clock=one.clock, at=one.at, **{"from": begun})

    # -- what each kind is

    def _own(self, step: Step) -> dict[str, Json]:
        match step:
            case Do():
                return self._action(step)
            case Task():
                return self._task(step)
            case Parallel():
                return self._parallel(step)
            case Repeat():
                return self._repeat(step)
            case Section():
                return _group(list(self._block(step.id)))
            case Child():
                return self._child(step)
            case WaitForEvent():
                return self._wait(step, [step])
            case WaitForAny():
                return self._any(step)
            case WaitForTime():
                return self._timed(step)
            case Emit():
                self.tell(f"{step.id}: the data of an event that is sent; they are in extensions.")
                about = self.extensions.members("event-data", step.data)
                kind = concept("Fire event", ACTION_TYPES, "fire-event")
                return {"extension": about, "type": kind, "textEquivalent": f"Sends the event {step.type}"}
            case Set():
                self.tell(f"{step.id}: computing data; it is in extensions.")
                about = [
                    self.extensions.parts("set", name=one.name, value=wording.computed_words(one.value))
                    for one in step.assignments
                ]
                return {"extension": about}
            case End():
                return self._end(step)
            case Decide():
                return {"textEquivalent": "Only decides which way to go on; the conditions are at the ways on."}
            case _:
                assert_never(step)

    def _action(self, step: Do) -> dict[str, Json]:
        about = self.extensions.members("input", step.input)
        if about:
            self.tell(
                f"{step.id}: the input of an action; it is in extensions, for dynamicValue addresses resources only."
            )
        if step.accept:
            self.tell(f"{step.id}: which problems go to a person.")
        return {"extension": about, "definitionUri": f"urn:carelane:action:{step.action}"}

    def _task(self, step: Task) -> dict[str, Json]:
        priority = wording.computed_words(step.priority)
        about = [self.extensions.value("queue", step.queue.source)]
        self.tell(f"{step.id}: a task's queue; it is in an extension.")
        if priority not in PRIORITIES:
            self.tell(f"{step.id}: a priority that is an expression; it is in an extension.")
            about.append(self.extensions.value("priority", step.priority.source))
        timing = self._time(step.id, "due", step.due, about)
        about += [self.extensions.text("remind", wording.reminder_words(one)) for one in step.remind]
        about += [self.extensions.text("escalate", wording.escalation_words(one)) for one in step.escalate]
        if step.remind or step.escalate:
            self.tell(f"{step.id}: reminders and escalations; they are in extensions.")
        if step.separate_from:
            self.tell(f"{step.id}: that the same person may not do two tasks; it is in an extension.")
            about.append(self.extensions.text("separate-from", action_id(step.separate_from)))
        if len(step.outcomes) > 1:
            self.tell(f"{step.id}: the outcomes of a task; they are in extensions.")
            about += [
                self.extensions.parts("outcome", id=one.id, title=one.title, role=one.role) for one in step.outcomes
            ]
        role = {"role": concept(step.role)} if step.role else {}
        return {
            "extension": about,
            "description": wording.computed_words(step.task_title),
            "textEquivalent": wording.computed_words(step.help) if step.help else None,
            "priority": priority if priority in PRIORITIES else None,
            "participant": [{"type": "practitioner", **role}],
            "definitionCanonical": f"#{form_id(step)}" if step.form else None,
            **timing,
        }

    def _time(self, where: str, what: str, timing: Timing | None, about: list[Json]) -> dict[str, Json]:
        """A time as FHIR's timing, where it is a plain duration; else in an extension."""
        if timing is None:
            return {}
        given = timing_duration(timing)
        if given is not None:
            return {"timingDuration": given}
        self.tell(f"{where}: a time that is no plain duration; it is in an extension.")
        about.append(self.extensions.value(what, timing.source))
        return {}

    def _timed(self, step: WaitForTime) -> dict[str, Json]:
        about: list[Json] = []
        timing = self._time(step.id, "until" if step.until else "for", step.until or step.duration, about)
        return {"extension": about, **timing, "textEquivalent": "Waits"}

    def _wait(self, step: Step, listened: list[Listening]) -> dict[str, Json]:
        about, conditions = [], []
        for one in listened:
            if one.keyed:
                self.tell(f"{step.id}: the key that an event must carry; it is in an extension.")
                about.append(self.extensions.value("event-key", one.key.source))
            if one.when is not None:
                conditions.append(condition(one.when, "start"))
        triggers = [{"type": "named-event", "name": one.type} for one in listened]
        return {"extension": about, "trigger": triggers, "condition": conditions if len(listened) == 1 else []}

    def _any(self, step: WaitForAny) -> dict[str, Json]:
        found = self._wait(step, [one for one in step.ways if not one.timed])
        found["extension"] += [
            self.extensions.parts("way", name=one.name, words=wording.way_words(one)) for one in step.ways
        ]
        self.tell(f"{step.id}: which of several ways ends a wait; they are in extensions.")
        return found

    def _parallel(self, step: Parallel) -> dict[str, Json]:
        number = len(step.branches)
        join = step.join or number
        behaviour = "all" if join == number else "one-or-more"
        if join not in (1, number):
            self.tell(f"{step.id}: that a certain number of branches must end; R4 has only one or more.")
        branches = [
            {
                "id": action_id(f"{step.id}/{name}"),
                "title": name,
                **_group(list(self._block(f"{step.id}/{name}"))),
            }
            for name in step.branches
        ]
        return {"groupingBehavior": "logical-group", "selectionBehavior": behaviour, "action": branches}

    def _repeat(self, step: Repeat) -> dict[str, Json]:
        about, conditions = [], []
        if step.items is not None:
            self.tell(f"{step.id}: over what a step repeats; it is in an extension.")
            about.append(self.extensions.parts("for-each", words=wording.repeat_words(step)))
        if step.while_ is not None:
            conditions.append(condition(step.while_, "start"))
        if step.until is not None:
            conditions.append(condition(step.until, "stop"))
        if step.collect:
            self.tell(f"{step.id}: what is collected from iterations.")
        if step.carry:
            self.tell(f"{step.id}: what is carried from one iteration to the next.")
        return {
            "extension": about,
            "condition": conditions,
            **_group(list(self._block(step.id))),
            "cardinalityBehavior": "multiple",
        }

    def _child(self, step: Child) -> dict[str, Json]:
        about = self.extensions.members("input", step.inputs)
        if about:
            self.tell(f"{step.id}: the inputs of another pathway; they are in extensions.")
        if step.range and not step.range[:1].isdigit():
            self.tell(f"{step.id}: a range of versions; it is in an extension, for a canonical names one or none.")
            about.append(self.extensions.text("version-range", step.range))
        if step.detached:
            self.tell(f"{step.id}: that another pathway is not waited for; it is in an extension.")
            about.append(self.extensions.text("detached", "true"))
        return {"extension": about, "definitionCanonical": self.canonical(step.pathway)}

    def _end(self, step: End) -> dict[str, Json]:
        outcome = self.plan.outcome.get(step.outcome)
        if outcome is None:
            return {"textEquivalent": "Ends this branch only"}
        self.tell(f"{step.id}: that a step ends the pathway, and how; it is in an extension.")
        return {"extension": [self.extensions.parts("outcome", id=outcome.id, title=outcome.title, kind=outcome.kind)]}

    # -- how they hang together

    def _handlers(self, owner: str, handlers: tuple[Handler, ...]) -> Iterator[Json]:
        for number, one in enumerate(handlers, 1):
            where = owner or "the whole pathway"
            about = [self.extensions.text("interrupts", where)] if one.to else []
            if one.keyed:
                about.append(self.extensions.value("event-key", one.key.source))
            self.tell(f"{where}: that an event interrupts, or starts something beside; it is in an extension.")
            yield without_nothing(
                {
                    "id": action_id(handler_path(owner, number)),
                    "extension": about,
                    "title": f"On {one.type}",
                    "trigger": [{"type": "named-event", "name": one.type}],
                    "condition": [condition(one.when, "start")] if one.when else [],
                    "requiredBehavior": "could",
                }
            )

    def _related(self, path: str) -> list[Json]:
        ways = self.into.get(path, [])
        if len(ways) > 1:
            self.tell(f"{path}: that any one of several ways in suffices.")
        return [self._way(one) for one in ways]

    def _way(self, way: Way) -> Json:
        about = []
        if way.when is not None:
            about.append(self.extensions.expression("way-when", way.when))
        if way.why:
            about.append(self.extensions.text("way-why", way.why))
        if way.undo:
            self.tell(f"{way.head}: that a way in undoes what was done; it is in an extension.")
            about.append(self.extensions.text("way-undo", "true"))
        offset = timing_duration(way.after)
        if way.after is not None and offset is None:
            self.tell(f"{way.head}: a time that is no plain duration; it is in an extension.")
        return without_nothing(
            {
                "extension": about,
                "actionId": action_id(way.tail),
                "relationship": "after-start" if way.after is not None else "after-end",
                "offsetDuration": offset,
            }
        )


def _group(actions: list[Json]) -> dict[str, Json]:
    """Actions of which, on the way, those are done that the ways between them lead to."""
    return {"groupingBehavior": "logical-group", "selectionBehavior": "any", "action": actions}
