"""Data on its way: what is known where, along every way between steps."""

from __future__ import annotations

from datetime import date
from textwrap import dedent, indent

import pytest

from pathways.lint import lint
from tests.support.pathways import CATALOG

HEAD = """
language: 1
pathway: example
version: 1.0.0
title: Example
inputs:
  order: {type: Reference, required: true}
  reason: text
  n: {type: integer, default: 1}
outcomes: {done: {title: Done, kind: success}}
steps:
"""
ASK = """
ask:
  task: {title: Ask, queue: intake, outcomes: {yes: Yes, no: No}}
  save: asked
  timeout: {after: 1 day, to: late}
  next: {yes: book, no: after}
book:
  do: visits.book
  with: {order: =order}
  save: booking
  catch: {slot-taken: late, order-unknown: late}
"""


def unset(steps: str) -> list[str]:
    """What some way reads without its being set, as the findings say it."""
    text = HEAD + indent(dedent(steps), "  ")
    found = lint(text, "example.yaml", CATALOG, date(2026, 3, 2)).diagnostics
    others = [one for one in found if one.severity == "error" and one.rule != "unset-data"]
    assert not others, "\n".join(map(str, others))
    return [one.message.split('"')[1] for one in found if one.rule == "unset-data"]


def empty(steps: str) -> list[tuple[str, str]]:
    """What may be missing where it is read, as the findings say it."""
    text = HEAD.replace("reason: text", "reason: text\n  day: date") + indent(dedent(steps), "  ")
    found = lint(text, "example.yaml", CATALOG, date(2026, 3, 2)).diagnostics
    return [(one.rule, one.message.split('"')[1]) for one in found if one.rule.startswith("empty-")]


FORM = """
ask:
  task: {title: Ask, queue: intake, form: [{name: day, type: date}, {name: on, type: date, required: true}]}
  save: asked
"""


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("rest: {wait: {until: =day}}", ["day"]),
        ("rest: {task: {title: Rest, queue: intake, due: =day}}", ["day"]),
        ("rest: {wait: {until: =asked.day}}", ["asked.day"]),
        (
            "rest: {repeat: {for_each: =asked.day, as: one, steps: {s: {task: {title: S, queue: intake}}}}}",
            ["asked.day"],
        ),
        ("rest: {wait: {until: =asked.on}}", []),
        ('rest: {wait: {until: "=if day != null then day else today()"}}', []),
        ("rest: {decide: {rules: [{when: day = null, to: over}, {to: come}]}}\ncome: {wait: {until: =day}}", []),
    ],
)
def test_a_time_that_may_be_missing_is_found(step: str, names: list[str]) -> None:
    """An input that may be left out or a field that may be left empty is no time; said to be there, it is one."""
    assert empty(f"{FORM}{step}\nover: {{end: done}}") == [("empty-time", name) for name in names]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("[{asked.day: '> date(\"2026-01-01\")', to: over}, {otherwise: over}]", ["asked.day"]),
        ("[{asked.day: '> date(\"2026-01-01\")', n: 1, to: over}, {asked.day: any, to: over}]", ["asked.day"]),
        ("[{asked.day: 'null', to: over}, {asked.day: '> date(\"2026-01-01\")', to: over}, {otherwise: over}]", []),
        ("[{asked.day: 'not(date(\"2026-01-01\"))', to: over}, {otherwise: over}]", []),
        ("[{asked.on: '> date(\"2026-01-01\")', to: over}, {otherwise: over}]", []),
        ("[{n: 1, to: over}, {otherwise: over}]", []),
    ],
)
def test_a_column_that_may_be_null_says_what_null_means(rows: str, found: list[str]) -> None:
    """Else a case of which something is not known is taken for one of the rest."""
    text = f"{FORM}which: {{decide: {{table: {rows}}}}}\nover: {{end: done}}"
    lines = HEAD + indent(dedent(text), "  ")
    said = lint(lines, "example.yaml", CATALOG, date(2026, 3, 2)).diagnostics
    assert [one.message.split('"')[1] for one in said if one.rule == "null-column"] == found


def test_a_field_that_some_rows_of_a_table_give_is_not_always_there() -> None:
    """A condition on it is neither true nor false for the others."""
    table = """
which:
  decide:
    table:
      - {n: 1, give: {days: 3, who: intake}}
      - {otherwise: true, give: {who: intake}}
  save: rule
  next: [{when: rule.days > 2 and rule.who = "intake", to: over}, {to: over}]
over: {end: done}
"""
    assert empty(table) == [("empty-field", "rule.days")]
    assert empty(table.replace("{who: intake}", "{days: 1, who: intake}")) == []


