"""Tasks, and who may do them."""

from __future__ import annotations

import pytest

from pathways.catalog import read_catalog
from pathways.plan import Task
from pathways.values import Computed
from tests.support import everything
from tests.support.authored import found, one, plan


def task(text: str, path: str = "a") -> Task:
    """A task of a pathway that compiles without findings."""
    step = plan(text).step[path]
    assert isinstance(step, Task)
    return step


def test_a_task_without_title_is_called_as_its_step_is() -> None:
    """As a text with expressions inside, where the step's title is one."""
    for title in ("Call them", "Call {{ patient.display }}"):
        called = task(f'a: {{title: "{title}", task: {{queue: intake}}}}\nb: {{end: done}}').task_title
        assert called == Computed(title)
    (wrong,) = found('a: {title: "Call {{ patient. }}", task: {queue: intake}}\nb: {end: done}')
    assert (wrong.rule, wrong.line) == ("bad-expression", 2)


def test_alerts_inherit_why_and_until_when() -> None:
    """From their task, then from the pathway; a cause from the task alone."""
    review = everything.plan().step["review"]
    assert isinstance(review, Task)
    opened, before, at = review.remind
    assert (opened.why, opened.cause) == ("Doses are checked before they are made", "review")
    assert before.why == "It is nearly due"
    assert at.at is not None
    assert [one.why for one in review.escalate] == ["Nobody looked", "Doses are checked before they are made"]
    assert {one.review_by for one in (*review.remind, *review.escalate)} == {"2027-03-31"}
    text = "purpose: Because\nreview_by: 2027-05-05\nsteps: {a: {task: {queue: intake, remind: 1 day}}, b: {end: done}}"
    (reminder,) = task(text).remind
    assert (reminder.why, reminder.review_by, reminder.cause) == ("Because", "2027-05-05", None)


SEPARATE = """
first: {task: {queue: intake}}
both:
  parallel:
    branches:
      l: {steps: {prepare: {task: {queue: intake}}, only: {task: {queue: intake}}}}
      r: {steps: {prepare: {task: {queue: intake}}, check: {task: {queue: intake, separate_from: NAME}}}}
last: {task: {queue: intake, separate_from: LAST}}
over: {end: done}
"""


@pytest.mark.parametrize(("name", "path"), [("prepare", "both/r/prepare"), ("first", "first"), ("only", "both/l/only")])
def test_separate_from_means_a_task_nearby_or_the_only_one(name: str, path: str) -> None:
    """What a person did is remembered past the end of a branch, so here an id may mean a step inside one."""
    assert task(SEPARATE.replace("NAME", name).replace("LAST", "first"), "both/r/check").separate_from == path
    whole = plan(SEPARATE.replace("NAME", name).replace("LAST", "only"))
    assert whole.separations == {path, "both/l/only"}


@pytest.mark.parametrize(
    ("name", "words"), [("prepare", "Several"), ("both", "no task"), ("last", "itself"), ("frist", "no task")]
)
def test_separate_from_must_name_a_task(name: str, words: str) -> None:
    """One that is meant for sure, and not the task itself."""
    finding = one(found(SEPARATE.replace("NAME", "first").replace("LAST", name)), "no-such-task")
    assert words in finding.message
    assert finding.hint


def test_a_gate_asks_for_the_tasks_role_else_for_a_clinical_one() -> None:
    """Of the catalog's roles those marked so; without any, the role called clinical."""
    step = "a: {gate: clinical, task: {queue: intake%s}}\nb: {end: done}"
    assert task(step % ", role: coordinator").gate_roles == ("coordinator",)
    assert task(step % "").gate_roles == ("nurse", "pharmacist")
    assert plan(step % "", read_catalog({})).steps[0].gate_roles == ("clinical",)
    assert task(step.replace("gate: clinical, ", "") % "").gate_roles == ()


def test_a_queue_is_known_wherever_it_is_named() -> None:
    """Of a task, an escalation; not where an expression says which."""
    for text in ("{queue: intak}", "{queue: intake, escalate: {after: 1 day, queue: intak}}"):
        assert "intake" in one(found(f"a: {{task: {text}}}\nb: {{end: done}}"), "unknown-queue").hint
    assert found("a: {task: {queue: =urgency}}\nb: {end: done}") == []
