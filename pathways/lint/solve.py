"""Carrying something along the ways between steps until it changes no more.

What is carried is an analysis's own: what data is known, which clocks may be running, or nothing at all where only
being reached counts. Where several ways meet it is joined; where the branches of a `parallel` that waits for all of
them end, it is put together.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from pathways.lint.flow import DONE, Flow, Way
from pathways.plan import Parallel

S = TypeVar("S")


class Analysis(Protocol[S]):
    """What is carried along."""

    def begin(self) -> S:
        """What holds where an instance begins."""
        ...

    def join(self, one: S, other: S) -> S:
        """What holds where two ways meet."""
        ...

    def leave(self, node: str, entry: S) -> Iterable[tuple[Way, S]]:
        """The ways that are open from a node, and what holds on each."""
        ...

    def together(self, ends: Mapping[str, S]) -> S:
        """What holds when all branches of a parallel, by the paths of their blocks, have ended well."""
        ...


def solve(flow: Flow, analysis: Analysis[S]) -> dict[str, S]:
    """What holds at every node that is reached."""
    entries: dict[str, S] = {flow.first: analysis.begin()}
    ends: dict[str, dict[str, S]] = {}
    place = {flow.first: 0}
    waiting = [(0, flow.first)]
    queued = {flow.first}
    while waiting:
        _, node = heapq.heappop(waiting)
        queued.discard(node)
        for way, carried in analysis.leave(node, entries[node]):
            state = carried
            if way.kind == "well" and way.to.endswith(DONE):
                parallel = flow.steps[way.to[:-1]]
                if isinstance(parallel, Parallel) and parallel.join >= len(flow.inner[parallel.id]):
                    ended = ends.setdefault(way.to, {})
                    block = flow.steps[_step(way.source)].block
                    ended[block] = state if block not in ended else analysis.join(ended[block], state)
                    if len(ended) < len(flow.inner[parallel.id]):
                        continue
                    state = analysis.together(ended)
            before = entries.get(way.to)
            joined = state if before is None else analysis.join(before, state)
            if before is None or joined != before:
                entries[way.to] = joined
                if way.to not in queued:
                    queued.add(way.to)
                    if way.to not in place:
                        place[way.to] = flow.order.get(way.to, len(flow.order) * 2)
                    heapq.heappush(waiting, (place[way.to], way.to))
    return entries


def _step(node: str) -> str:
    return node.rstrip("#$")
