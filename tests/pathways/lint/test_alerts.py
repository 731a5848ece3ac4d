"""What comes of a task that nobody does comes at a time that means something."""

from __future__ import annotations

from datetime import date

import pytest

from commands.rule_examples import catalog, completed
from pathways.lint import lint
from pathways.lint.alerts import surely_longer
from pathways.time.durations import parse_duration

CATALOG = catalog()


def rules(task: str, timeout: str = "") -> list[str]:
    """What is found of a task."""
    after = f", timeout: {{after: {timeout}, to: over}}" if timeout else ""
    text = f"calendar: clinic\nsteps:\n  ask: {{task: {{title: Ask, queue: intake, {task}}}{after}}}\n"
    return [
        one.rule for one in lint(completed(f"{text}  over: {{end: done}}\n"), "", CATALOG, date(2026, 3, 2)).diagnostics
    ]


@pytest.mark.parametrize(
    ("one", "other", "longer"),
    [
        ("3 days", "2 days", True),
        ("2 days", "2 days", False),
        ("72 hours", "2 days", True),
        ("48 hours", "2 days", False),
        ("50 hours", "2 days", False),
        ("52 hours", "2 days", True),
        ("2 weeks", "13 days", True),
        ("1 month", "30 days", False),
        ("1 month", "27 days", True),
        ("1 year", "11 months", True),
        ("90 minutes", "1 hour", True),
        ("3 business days", "2 business days", True),
        ("3 business days", "1 hour", False),
        ("3 days", "1 business day", False),
        ("9 business hours", "8 hours", True),
        ("P1DT6H", "1 day", True),
        ("1 day", "0 hours", True),
        ("0 hours", "0 days", False),
    ],
)
def test_a_duration_is_longer_only_where_it_always_is(one: str, other: str, longer: bool) -> None:
    """Days differ by their hours, months by their days, and how long business time takes nobody knows."""
    assert surely_longer(parse_duration(one), parse_duration(other)) is longer
    assert not (longer and surely_longer(parse_duration(other), parse_duration(one)))


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("due: 1 day, remind: 12 hours", []),
        ("due: 1 day, remind: [2 days]", ["idle-reminder"]),
        ("due: 1 day, remind: {after: 3 business days}", []),
        ("due: 1 day, remind: {after: 0 hours}", ["idle-reminder"]),
        ("due: 1 day, remind: {before: 2 days}", ["idle-reminder"]),
        ("due: 2 days, remind: {before: 1 day}", []),
        ("remind: 2 days", []),
        ("due: =now(), remind: 2 days", []),
        ("due: 1 day, remind: {at: 2026-04-01}", []),
    ],
)
def test_a_reminder_comes_between_the_opening_and_the_due_time(task: str, found: list[str]) -> None:
    """Where both are authored and one is surely the longer."""
    assert rules(task) == found


@pytest.mark.parametrize(
    ("escalate", "found"),
    [
        ("[{after: 0 minutes, queue: desk}]", ["escalates-at-once"]),
        ("[{after: 0 business days, queue: desk}]", ["escalates-at-once"]),
        ("[{after: 1 hour, queue: desk}, {after: 2 hours, queue: intake}]", []),
        ("[{after: 1 hour, queue: desk}, {after: 2 hours, queue: desk}]", ["escalates-nowhere"]),
        ("[{after: 1 hour, queue: intake}]", ["escalates-nowhere"]),
    ],
)
def test_an_escalation_moves_the_task_and_leaves_it_time(escalate: str, found: list[str]) -> None:
    """To another queue than the one where it stands by then."""
    assert rules(f"due: 1 day, escalate: {escalate}") == found


def test_a_task_that_is_left_before_it_is_due_is_never_due() -> None:
    """Its timeout is the shorter one."""
    assert rules("due: 5 days", "2 days") == ["never-due"]
    assert rules("due: 2 days", "5 days") == []
    assert rules("due: 2 days", "2 days") == []
