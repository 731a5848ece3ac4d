"""The way that an instance took, compared with the one that a scenario expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pathways.addresses import without_visits
from pathways.facts import StepEntered
from pathways.plan import Plan
from pathways.scenarios.compare import listed
from pathways.scenarios.model import Expectation
from pathways.scenarios.places import means, spelled
from pathways.scenarios.view import Mismatch, View


def visited(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """Every step that was entered, in order.

    What an expectation does not speak of at all it leaves out as a whole: the undo of steps, side flows, and the
    inside of containers.
    """
    wanted = [spelled(one) for one in listed(expected.value)]
    entered = [one.address for one in view.of(StepEntered)]
    if not any(one.endswith("/undo") for one in wanted):
        entered = [one for one in entered if not one.endswith("/undo")]
    tried = [entered, _without_sides(view.plan, wanted, entered)]
    tried += [_outer(view.plan, wanted, one) for one in tried]
    if any(_same(view.plan, wanted, one) for one in tried):
        return
    actual = [without_visits(one) for one in tried[1]]
    yield from sequence(expected, wanted, actual, "to visit", partial(means, view.plan))


def _without_sides(plan: Plan, wanted: list[str], entered: list[str]) -> list[str]:
    """The steps of the main flow, where no side flow's are spoken of."""
    sides = [one for one in entered if one.startswith("~")]
    if any(name.startswith("~") or any(means(plan, name, one) for one in sides) for name in wanted):
        return entered
    return [one for one in entered if not one.startswith("~")]


def _outer(plan: Plan, wanted: list[str], entered: list[str]) -> list[str]:
    """The steps that stand in the pathway itself, where none inside of them is spoken of."""
    outer = [one for one in entered if "/" not in one.removesuffix("/undo")]
    if all(any(means(plan, name, one) for one in outer) for name in wanted):
        return outer
    return entered


def _same(plan: Plan, wanted: list[str], entered: list[str]) -> bool:
    return len(wanted) == len(entered) and all(means(plan, *pair) for pair in zip(wanted, entered, strict=True))


def sequence(
    expected: Expectation, wanted: list[str], actual: list[str], verb: str, fits: Callable[[str, str], bool]
) -> Iterator[Mismatch]:
    """The first place at which a sequence is not as wanted."""
    pairs = zip(wanted, actual, strict=False)
    place = next((n for n, (a, b) in enumerate(pairs) if not fits(a, b)), min(len(wanted), len(actual)))
    mark = expected.marks.get(place, expected.mark)
    here = wanted[place] if place < len(wanted) else None
    there = actual[place] if place < len(actual) else None
    shown = ", ".join(actual) or "nothing"
    if here is None and there is None:
        return
    if here is None:
        message = f"expected {verb} nothing more; there came {there}. In all: {shown}"
    elif there is None:
        message = f"expected {verb} {here}; nothing more came. In all: {shown}"
    else:
        message = f"expected {verb} {here} in place {place + 1}; it was {there}. In all: {shown}"
    yield Mismatch(mark, message)
