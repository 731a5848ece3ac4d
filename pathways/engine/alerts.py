"""Reminders and escalations of an open task: when they come, and what they do."""

from __future__ import annotations

from datetime import datetime

from pathways import ids
from pathways.datatypes import shown_json
from pathways.engine.run import Run, declared_timing
from pathways.engine.scope import Names
from pathways.facts import TaskEscalated, TaskReminded
from pathways.plan import Escalation, Reminder, Task
from pathways.state import Position, altered
from pathways.time.arithmetic import add
from pathways.values import Timing


def times(run: Run, step: Task, position: Position, names: Names) -> dict[str, datetime]:
    """When each alert of a task comes, by its name: `remind-0`, `escalate-0`. Raises `TimingError`."""
    opened = position.counts_from
    found: dict[str, datetime] = {}
    for number, reminder in enumerate(step.remind):
        at = _reminder_at(run, reminder, opened, position.due_at, names)
        if at is not None:
            found[f"remind-{number}"] = at
    for number, escalation in enumerate(step.escalate):
        found[f"escalate-{number}"] = run.moment(escalation.after, names, position.due_at or opened)
    return found


def _reminder_at(
    run: Run, reminder: Reminder, opened: datetime, due_at: datetime | None, names: Names
) -> datetime | None:
    if reminder.after is not None:
        return run.moment(reminder.after, names, opened)
    if reminder.at is not None:
        return run.moment(reminder.at, names, opened, "start")
    if reminder.before is not None and due_at is not None:
        return _before(run, reminder.before, due_at, names)
    return None


def _before(run: Run, timing: Timing, due_at: datetime, names: Names) -> datetime:
    """A duration before a moment, counted back in its own units."""
    authored = declared_timing(timing, names).authored
    if authored is not None:
        return add(due_at, -authored, run.tz, run.plan.default_calendar)
    return due_at - (run.moment(timing, names, due_at) - due_at)


def fire(run: Run, step: Task, position: Position, name: str, *, late: bool) -> None:
    """Remind of an open task, or move it to another queue. A suspended instance sends no reminder."""
    left = {other: at for other, at in position.alerts.items() if other != name}
    position = altered(position, alerts=left)
    kind, _, number = name.partition("-")
    ident = ids.task_id(run.state.instance, position.ordered_from, position.entered_at)
    if kind == "remind":
        run.facts.append(_reminded(run, step, step.remind[int(number)], position, ident, late=late))
        run.positions[position.address] = position
        return
    run.positions[position.address] = _escalated(run, step, step.escalate[int(number)], position, ident, late=late)


def _reminded(run: Run, step: Task, reminder: Reminder, position: Position, ident: str, *, late: bool) -> TaskReminded:
    return TaskReminded(
        run.now,
        ident,
        position.address,
        position.input["queue"],
        reminder.why or step.why or run.plan.purpose,
        reminder.review_by or step.review_by or run.plan.review_by,
        reminder.cause or step.cause,
        late,
        run.suspension is None,
    )


def _escalated(run: Run, step: Task, escalation: Escalation, position: Position, ident: str, *, late: bool) -> Position:
    before = position.input["queue"]
    queue = shown_json(escalation.queue.evaluate(run.scope(position), run.env))
    queue = queue if isinstance(queue, str) and queue else before
    run.facts.append(
        TaskEscalated(
            run.now,
            ident,
            position.address,
            queue,
            before,
            escalation.why or step.why or run.plan.purpose,
            escalation.review_by or step.review_by or run.plan.review_by,
            escalation.cause or step.cause,
            late,
        )
    )
    return altered(position, input={**position.input, "queue": queue})
