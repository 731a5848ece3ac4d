"""Texts where an expression was meant, and values that are no texts where one is wanted."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from commands.rule_examples import catalog, completed
from pathways.lint import lint

CATALOG = catalog()


def said(text: str) -> list[tuple[str, str]]:
    """Rule and hint of every error."""
    linted = lint(completed(dedent(text) + "\n"), "example.yaml", CATALOG, date(2026, 3, 2))
    return [(one.rule, one.hint) for one in linted.diagnostics if one.severity == "error"]


CASE = """
{top}
clocks: {{answer: {{title: Answer, limit: 3 days, warn: 50%}}}}
on: [{{event: note.filed, key: {key}, to: over}}]
steps:
  begin:
    clocks: {{start: answer, from: {begun}}}
    task: {{title: Begin, queue: intake, form: [{{name: days, type: list, item: {{type: date}}, required: true}}]}}
    save: begun
  each:
    repeat:
      for_each: {items}
      as: day
      steps: {{ask: {{task: {{title: "{title}", queue: intake}}}}}}
  over: {{end: done, clocks: {{stop: answer}}}}
"""
RIGHT = {"top": "", "key": "=order.reference", "begun": "=begun.at", "items": "=begun.days", "title": "{{ day }}"}


def case(**parts: str) -> str:
    """A pathway in which some part is written another way."""
    return CASE.format(**{**RIGHT, **parts})


def test_what_is_written_as_it_should_be_is_left_alone() -> None:
    """Expressions, texts that name nothing, and texts that look like names of something else."""
    assert said(case()) == []
    assert said(case(title="order.placed")) == []
    assert said(case(title="begun")) == []
    assert said(case(key="K-1", begun="2026-03-01T09:00:00Z", items="[1, 2]")) == []
    assert said(case(top="unique: nightly")) == []


@pytest.mark.parametrize(
    ("parts", "finding"),
    [
        ({"top": "unique: order.reference"}, ("forgotten-equals", "Write =order.reference.")),
        ({"top": "unique: order"}, ("forgotten-equals", "Write =order.")),
        ({"top": "attributes: {who: order.display}"}, ("forgotten-equals", "Write =order.display.")),
        ({"key": "order.reference"}, ("forgotten-equals", "Write =order.reference.")),
        ({"key": "order"}, ("forgotten-equals", "Write =order.")),
        ({"title": "order.display"}, ("forgotten-equals", "Write =order.display.")),
        ({"begun": "begun.at"}, ("bad-duration", "Write =begun.at.")),
        ({"begun": "yesterday"}, ("bad-duration", "Such as =claim.received.")),
        ({"items": "begun.days"}, ("bad-types", "Write =begun.days.")),
    ],
)
def test_a_forgotten_equals_sign_is_found(parts: dict[str, str], finding: tuple[str, str]) -> None:
    """The text is what a name is called that is known there: nobody means it word for word."""
    assert said(case(**parts)) == [finding]


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        ({"top": "unique: [order]"}, "shape"),
        ({"key": "{a: 1}"}, "shape"),
        ({"begun": "true"}, "shape"),
        ({"items": "17"}, "shape"),
        ({"items": "{a: 1}"}, "shape"),
    ],
)
def test_what_can_be_no_text_is_no_expression_either(parts: dict[str, str], rule: str) -> None:
    """A list or a truth value where a text is wanted is said to be none."""
    assert rule in {one for one, _ in said(case(**parts))}


@pytest.mark.parametrize(
    "task",
    ["queue: [intake]", "queue: intake, title: {a: b}", "queue: intake, priority: true", "queue: intake, help: []"],
)
def test_a_task_is_written_in_texts(task: str) -> None:
    """Who reads its title, and where it stands, is no list or map."""
    assert "shape" in {rule for rule, _ in said(f"steps: {{a: {{task: {{{task}}}}}, b: {{end: done}}}}")}


def test_the_data_of_an_event_is_a_map() -> None:
    """What its schema asks for has names; an expression may give them."""
    text = "steps: {{a: {{emit: {{type: case.closed, data: {data}}}}}, b: {{end: done}}}}"
    assert [rule for rule, _ in said(text.format(data="word"))][:1] == ["shape"]
    assert "shape" not in {rule for rule, _ in said(text.format(data='"=order"'))}


def test_the_task_of_a_breach_has_a_priority_that_there_is() -> None:
    """A misspelt one would be found when the clock has run out."""
    text = "clocks: {late: {limit: 1 day, breach: {queue: intake, priority: urgetn}}}"
    found = [one for one in said(text + "\nsteps: {b: {end: done}}") if one[0] == "unknown-priority"]
    assert found == [("unknown-priority", 'Did you mean "urgent"?')]


def test_a_wait_has_a_key_that_can_be_one() -> None:
    """A list is no key, in a wait as little as in a handler."""
    text = "steps: {a: {wait: {event: note.filed, key: '=[order]'}, timeout: {after: 1 day, to: b}}, b: {end: done}}"
    assert said(text)[0][0] == "bad-types"


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("wait: {for: -1 day}", ["bad-duration"]),
        ("task: {queue: intake, due: 1 day, remind: [{before: -1 hour}]}", ["bad-duration"]),
        ("task: {queue: intake, due: 1 day, escalate: [{after: 0 minutes, queue: desk}]}", []),
        ("""wait: {until: '=business_add(now(), "1 busines day", "clinic")'}""", ["bad-duration"]),
        ("""wait: {until: '=business_add(now(), "-1 business days", "clinic")'}""", []),
    ],
)
def test_durations_go_forward_and_are_some(rest: str, found: list[str]) -> None:
    """A deadline in the past is no deadline; `business_add` may count back, by a duration that there is."""
    assert [rule for rule, _ in said(f"steps:\n  a: {{{rest}}}\n  b: {{end: done}}")] == found


def test_a_clock_of_elapsed_time_counts_no_business_time() -> None:
    """It says so itself, whatever calendar the pathway has."""
    text = "calendar: clinic\nclocks: {late: {limit: 4 business hours, calendar: none}}\nsteps: {b: {end: done}}"
    assert said(text) == [("no-calendar", "Name a calendar there, or write elapsed time, such as 72 hours.")]


@pytest.mark.parametrize("default", ['"=today()"', '"{{ order.reference }}"'])
@pytest.mark.parametrize("kind", ["text", "date"])
def test_a_default_is_what_it_says(default: str, kind: str) -> None:
    """Nothing is worked out before the first step: an expression there would be a text, word for word."""
    text = f"""
    inputs:
      order: {{type: Reference, target: [ServiceRequest], required: true}}
      when: {{type: {kind}, default: {default}}}
    steps:
      ask: {{task: {{title: "{{{{ when }}}}", queue: intake}}}}
      over: {{end: done}}
    """
    ((rule, hint),) = said(text)
    assert rule == "default-misfit"
    assert "in the first step" in hint
