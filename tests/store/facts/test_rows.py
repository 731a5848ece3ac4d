"""Rows of facts: what an alert changes in its task's row."""

from __future__ import annotations

from typing import Any

from pathways.facts import Recorded, TaskEscalated, TaskOpened, TaskReminded
from store.facts.changes import Known
from store.facts.folding import fold
from tests.support.work import OPENED

TASK = TaskOpened(OPENED, "t-1", "call", "call", "Call", "intake", "routine", cause="unreached")


def row(*facts: Any) -> dict[str, Any]:
    """The task's row after these facts."""
    changes = fold(Known("i-1", "example", "1.0.0", "Example"), [Recorded(1, (TASK, *facts))])
    return dict(changes.opened["t-1"])


def reminded(cause: str | None, *, sent: bool = True) -> TaskReminded:
    """A reminder for a cause."""
    return TaskReminded(OPENED, "t-1", "call", "intake", "Why.", None, cause, False, sent)


def test_a_task_has_the_cause_of_its_last_alert() -> None:
    """With it it is one item with others of that cause; an alert without one, or that was not sent, changes nothing."""
    assert row()["cause"] == "unreached"
    assert row(reminded("late"))["cause"] == "late"
    assert row(reminded("late"), reminded(None))["cause"] == "late"
    assert row(reminded("late", sent=False))["cause"] == "unreached"
    escalated = TaskEscalated(OPENED, "t-1", "call", "supervisor", "intake", "Why.", None, "silent", False)
    assert (row(reminded("late"), escalated)["cause"], row(escalated)["queue"]) == ("silent", "supervisor")
