"""Rows of the work list: marks in words and shape, and alerts of one cause as one item."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.services.queues import Queues
from api.services.records import Page, TaskSummary
from api.services.tasks import NamedList
from web.presenters.work_list import rows

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def task(ident: str, **given: Any) -> TaskSummary:
    """A task as the store keeps it."""
    plain = {"instance": "i-1", "title": ident, "queue": "scheduling", "priority": "routine", "origin": "step"}
    known = dict.fromkeys(TaskSummary.__dataclass_fields__)
    return TaskSummary(**{**known, **plain, "id": ident, "opened_at": NOW, "version": 1, **given})


def shown(*tasks: TaskSummary, same_cause: Mapping[str, tuple[TaskSummary, ...]] | None = None) -> Any:
    """The rows of a page with these tasks."""
    found = NamedList(Page(tasks, None), same_cause or {})
    return rows(found, {}, Queues({}), person="p-1", roles=frozenset(), now=NOW)


def test_one_cause_in_one_instance_is_one_item() -> None:
    """The first stands for the others, which it leads to; their queue is told where it is another."""
    others = {"a": (task("b", cause="late"), task("c", cause="late", queue="supervisor"))}
    first, second = shown(task("a", cause="late"), task("d"), same_cause=others)
    assert [(one.id, one.queue) for one in first.others] == [("b", ""), ("c", "Supervisor")]
    assert second.others == ()


def test_marks_are_told_the_most_pressing_first() -> None:
    """Each in words and with a shape of its own."""
    given = {"reminded_at": NOW, "escalated_at": NOW, "escalated_from": "front-desk", "gate": "clinical"}
    (row,) = shown(task("a", origin="clock", skill="spanish", bulk=True, why="It matters.", **given))
    assert [(one.shape, one.text) for one in row.marks] == [
        ("breached", "A deadline has run out"),
        ("escalated", "Escalated from Front desk"),
        ("reminded", "Reminded"),
        ("gate", "Clinical decision"),
        ("plain", "Skill: spanish"),
        ("plain", "Can be done together with others"),
    ]
    assert row.why == "It matters."


def test_why_is_told_of_alerts() -> None:
    """Of every other task it says the same in each row of a list; it stands on the task's page."""
    quiet, late, reminded = shown(
        task("a", why="It matters."),
        task("b", why="It matters.", origin="clock"),
        task("c", why="It matters.", reminded_at=NOW),
    )
    assert (quiet.why, late.why, reminded.why) == ("", "It matters.", "It matters.")
