"""What to draw from, measured on finished instances: how long everything took, what it came to, and how often.

Values are drawn as they were recorded together (an outcome with its form), with instants and dates in them moved by
as much as the simulated case is later than the recorded one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from pathways.addresses import path_of
from pathways.plan import Plan, Task
from pathways.simulate.declaration import Answer, Arrival, Behaviour, Simulation
from pathways.simulate.distributions import Distribution
from pathways.simulate.samples import Around, Sample, of_type
from pathways.time.arithmetic import working_seconds
from pathways.time.durations import DurationError

Json = Any
Fact = Mapping[str, Json]
"""A fact as the timeline has it: `fact`, `at`, `address`, and its other members."""

FEWEST = 5
"""How many observations something needs, or it is left as it is declared."""

MOST = 2_000
"""How many observations of one thing are kept, the first ones."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_OWN = ("outcome", "by", "at")
"""What a completed task saves beside its form."""


@dataclass(frozen=True)
class Recorded(Sample):
    """A value as it was recorded at a time, moved to now."""

    value: Json
    at: datetime

    def draw(self, around: Around) -> Json:
        """The value with the times in it moved."""
        return _moved(self.value, around.now - self.at)


def _moved(value: Json, by: timedelta) -> Json:
    if isinstance(value, dict):
        return {name: _moved(one, by) for name, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, by) for one in value]
    if isinstance(value, str):
        try:
            if _INSTANT.match(value):
                return (datetime.fromisoformat(value) + by).isoformat()
            if _DATE.match(value):
                return (date.fromisoformat(value) + by).isoformat()
        except (ValueError, OverflowError):
            return value
    return value


@dataclass
class _Seen:
    """Observations of one thing: what it came to, and how long it took."""

    answers: list[Answer] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    awaited: int = 0
    values: list[Recorded] = field(default_factory=list)


def measured(plan: Plan, histories: Iterable[Sequence[Fact]], base: Simulation) -> tuple[Simulation, int]:
    """What histories of finished instances say, over what is declared; and how many of them there were."""
    reading = _Reading(plan)
    starts: list[datetime] = []
    for history in histories:
        if history:
            starts.append(_at(history[0]))
            reading.read(history)
    found = replace(
        base,
        actions={**base.actions, **_behaviours(reading.actions, working=False)},
        tasks={**base.tasks, **_behaviours(reading.tasks, working=plan.default_calendar is not None)},
        children={**base.children, **_behaviours(reading.children, working=False)},
        events={**base.events, **dict(_arrivals(plan, reading.events, base))},
        per_day=_per_day(starts) or base.per_day,
        source=f"{len(starts)} finished instances" + (f" and {base.source}" if base.source else ""),
    )
    return found, len(starts)


