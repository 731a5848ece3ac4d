"""The ways between steps, as written: what every rule about structure and data walks along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

from pathways.diagnostics import Mark
from pathways.model import DecideDecl, Definition, DoDecl, EndDecl, StepDecl, Text


@dataclass(frozen=True)
class Way:
    """A way from a step to another: by its next, by its timeout, or by a caught problem."""

    source: str
    to: str
    kind: Literal["next", "timeout", "catch"]
    mark: Mark
    when: Text | None = None


@dataclass(frozen=True)
class Flow:
    """The steps of a definition and the ways between them; ways to steps that are not there are left out."""

    definition: Definition

    @cached_property
    def steps(self) -> Mapping[str, StepDecl]:
        """The steps of the pathway itself by id, in authored order."""
        return {step.id.value: step for step in self.definition.steps}

    @cached_property
    def ways(self) -> Mapping[str, tuple[Way, ...]]:
        """The ways out of each step, in the order in which they are asked."""
        following = dict(zip(self.steps, [*list(self.steps)[1:], None], strict=True))
        return {
            name: tuple(way for way in _ways(step, following[name]) if way.to in self.steps)
            for name, step in self.steps.items()
        }

    @property
    def first(self) -> str:
        """Where an instance begins."""
        return self.definition.steps[0].id.value

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The steps that some way leads to."""
        return frozenset(_reach([self.first], lambda name: (way.to for way in self.ways[name])))

    @cached_property
    def ending(self) -> frozenset[str]:
        """The steps from which some way leads to an end."""
        back: dict[str, list[str]] = {name: [] for name in self.steps}
        for ways in self.ways.values():
            for way in ways:
                back[way.to].append(way.source)
        ends = [name for name, step in self.steps.items() if isinstance(step.body, EndDecl)]
        return frozenset(_reach(ends, lambda name: back[name]))

    def loops(self, among: Iterable[str]) -> list[list[str]]:
        """The groups of steps that lead round to themselves without leaving `among`, each in authored order."""
        inside = set(among)
        ahead = {name: [way.to for way in self.ways[name] if way.to in inside] for name in self.steps if name in inside}
        return [
            sorted(group, key=list(self.steps).index)
            for group in _components(ahead)
            if len(group) > 1 or group[0] in ahead[group[0]]
        ]


def _ways(step: StepDecl, following: str | None) -> Iterator[Way]:
    name, body = step.id.value, step.body
    if isinstance(body, EndDecl):
        return
    edges = body.rules if isinstance(body, DecideDecl) else step.next
    if edges is None and following is not None:
        yield Way(name, following, "next", step.id.mark)
    for edge in edges or ():
        yield Way(name, edge.to.value, "next", edge.to.mark, edge.when)
    if step.timeout is not None:
        yield Way(name, step.timeout.to.value, "timeout", step.timeout.to.mark)
    if isinstance(body, DoDecl):
        for one in body.catch:
            yield Way(name, one.to.value, "catch", one.to.mark)


def _reach(begin: Iterable[str], ahead: Callable[[str], Iterable[str]]) -> set[str]:
    seen = set(begin)
    left = list(seen)
    while left:
        for name in ahead(left.pop()):
            if name not in seen:
                seen.add(name)
                left.append(name)
    return seen


def _components(ahead: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected components (Kosaraju), without recursion."""
    order: list[str] = []
    seen: set[str] = set()
    for root in ahead:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(ahead[root]))]
        while stack:
            name, left = stack[-1]
            following = next((one for one in left if one not in seen), None)
            if following is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(ahead[following])))
    back: dict[str, list[str]] = {name: [] for name in ahead}
    for name, targets in ahead.items():
        for target in targets:
            back[target].append(name)
    found: list[list[str]] = []
    placed: set[str] = set()
    for root in reversed(order):
        if root not in placed:
            group = _reach([root], partial(_unplaced, back, placed))
            placed |= group
            found.append(list(group))
    return found


def _unplaced(back: Mapping[str, list[str]], placed: set[str], name: str) -> list[str]:
    return [one for one in back[name] if one not in placed]
