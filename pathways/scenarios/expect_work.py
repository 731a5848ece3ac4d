"""Open tasks and clocks, compared with those that a scenario expects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pathways.engine import snapshot
from pathways.facts import TaskOpened
from pathways.scenarios.case import Case
from pathways.scenarios.compare import is_moment, listed, match_all, same, shown
from pathways.scenarios.model import Expectation
from pathways.scenarios.places import candidates, spelled
from pathways.scenarios.view import Mismatch, View
from pathways.state import ClockState, Json
from pathways.wording import numbered


def open_tasks(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """The exact multiset of open tasks: its own, or those of its children as well."""
    own = list(_open_tasks(expected, view, [view.case]))
    if own and list(_open_tasks(expected, view, view.family)):
        yield from own


def _open_tasks(expected: Expectation, view: View, cases: list[Case]) -> Iterator[Mismatch]:
    actual = [(case, task) for case in cases for task in snapshot(case.plan, case.state).tasks]
    listing = "; ".join(_shown(task, view) for _, task in actual) or "none"
    if isinstance(expected.value, int):
        if expected.value != len(actual):
            yield Mismatch(expected.mark, f"expected {numbered(expected.value, 'open task')}; open are: {listing}")
        return
    wanted = listed(expected.value)
    if match_all(wanted, actual, lambda one, task: _fits(one, *task, view)) is not None:
        return
    for place, one in enumerate(wanted):
        if not any(_fits(one, *task, view) for task in actual):
            mark = expected.marks.get(place, expected.mark)
            yield Mismatch(mark, f"expected an open task {shown(one)}; open are: {listing}")
            return
    yield Mismatch(expected.mark, f"expected {numbered(len(wanted), 'open task')}; open are: {listing}")


def _fits(wanted: Json, case: Case, task: TaskOpened, view: View) -> bool:
    if not isinstance(wanted, dict):
        return bool(candidates(spelled(wanted), [task.address, case.from_parent(task.address)]))
    return all(_field_fits(name, value, case, task, view) for name, value in wanted.items())


def _field_fits(name: str, value: Json, case: Case, task: TaskOpened, view: View) -> bool:
    match name:
        case "at" | "address":
            return bool(candidates(spelled(value), [task.address, case.from_parent(task.address)]))
        case "step":
            return value == task.step or bool(candidates(spelled(value), [task.step]))
        case "due":
            return is_moment(value, task.due_at, view.zone)
        case "claimed_by":
            claim = case.claims.get(task.address)
            return bool(value == (claim[0] if claim else None))
        case _:
            return same(value, getattr(task, name))


def _shown(task: TaskOpened, view: View) -> str:
    due = f", due {task.due_at.astimezone(view.zone).isoformat()}" if task.due_at else ""
    role = f", role {task.role}" if task.role else ""
    return f'{task.address} in {task.queue} "{task.title}" ({task.priority}{role}{due})'


# -- clocks ---------------------------------------------------------------------------------------------------


def clocks(expected: Expectation, view: View) -> Iterator[Mismatch]:
    """Where clocks stand, each by its state or by the fields that matter."""
    for name, wanted in expected.value.items():
        mark = expected.marks.get(name, expected.mark)
        fields = wanted if isinstance(wanted, dict) else {"status": wanted}
        state = view.state.clocks.get(name)
        for field, value in fields.items():
            if (why := _clock_differs(name, field, value, state, view)) is not None:
                yield Mismatch(mark, why)
                break


def _clock_differs(name: str, field: str, wanted: Json, state: ClockState | None, view: View) -> str | None:
    if field == "status":
        there = state.status if state is not None else "not-started"
        good = (wanted or "not-started") == there
        return None if good else f"expected the clock {name} to be {wanted or 'not-started'}; it is {there}"
    actual: Json = getattr(state, field) if state is not None else None
    if actual is None or isinstance(actual, datetime):
        good = is_moment(wanted, actual, view.zone)
        actual = actual.astimezone(view.zone).isoformat() if actual is not None else None
    else:
        good = same(wanted, actual)
    return None if good else f"expected {field} of the clock {name} to be {shown(wanted)}; it is {shown(actual)}"
