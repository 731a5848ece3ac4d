"""What a file says before any catalog is asked."""

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
    "text",
    [
        text_of("unique: =order"),
        text_of("on_duplicate: join"),
        text_of("starts_on: [{event: order.placed}]"),
        text_of("clocks: {decision: {limit: 3 days}}"),
        text_of("on: [{event: order.revoked, to: b}]"),
        text_of("side_flows: {call: {steps: {c: {wait: {for: 1 day}}}}}"),
        text_of("coverage: {steps: 90%}"),
        text_of("effective_from: 2026-04-01"),
        text_of(step="{parallel: {branches: {left: {steps: {c: {wait: {for: 1 day}}}}}}}"),
        text_of(step="{repeat: {while: true, limit: 3, steps: {c: {wait: {for: 1 day}}}}}"),
        text_of(step="{pathway: {name: other}}"),
        text_of(step="{set: {x: 1}, on: [{event: order.revoked, to: b}]}"),
        text_of(step="{set: {x: 1}, clocks: {start: [decision]}}"),
        text_of(step="{set: {x: 1}, undo: {do: visits.cancel}}"),
        text_of(step="{set: {x: 1}, gate: clinical}"),
        text_of(step="{decide: {table: [{otherwise: b}]}}"),
        text_of(step="{wait: {any: {soon: {for: 1 day}}}}"),
        text_of(step=WAIT % "lookback: 1 hour"),
        text_of(step=TASK % "remind: [{after: 1 day}]"),
        text_of(step=TASK % "escalate: [{after: 1 day, queue: intake}]"),
        text_of(step=TASK % "separate_from: other"),
        text_of(step=TASK % "bulk: true"),
        text_of(step=TASK % "skill: spanish"),
        text_of(step="{set: {x: 1}, next: [{to: b, undo: true}]}"),
        text_of(step="{task: {queue: intake}, timeout: {after: 1 day, to: b, undo: true}}"),
        text_of(outcome=", give: {order: =order}"),
        text_of(outcome=", undo: true"),
    ],
)
def test_every_construct_of_the_language_is_read(text: str) -> None:
    """Nothing of what the language has is refused as unknown, or noted in any other way."""
    parsed = parse(text, "x.yaml")
    assert parsed.definition is not None
    assert parsed.diagnostics == ()


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


@pytest.mark.parametrize(("written", "words"), [("kind: success", "of the kind cancelled"), ("undo: false", "undoes")])
def test_cancelled_keeps_its_meaning(written: str, words: str) -> None:
    """Every pathway has the outcome of an operator's cancel; it may be titled, but not be made a success."""
    text = text_of() + f"  cancelled: {{title: Called off, {written}}}\n"
    (found,) = parse(text, "example.yaml").diagnostics
    assert (found.rule, words in found.message) == ("unknown-kind", True)
