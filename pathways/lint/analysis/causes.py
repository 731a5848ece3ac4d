"""Why data is unset somewhere: the timeout, problem or event by which a case gets there without it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from pathways.lint.analysis.carry import Knowing
from pathways.lint.analysis.flow import INSIDE, Way
from pathways.lint.analysis.known import Known, Level
from pathways.lint.subject import Subject

_OUT_OF_ORDER = frozenset({"timeout", "catch", "on", "side", "offer"})


class Causes:
    """The ways on which names are unset, followed from where a case begins."""

    def __init__(self, subject: Subject, known: Mapping[str, Known]) -> None:
        self._first = subject.flow.first
        knowing = Knowing(subject.flow, subject.names, subject.telling, subject.may)
        self._from: dict[str, list[tuple[Way, Known]]] = {}
        for node, entry in known.items():
            self._from[node] = list(knowing.leave(node, entry))
        self._by_name: dict[str, dict[str, Way | None]] = {}
        self._before: dict[tuple[str, str], str] = {}

    def why(self, name: str, path: str) -> str:
        """How a case first leaves the usual way without a name being set, in words; empty where it does not."""
        if not path or name in ("event", "problem"):
            return ""
        if name not in self._by_name:
            self._by_name[name] = self._follow(name)
        way = self._by_name[name].get(path)
        return f" It does by {self._words(way, name)}." if way is not None else ""

    def _follow(self, name: str) -> dict[str, Way | None]:
        """By node: the first way out of order on the way there that has fewest of them."""
        found: dict[str, Way | None] = {}
        left: deque[tuple[str, Way | None, str]] = deque([(self._first, None, "")])
        while left:
            node, cause, before = left.popleft()
            if node in found:
                continue
            found[node] = cause
            self._before[name, node] = before
            for way, state in self._from.get(node, ()):
                if way.to in found or state.level((name,)) is not Level.UNSET:
                    continue
                if way.kind in _OUT_OF_ORDER:
                    left.append((way.to, cause or way, node))
                else:
                    left.appendleft((way.to, cause, node))
        return found

    def _words(self, way: Way, name: str) -> str:
        owner = way.source.partition(INSIDE)[0]
        match way.kind:
            case "timeout":
                return f'the timeout of "{owner}"'
            case "catch":
                return f'the problem {way.problem} of "{owner}"'
            case "offer":
                return f"being offered{self._standing(way, name)}"
            case _:
                event = way.handler.type if way.handler else "an event"
                return f"the event {event}{self._standing(way, name)}"

    def _standing(self, way: Way, name: str) -> str:
        """Where a case may stand when the event comes."""
        if INSIDE not in way.source:
            return f' at "{way.source}"'
        before = self._before.get((name, way.source), "")
        return f' at "{before}"' if before else ""
