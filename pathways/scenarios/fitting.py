"""What a scenario lets the world give that the world never would: data of events, output of actions, ends of children.

A field whose name is misspelt tries nothing that happens; whatever is tested with it is tested in vain. What an action,
event or child brings beyond what is declared of it is dropped, and what does not fit opens an incident: a scenario may
show both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pathways.addresses import local_of, path_of
from pathways.catalog import Catalog
from pathways.datatypes import ANY, DataType, Field
from pathways.diagnostics import Mark, nearest
from pathways.plan import Child, Do, Outcome, Plan
from pathways.scenarios.model import Answer, ChildAnswer, Happening, Scenario

Json = Any


@dataclass(frozen=True)
class Known:
    """What a catalog knows besides the plan: what each action gives and each event brings.

    So stubs and events may be shared between scenarios of which not all need them.
    """

    actions: Mapping[str, DataType] = field(default_factory=dict)
    events: Mapping[str, DataType] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog) -> Known:
        """What a catalog has."""
        return cls(
            {name: one.output for name, one in catalog.actions.items()},
            {name: one.data for name, one in catalog.events.items()},
        )


@dataclass(frozen=True)
class Unknown:
    """Something that nothing has: where it stands, and what was probably meant."""

    mark: Mark
    message: str
    hint: str = ""


def misfits(
    scenario: Scenario, plans: list[Plan], known: Known, child: Callable[[Child], Plan | None]
) -> Iterator[Unknown]:
    """What the scenario gives that does not fit; `child` finds the definition that a step starts, where it is there."""
    yield from _events(scenario, plans, known)
    yield from _outputs(scenario, plans, known)
    yield from _ends(scenario, plans, child)


# -- events ---------------------------------------------------------------------------------------------------


def _events(scenario: Scenario, plans: list[Plan], known: Known) -> Iterator[Unknown]:
    schemas = {**known.events}
    for plan in plans:
        schemas |= {one.type: one.data for one in plan.starts_on} | plan.event_data
    start = scenario.start
    if start.event is not None and start.event in schemas:
        yield from _event(start.mark, start.event, start.data, schemas[start.event])
    for one in scenario.then:
        if one.verb == "event" and one.target in schemas:
            yield from _event(one.mark, one.target, one.data, schemas[one.target])


def _event(mark: Mark, name: str, data: Json, schema: DataType) -> Iterator[Unknown]:
    for place, near in misspelt(schema, data):
        yield Unknown(mark, f'"{place}" is not in the data of {name}.', near)


# -- actions --------------------------------------------------------------------------------------------------


def _outputs(scenario: Scenario, plans: list[Plan], known: Known) -> Iterator[Unknown]:
    outputs = {**known.actions}
    for plan in plans:
        outputs |= {one.action: one.output for one in plan.steps if isinstance(one, Do)}
    for name, answers in scenario.stubs.actions.items():
        for answer in answers:
            if answer.kind == "give" and name in outputs:
                yield from _given(answer, f"{name} does not give", outputs[name], answer.value)


def _given(
    answer: Answer | ChildAnswer | Happening, does_not: str, declared: DataType, value: Json
) -> Iterator[Unknown]:
    for place, near in misspelt(declared, value):
        mark = answer.mark if isinstance(answer, Happening) else answer.marks.get(_first(place), answer.mark)
        yield Unknown(mark, f'{does_not} "{place}".', near)


def _first(place: str) -> str:
    return place.partition(".")[0].partition("[")[0]


# -- children -------------------------------------------------------------------------------------------------


def _ends(scenario: Scenario, plans: list[Plan], child: Callable[[Child], Plan | None]) -> Iterator[Unknown]:
    steps = [one for plan in plans for one in plan.steps if isinstance(one, Child)]
    for name, answers in scenario.stubs.children.items():
        step = next((one for one in steps if name in (one.pathway, one.id, one.local)), None)
        for answer in answers:
            if step is not None and answer.kind == "end":
                yield from _end(answer, step, child(step))
    for happening in scenario.then:
        if happening.verb == "child" and happening.outcome and happening.refused is None:
            path = path_of(happening.target)
            step = next((one for one in steps if path == one.pathway or local_of(path) == one.local), None)
            if step is not None:
                yield from _end(happening, step, child(step))


def _end(answer: ChildAnswer | Happening, step: Child, child: Plan | None) -> Iterator[Unknown]:
    """An outcome that the child does not have, and what that outcome does not give."""
    outcome = step.gives.by_name.get("outcome")
    known = tuple(child.outcome) if child is not None else outcome.type.options if outcome is not None else ()
    if known and answer.outcome not in known:
        hint = nearest(answer.outcome, known, plural="Outcomes")
        yield Unknown(answer.mark, f'{step.pathway} has no outcome "{answer.outcome}".', hint)
        return
    give = answer.given if isinstance(answer, Happening) else answer.give
    if give is not None:
        gives = step.gives if child is None else _gives(child.outcome[answer.outcome])
        yield from _given(answer, f'{step.pathway}, ended as "{answer.outcome}", does not give', gives, give)


def _gives(outcome: Outcome) -> DataType:
    types = {one.name: one.type for one in outcome.gives}
    return DataType("object", fields=tuple(Field(one.name, types.get(one.name, ANY)) for one in outcome.give))


# -- values ---------------------------------------------------------------------------------------------------


def misspelt(declared: DataType, value: Json, place: str = "") -> Iterator[tuple[str, str]]:
    """The fields of a value that its type has under another spelling, at any depth: where each stands, what was meant.

    What the value has as well was not meant.
    """
    if declared.kind == "list" and isinstance(value, list):
        for number, one in enumerate(value):
            yield from misspelt(declared.item or ANY, one, f"{place}[{number}]")
    elif declared.kind == "object" and isinstance(value, Mapping):
        for name, one in value.items():
            inner = f"{place}.{name}" if place else str(name)
            if (member := declared.by_name.get(name)) is not None:
                yield from misspelt(member.type, one, inner)
            elif not declared.open and (near := nearest(str(name), declared.by_name.keys() - value.keys())):
                yield inner, near
