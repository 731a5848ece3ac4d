"""`task`: opening, due times, forms, outcomes, roles, and tasks that are gone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.plans import Player, code, make_plan

TEXT = """
calendar: us-business
inputs: {urgent: {type: boolean, default: false}}
stages: [triage]
attributes: {urgent: =urgent}
outcomes: {accepted: {title: Accepted, kind: success}, declined: Declined}
steps:
  triage:
    stage: triage
    task:
      title: "Triage{{ if urgent then \\" now\\" else null }}"
      queue: triage
      role: nurse
      priority: =if urgent then "stat" else "routine"
      due: 1 business day
      form:
        - {name: reason, label: Reason, type: text, required_when: not(fine)}
        - {name: fine, label: Fine, type: boolean, required: true}
        - {name: until, label: Until, type: date, show_when: fine}
      outcomes: {accept: Accept, decline: {title: Decline, role: physician}}
    save: decision
    timeout: {after: 3 business days, to: declined}
    next: {accept: accepted, decline: declined}
  accepted: {end: accepted}
  declined: {end: declined}
"""


def test_opens_with_what_a_list_needs() -> None:
    """The fact of an open task carries title, queue, priority, due time, form and outcomes."""
    player = Player(make_plan(TEXT), {"urgent": True})
    task = player.of("task-opened")[0]
    assert (task.title, task.queue, task.priority, task.role) == ("Triage now", "triage", "stat", "nurse")
    assert task.due_at == datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
    assert [field["name"] for field in task.form] == ["reason", "fine", "until"]
    assert player.state.stage == "triage"
    assert player.state.attributes == {"urgent": True}


def test_completion_saves_fields_outcome_by_and_at() -> None:
    """What was typed is saved with who completed the task, and when."""
    player = Player(make_plan(TEXT))
    player.after(hours=1).complete("triage", "accept", {"fine": True, "until": "2026-04-01"}, by="nurse-7")
    saved = player.value("decision")
    assert saved == {
        "reason": None,
        "fine": True,
        "until": "2026-04-01",
        "outcome": "accept",
        "by": "nurse-7",
        "at": "2026-03-02T15:00:00+00:00",
    }
    assert player.state.outcome == "accepted"


def test_form_rules_see_what_is_typed() -> None:
    """A field may be required or hidden by what other fields say; a hidden one is not kept."""
    player = Player(make_plan(TEXT))
    refusal = player.complete("triage", "accept", {"fine": False, "until": "2026-04-01"}).refusal
    assert refusal is not None
    assert refusal.detail == {"reason": "is required"}
    player.complete("triage", "accept", {"fine": False, "until": "2026-04-01", "reason": "x"})
    assert player.value("decision")["until"] is None


def test_wrong_fields_are_named() -> None:
    """Each wrong field is refused with its own words; nothing changes."""
    player = Player(make_plan(TEXT))
    before = player.state
    refusal = player.complete("triage", "accept", {"fine": "yes", "until": "soon", "colour": 1}).refusal
    assert refusal is not None
    assert refusal.code == "form-invalid"
    assert set(refusal.detail) == {"fine", "colour", "until"} or set(refusal.detail) == {"fine", "colour"}
    assert player.state is before


def test_roles() -> None:
    """The task's role is needed, or the outcome's own where it has one."""
    player = Player(make_plan(TEXT))
    form = {"fine": True}
    assert code(player.complete("triage", "decline", form, roles=("nurse",))) == "role-missing"
    assert code(player.complete("triage", "accept", form, roles=("clerk",))) == "role-missing"
    assert player.complete("triage", "accept", form, roles=("nurse",)).refusal is None


def test_unknown_outcome_and_task() -> None:
    """An outcome or a task that does not exist is refused by name."""
    player = Player(make_plan(TEXT))
    assert code(player.complete("triage", "maybe", {"fine": True})) == "unknown-outcome"
    assert code(player.complete("triage@2", "accept")) == "unknown-task"


def test_a_completion_that_comes_too_late_is_refused_but_the_timeout_stands() -> None:
    """The deadline that is due fires first; the completion is then refused."""
    player = Player(make_plan(TEXT))
    found = player.after(days=4).complete("triage", "accept", {"fine": True})
    assert found.refusal is not None
    assert found.refusal.code == "ended"
    assert player.state.outcome == "declined"
    assert [fact.reason for fact in player.of("task-closed")] == ["timeout"]


def test_two_completions_one_wins() -> None:
    """The second of two completions is refused."""
    text = TEXT.replace("accepted: {end: accepted}", "accepted: {wait: {for: 1 day}, next: declined}")
    player = Player(make_plan(text.replace("outcomes: {accepted: {title: Accepted, kind: success}, ", "outcomes: {")))
    assert player.complete("triage", "accept", {"fine": True}).refusal is None
    again = player.complete("triage", "accept", {"fine": True}).refusal
    assert again is not None
    assert again.code == "task-closed"


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ('"2026-03-08"', datetime(2026, 3, 9, 4, 0, tzinfo=UTC)),
        ("=day", datetime(2026, 3, 9, 4, 0, tzinfo=UTC)),
        ('"2026-03-08T12:00:00Z"', datetime(2026, 3, 8, 12, 0, tzinfo=UTC)),
        ('=day + "T12:00:00Z"', datetime(2026, 3, 8, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_date_as_text_is_due_at_its_end(due: str, expected: datetime) -> None:
    """A text that is a date is that date, so a task is due when the day is over and not when it begins."""
    text = f"""
inputs: {{day: {{type: text, default: "2026-03-08"}}}}
outcomes: {{ok: Good}}
steps:
  ask: {{task: {{title: Ask, queue: triage, due: {due}}}}}
  fin: {{end: ok}}
"""
    assert Player(make_plan(text)).of("task-opened")[0].due_at == expected


CLOSING = """
steps:
  ask:
    task:
      title: Did it go well?
      queue: q
      form:
        - {name: reason, label: Why not, type: text, show_when: 'outcome = "bad"', required_when: 'outcome = "bad"'}
        - {name: stars, label: Stars, type: integer, required_when: 'outcome != "bad" and saved.outcome = "kept"'}
      outcomes: {good: Good, bad: Bad}
    save: answer
  fin: {end: ok}
inputs: {outcome: {type: text, default: kept}}
outcomes: {ok: {kind: success}}
"""


def test_the_rules_of_a_form_see_the_outcome_that_it_is_completed_with() -> None:
    """It hides a saved name, as fields do; what the outcome does not ask for is not kept."""
    player = Player(make_plan(CLOSING))
    refused = player.complete("ask", "bad").refusal
    assert refused is not None
    assert refused.detail == {"reason": "is required"}
    refused = player.complete("ask", "good").refusal
    assert refused is not None
    assert refused.detail == {"stars": "is required"}
    player.complete("ask", "good", {"stars": 5, "reason": "none"})
    assert player.value("answer")["reason"] is None
    other = Player(make_plan(CLOSING), {"outcome": "lost"})
    other.complete("ask", "good")
    assert other.state.outcome == "ok"
