"""Which clocks run where: what is started in a scope is left behind with it."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from commands.rule_examples import catalog, completed
from pathways.lint import lint

CATALOG = catalog()
LEAVING = """
clocks: {{answer: {{title: Answer, limit: 3 days, warn: 50%}}}}
steps:
  begin: {{task: {{title: Begin, queue: intake}}{before}}}
  each:
    {around}
    repeat:
      for_each: [1, 2]
      as: n
      steps:
        ask:
          task: {{title: "Ask {{{{ n }}}}", queue: intake}}
          clocks: {{start: answer}}
          {ask}
        told: {{set: {{told: =n}}, clocks: {{stop: answer}}}}
  over: {{end: done}}
  gone: {{task: {{title: "Gone", queue: intake}}}}
  left: {{end: done}}
"""


def running(**parts: str) -> list[str]:
    """The ends at which a clock may still be running."""
    text = LEAVING.format(**{"before": "", "around": "note: none", "ask": "note: none", **parts})
    linted = lint(completed(dedent(text)), "example.yaml", CATALOG, date(2026, 3, 2))
    return [one.message.split('"')[1] for one in linted.diagnostics if one.rule == "clock-left-running"]


@pytest.mark.parametrize(
    "parts",
    [
        {"ask": "timeout: {after: 1 day, to: gone}"},
        {"ask": "on: [{event: note.filed, key: =order.reference, to: gone}]"},
        {"around": "timeout: {after: 1 day, to: gone}"},
        {"around": "on: [{event: note.filed, key: =order.reference, to: gone}]"},
    ],
)
def test_a_clock_that_is_left_behind_runs_no_more(parts: dict[str, str]) -> None:
    """It belongs to the scope of the step that started it; one that was started outside goes on."""
    assert running(**parts) == []
    assert "left" in running(**parts, before=", clocks: {start: answer}")


def test_a_clock_goes_on_where_its_scope_ends_well() -> None:
    """The scope around has it then."""
    text = LEAVING.replace("clocks: {{stop: answer}}", "clocks: {{pause: answer}}")
    text = text.format(before="", around="note: none", ask="timeout: {after: 1 day, to: gone}")
    text = text.replace('gone: {task: {title: "Gone"', 'gone: {clocks: {stop: answer}, task: {title: "Gone"')
    linted = lint(completed(dedent(text)), "example.yaml", CATALOG, date(2026, 3, 2))
    assert [one.message.split('"')[1] for one in linted.diagnostics if one.rule == "clock-left-running"] == ["over"]


@pytest.mark.parametrize(
    ("items", "ends"),
    [
        ("[1, 2]", []),
        ('"=[1, 2]"', []),
        ('"=[]"', ["over"]),
        ('"=if today() = null then [1] else []"', ["over"]),
    ],
)
def test_a_list_that_is_written_out_is_gone_through(items: str, ends: list[str]) -> None:
    """What stops a clock inside it stops it on every way; a list that may be empty may not."""
    text = f"""
clocks: {{answer: {{title: Answer, limit: 3 days, warn: 50%}}}}
steps:
  begin: {{task: {{title: Begin, queue: intake}}, clocks: {{start: answer}}}}
  each:
    repeat:
      for_each: {items}
      as: n
      steps: {{ask: {{task: {{title: "Ask {{{{ n }}}}", queue: intake}}, clocks: {{stop: answer}}}}}}
  over: {{end: done}}
"""
    linted = lint(completed(text), "example.yaml", CATALOG, date(2026, 3, 2))
    assert [one.message.split('"')[1] for one in linted.diagnostics if one.rule == "clock-left-running"] == ends
