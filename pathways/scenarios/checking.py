"""What a scenario says that its pathway does not know: found before it runs, each with its place and the nearest name.

A scenario that migrates may name what any version on its way has; one that runs real children, what those do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from pathways.diagnostics import Mark, nearest
from pathways.errors import CarelaneError
from pathways.plan import Child, Plan
from pathways.scenarios.actions import actions_of
from pathways.scenarios.children import children_of
from pathways.scenarios.compare import listed
from pathways.scenarios.fitting import Known, Unknown, misfits
from pathways.scenarios.library import Library, highest_of
from pathways.scenarios.messages import event_types
from pathways.scenarios.model import Expectation, Happening, Scenario
from pathways.scenarios.places import spelled, unknown_step


def unknown_names(plan: Plan, scenario: Scenario, library: Library, known: Known) -> list[Unknown]:
    """Every name in a scenario that its pathway does not know, and everything given that fits nowhere."""
    own = [plan, *_migrated(plan, scenario, library)]
    every = [*own, *(_descendants(own, library) if scenario.stubs.real else [])]
    found = [*_stubs(scenario, every, known), *_start(scenario, plan), *_then(scenario, own, every, known)]
    found += [one for entry in _expectations(scenario) for one in _expected(entry, own, every)]
    found += misfits(scenario, every, known, lambda step: _child(step, library))
    return sorted(found, key=lambda one: one.mark)


def _migrated(plan: Plan, scenario: Scenario, library: Library) -> Iterator[Plan]:
    for one in scenario.then:
        if one.verb == "migrate":
            yield from _found(library, plan.pathway, one.target)


def _descendants(plans: list[Plan], library: Library) -> list[Plan]:
    found: dict[tuple[str, str], Plan] = {}
    agenda = [step for plan in plans for step in plan.steps if isinstance(step, Child)]
    while agenda:
        step = agenda.pop()
        for child in _found(library, step.pathway, step.range):
            if (child.pathway, child.version) not in found:
                found[child.pathway, child.version] = child
                agenda += [one for one in child.steps if isinstance(one, Child)]
    return list(found.values())


def _child(step: Child, library: Library) -> Plan | None:
    """The definition that a step starts, where its plan does not say what that gives."""
    return next(_found(library, step.pathway, step.range), None) if step.gives.open else None


def _found(library: Library, pathway: str, wanted: str) -> Iterator[Plan]:
    """The highest version within a range, where there is one that compiles; running says why there is none."""
    version = highest_of(library, pathway, wanted) if pathway in library.names else None
    if version is None:
        return
    try:
        yield library.find(pathway, version)
    except CarelaneError:
        return


def _stubs(scenario: Scenario, plans: list[Plan], known: Known) -> Iterator[Unknown]:
    actions = {name for plan in plans for name in actions_of(plan)}
    children = {name for plan in plans for name in children_of(plan)}
    for name in scenario.stubs.actions:
        if name not in actions and name not in known.actions:
            hint = nearest(name, actions, plural="Its actions")
            yield Unknown(_mark(scenario, "actions", name), f'The pathway runs no action "{name}".', hint)
    for name in scenario.stubs.children:
        if name not in children:
            hint = nearest(name, children, plural="Its children")
            yield Unknown(_mark(scenario, "children", name), f'The pathway starts no child "{name}".', hint)


def _mark(scenario: Scenario, kind: str, name: str) -> Mark:
    return scenario.stubs.marks.get((kind, name), scenario.mark)


def _start(scenario: Scenario, plan: Plan) -> Iterator[Unknown]:
    event, starting = scenario.start.event, {one.type for one in plan.starts_on}
    if event is not None and event not in starting:
        hint = nearest(event, starting, plural="Events that do")
        yield Unknown(scenario.start.mark, f'No event "{event}" starts the pathway.', hint)


def _then(scenario: Scenario, own: list[Plan], every: list[Plan], known: Known) -> Iterator[Unknown]:
    events = {name for plan in every for name in event_types(plan)}
    offers = {one.id for plan in every for one in plan.side_flows if one.offer is not None}
    for one in scenario.then:
        yield from _happening(one, own, events, offers, known)


def _happening(
    one: Happening, own: list[Plan], events: Collection[str], offers: Collection[str], known: Known
) -> Iterator[Unknown]:
    match one.verb:
        case "event" if one.target not in events and one.target not in known.events:
            hint = nearest(one.target, {*events, *known.events}) or nearest(one.target, events, plural="It listens for")
            yield Unknown(one.mark, f'The pathway never listens for an event "{one.target}".', hint)
        case "offer" if one.target.removeprefix("~") not in offers and one.refused is None:
            hint = nearest(one.target.removeprefix("~"), offers, plural="Offers")
            yield Unknown(one.mark, f'The pathway never offers "{one.target}".', hint)
        case "set" if not one.within and one.refused is None:
            names = {name for plan in own for name in plan.types}
            for name in one.data:
                plain = name.rpartition("/")[2]
                if plain not in names:
                    yield Unknown(one.mark, f'The pathway has no value "{plain}".', nearest(plain, names))


# -- expectations ---------------------------------------------------------------------------------------------


def _expectations(scenario: Scenario) -> Iterator[Expectation]:
    yield from scenario.expect
    for one in scenario.then:
        yield from one.expect


def _expected(one: Expectation, own: list[Plan], every: list[Plan]) -> Iterator[Unknown]:
    match one.what:
        case "outcome" if one.value is not None:
            outcomes = {name for plan in own for name in plan.outcome}
            if one.value not in outcomes:
                hint = nearest(one.value, outcomes, plural="Outcomes")
                yield Unknown(one.mark, f'the pathway has no outcome "{one.value}"', hint)
        case "stage" if one.value is not None:
            stages = {name for plan in own for name in plan.stages}
            if one.value not in stages:
                yield Unknown(one.mark, f'there is no stage "{one.value}"', nearest(one.value, stages, plural="Stages"))
        case "at" | "visited":
            yield from _places(one, own)
        case "clocks":
            clocks = {name for plan in own for name in plan.clock}
            yield from _names(one, list(one.value), clocks, lambda name: f'there is no clock "{name}"', "Clocks")
        case "actions_run" | "actions_order":
            actions = {name for plan in every for name in actions_of(plan)}
            wanted = list(one.value) if isinstance(one.value, dict) else [str(name) for name in listed(one.value)]
            yield from _names(one, wanted, actions, lambda name: f'the pathway runs no action "{name}"', "Its actions")
        case "offers":
            sides = {flow.id for plan in own for flow in plan.side_flows}
            wanted = [side for entry in listed(one.value) if (side := _side(entry)) is not None]
            yield from _names(one, wanted, sides, lambda name: f'there is no side flow "{name}"', "Side flows")


def _side(entry: object) -> str | None:
    if isinstance(entry, dict):
        return str(entry["side"]) if "side" in entry else None
    return str(entry).removeprefix("~")


def _names(
    one: Expectation, wanted: list[str], known: Collection[str], say: Callable[[str], str], plural: str
) -> Iterator[Unknown]:
    for place, name in enumerate(wanted):
        if name not in known:
            mark = one.marks.get(name) or one.marks.get(place) or one.mark
            yield Unknown(mark, say(name), nearest(name, known, plural=plural))


def _places(one: Expectation, own: list[Plan]) -> Iterator[Unknown]:
    """Steps that no plan has, or that may be several."""
    for place, entry in enumerate(listed(one.value)):
        text = spelled(entry).partition("^")[0]
        whys = [unknown_step(plan, text) for plan in own] if text else []
        if whys and None not in whys:
            message, _, hint = str(whys[0]).partition("\t")
            yield Unknown(one.marks.get(place, one.mark), message, hint)
