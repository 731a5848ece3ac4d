"""What a file says before any catalog is asked: every construct of a later version refused by its name and place."""

from __future__ import annotations

import pytest

from pathways.datatypes import DataType
from pathways.parse import parse

DEFINITION = """language: 1
pathway: example
version: 1.0.0
title: Example
TOP
inputs:
  order: {type: code, options: [01, yes, 1.10]}
steps:
  a: STEP
  b: {end: done}
outcomes:
  done: {title: Done, kind: successOUTCOME}
"""
TASK = "{task: {title: Call, queue: intake, %s}}"
WAIT = "{wait: {event: note.filed, key: one, %s}, timeout: {after: 1 day, to: b}}"


def text_of(top: str = "", step: str = "{set: {x: 1}}", outcome: str = "") -> str:
    """The small definition with something in one of its places."""
    return DEFINITION.replace("TOP", top or "purpose: Tried").replace("STEP", step).replace("OUTCOME", outcome)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("unique", text_of("unique: =order")),
        ("on_duplicate", text_of("on_duplicate: join")),
        ("starts_on", text_of("starts_on: [{event: order.placed}]")),
        ("clocks", text_of("clocks: {decision: {limit: 3 days}}")),
        ("on", text_of("on: [{event: order.revoked, to: b}]")),
        ("side_flows", text_of("side_flows: {call: {steps: {}}}")),
        ("parallel", text_of(step="{parallel: {branches: {}}}")),
        ("repeat", text_of(step="{repeat: {while: true}}")),
        ("pathway", text_of(step="{pathway: {name: other}}")),
        ("on", text_of(step="{set: {x: 1}, on: [{event: order.revoked, to: b}]}")),
        ("clocks", text_of(step="{set: {x: 1}, clocks: {start: [decision]}}")),
        ("undo", text_of(step="{set: {x: 1}, undo: {do: visits.cancel}}")),
        ("gate", text_of(step="{set: {x: 1}, gate: clinical}")),
        ("table", text_of(step="{decide: {table: [{otherwise: b}]}}")),
        ("any", text_of(step="{wait: {any: {soon: {for: 1 day}}}}")),
        ("lookback", text_of(step=WAIT % "lookback: 1 hour")),
        ("remind", text_of(step=TASK % "remind: [{after: 1 day}]")),
        ("escalate", text_of(step=TASK % "escalate: [{after: 1 day, queue: intake}]")),
        ("separate_from", text_of(step=TASK % "separate_from: other")),
        ("bulk", text_of(step=TASK % "bulk: true")),
        ("skill", text_of(step=TASK % "skill: spanish")),
        ("undo", text_of(step="{set: {x: 1}, next: [{to: b, undo: true}]}")),
        ("undo", text_of(step="{task: {queue: intake}, timeout: {after: 1 day, to: b, undo: true}}")),
        ("give", text_of(outcome=", give: {order: =order}")),
        ("undo", text_of(outcome=", undo: true")),
    ],
)
def test_what_does_not_run_yet_is_refused_by_name_and_place(name: str, text: str) -> None:
    """One finding, at the key, that says so; nothing is silently left undone."""
    found = [one for one in parse(text, "x.yaml").diagnostics if one.rule == "not-supported"]
    assert len(found) == 1
    assert found[0].message.startswith(f'"{name}"')
    line = text.splitlines()[found[0].line - 1]
    assert line[found[0].column - 1 :].startswith(f"{name}:")


def test_codes_are_taken_as_they_were_written() -> None:
    """A code is what stands in the file: 01 is not 1, yes is not true."""
    definition = parse(text_of(), "x.yaml").definition
    assert definition is not None
    assert definition.inputs[0].type == DataType("code", options=("01", "yes", "1.10"))


@pytest.mark.parametrize("flag", ["required", "many"])
def test_a_flag_that_is_a_word_is_refused(flag: str) -> None:
    """`required: yes` is a text in YAML 1.2; taken for false it would let a case start without its input."""
    text = text_of().replace("{type: code,", f"{{type: code, {flag}: yes,")
    (found,) = parse(text, "x.yaml").diagnostics
    assert (found.rule, found.message) == ("shape", f"{flag} is true or false.")
    assert text.splitlines()[found.line - 1][found.column - 1 :].startswith("yes")
