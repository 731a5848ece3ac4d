"""`task`: open a task for people, and take its completion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

from pathways import forms, ids
from pathways.addresses import path_of
from pathways.datatypes import MisfitError, shown_json
from pathways.engine import alerts, moving
from pathways.engine.clocks import PRIORITIES
from pathways.engine.outcomes import Answer, Halt, Pass, Stand
from pathways.engine.run import Run
from pathways.engine.scope import Names
from pathways.engine.transition import Refusal, role_refusal
from pathways.events import TaskCompleted
from pathways.facts import TaskClosed, TaskOpened
from pathways.plan import Plan, Task
from pathways.state import Json, Position, altered
from pathways.timing import TimingError


def enter(run: Run, step: Task, position: Position) -> Answer:
    """Render the task's texts, work out when it is due, and open it."""
    scope = run.scope(position)
    try:
        shown = {
            "title": shown_title(run, step, scope),
            "queue": shown_json(run.value(step.queue, scope)),
            "priority": shown_json(run.value(step.priority, scope)),
            "help": shown_help(run, step, scope),
        }
    except MisfitError as error:
        return Halt(position, "expression", f"A text of the task: {error.misfit}.", "enter")
    if not isinstance(shown["queue"], str) or not shown["queue"]:
        return Halt(position, "expression", f'The queue "{step.queue.source}" gives no name.', "enter")
    if shown["priority"] not in PRIORITIES:
        message = (
            f'The priority "{step.priority.source}" gives {shown["priority"]!r}; it is one of {", ".join(PRIORITIES)}.'
        )
        return Halt(position, "expression", message, "enter")
    position = altered(position, waits="people", input=shown, entered_at=run.now, since=None)
    try:
        position = altered(position, due_at=due_at(run, step, position, scope))
        upcoming = alerts.times(run, step, position, scope)
    except TimingError as error:
        return Halt(position, "expression", f"due: {error}", "enter")
    position = altered(position, alerts={name: at for name, at in upcoming.items() if at > run.now})
    run.facts.append(task_fact(run.plan, run.state.instance, run.stage, step, position))
    return Stand(position)


def shown_title(run: Run, step: Task, names: Names) -> Json:
    """The task's title as people read it. Raises `MisfitError` where it can't be worked out."""
    return shown_json(run.value(step.task_title, names))


def shown_help(run: Run, step: Task, names: Names) -> Json:
    """The task's help as people read it. Raises `MisfitError` where it can't be worked out."""
    return None if step.help is None else shown_json(run.value(step.help, names))


def due_at(run: Run, step: Task, position: Position, names: Names) -> datetime | None:
    """When the task is due. Raises `TimingError`."""
    return None if step.due is None else run.moment(step.due, names, position.counts_from)


def task_fact(plan: Plan, instance: str, stage: str | None, step: Task, position: Position) -> TaskOpened:
    """The fact that states an open task."""
    shown: dict[str, Any] = position.input
    return TaskOpened(
        at=position.entered_at,
        id=ids.task_id(instance, position.ordered_from, position.entered_at),
        address=position.address,
        step=step.id,
        title=str(shown["title"] or step.shown),
        queue=shown["queue"],
        priority=shown["priority"],
        role=step.role,
        help=shown["help"],
        due_at=position.due_at,
        stage=step.stage or stage,
        form=step.form_document,
        outcomes=step.outcomes_document,
        skill=step.skill,
        bulk=step.bulk,
        gate=step.gate,
        why=step.why or (plan.purpose if step.remind or step.escalate else None),
        review_by=step.review_by,
        cause=step.cause,
    )


def complete(run: Run, step: Task, position: Position, event: TaskCompleted) -> Refusal | None:
    """Check who, which outcome and what was typed; then save it and go on."""
    outcome = event.outcome or (step.outcomes[0].id if len(step.outcomes) == 1 else "")
    chosen = next((one for one in step.outcomes if one.id == outcome), None)
    if chosen is None:
        known = ", ".join(one.id for one in step.outcomes)
        return Refusal("unknown-outcome", f'"{outcome}" is not an outcome of this task; it has {known}.')
    refusal = role_refusal(chosen.role or step.role, event.roles)
    refusal = refusal or separated(run.plan, run.completed_by, step, position.address, event.by)
    refusal = refusal or _seen(run, step, position, event)
    if refusal is not None:
        return refusal
    values, errors = forms.check(step.form, event.form, chosen.id, run.scope(position), run.env)
    if errors:
        return Refusal("form-invalid", "Some fields need another look.", errors)
    ident = ids.task_id(run.state.instance, position.ordered_from, position.entered_at)
    run.facts.append(TaskClosed(run.now, ident, position.address, "completed", chosen.id, event.by, form=values))
    done(run, step, position, {**values, "outcome": chosen.id}, event.by)
    moving.settle(run, Pass(position, chosen.id))
    return None


def done(run: Run, step: Task, position: Position, values: dict[str, Json], by: str) -> None:
    """Keep what a completed task gives, and remember who did it where another step needs that."""
    if step.id in run.plan.separations:
        run.completed_by[f"{position.scope}{step.local}"] = by
    if step.save is not None:
        saved: dict[str, Json] = {**values, "by": by, "at": run.now.isoformat()}
        run.save(step.save, saved, position.address, by=by)


def separated(plan: Plan, completed_by: Mapping[str, str], step: Task, address: str, by: str) -> Refusal | None:
    """Refuse a person who did the task that this one must be separate from: the nearest one, where it repeats."""
    if step.separate_from is None:
        return None
    same = [key for key in completed_by if path_of(key) == step.separate_from]
    nearest = max(same, key=lambda key: _shared(key, address), default=None)
    if nearest is None or completed_by[nearest] != by:
        return None
    other = plan.step[step.separate_from].shown
    return Refusal("separation", f'Whoever did "{other}" can\'t do this as well.', {"step": step.separate_from})


def _shared(one: str, other: str) -> int:
    """How far two addresses go the same way."""
    levels = zip(one.split("/"), other.split("/"), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], levels)))


def _seen(run: Run, step: Task, position: Position, event: TaskCompleted) -> Refusal | None:
    """Refuse to complete a gate whose inputs changed after the person saw them."""
    if step.gate is None or event.seen is None:
        return None
    saved = {name: run.scope(position).saved(name) for name in sorted(step.reads)}
    changed = {name: one.value for name, one in saved.items() if one is not None and one.rev > event.seen}
    if not changed:
        return None
    return Refusal("inputs-changed", "What this decision rests on has changed since it was shown.", changed)