@pytest.mark.parametrize(
    "step",
    [
        'after: {set: {x: "=if booking != null then booking.appointment else null"}}',
        'after: {set: {x: "=if booking = null then null else booking.appointment"}}',
        'after: {set: {x: "=booking != null and booking.appointment = order.reference"}}',
        'after: {set: {x: "=booking = null or booking.appointment = order.reference"}}',
        'after: {set: {x: "=not(booking = null) and booking.appointment = order.reference"}}',
        "after: {set: {x: =order.reference, y: =x}}",
        "after: {decide: {rules: [{when: booking != null, to: use}, {to: late}]}}\nuse: {set: {y: =booking.start}}",
        "after: {decide: {rules: [{when: booking = null, to: late}, {to: use}]}}\nuse: {set: {y: =booking.start}}",
        "after: {decide: {rules: [{when: booking != null and n > 1, to: use}, {to: late}]}}\nuse: {set: {y: =booking}}",
        """
after: {decide: {rules: [{when: reason != null, to: use}, {to: late}]}}
use: {decide: {rules: [{when: reason = "x", to: late}, {to: late}]}}""",
        'after: {set: {x: "=every b in [1] satisfies b > 0", z: "={booking: 1, c: booking}.c"}}',
        "after: {set: {booking: =null, y: =booking}}",
        "after: {set: {x: =reason}}",
        "after: {repeat: {until: x > 2, limit: 5, steps: {set: {set: {x: =iteration}}}}}",
    ],
)
def test_what_is_asked_for_or_set_first_may_be_read(step: str) -> None:
    """A null check in the expression, or on the way to it, is enough; so is setting it, be it to null."""
    assert unset(ASK + step + "\nlate: {end: done}\n") == []


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("after: {set: {x: =booking.start}}", ["booking"]),
        ('after: {set: {x: "{{ booking.appointment }}"}}', ["booking"]),
        ('after: {set: {x: "=booking != null or booking.appointment = order.reference"}}', ["booking"]),
        ('after: {set: {x: "=if booking = null then booking.start else null"}}', ["booking"]),
        ("after: {wait: {until: =booking.start}}", ["booking"]),
        ("after: {task: {title: x, queue: intake, due: =booking.start}}", ["booking"]),
        ("after: {emit: {type: case.closed, data: {result: =booking.appointment}}}", ["booking"]),
        ("after: {set: {x: 1}}\nlate: {set: {y: =asked.outcome}}", ["asked"]),
        ("after: {set: {flag: =null}}\nlook: {decide: {rules: [{when: flag = 1, to: late}, {to: late}]}}", ["flag"]),
        ('after: {decide: {rules: [{when: reason = "x", to: late}, {to: late}]}}', ["reason"]),
        ("after: {set: {x: 1}}\nlate: {set: {z: =problem.message}}", ["problem"]),
    ],
)
def test_what_some_way_leaves_unset_is_found(step: str, names: list[str]) -> None:
    """By timeout, by a caught problem, by another outcome; and null where a condition asks."""
    late = "" if "late: " in step else "late: {set: {x: 1}}\n"
    assert unset(ASK + step + "\n" + late + "over: {end: done}\n") == names


def test_a_problem_is_there_where_only_its_catch_leads() -> None:
    """Its name and message are for the step that deals with it, and for no later one."""
    steps = """
    book:
      do: visits.book
      save: booking
      catch: {slot-taken: tell, order-unknown: tell}
      next: again
    tell: {task: {title: "{{ problem.message }}", queue: intake}, next: over}
    again: {task: {title: Again, queue: intake}, next: over}
    over: {end: done}
    """
    assert unset(steps) == []
    assert unset(steps.replace("Again, queue: intake}, next: over", "Again, queue: intake}, next: tell")) == ["problem"]


def test_a_loop_keeps_what_was_set_before_it() -> None:
    """And what is set inside is not known at its head."""
    steps = """
    begin: {set: {n: 0}}
    rest: {wait: {for: 1 day}}
    count: {set: {n: =n + 1, last: =n}}
    enough: {decide: {rules: [{when: n > 3, to: over}, {to: rest}]}}
    over: {end: done}
    """
    assert unset(steps) == []
    assert unset(steps.replace("rest: {wait: {for: 1 day}}", "rest: {task: {title: '{{ last }}', queue: intake}}")) == [
        "last"
    ]
