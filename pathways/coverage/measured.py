"""How much of a plan scenarios went through, and the report of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pathways.coverage.items import KINDS, Item, Kind, items_of
from pathways.coverage.trace import Trace
from pathways.plan import Plan
from pathways.scenarios.run import Result

Json = Any

_NAMES: dict[Kind, str] = {
    "step": "steps",
    "transition": "transitions",
    "condition": "conditions, each way",
    "timeout": "timeouts",
    "catch": "catches",
    "handler": "handlers",
}


@dataclass(frozen=True)
class Coverage:
    """All there is to go through, and what was, in authored order."""

    items: tuple[Item, ...]
    covered: frozenset[Item]

    @property
    def missing(self) -> tuple[Item, ...]:
        """What no scenario went through."""
        return tuple(one for one in self.items if one not in self.covered)

    def counts(self) -> dict[Kind, tuple[int, int]]:
        """By kind, how many were gone through, of how many."""
        return {
            kind: (
                sum(one.kind == kind for one in self.items if one in self.covered),
                sum(one.kind == kind for one in self.items),
            )
            for kind in KINDS
        }


def measure(plan: Plan, results: Iterable[Result]) -> Coverage:
    """What the scenarios went through; of one that migrates, what it did while it ran this plan."""
    covered: set[Item] = set()
    for result in results:
        trace = Trace(plan, result.zone)
        for before, event, transition in result.seen:
            if before.digest == plan.digest:
                covered.update(trace.follow(before, event, transition))
    return Coverage(items_of(plan), frozenset(covered))


def lines(coverage: Coverage) -> Iterator[str]:
    """The report as text."""
    yield "coverage"
    for kind, (covered, total) in coverage.counts().items():
        yield f"  {_NAMES[kind]}: {covered} of {total}"
    if coverage.missing:
        yield "  no scenario went through:"
        yield from (f"    {one.kind} {one}" for one in coverage.missing)


def to_json(coverage: Coverage) -> Json:
    """The report as JSON."""
    return {
        "counts": {kind: {"covered": covered, "of": total} for kind, (covered, total) in coverage.counts().items()},
        "missing": [{"kind": one.kind, "step": one.step, "what": one.detail} for one in coverage.missing],
    }
