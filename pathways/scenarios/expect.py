"""Comparing what a scenario expects with what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pathways.addresses import PATHWAY
from pathways.diagnostics import Mark, nearest
from pathways.facts import (
    EventEmitted,
    Fact,
    IncidentClosed,
    IncidentOpened,
    StepEntered,
    TaskClosed,
    TaskOpened,
)
from pathways.plan import Plan
from pathways.scenarios.model import Expectation
from pathways.state import State

Json = Any
W = TypeVar("W")
A = TypeVar("A")


@dataclass(frozen=True)
class Mismatch:
    """An expectation that did not come true."""

    mark: Mark
    message: str
    hint: str = ""


class Happened(Protocol):
    """What comparing needs to know of the world."""

    plan: Plan
    state: State
    zone: ZoneInfo
    ordered: list[str]
    attempted: list[str]

    @property
    def facts(self) -> list[Fact]:
        """The facts stated so far."""
        ...


def check(expectations: Sequence[Expectation], world: Happened) -> list[Mismatch]:
    """Everything that did not come out as expected, in the order written."""
    return [mismatch for one in expectations for mismatch in _CHECKS[one.what](one, world)]


def _outcome(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    wanted, state = expected.value, world.state
    if wanted == state.outcome:
        return
    if state.outcome is not None:
        message = f"expected the outcome {wanted}; it ended as {state.outcome}"
    elif wanted in world.plan.outcome:
        message = f"expected the outcome {wanted}; it has not ended, and stands at {_standing(state)}"
    else:
        hint = nearest(str(wanted), world.plan.outcome, plural="Outcomes")
        yield Mismatch(expected.mark, f'the pathway has no outcome "{wanted}"', hint)
        return
    yield Mismatch(expected.mark, message)


def _standing(state: State) -> str:
    return (
        ", ".join(
            f"{one.address} (incident: {one.incident.message})" if one.incident else one.address
            for one in state.positions.values()
        )
        or "nothing"
    )


def _list(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _at(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    wanted = _list(expected.value)
    actual = [(one.address, one.step) for one in world.state.positions.values()]
    good = _match_all(wanted, actual, lambda text, one: text in one)
    if good is None:
        where = _standing(world.state) if actual else f"nothing: it has ended as {world.state.outcome}"
        unknown = [name for name in wanted if str(name).partition("@")[0] not in world.plan.step]
        hint = nearest(unknown[0], world.plan.step) if unknown else ""
        yield Mismatch(
            expected.mark, f"expected to stand at {', '.join(wanted) or 'nothing'}; it stands at {where}", hint
        )


def _visited(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    actual = [one.step for one in world.facts if isinstance(one, StepEntered)]
    yield from _sequence(expected, _list(expected.value), actual, "to visit", world.plan.step)


def _sequence(
    expected: Expectation, wanted: list[str], actual: list[str], verb: str, known: Mapping[str, object]
) -> Iterator[Mismatch]:
    if wanted == actual:
        return
    place = next(
        (n for n, (a, b) in enumerate(zip(wanted, actual, strict=False)) if a != b), min(len(wanted), len(actual))
    )
    mark = expected.marks.get(place, expected.mark)
    here = wanted[place] if place < len(wanted) else None
    there = actual[place] if place < len(actual) else None
    hint = nearest(here, known) if here is not None and here not in known else ""
    shown = ", ".join(actual) or "nothing"
    if here is None:
        message = f"expected {verb} nothing more; there came {there}. In all: {shown}"
    elif there is None:
        message = f"expected {verb} {here}; nothing more came. In all: {shown}"
    else:
        message = f"expected {verb} {here} in place {place + 1}; it was {there}. In all: {shown}"
    yield Mismatch(mark, message, hint)


def _data(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    saved = world.state.data.get(PATHWAY, {})
    known = world.plan.types
    for name, wanted in expected.value.items():
        mark = expected.marks.get(name, expected.mark)
        if name not in known and name not in saved:
            yield Mismatch(mark, f'nothing is ever saved as "{name}"', nearest(name, known))
            continue
        actual = saved[name].value if name in saved else None
        if (why := differs(wanted, actual, name)) is not None:
            yield Mismatch(mark, why)


def differs(wanted: Json, actual: Json, path: str) -> str | None:
    """Why a value is not as wanted, or None. Of a map, only the keys that are named are compared."""
    if isinstance(wanted, Mapping):
        if not isinstance(actual, Mapping):
            return f"expected {path} to be {_shown(wanted)}; it is {_shown(actual)}"
        found = (differs(one, actual.get(name), f"{path}.{name}") for name, one in wanted.items())
        return next((why for why in found if why is not None), None)
    if isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        found = (differs(one, actual[n], f"{path}[{n + 1}]") for n, one in enumerate(wanted))
        return next((why for why in found if why is not None), None)
    if _same(wanted, actual):
        return None
    return f"expected {path} to be {_shown(wanted)}; it is {_shown(actual)}"


def _same(wanted: Json, actual: Json) -> bool:
    if isinstance(wanted, bool) or isinstance(actual, bool):
        return wanted is actual
    if wanted == actual:
        return True
    return isinstance(wanted, str) and isinstance(actual, str) and _same_instant(wanted, actual)


def _same_instant(wanted: str, actual: str) -> bool:
    if "T" not in wanted or "T" not in actual:
        return False
    try:
        one, other = datetime.fromisoformat(wanted), datetime.fromisoformat(actual)
    except ValueError:
        return False
    return one.tzinfo is not None and other.tzinfo is not None and one == other


def _shown(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case Mapping():
            return "{" + ", ".join(f"{name}: {_shown(one)}" for name, one in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_shown, value))}]"
        case _:
            return str(value)


# -- multisets --------------------------------------------------------------------------------------------------------


def _match_all(wanted: Sequence[W], actual: Sequence[A], fits: Callable[[W, A], bool]) -> list[int] | None:
    """For each wanted one the place of its own actual one, where both match one to one; else None."""
    if len(wanted) != len(actual):
        return None
    taken: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for other in range(len(actual)):
            if other not in tried and fits(wanted[one], actual[other]):
                tried.add(other)
                if other not in taken or place(taken[other], tried):
                    taken[other] = one
                    return True
        return False

    if not all(place(one, set()) for one in range(len(wanted))):
        return None
    return [other for other, _ in sorted(taken.items(), key=lambda pair: pair[1])]


def _open_tasks(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    open_now: dict[str, TaskOpened] = {}
    for fact in world.facts:
        if isinstance(fact, TaskOpened):
            open_now[fact.id] = fact
        elif isinstance(fact, TaskClosed):
            open_now.pop(fact.id, None)
    actual = list(open_now.values())
    wanted = _list(expected.value)
    if _match_all(wanted, actual, lambda one, task: _task_fits(one, task, world)) is not None:
        return
    shown = "; ".join(_task_shown(one, world) for one in actual) or "none"
    for place, one in enumerate(wanted):
        if not any(_task_fits(one, task, world) for task in actual):
            mark = expected.marks.get(place, expected.mark)
            yield Mismatch(mark, f"expected an open task {_shown(one)}; open are: {shown}")
            return
    yield Mismatch(expected.mark, f"expected {len(wanted)} open tasks; open are: {shown}")


def _task_fits(wanted: Json, task: TaskOpened, world: Happened) -> bool:
    if isinstance(wanted, str):
        return wanted in (task.address, task.step)
    for name, value in wanted.items():
        match name:
            case "at" | "address":
                good = value == task.address or (name == "at" and value == task.step)
            case "due":
                good = (value is None) == (task.due_at is None) and (
                    value is None or _is_moment(value, task.due_at, world.zone)
                )
            case _:
                good = value == getattr(task, name)
        if not good:
            return False
    return True


def _is_moment(text: Json, moment: datetime | None, zone: ZoneInfo) -> bool:
    try:
        wanted = datetime.fromisoformat(str(text))
    except ValueError:
        return False
    return moment is not None and (wanted if wanted.tzinfo else wanted.replace(tzinfo=zone)) == moment


def _task_shown(task: TaskOpened, world: Happened) -> str:
    due = f", due {task.due_at.astimezone(world.zone).isoformat()}" if task.due_at else ""
    role = f", role {task.role}" if task.role else ""
    return f'{task.address} in {task.queue} "{task.title}" ({task.priority}{role}{due})'


def _emitted(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    actual = [one for one in world.facts if isinstance(one, EventEmitted)]
    wanted = _list(expected.value)
    shown = "; ".join(f"{one.type} {_shown(one.data)}" for one in actual) or "none"
    for place, one in enumerate(wanted):
        mark = expected.marks.get(place, expected.mark)
        if place >= len(actual):
            yield Mismatch(mark, f"expected the event {_shown(one)}; emitted were: {shown}")
            return
        if (why := _event_differs(one, actual[place])) is not None:
            yield Mismatch(mark, f"{why}. Emitted were: {shown}")
            return
    if len(actual) > len(wanted):
        yield Mismatch(expected.mark, f"expected {len(wanted)} emitted events; emitted were: {shown}")


def _event_differs(wanted: Json, actual: EventEmitted) -> str | None:
    if isinstance(wanted, str):
        wanted = {"type": wanted}
    if wanted.get("type", actual.type) != actual.type:
        return f"expected the event {wanted['type']}; it was {actual.type}"
    if "at" in wanted and wanted["at"] not in (actual.address, actual.address.partition("@")[0]):
        return f"expected {actual.type} to come from {wanted['at']}; it came from {actual.address}"
    return differs(wanted["data"], actual.data, "data") if "data" in wanted else None


def _actions_run(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    actual = Counter(world.attempted)
    for name, wanted in expected.value.items():
        if not _same(wanted, actual[name]):
            mark = expected.marks.get(name, expected.mark)
            known = {step.action for step in world.plan.steps if step.kind == "do"}
            hint = nearest(name, known) if name not in known else ""
            yield Mismatch(mark, f"expected {name} to run {wanted} times; it ran {actual[name]} times", hint)


def _actions_order(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    wanted = _list(expected.value)
    if wanted == world.attempted:
        return
    known = {step.action: step for step in world.plan.steps if step.kind == "do"}
    yield from _sequence(expected, wanted, world.ordered, "to run", known)


# -- incidents --------------------------------------------------------------------------------------------------------


def _incidents(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    """The incidents open at the end, or all that ever opened: either may be what the author means."""
    opened = _opened(world)
    standing = {one.address for one in world.state.positions.values() if one.incident is not None}
    left = [one for one in opened if one.address in standing and not _closed(one, world)]
    wanted = _list(expected.value)
    if any(_match_all(wanted, actual, _incident_fits) is not None for actual in (left, opened)):
        return
    shown = "; ".join(f"{one.kind} at {one.address}: {one.message}" for one in opened) or "none"
    for place, one in enumerate(wanted):
        if not any(_incident_fits(one, incident) for incident in opened):
            mark = expected.marks.get(place, expected.mark)
            yield Mismatch(mark, f"expected the incident {_shown(one)}; there were: {shown}")
            return
    yield Mismatch(expected.mark, f"expected {len(wanted)} incidents; there were: {shown}")


def _opened(world: Happened) -> list[IncidentOpened]:
    """Each incident once, as it was stated last."""
    return list({one.id: one for one in world.facts if isinstance(one, IncidentOpened)}.values())


def _closed(incident: IncidentOpened, world: Happened, how: str | None = None) -> bool:
    return any(
        isinstance(one, IncidentClosed) and one.id == incident.id and how in (None, one.how) for one in world.facts
    )


def _incident_fits(wanted: Json, incident: IncidentOpened) -> bool:
    if isinstance(wanted, str):
        return wanted == incident.kind
    for name, value in wanted.items():
        match name:
            case "at":
                good = value in (incident.address, incident.step)
            case "message":
                good = str(value) in incident.message
            case _:
                good = value == getattr(incident, name)
        if not good:
            return False
    return True


def _no_incidents(expected: Expectation, world: Happened) -> Iterator[Mismatch]:
    """None opened, save those that an operator's retry has mended."""
    found = [one for one in _opened(world) if not _closed(one, world, "completed")]
    if bool(found) is not expected.value:
        return
    if expected.value:
        shown = "; ".join(f"{one.kind} at {one.address}: {one.message}" for one in found)
        yield Mismatch(expected.mark, f"expected no incidents; there was {shown}")
    else:
        yield Mismatch(expected.mark, "expected incidents; there were none")


_CHECKS: dict[str, Callable[[Expectation, Happened], Iterator[Mismatch]]] = {
    "outcome": _outcome,
    "at": _at,
    "visited": _visited,
    "data": _data,
    "open_tasks": _open_tasks,
    "emitted": _emitted,
    "actions_run": _actions_run,
    "actions_order": _actions_order,
    "incidents": _incidents,
    "no_incidents": _no_incidents,
}
