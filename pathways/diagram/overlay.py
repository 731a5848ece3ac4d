"""What is laid over a drawing: the way that one instance took and where it stands, or how many stand where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pathways.addresses import block_of, path_of
from pathways.diagram.drawing import START, Drawing, Link, LinkKind

Json = Any

WAITS = {
    "action": "an action runs",
    "people": "waits for a person",
    "event": "waits for an event",
    "time": "waits for a time",
    "child": "waits for another pathway",
    "inner": "waits for what is in it",
    "undo": "waits for the undo",
    "resume": "held, it begins later",
    "operator": "stands still, needs an operator",
}
"""What a position waits for, in a few words."""

_KINDS: dict[str, tuple[LinkKind, ...]] = {
    "completed": ("next",),
    "skipped": ("next",),
    "timeout": ("timeout",),
    "problem": ("catch",),
    "event": ("handler",),
}


@dataclass(frozen=True)
class Number:
    """How many instances stand at a step, how many went through, and the median of the time they stood there."""

    standing: int = 0
    passed: int = 0
    median: timedelta | None = None


@dataclass(frozen=True)
class Overlay:
    """What is laid over a drawing. Without `way` nothing is marked as passed or not.

    `visits` counts by node, `taken` by link; `standing` says by node what is waited for there; `numbers` by node.
    """

    way: bool = False
    visits: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    standing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, Number] = field(default_factory=dict)

    def only_around(self, node: str) -> bool:
        """Whether an instance stands at a node only because it stands at something that lies in it."""
        return set(self.standing.get(node, ())) == {"inner"}

    def marks(self, node: str) -> tuple[str, ...]:
        """What is said of a node, in words."""
        return tuple(self._marks(node))

    def _marks(self, node: str) -> Iterator[str]:
        standing = self.standing.get(node, ())
        if standing:
            what = "; ".join(WAITS.get(one, one) for one in dict.fromkeys(standing))
            times = f" {len(standing)} times" if len(standing) > 1 else ""
            yield f"it stands here{times}: {what}"
        if self.way:
            visits = self.visits.get(node, 0)
            yield f"reached {_times(visits)}" if visits else "not reached"
        number = self.numbers.get(node)
        if number is not None:
            yield f"{number.standing} {'stands' if number.standing == 1 else 'stand'} here"
            if number.passed:
                median = f", median time {span_words(number.median)}" if number.median is not None else ""
                yield f"{number.passed} went through{median}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def span_words(span: timedelta) -> str:
    """A span of time in its two largest units: `3 d 4 h`."""
    seconds = int(span.total_seconds())
    if seconds < 1:
        return "under 1 s"
    parts: list[tuple[int, str]] = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        if amount or parts:
            parts.append((amount, unit))
    return " ".join(f"{amount} {unit}" for amount, unit in parts[:2] if amount)


def standing(positions: Iterable[tuple[str, str]]) -> Overlay:
    """Where an instance stands: pairs of a step's path and what is waited for there."""
    found: dict[str, list[str]] = {}
    for step, waits in positions:
        found.setdefault(step, []).append(waits)
    return Overlay(standing={step: tuple(waits) for step, waits in found.items()})


def counts(numbers: Mapping[str, Number]) -> Overlay:
    """How many instances stand at which step."""
    return Overlay(numbers=numbers)


def way(drawing: Drawing, facts: Iterable[Mapping[str, Json]], positions: Iterable[tuple[str, str]] = ()) -> Overlay:
    """The way that an instance took, from its facts as JSON in order, and where it stands now.

    A fact whose step this version does not have (the instance was migrated) is passed over.
    """
    walked = _Walked(drawing)
    for one in facts:
        walked.take(one)
    walked.finish()
    return Overlay(True, dict(walked.visits), dict(walked.taken), standing(positions).standing)


class _Walked:
    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.visits: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()

    def take(self, fact: Mapping[str, Json]) -> None:
        match fact.get("fact"):
            case "instance-started":
                self.visits[START] += 1
            case "step-entered" if fact.get("step") in self.drawing.node:
                self.visits[fact["step"]] += 1
            case "step-left":
                self._left(str(fact.get("step")), str(fact.get("how")), str(fact.get("to") or ""))
            case "scope-entered":
                self._scope(path_of(str(fact.get("scope"))), str(fact.get("kind")))
            case "scope-left" if fact.get("how") == "ended":
                self._ended(path_of(str(fact.get("scope"))))
            case "handler-taken" if not fact.get("ignored"):
                self._handler(str(fact.get("address")), fact.get("to"), fact.get("side"))
            case _:
                pass

    def _left(self, step: str, how: str, to: str) -> None:
        kinds = _KINDS.get(how, ())
        for link in self._links(step):
            if link.kind in kinds and (link.head == to if to else link.head.endswith("/.")):
                self.taken[link.id] += 1
                return

    def _links(self, step: str) -> Iterator[Link]:
        """The ways on of a step, those behind the join of a container among them."""
        yield from self.drawing.ways_on.get(step, ())
        yield from self.drawing.ways_on.get(f"{step}/.", ())

    def _scope(self, block: str, kind: str) -> None:
        if kind == "side" and block in self.drawing.node:
            self.visits[block] += 1

    def _ended(self, block: str) -> None:
        """A scope ended well: its last step led to where its container comes together."""
        for over in (f"{block}/.", f"{block_of(block)}/."):
            if over in self.drawing.node:
                self.visits[over] += 1
                return

    def _handler(self, address: str, to: Json, side: Json) -> None:
        path, _, number = path_of(address).partition("^")
        tail = path or f"^{number}"
        head = f"~{side}" if side else str(to)
        for link in self.drawing.ways_on.get(tail, ()):
            if link.head == head and link.kind in ("side", "handler"):
                self.taken[link.id] += 1
                self.visits[tail] += not path

    def finish(self) -> None:
        """Links that no fact names: out of a start, into a container, around again."""
        starts = {START, *(one.id for one in self.drawing.nodes if one.kind == "offer")}
        for link in self.drawing.links:
            tail, head = self.visits[link.tail], self.visits[link.head]
            if link.kind == "inner":
                self.taken[link.id] = head if tail else 0
            elif link.tail in starts:
                self.taken[link.id] = min(tail, head)
            elif link.kind == "again":
                self.taken[link.id] = max(0, tail - head)
        self.taken = +self.taken
