"""`task`: open a task for people, and take its completion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pathways import forms, ids
from pathways.datatypes import shown_json
from pathways.engine.outcomes import Answer, Halt, Pass, Stand
from pathways.engine.run import Run
from pathways.engine.transition import Refusal
from pathways.events import TaskCompleted
from pathways.facts import TaskClosed, TaskOpened
from pathways.plan import Task
from pathways.state import Json, Position
from pathways.timing import TimingError

PRIORITIES = ("routine", "urgent", "asap", "stat")
"""FHIR R4 request-priority, from low to high."""


def enter(run: Run, step: Task, position: Position) -> Answer:
    """Render the task's texts, work out when it is due, and open it."""
    scope, env = run.scope(position), run.env
    shown = {
        "title": shown_json(step.task_title.evaluate(scope, env)),
        "queue": shown_json(step.queue.evaluate(scope, env)),
        "priority": shown_json(step.priority.evaluate(scope, env)),
        "help": None if step.help is None else shown_json(step.help.evaluate(scope, env)),
    }
    if not isinstance(shown["queue"], str) or not shown["queue"]:
        return Halt(position, "expression", f'The queue "{step.queue.source}" gives no name.', "enter")
    if shown["priority"] not in PRIORITIES:
        message = (
            f'The priority "{step.priority.source}" gives {shown["priority"]!r}; it is one of {", ".join(PRIORITIES)}.'
        )
        return Halt(position, "expression", message, "enter")
    due_at = None
    if step.due is not None:
        try:
            due_at = run.moment(step.due, position, run.now)
        except TimingError as error:
            return Halt(position, "expression", f"due: {error}", "enter")
    position = replace(position, waits="people", input=shown, due_at=due_at, entered_at=run.now)
    run.facts.append(task_fact(run.state.instance, run.stage, step, position))
    return Stand(position)


def task_fact(instance: str, stage: str | None, step: Task, position: Position) -> TaskOpened:
    """The fact that states an open task."""
    shown: dict[str, Any] = position.input
    return TaskOpened(
        at=position.entered_at,
        id=ids.task_id(instance, position.address, position.entered_at),
        address=position.address,
        step=step.id,
        title=str(shown["title"] or step.title or step.id),
        queue=shown["queue"],
        priority=shown["priority"],
        role=step.role,
        help=shown["help"],
        due_at=position.due_at,
        stage=step.stage or stage,
        form=forms.to_json(step.form),
        outcomes=[{"id": one.id, "title": one.title, "role": one.role} for one in step.outcomes],
    )


def complete(run: Run, step: Task, position: Position, event: TaskCompleted) -> Refusal | None:
    """Check who, which outcome and what was typed; then save it and go on."""
    outcome = event.outcome or (step.outcomes[0].id if len(step.outcomes) == 1 else "")
    chosen = next((one for one in step.outcomes if one.id == outcome), None)
    if chosen is None:
        known = ", ".join(one.id for one in step.outcomes)
        return Refusal("unknown-outcome", f'"{outcome}" is not an outcome of this task; it has {known}.')
    needed = chosen.role or step.role
    if needed is not None and event.roles is not None and needed not in event.roles:
        return Refusal("role-missing", f"This needs the role {needed}.", {"role": needed})
    values, errors = forms.check(step.form, event.form, run.scope(position), run.env)
    if errors:
        return Refusal("form-invalid", "Some fields need another look.", errors)
    ident = ids.task_id(run.state.instance, position.address, position.entered_at)
    run.facts.append(TaskClosed(run.now, ident, position.address, "completed", chosen.id, event.by, form=values))
    if step.save is not None:
        saved: dict[str, Json] = {**values, "outcome": chosen.id, "by": event.by, "at": run.now.isoformat()}
        run.save(step.save, saved, position.address, by=event.by)
    run.go_on(step, Pass(position, chosen.id))
    return None
