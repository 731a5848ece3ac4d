"""Carrying something along the ways between steps until it changes no more.

What is carried is an analysis's own: what data is known, which clocks may be running, or nothing at all where only
being reached counts. Where several ways meet it is joined; where the branches of a `parallel` that waits for all of
them end, it is put together.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from pathways.lint.analysis.flow import DONE, Flow, Way
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
    waiting = _Sweeps(flow)
    waiting.add(flow.first)
    while (node := waiting.next()) is not None:
        for way, carried in analysis.leave(node, entries[node]):
            state: S | None = carried
            if way.kind == "well" and way.to.endswith(DONE):
                state = _joined(flow, analysis, ends, way, carried)
            if state is None:
                continue
            before = entries.get(way.to)
            joined = state if before is None else analysis.join(before, state)
            if before is None or joined != before:
                entries[way.to] = joined
                waiting.add(way.to)
    return entries


def _joined(flow: Flow, analysis: Analysis[S], ends: dict[str, dict[str, S]], way: Way, carried: S) -> S | None:
    """What holds behind a parallel, now that a branch has ended well; None where others have yet to."""
    parallel = flow.steps[way.to[:-1]]
    branches = flow.inner[parallel.id]
    if not isinstance(parallel, Parallel) or parallel.join < len(branches):
        return carried
    ended = ends.setdefault(way.to, {})
    block = flow.steps[_step(way.source)].block
    ended[block] = carried if block not in ended else analysis.join(ended[block], carried)
    return analysis.together(ended) if len(ended) == len(branches) else None


class _Sweeps:
    """The nodes that are to be looked at: once through them forwards, then back, so that loops settle soon."""

    def __init__(self, flow: Flow) -> None:
        self._order = flow.order
        self._forwards = True
        self._now: list[tuple[int, str]] = []
        self._later: list[str] = []
        self._queued: set[str] = set()
        self._at = 0

    def add(self, node: str) -> None:
        """Look at a node: in this sweep if it lies ahead, else in the next."""
        if node in self._queued:
            return
        self._queued.add(node)
        place = self._order.get(node, 2 * len(self._order))
        if (place >= self._at) is self._forwards:
            heapq.heappush(self._now, (place if self._forwards else -place, node))
        else:
            self._later.append(node)

    def next(self) -> str | None:
        """The next node, or None where nothing changes any more."""
        if not self._now:
            self._forwards = not self._forwards
            self._at = 0 if self._forwards else 2 * len(self._order)
            again, self._later = self._later, []
            self._queued.difference_update(again)
            for node in again:
                self.add(node)
        if not self._now:
            return None
        place, node = heapq.heappop(self._now)
        self._at = abs(place)
        self._queued.discard(node)
        return node


def _step(node: str) -> str:
    return node.rstrip("#$")
