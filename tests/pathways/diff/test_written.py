"""Texts that nothing runs by are told as well when they change, and as no more than text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from pathways.compile import compile_definition
from pathways.diff import Diff, diff
from pathways.parse import parse
from pathways.plan import Plan
from pathways.source import read_source
from tests.support import everything

DOCUMENT = read_source(everything.TEXT).plain


def compiled(text: str) -> Plan | None:
    """The plan of a text; None where it has none any more."""
    parsed = parse(text, "x.yaml")
    if parsed.definition is None or any(one.severity == "error" for one in parsed.diagnostics):
        return None
    return compile_definition(parsed.definition, everything.catalog()).plan


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every text, number and truth value of a document, with where it is."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, one in items:
        yield from leaves(one, (*path, key))
    if not isinstance(node, (dict, list)):
        yield path, node


def changed(path: tuple[Any, ...], value: Any) -> str:
    """The file with another value in one place."""
    document = deepcopy(DOCUMENT)
    node = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return json.dumps(document)


def difference(text: str) -> Diff:
    """What changed from the definition with every construct."""
    new = compiled(text)
    assert new is not None
    return diff(everything.plan(), new, (everything.TEXT, text))


def test_whatever_is_written_otherwise_is_told() -> None:
    """Whatever single value of a definition is another one; and where it runs the same, as text only."""
    tried = 0
    for path, value in leaves(DOCUMENT):
        other = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}x"
        text = changed(path, other)
        new = compiled(text)
        if new is None or value is None or path == ("version",):
            continue  # no definition any more, nothing that was there, and no change
        tried += 1
        found = diff(everything.plan(), new, (everything.TEXT, text))
        assert found.changes, path
        if replace(new, version=everything.plan().version) == everything.plan():
            assert found.kind == "text only", path
    assert tried > 120


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("exit_plan",), "By telephone", "Pathway: exit plan “The chairs are worked from the front desk's list.” → "),
        (("exit_plan",), None, "Pathway: exit plan removed (was “The chairs are worked from the front desk's list.”)"),
        (("owner",), "The board", "Pathway: owner “Infusion” → “The board”"),
        (("purpose",), "To see", "Pathway: purpose "),
        (("review_by",), "2031-01-01", "Pathway: review date "),
        (("success", "target"), "9 business days", "Pathway: measure of success "),
        (("success", "note"), "Of those that end well", "Pathway: measure of success "),
        (("steps", "check", "note"), "For nobody", "Step check: note “For readers only.” → “For nobody”"),
        (("steps", "review", "task", "note"), "Gently", "Step review: new note of task: “Gently”"),
        (
            ("steps", "prepare", "parallel", "branches", "stock", "title"),
            "The bag",
            "Step prepare/stock: title “The drug” → “The bag”",
        ),
    ],
)
def test_texts_are_told_by_what_they_are_of(path: tuple[str, ...], value: str | None, words: str) -> None:
    """The pathway itself, a step or a branch; and they are of the class that asks nothing."""
    found = difference(changed(path, value))
    assert str(found.changes[0]).startswith(words)
    assert found.kind == "text only"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("inputs: {n: {type: integer, title: Which}}", "Pathway: new title of input n: “Which”"),
        ("clocks: {c: {limit: 1 day, note: Hers}}", "Clock c: new note: “Hers”"),
        ("outcomes: {done: {title: Done, note: Well}}", "Outcome done: new note: “Well”"),
        ("side_flows: {s: {note: Aside, steps: {b: {wait: {for: 1 day}}}}}", "Side flow s: new note: “Aside”"),
        ("side_flows: {s: {steps: {b: {note: In, wait: {for: 1 day}}}}}", "Step ~s/b: new note: “In”"),
        ("on: [{event: order.revoked, key: a, to: e, note: Ours}]", "Pathway: new note of on 1: “Ours”"),
    ],
)
def test_texts_stand_in_every_part(more: str, words: str) -> None:
    """Notes of inputs, clocks, outcomes, side flows and handlers."""
    parts = {
        "inputs": "{n: {type: integer}}",
        "clocks": "{c: {limit: 1 day}}",
        "outcomes": "{done: {title: Done}}",
        "side_flows": "{s: {steps: {b: {wait: {for: 1 day}}}}}",
        "on": "[{event: order.revoked, key: a, to: e}]",
        "steps": "{a: {task: {queue: intake}, clocks: {start: c}}, e: {end: done}}",
    }
    head = "language: 1\npathway: p\nversion: 1.0.0\ntitle: P\n"
    key = more.partition(":")[0]
    old, new = (
        head + "\n".join(f"{name}: {body}" for name, body in each.items())
        for each in (parts, {**parts, key: more.partition(": ")[2]})
    )
    before, after = compiled(old), compiled(new)
    assert before is not None
    assert after is not None
    assert [str(one) for one in diff(before, after, (old, new)).changes] == [words]


def test_what_is_only_laid_out_otherwise_has_not_changed() -> None:
    """Spaces, comments and the order of keys are nobody's matter; a default that is written out is said."""
    assert difference("# A remark\n" + json.dumps(DOCUMENT)).changes == ()
    (change,) = difference(changed(("on_duplicate",), DOCUMENT.get("on_duplicate", "refuse"))).changes or (None,)
    assert change is None or (change.kind, change.what) == ("text only", "the file says the same in another way")


def test_a_file_that_cannot_be_read_has_no_texts() -> None:
    """A version of another time is compared by its plan alone."""
    plan = everything.plan()
    assert diff(plan, plan, ("a: [", "a: [")).changes == ()
    assert [one.kind for one in diff(plan, plan, ("a: [", everything.TEXT)).changes] == ["text only"]
