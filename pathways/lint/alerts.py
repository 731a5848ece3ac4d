"""Rules about what comes of a task that nobody does: reminders, escalations, its due time, and when it is given up."""

from __future__ import annotations

from itertools import pairwise

from pathways.lint.subject import Finding, Findings, Subject
from pathways.model import EscalationDecl, ReminderDecl, TaskDecl, Text, TimeoutDecl
from pathways.time.durations import Duration
from pathways.values import Timing, is_expression, is_template

_DAY = 86_400
_LOCAL = 7200
"""How many seconds a local time may be off, where zones move their clocks."""

_SPANS = {
    "seconds": (1, 1),
    "minutes": (60, 60),
    "hours": (3600, 3600),
    "days": (_DAY, _DAY),
    "weeks": (7 * _DAY, 7 * _DAY),
    "months": (28 * _DAY, 31 * _DAY),
    "years": (365 * _DAY, 366 * _DAY),
}
"""The least and the most seconds of a unit, on clocks that nobody moves."""


def check(subject: Subject) -> Findings:
    """All findings about what comes of tasks that nobody does."""
    for placed in subject.definition.placed:
        body = placed.step.body
        if not isinstance(body, TaskDecl):
            continue
        due = _authored(body.due)
        for reminder in body.remind:
            yield from _reminder(reminder, due)
        yield from _escalations(body)
        yield from _given_up(placed.step.timeout, body, due)


def _authored(text: Text | None) -> Duration | None:
    return Timing(text.value).authored if text is not None and not is_expression(text.value) else None


def _reminder(reminder: ReminderDecl, due: Duration | None) -> Findings:
    """A reminder when the task opens, before it does, or when it is overdue already."""
    after, before = _authored(reminder.after), _authored(reminder.before)
    if after is not None and reminder.after is not None:
        if after.is_zero:
            yield Finding("idle-reminder", reminder.after.mark, "It comes when the task opens, which people see.")
        elif due is not None and surely_longer(after, due):
            message = f'It comes when the task, which is due after "{due}", is overdue.'
            yield Finding("idle-reminder", reminder.after.mark, message)
    if before is not None and reminder.before is not None and due is not None and surely_longer(before, due):
        message = f'The task is due after "{due}", so this is before it opens.'
        yield Finding("idle-reminder", reminder.before.mark, message)


def _escalations(body: TaskDecl) -> Findings:
    for one in body.escalate:
        if body.due is None:
            message = "Nothing is due; it is counted from the opening."
            yield Finding("escalation-without-due", one.after.mark, message)
        after = _authored(one.after)
        if after is not None and after.is_zero:
            when = "opens" if body.due is None else "is due"
            message = f"The task is moved when it {when}, so in its own queue it is never overdue."
            yield Finding("escalates-at-once", one.after.mark, message)
    here = body.queue.source if body.queue is not None else None
    if body.escalate and _same_queue(here, body.escalate[0]):
        yield _nowhere(body.escalate[0])
    for before, after_it in pairwise(body.escalate):
        if _same_queue(before.queue.source, after_it):
            yield _nowhere(after_it)


def _same_queue(queue: object, escalation: EscalationDecl) -> bool:
    literal = isinstance(queue, str) and not is_expression(queue) and not is_template(queue)
    return literal and escalation.queue.source == queue


def _nowhere(escalation: EscalationDecl) -> Finding:
    message = f'The task stands in the queue "{escalation.queue.source}" already.'
    return Finding("escalates-nowhere", escalation.queue.mark, message)


def _given_up(timeout: TimeoutDecl | None, body: TaskDecl, due: Duration | None) -> Findings:
    """A task that is left before it is due."""
    after = _authored(timeout.after) if timeout is not None else None
    if after is not None and due is not None and body.due is not None and surely_longer(due, after):
        message = f'The task is left after "{after}", before it is due.'
        yield Finding("never-due", body.due.mark, message)


def surely_longer(one: Duration, other: Duration) -> bool:
    """Whether a duration is longer than another from whatever moment both are counted; where that varies, no."""
    if [unit for _, unit in one.parts] == [unit for _, unit in other.parts] and len(one.parts) == 1:
        return one.parts[0][0] > other.parts[0][0]
    most = _most(other)
    return most is not None and _least(one) > most


def _least(duration: Duration) -> int:
    """The seconds that it lasts at least: business hours are hours, and of business days nobody knows."""
    hours = {"business-hours": 3600, "business-days": 0}
    least = sum(amount * (_SPANS[unit][0] if unit in _SPANS else hours[unit]) for amount, unit in duration.parts)
    return least - (0 if duration.needs_calendar else _moved(duration))


def _most(duration: Duration) -> int | None:
    """The seconds that it lasts at most; None where calendars may make it as long as they like."""
    if duration.needs_calendar:
        return None
    return sum(amount * _SPANS[unit][1] for amount, unit in duration.parts) + _moved(duration)


def _moved(duration: Duration) -> int:
    """What moved clocks may add to a duration, or take from it: nothing from elapsed time."""
    return 0 if duration.is_zero or duration.elapsed_seconds is not None else _LOCAL
