"""Tasks are read with their reminders, escalations, and who may do them."""

from __future__ import annotations

import pytest

from pathways.model import TaskDecl
from tests.support.authored import noted, place, read


def task(more: str) -> TaskDecl:
    """A task that is read without findings."""
    body = read(f"a: {{task: {{queue: intake, {more}}}}}\nb: {{end: done}}").steps[0].body
    assert isinstance(body, TaskDecl)
    return body


@pytest.mark.parametrize(
    ("remind", "moments"),
    [
        ("1 day", [("1 day", None, None)]),
        ("[1 day, {before: 2 hours}]", [("1 day", None, None), (None, "2 hours", None)]),
        ("{at: 2026-03-02}", [(None, None, "2026-03-02")]),
        ("[{after: =wait_time}]", [("=wait_time", None, None)]),
    ],
)
def test_reminders_come_after_before_or_at_a_time(remind: str, moments: list[tuple[str | None, ...]]) -> None:
    """A time alone counts from the opening; several stand in a list."""
    found = task(f"due: 3 days, remind: {remind}").remind
    assert [tuple(one and str(one) for one in (each.after, each.before, each.at)) for each in found] == moments


def test_an_alert_says_why_until_when_and_with_which_cause() -> None:
    """The task does, and so may each of its reminders and escalations."""
    said = "why: It matters, review_by: 2027-01-01, cause: c"
    found = task(f"{said}, remind: {{after: 1 day, {said}}}, escalate: {{after: 2 days, queue: supervisor, {said}}}")
    for alert in (found, *found.remind, *found.escalate):
        assert (str(alert.why), str(alert.review_by), str(alert.cause)) == ("It matters", "2027-01-01", "c")


def test_who_may_do_it() -> None:
    """A skill, in bulk, and not the person who did another task."""
    found = task("skill: spanish, bulk: true, separate_from: b")
    assert (str(found.skill), found.bulk, str(found.separate_from)) == ("spanish", True, "b")
    assert not task("role: nurse").bulk


@pytest.mark.parametrize(
    ("more", "rule", "at"),
    [
        ("remind: {after: 1 day, at: 2026-01-01}", "shape", "{after"),
        ("remind: {}", "shape", "{}"),
        ("remind: {before: 1 day}", "missing-key", "before"),
        ("remind: [[1 day]]", "shape", "[1 day]"),
        ("escalate: 1 day", "shape", "1 day"),
        ("escalate: {queue: intake}", "missing-key", "{queue"),
        ("escalate: {after: 1 day}", "missing-key", "{after"),
        ("bulk: yes", "shape", "yes"),
        ("review_by: soon", "bad-date", "soon"),
        ("outcomes: [a]", "shape", "[a]"),
        ("outcomes: {A: Title}", "bad-id", "A"),
        ("form: {x: text}", "shape", "{x"),
        ("form: [{label: X}]", "missing-key", "{label"),
        ("form: [{name: outcome}]", "bad-name", "outcome"),
        ("form: [{name: x, type: txet}]", "unknown-type", "txet"),
        ("form: [{name: x, show_when: =y}]", "condition-equals", "=y"),
        ("form: [{name: x, type: Reference, target: [Documentreference]}]", "unknown-resource", "Documentreference"),
        ("form: [{name: x, type: Reference, many: true, target: [Task, Task]}]", "stands-twice", "Task]"),
        ("form: [{name: x, type: code, options: [1, 01, 1]}]", "stands-twice", "1]"),
        ("form: [{name: x, type: text, target: [Task]}]", "unknown-key", "target"),
        ("form: [{name: x, type: date, options: [a]}]", "unknown-key", "options"),
        ("form: [{name: x, type: text, fields: {y: text}}]", "unknown-key", "fields"),
        ("form: [{name: x, type: object, fields: {y: {type: Reference, target: Tsk}}}]", "unknown-resource", "Tsk"),
    ],
)
def test_what_a_task_may_not_say_is_noted_where_it_stands(more: str, rule: str, at: str) -> None:
    """The place is that of the thing itself."""
    text = f"a: {{task: {{queue: intake, {more}}}}}\nb: {{end: done}}"
    findings = [one for one in noted(text) if one.rule == rule]
    assert findings, [str(one) for one in noted(text)]
    assert place(text, findings[0]).startswith(at)
