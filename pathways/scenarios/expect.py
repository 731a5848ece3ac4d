"""Comparing what a scenario expects with what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from pathways.facts import ChildCancelled, ChildOrdered, EventEmitted
from pathways.scenarios import expect_data, expect_trouble, expect_way, expect_work
from pathways.scenarios.case import ScenarioStopError
from pathways.scenarios.compare import differs, listed, match_all, same, shown
from pathways.scenarios.model import Expectation
from pathways.scenarios.people import child
from pathways.scenarios.places import candidates, means, spelled
from pathways.scenarios.view import Mismatch, View
from pathways.scenarios.world import World
from pathways.state import Json, Position, State
from pathways.wording import numbered

__all__ = ["Mismatch", "check"]


def check(expectations: Sequence[Expectation], world: World) -> list[Mismatch]:
    """Everything that did not come out as expected, in the order written."""
    return _check(expectations, View(world, world.root))


def _check(expectations: Sequence[Expectation], view: View) -> list[Mismatch]:
    return [mismatch for one in expectations for mismatch in _CHECKS[one.what](one, view)]


# -- where it stands ------------------------------------------------------------------------------------------


def _outcome(expected: Expectation, view: View) -> Iterator[Mismatch]:
    wanted, state = expected.value, view.state
    if wanted == state.outcome:
        return
    if state.outcome is not None:
        message = f"expected the outcome {wanted}; it ended as {state.outcome}"
    else:
        message = f"expected the outcome {wanted}; it has not ended, and stands at {standing(state)}"
    yield Mismatch(expected.mark, message)


def standing(state: State) -> str:
    """Where an instance stands, with its incidents, in words."""
    return (
        ", ".join(
            f"{one.address} (incident: {one.incident.message})" if one.incident else one.address
            for one in (*state.positions.values(), *(one for one in state.settling.values() if one.incident))
        )
        or "nothing"
    )


def _at(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """A text: it stands there, among others. A list: all places, with or without the containers of the inner ones."""
    state = view.state
    wanted = [spelled(one) for one in listed(expected.value)]
    every = list(state.positions.values())
    containers = {view.plan.container_of(one.scope) for one in every if one.scope}
    inner = [one for one in every if one.address not in containers]
    if (
        wanted
        and not isinstance(expected.value, list)
        and any(means(view.plan, wanted[0], one.address) for one in every)
    ):
        return
    for places in (every, inner):
        steps = [one for one in places if one.role == "step"]
        if any(match_all(wanted, some, partial(_stands, view)) is not None for some in (places, steps)):
            return
    where = standing(state) if every else f"nothing: it has ended as {state.outcome}"
    yield Mismatch(expected.mark, f"expected to stand at {', '.join(wanted) or 'nothing'}; it stands at {where}")


def _stands(view: View, text: str, position: Position) -> bool:
    return means(view.plan, text, position.address)


def _stage(expected: Expectation, view: View) -> Iterator[Mismatch]:
    if expected.value != view.state.stage:
        yield Mismatch(expected.mark, f"expected the stage {expected.value}; it is {view.state.stage}")


def _offers(expected: Expectation, view: View) -> Iterator[Mismatch]:
    from pathways.engine.offers import shown as offered

    actual: list[dict[str, Json]] = offered(view.plan, view.state)
    wanted = listed(expected.value)
    if match_all(wanted, actual, _offer_fits) is None:
        there = ", ".join(str(one["side"]) for one in actual) or "nothing"
        names = ", ".join(shown(one) if isinstance(one, dict) else str(one) for one in wanted) or "nothing"
        yield Mismatch(expected.mark, f"expected to be offered {names}; offered is {there}")


def _offer_fits(wanted: Json, offer: dict[str, Json]) -> bool:
    if not isinstance(wanted, dict):
        return str(wanted).removeprefix("~") == str(offer["side"])
    return all(same(value, offer.get(name)) for name, value in wanted.items())


# -- what it did ----------------------------------------------------------------------------------------------


def _emitted(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """The events in order: its own, or those of its children as well."""
    own = list(_emitted_differs(expected, view.of(EventEmitted)))
    if own and list(_emitted_differs(expected, sorted(view.of_all(EventEmitted), key=lambda one: one.at))):
        yield from own


def _emitted_differs(expected: Expectation, actual: list[EventEmitted]) -> Iterator[Mismatch]:
    listing = "; ".join(f"{one.type} {shown(one.data)}" for one in actual) or "none"
    if isinstance(expected.value, int):
        if expected.value != len(actual):
            yield Mismatch(expected.mark, f"expected {expected.value} emitted events; emitted were: {listing}")
        return
    wanted = listed(expected.value)
    for place, one in enumerate(wanted):
        mark = expected.marks.get(place, expected.mark)
        if place >= len(actual):
            yield Mismatch(mark, f"expected the event {shown(one)}; emitted were: {listing}")
            return
        if (why := _event_differs(one, actual[place])) is not None:
            yield Mismatch(mark, f"{why}. Emitted were: {listing}")
            return
    if len(actual) > len(wanted):
        yield Mismatch(expected.mark, f"expected {numbered(len(wanted), 'emitted event')}; emitted were: {listing}")


def _event_differs(wanted: Json, actual: EventEmitted) -> str | None:
    if isinstance(wanted, str):
        wanted = {"type": wanted}
    if wanted.get("type", actual.type) != actual.type:
        return f"expected the event {wanted['type']}; it was {actual.type}"
    if "at" in wanted and not candidates(spelled(wanted["at"]), [actual.address]):
        return f"expected {actual.type} to come from {wanted['at']}; it came from {actual.address}"
    return differs(wanted["data"], actual.data, "data") if "data" in wanted else None


def _actions_run(expected: Expectation, view: View) -> Iterator[Mismatch]:
    actual = Counter(view.attempted)
    for name, wanted in expected.value.items():
        if not same(wanted, actual[name]):
            mark = expected.marks.get(name, expected.mark)
            yield Mismatch(mark, f"expected {name} to run {_times(wanted)}; it ran {_times(actual[name])}")


def _times(count: Json) -> str:
    return numbered(count, "time") if isinstance(count, int) else f"{shown(count)} times"


def _actions_order(expected: Expectation, view: View) -> Iterator[Mismatch]:
    wanted = listed(expected.value)
    if wanted != view.attempted:
        yield from expect_way.sequence(expected, wanted, view.ordered, "to run", str.__eq__)


# -- children -------------------------------------------------------------------------------------------------


def _children_cancelled(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """How many children were told to cancel, or which: by the step that started them or their pathway's name."""
    names = {one.instance: one.pathway for one in view.of_all(ChildOrdered)}
    actual = [(one.address, names.get(one.instance, "")) for one in view.of_all(ChildCancelled)]
    listing = ", ".join(f"{address} ({name})" for address, name in actual) or "none"
    value = expected.value
    if isinstance(value, bool):
        good = value is bool(actual)
    elif isinstance(value, int):
        good = value == len(actual)
    else:
        wanted = [name for name, count in value.items() for _ in range(count)] if isinstance(value, dict) else value
        fits = match_all(
            listed(wanted), actual, lambda one, child: one == child[1] or bool(candidates(one, [child[0]]))
        )
        good = fits is not None
    if not good:
        yield Mismatch(expected.mark, f"expected children to be cancelled: {shown(value)}; there were: {listing}")


def _children(expected: Expectation, view: View) -> Iterator[Mismatch]:
    for name, inner in expected.inner.items():
        try:
            case = child(view.world, f"{view.case.label} > {name}" if view.case.label else name)
        except ScenarioStopError as stop:
            yield Mismatch(expected.marks.get(name, expected.mark), stop.message, stop.hint)
            continue
        for one in _check(inner, View(view.world, case)):
            yield Mismatch(one.mark, f"{name}: {one.message}", one.hint)


_CHECKS: dict[str, Callable[[Expectation, View], Iterator[Mismatch]]] = {
    "outcome": _outcome,
    "give": expect_data.give,
    "at": _at,
    "stage": _stage,
    "attributes": expect_data.attributes,
    "visited": expect_way.visited,
    "data": expect_data.data,
    "open_tasks": expect_work.open_tasks,
    "clocks": expect_work.clocks,
    "emitted": _emitted,
    "actions_run": _actions_run,
    "actions_order": _actions_order,
    "children_cancelled": _children_cancelled,
    "children": _children,
    "incidents": expect_trouble.incidents,
    "no_incidents": expect_trouble.no_incidents,
    "offers": _offers,
}