class _Reading:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.actions: defaultdict[str, _Seen] = defaultdict(_Seen)
        self.tasks: defaultdict[str, _Seen] = defaultdict(_Seen)
        self.children: defaultdict[str, _Seen] = defaultdict(_Seen)
        self.events: defaultdict[tuple[str, str], _Seen] = defaultdict(_Seen)

    def read(self, history: Sequence[Fact]) -> None:
        """Take one instance's facts, in order."""
        saved: dict[tuple[str, datetime], Json] = {}
        for fact in history:
            if fact["fact"] == "data-saved":
                saved[str(fact.get("address")), _at(fact)] = fact.get("value")
        begun: dict[tuple[str, str], Fact] = {}
        for fact in history:
            address = str(fact.get("address"))
            match fact["fact"]:
                case "action-started" | "task-opened" | "child-ordered" | "listener-armed":
                    begun[str(fact["fact"]), address] = fact
                case "action-ended" if (start := begun.pop(("action-started", address), None)) is not None:
                    self._action(start, fact, saved.get((address, _at(fact))))
                case "task-closed" if (start := begun.pop(("task-opened", address), None)) is not None:
                    self._task(start, fact, saved.get((address, _at(fact))))
                case "child-reported" if (start := begun.pop(("child-ordered", address), None)) is not None:
                    self._child(start, fact, saved.get((address, _at(fact))))
                case "listener-disarmed" if (start := begun.pop(("listener-armed", address), None)) is not None:
                    self._event(start, fact, saved.get((address, _at(fact))))
                case "step-left" if fact.get("how") == "problem":
                    self._problem(address, str(fact.get("detail")))
                case _:
                    pass

    def _action(self, start: Fact, end: Fact, value: Json) -> None:
        seen, took = self.actions[str(start["action"])], (_at(end) - _at(start)).total_seconds()
        match end.get("how"):
            case "completed":
                _keep(seen, Answer("give", value=Recorded(value if isinstance(value, dict) else {}, _at(end))), took)
            case "failed":
                _keep(seen, Answer("fail", str(end.get("message") or "failed")), took)
            case _:
                pass

    def _problem(self, address: str, name: str) -> None:
        step = self._plan.step.get(path_of(address))
        action = getattr(step, "action", None)
        if action is not None:
            _keep(self.actions[action], Answer("problem", name), None)

    def _task(self, start: Fact, end: Fact, value: Json) -> None:
        step = self._plan.step.get(path_of(str(start.get("address"))))
        if not isinstance(step, Task) or end.get("how") != "completed":
            return
        form = {name: one for name, one in value.items() if name not in _OWN} if isinstance(value, dict) else {}
        form = {name: one for name, one in form.items() if one is not None}
        took = (_at(end) - _at(start)).total_seconds()
        if self._plan.default_calendar is not None:
            try:
                took = float(working_seconds(_at(start), _at(end), self._plan.default_calendar))
            except DurationError:
                return
        _keep(self.tasks[step.id], Answer("outcome", str(end.get("outcome")), Recorded(form, _at(end))), took)

    def _child(self, start: Fact, end: Fact, value: Json) -> None:
        seen, took = self.children[str(start["pathway"])], (_at(end) - _at(start)).total_seconds()
        if end.get("failed") is not None:
            _keep(seen, Answer("fail", str(end["failed"])), took)
            return
        give = {name: one for name, one in value.items() if name != "outcome"} if isinstance(value, dict) else {}
        _keep(seen, Answer("outcome", str(end.get("outcome")), Recorded(give, _at(end))), took)

    def _event(self, start: Fact, end: Fact, value: Json) -> None:
        """How often an awaited event came at a wait, and when. Handlers are left to what is declared."""
        address = str(start.get("address"))
        if address.rpartition("^")[2].isdigit() and "^" in address:
            return
        seen = self.events[str(start["type"]), path_of(str(start.get("position") or address.partition("^")[0]))]
        seen.awaited += 1
        if end.get("consumed") is not None and len(seen.values) < MOST:
            seen.seconds.append((_at(end) - _at(start)).total_seconds())
            came = value.get("data") if isinstance(value, dict) and set(value) == {"which", "data"} else value
            seen.values.append(Recorded(came, _at(end)))


def _keep(seen: _Seen, answer: Answer, seconds: float | None) -> None:
    if len(seen.answers) < MOST:
        seen.answers.append(answer)
        if seconds is not None:
            seen.seconds.append(max(seconds, 0.0))


def _behaviours(found: Mapping[str, _Seen], *, working: bool) -> dict[str, Behaviour]:
    return {
        name: Behaviour(tuple(seen.answers), Distribution("observed", tuple(seen.seconds), working))
        for name, seen in found.items()
        if len(seen.answers) >= FEWEST and seen.seconds
    }


def _arrivals(
    plan: Plan, found: Mapping[tuple[str, str], _Seen], base: Simulation
) -> Iterator[tuple[str, tuple[Arrival, ...]]]:
    by_type: defaultdict[str, list[Arrival]] = defaultdict(list)
    for (type_, path), seen in found.items():
        if seen.awaited >= FEWEST:
            takes = Distribution("observed", tuple(seen.seconds) or (0.0,))
            share = len(seen.values) / seen.awaited
            by_type[type_].append(Arrival(share, takes, _data(plan, type_, seen, base), path))
    yield from ((type_, tuple(ones)) for type_, ones in by_type.items())


def _data(plan: Plan, type_: str, seen: _Seen, base: Simulation) -> Sample:
    """What events brought; where nothing saved it, as declared, else values of its type."""
    if seen.values and all(one.value is not None for one in seen.values):
        return _OneOf(tuple(seen.values))
    declared = next(iter(base.events.get(type_, ())), None)
    codes = {one.name: one.codes for one in plan.value_sets}
    return declared.data if declared is not None else of_type(plan.event_data[type_], codes)


@dataclass(frozen=True)
class _OneOf(Sample):
    values: tuple[Recorded, ...]

    def draw(self, around: Around) -> Json:
        return self.values[int(around.random.random() * len(self.values))].draw(around)


def _per_day(starts: list[datetime]) -> float | None:
    """How many instances began on a day on which any did."""
    days = {start.date() for start in starts}
    return len(starts) / len(days) if len(starts) >= FEWEST else None


def _at(fact: Fact) -> datetime:
    at = fact["at"]
    return at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
