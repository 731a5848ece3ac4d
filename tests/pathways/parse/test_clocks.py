"""Clocks are read, and what steps do to them."""

from __future__ import annotations

import pytest

from tests.support.authored import noted, place, read

REST = "steps: {a: {end: done}}"


@pytest.mark.parametrize(
    ("warn", "share"), [("75%", 0.75), ("0.75", 0.75), ("12.5%", 0.125), ("99 %", 0.99), ('"50%"', 0.5)]
)
def test_a_warning_comes_after_a_share_of_the_limit(warn: str, share: float) -> None:
    """In percent, or as a number."""
    (clock,) = read(f"clocks: {{answer: {{limit: 3 days, warn: {warn}}}}}\n{REST}").clocks
    assert clock.warn == share


def test_a_breach_opens_a_task() -> None:
    """With all that the task says."""
    breach = "{queue: supervisor, title: Late, role: nurse, priority: urgent, help: Call, why: W, cause: c}"
    (clock,) = read(
        f"clocks: {{answer: {{title: Answer, limit: =x, calendar: none, breach: {breach}}}}}\n{REST}"
    ).clocks
    assert clock.breach is not None
    assert clock.breach.queue is not None
    assert (clock.breach.queue.source, str(clock.breach.role), str(clock.breach.why)) == ("supervisor", "nurse", "W")
    assert (str(clock.limit), str(clock.calendar)) == ("=x", "none")


@pytest.mark.parametrize(
    ("clocks", "verbs"),
    [
        ("{start: answer}", [("start", "answer", "entry", None)]),
        ("{start: [answer, visit]}", [("start", "answer", "entry", None), ("start", "visit", "entry", None)]),
        ("{start: answer, from: =x}", [("start", "answer", "completion", "=x")]),
        ("{restart: answer, from: =x, at: completion}", [("restart", "answer", "completion", "=x")]),
        (
            "{stop: visit, start: answer, from: =x}",
            [("stop", "visit", "entry", None), ("start", "answer", "completion", "=x")],
        ),
        ("{pause: answer, at: completion}", [("pause", "answer", "completion", None)]),
        ("{resume: answer, at: entry}", [("resume", "answer", "entry", None)]),
    ],
)
def test_verbs_act_on_entry_unless_they_say_otherwise(clocks: str, verbs: list[tuple[str | None, ...]]) -> None:
    """What starts from a time always acts on completion; verbs keep the order in which they are written."""
    step = read(f"a: {{wait: {{for: 1 day}}, clocks: {clocks}}}\nb: {{end: done}}").steps[0]
    assert [(one.verb, str(one.clock), one.at, one.start and one.start.source) for one in step.clocks] == verbs


@pytest.mark.parametrize(
    ("text", "rule", "at"),
    [
        ("clocks: []", "shape", "[]"),
        ("clocks: {Answer: {limit: 1 day}}", "bad-id", "Answer"),
        ("clocks: {answer: 3 days}", "shape", "3 days"),
        ("clocks: {answer: {title: Answer}}", "missing-key", "{title"),
        ("clocks: {answer: {limit: 1 day, warn: 0%}}", "shape", "0%"),
        ("clocks: {answer: {limit: 1 day, warn: 100%}}", "shape", "100%"),
        ("clocks: {answer: {limit: 1 day, warn: 75}}", "shape", "75"),
        ("clocks: {answer: {limit: 1 day, warn: 1 hour}}", "shape", "1 hour"),
        ("clocks: {answer: {limit: 1 day, breach: {title: Late}}}", "missing-key", "{title"),
        ("clocks: {answer: {limit: 1 day, review_by: 2026-13-01}}", "bad-date", "2026-13-01"),
    ],
)
def test_what_a_clock_may_not_say_is_noted_where_it_stands(text: str, rule: str, at: str) -> None:
    """The place is that of the thing itself."""
    text = f"{text}\n{REST}"
    findings = [one for one in noted(text) if one.rule == rule]
    assert findings, [str(one) for one in noted(text)]
    assert place(text, findings[0]).startswith(at)


@pytest.mark.parametrize(
    ("clocks", "rule", "at"),
    [
        ("answer", "shape", "answer"),
        ("{}", "missing-key", "{}"),
        ("{begin: answer}", "unknown-key", "begin"),
        ("{stop: answer, from: =x}", "shape", "from"),
        ("{start: answer, from: =x, at: entry}", "shape", "at"),
        ("{start: answer, at: exit}", "shape", "exit"),
        ("{start: [[answer]]}", "shape", "[answer]"),
    ],
)
def test_what_a_step_may_not_do_to_a_clock_is_noted(clocks: str, rule: str, at: str) -> None:
    """The place is that of the thing itself."""
    text = f"a: {{wait: {{for: 1 day}}, clocks: {clocks}}}\nb: {{end: done}}"
    findings = [one for one in noted(text) if one.rule == rule]
    assert findings, [str(one) for one in noted(text)]
    assert place(text, findings[0]).startswith(at)
