"""Tasks that people add by hand, beside what the pathway asks for. They are no positions and block no end."""

from __future__ import annotations

from pathways import ids
from pathways.engine.clocks import PRIORITIES
from pathways.engine.run import Run
from pathways.engine.transition import Refusal, role_refusal
from pathways.events import TaskAdded, TaskCompleted
from pathways.facts import Operated, TaskClosed, TaskOpened
from pathways.state import AddedTask


def add(run: Run, event: TaskAdded) -> tuple[Refusal | None, str]:
    """Open a task that a person asks for; gives its address."""
    if not event.title.strip() or not event.queue.strip():
        return Refusal("task-invalid", "A task needs a title and a queue."), ""
    if event.priority not in PRIORITIES:
        return Refusal("task-invalid", f"A priority is one of {', '.join(PRIORITIES)}."), ""
    run.additions += 1
    address = f"+{run.additions}"
    task = AddedTask(
        run.additions,
        event.title,
        event.queue,
        run.now,
        event.by,
        event.priority,
        event.role,
        event.help,
        event.due_at,
    )
    run.added[address] = task
    run.facts.append(Operated(run.now, "add-task", address, event.by, event.help or event.title))
    run.facts.append(task_fact(run.state.instance, run.stage, address, task))
    return None, address


def complete(run: Run, event: TaskCompleted) -> Refusal | None:
    """A person completed an added task."""
    task = run.added[event.address]
    refusal = plain_refusal(event, task.role)
    if refusal is not None:
        return refusal
    del run.added[event.address]
    ident = ids.task_id(run.state.instance, event.address, task.at)
    run.facts.append(TaskClosed(run.now, ident, event.address, "completed", "done", event.by, form={}))
    return None


def plain_refusal(event: TaskCompleted, role: str | None) -> Refusal | None:
    """Refuse the completion of a task that has no form and only the outcome `done`: an added one, or a clock's."""
    if event.outcome not in ("", "done"):
        return Refusal("unknown-outcome", f'"{event.outcome}" is not an outcome of this task; it has done.')
    return role_refusal(role, event.roles)


def task_fact(instance: str, stage: str | None, address: str, task: AddedTask) -> TaskOpened:
    """The fact that states an open added task."""
    return TaskOpened(
        at=task.at,
        id=ids.task_id(instance, address, task.at),
        address=address,
        step=address,
        title=task.title,
        queue=task.queue,
        priority=task.priority,
        role=task.role,
        help=task.help,
        due_at=task.due_at,
        stage=stage,
        form=[],
        outcomes=[{"id": "done", "title": "Done", "role": None}],
        origin="added",
        by=task.by,
    )
