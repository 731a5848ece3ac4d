"""How everything of a plan behaves in a simulation: as declared, else by a default that is noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pathways.datatypes import DataType
from pathways.plan import Child, Do, Plan, Task
from pathways.simulate.declaration import (
    ACTION_TIME,
    CHILD_TIME,
    EVENT_TIME,
    TASK_TIME,
    TASK_TIME_ELAPSED,
    Answer,
    Arrival,
    Behaviour,
    Offered,
    Simulation,
)
from pathways.simulate.samples import Literally, Members, Sample, of_type


class Behaviours:
    """The behaviours of a plan's actions, tasks, children and events. `defaults` says where nothing was declared."""

    def __init__(self, plan: Plan, simulation: Simulation) -> None:
        self._plan = plan
        self._simulation = simulation
        self._codes = {one.name: one.codes for one in plan.value_sets}
        self._made: dict[str, Behaviour] = {}
        self._actions: dict[str, Behaviour] = {}
        self._arrivals: dict[tuple[str, str, bool], Arrival | None] = {}
        self.defaults: dict[str, str] = {}
        self.inputs = self._inputs()

    def _inputs(self) -> Sample:
        """What each case starts with: as declared, and for inputs that are required a value of their type."""
        declared = self._simulation.inputs
        given: dict[str, Sample] = {}
        if isinstance(declared, Literally) and isinstance(declared.value, Mapping):
            given = {name: Literally(value) for name, value in declared.value.items()}
        elif isinstance(declared, Members):
            given = dict(declared.members)
        known = {one.name for one in self._plan.inputs}
        given = {name: one for name, one in given.items() if name in known}
        missing = [one for one in self._plan.inputs if one.required and one.name not in given]
        for one in missing:
            given[one.name] = of_type(one.type, self._codes)
            self.defaults[f"input {one.name}"] = "a value of its type"
        return Members(tuple(given.items()))

    def action(self, name: str) -> Behaviour:
        """How an action goes, whether a step orders it or an undo."""
        return self._actions.get(name) or self._action(name)

    def _action(self, name: str) -> Behaviour:
        output = next((one.output for one in self._plan.steps if isinstance(one, Do) and one.action == name), None)
        found = self._simulation.actions.get(name)
        if found is not None:
            answers = tuple(self._whole(one, output) for one in found.answers)
            self._actions[name] = Behaviour(answers, found.takes, found.calendar)
        else:
            value = of_type(output, self._codes) if output is not None else Literally({})
            self._actions[name] = Behaviour((Answer("give", value=value),), ACTION_TIME)
            self.defaults[f"action {name}"] = "gives a value of its type in 2 seconds"
        return self._actions[name]

    def _whole(self, answer: Answer, output: DataType | None) -> Answer:
        """An answer that gives a value for every member that is required and was not declared."""
        if answer.kind != "give" or output is None or output.kind != "object":
            return answer
        needed = [(one.name, one.type) for one in output.fields if one.required]
        return replace(answer, value=self._completed(answer.value, needed))

    def _completed(self, value: Sample, needed: list[tuple[str, DataType]]) -> Sample:
        """A map with a value of its type for every member that is needed and not there."""
        given: dict[str, Sample]
        if isinstance(value, Literally) and isinstance(value.value, Mapping):
            given = {name: Literally(one) for name, one in value.value.items()}
        elif isinstance(value, Members):
            given = dict(value.members)
        else:
            return value
        for name, declared in needed:
            if name not in given:
                given[name] = of_type(declared, self._codes)
        plain = {name: one.value for name, one in given.items() if isinstance(one, Literally)}
        return Literally(plain) if len(plain) == len(given) else Members(tuple(given.items()))

    def task(self, step: Task | None) -> Behaviour:
        """How a task goes; a clock's or an added one by its default."""
        path = step.id if step is not None else ""
        found = self._made.get(path)
        if found is not None:
            return found
        found = self._simulation.tasks.get(path)
        if found is None:
            found = self._default_task(step)
        elif step is not None:
            found = Behaviour(self._answers(step, found.answers), found.takes, found.calendar)
        self._made[path] = found
        return found

    def _default_task(self, step: Task | None) -> Behaviour:
        takes = TASK_TIME if self._plan.default_calendar is not None else TASK_TIME_ELAPSED
        if step is None:
            self.defaults["tasks of clocks"] = _time(self._plan)
            return Behaviour((Answer("outcome", "done"),), takes)
        self.defaults[f"task {step.id}"] = f"{_time(self._plan)}, each outcome as often"
        return Behaviour(self._answers(step, (Answer("outcome"),)), takes)

    def _answers(self, step: Task, answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        """The answers with whole forms; one that names no outcome stands for each of them as often."""
        every = [outcome.id for outcome in step.outcomes] or ["done"]
        return tuple(
            self._filled(step, replace(one, name=name, weight=one.weight / len(names)))
            for one in answers
            for names in ([one.name] if one.name else every,)
            for name in names
        )

    def _filled(self, step: Task, answer: Answer) -> Answer:
        """An answer whose form has a value for every field that is required and was not declared."""
        needed = [(one.name, one.type) for one in step.form if one.required or one.required_when is not None]
        return replace(answer, value=self._completed(answer.value, needed))

    def child(self, name: str, path: str) -> Behaviour:
        """How a child goes: by default each outcome that its parent asks for as often."""
        found = self._simulation.children.get(name) or self._made.get(f"child {path}")
        if found is None:
            found = self._made[f"child {path}"] = self._default_child(path)
            self.defaults[f"child {name}"] = "3 days in the median, each outcome as often"
        return found

    def _default_child(self, path: str) -> Behaviour:
        step = self._plan.step[path]
        outcomes = [edge.outcome for edge in step.next if edge.outcome is not None]
        members: dict[str, Sample] = {}
        if isinstance(step, Child) and step.gives.kind == "object":
            for one in step.gives.fields:
                if one.name == "outcome":
                    outcomes = outcomes or list(one.type.options)
                else:
                    members[one.name] = of_type(one.type, self._codes)
        value = Members(tuple(members.items()))
        names = [one for one in outcomes if one != "cancelled"] or ["done"]
        return Behaviour(tuple(Answer("outcome", one, value) for one in names), CHILD_TIME)

    def arrival(self, type_: str, path: str, *, handler: bool) -> Arrival | None:
        """When an event arrives that is awaited at a step; one that a handler listens for only where declared."""
        key = (type_, path, handler)
        if key not in self._arrivals:
            self._arrivals[key] = self._arrival(type_, path, handler=handler)
        return self._arrivals[key]

    def _arrival(self, type_: str, path: str, *, handler: bool) -> Arrival | None:
        declared = self._simulation.events.get(type_, ())
        found = next((one for one in declared if one.at == path), None)
        found = found or next((one for one in declared if one.at is None), None)
        if found is not None:
            return found
        if handler or declared:
            self.defaults[f"event {type_} at {path or 'the pathway'}"] = "does not come"
            return None
        self.defaults[f"event {type_}"] = "comes, after 2 days in the median, with data of its type"
        data = of_type(self._plan.event_data[type_], self._codes)
        return Arrival(1.0, EVENT_TIME, data)

    def offer(self, side: str) -> Offered | None:
        """Whether and when a person takes an offer; never where nothing is declared."""
        found = self._simulation.offers.get(side)
        if found is None:
            self.defaults[f"offer {side}"] = "is not taken"
        return found


def _time(plan: Plan) -> str:
    return "2 business hours in the median" if plan.default_calendar is not None else "4 hours in the median"
