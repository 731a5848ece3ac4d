"""What marks a task apart from others: reminded, escalated, opened by a clock or by hand, a gate, its skill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from api.services.queues import Queues
from api.services.records import TaskSummary
from web.presenters.times import time_of
from web.presenters.values import words

Shape = Literal["breached", "escalated", "reminded", "gate", "plain"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in words; `shape` is also drawn, so that no mark is told by colour alone. `more` is the exact time."""

    shape: Shape
    text: str
    more: str = ""


STANDS_STILL = Mark("breached", "Stands still: can't be completed now")
"""Of a task whose pathway's workflow is gone."""

GATES = {"clinical": "Clinical decision", "financial": "Financial decision", "legal": "Legal decision"}


def marks_of(task: TaskSummary, queues: Queues, zone: str, now: datetime) -> tuple[Mark, ...]:
    """The marks of a task, the most pressing first."""
    marks = []
    if task.origin == "clock":
        marks.append(Mark("breached", "A deadline has run out"))
    if task.escalated_at is not None:
        before = f" from {queues.title(task.escalated_from)}" if task.escalated_from else ""
        marks.append(Mark("escalated", f"Escalated{before}", time_of(task.escalated_at, zone, now).exact))
    if task.reminded_at is not None:
        marks.append(Mark("reminded", "Reminded", time_of(task.reminded_at, zone, now).exact))
    if task.gate:
        marks.append(Mark("gate", GATES.get(task.gate, f"{words(task.gate)} decision")))
    if task.origin == "added":
        marks.append(Mark("plain", "Added by hand"))
    if task.skill:
        marks.append(Mark("plain", f"Skill: {words(task.skill).lower()}"))
    if task.bulk:
        marks.append(Mark("plain", "Can be done together with others"))
    return tuple(marks)
