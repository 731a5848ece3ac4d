"""Tasks for people: forms, outcomes, reminders, escalations."""

from __future__ import annotations

from typing import Any

from pathways.compile.context import Context, plain
from pathways.compile.ways import DONE
from pathways.model import FieldDecl, Placed, TaskDecl, Text
from pathways.plan import Escalation, FormField, Reminder, Task, TaskOutcome


def task_of(context: Context, placed: Placed, body: TaskDecl, shared: dict[str, Any]) -> Task:
    """A task; `shared` are the fields that every step has."""
    step = placed.step
    return Task(
        **shared,
        task_title=context.value(body.title, plain(step.title, step.id.value)),
        help=context.optional(body.help),
        queue=context.queue(body.queue),
        role=context.role(body.role),
        priority=context.value(body.priority, "routine"),
        due=context.optional_timing(body.due, f'The time for "{step.id}"'),
        remind=tuple(
            Reminder(
                after=context.optional_timing(one.after),
                before=context.optional_length(one.before, "before"),
                at=context.optional_timing(one.at),
                **context.alert(one, body),
            )
            for one in body.remind
        ),
        escalate=tuple(
            Escalation(after=context.timing(one.after), queue=context.queue(one.queue), **context.alert(one, body))
            for one in body.escalate
        ),
        form=tuple(_field(context, one) for one in body.form),
        outcomes=tuple(TaskOutcome(one.id.value, one.title, context.role(one.role)) for one in body.outcomes)
        or (DONE,),
        skill=body.skill.value if body.skill else None,
        bulk=body.bulk,
        separate_from=_separate_from(context, placed, body.separate_from) if body.separate_from else None,
        why=body.why.value if body.why else None,
        review_by=body.review_by.value if body.review_by else None,
        cause=body.cause.value if body.cause else None,
        save=step.save.value if step.save else None,
        kind="task",
    )


def _field(context: Context, field: FieldDecl) -> FormField:
    return FormField(
        name=field.name.value,
        label=field.label,
        type=field.type,
        required=field.required,
        required_when=context.condition(field.required_when),
        show_when=context.condition(field.show_when),
        help=field.help,
    )


def _separate_from(context: Context, placed: Placed, other: Text) -> str | None:
    """The path of the task whose person may not do this one: in its own block, outwards, or the only one of its id.

    That a person did a task is remembered past the end of its block, so here an id may also mean one inwards.
    """
    everywhere = context.layout.everywhere(other.value)
    found = context.layout.resolve(placed.block, other.value) or (everywhere[0] if len(everywhere) == 1 else None)
    if found is not None and found != placed.path and isinstance(context.definition.step[found].body, TaskDecl):
        return found
    if len(everywhere) > 1 and found is None:
        message, hint = f'Several steps are called "{other}".', "Give the one that is meant an id of its own."
    elif found == placed.path:
        message, hint = "A task can't be separate from itself.", "Name the task that another person must have done."
    elif found is not None:
        message, hint = f'"{other}" is no task.', "Name the task that another person must have done."
    else:
        message, hint = (
            f'There is no task "{other}".',
            context.reader.nearest(other.value, context.layout.visible(placed.block)),
        )
    context.reader.note("no-such-task", other.mark, message, hint)
    return None
