"""Whatever an author writes, lint says what is wrong with it, and never fails."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import load
from commands.rule_examples import catalog, completed
from pathways.lint import RULES, lint

HERE = Path(__file__).parents[1]
TEXT = (HERE / "everything.yaml").read_text(encoding="utf-8")
ROWS = TEXT.split("\n")
ODD = ("null", "=null", "{}", "[]", "=1", "any", "-", "'\"x\"'")
WORDS = [*sorted(set(re.findall(r"=?[a-z][a-z._-]+", TEXT))), *ODD]
CATALOG = load.from_file(HERE / "everything.catalog.yaml")
TODAY = date(2026, 3, 2)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The example of every construct, with some words and lines other than they were."""
    rows = list(ROWS)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(rows) - 1))
        how = draw(st.sampled_from(["word", "word", "word", "drop", "again"]))
        if how == "drop":
            rows.pop(place)
        elif how == "again":
            rows.insert(place, rows[draw(st.integers(0, len(rows) - 1))])
        elif words := list(re.finditer(r"=?[a-z][a-z._-]*|\d+", rows[place])):
            word = words[draw(st.integers(0, len(words) - 1))]
            rows[place] = rows[place][: word.start()] + draw(st.sampled_from(WORDS)) + rows[place][word.end() :]
    return "\n".join(rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mutated())
def test_a_changed_definition_is_linted(text: str) -> None:
    """Every finding has a rule of the table, and a place inside the file."""
    for one in lint(text, "x.yaml", CATALOG, TODAY, ()).diagnostics:
        assert one.rule in RULES
        assert 1 <= one.line <= text.count("\n") + 1
        assert one.column >= 1


def flat(steps: int) -> str:
    """Many steps, each of which reads what the one before saved."""
    rows = ["  s0: {task: {title: Ask, queue: intake}, save: n0}"]
    for number in range(1, steps):
        before = number - 1
        rows += [
            f"  s{number}:",
            f'    task: {{title: "{{{{ n{before}.by }}}}", queue: intake, due: 2 days}}',
            f"    save: n{number}",
            f"    timeout: {{after: 3 days, to: s{max(before - 3, 0)}}}",
        ]
    heard = "on: [{event: note.filed, key: =order.reference, to: over}]\n"
    return completed(heard + "steps:\n" + "\n".join(rows) + "\n  over: {end: done}\n")


def nested(steps: int, levels: int) -> str:
    """Steps inside steps, with a timeout on every level."""
    lines = ["steps:"]
    for level in range(levels):
        pad = "  " * (4 * level + 1)
        lines += [f"{pad}p{level}:", f"{pad}  timeout: {{after: 9 days, to: over}}", f"{pad}  parallel:"]
        lines += [f"{pad}    branches:", f"{pad}      side: {{w: {{wait: {{for: 1 day}}}}}}", f"{pad}      main:"]
    pad = "  " * (4 * levels + 1)
    lines += [f"{pad}t{number}: {{wait: {{for: 1 day}}}}" for number in range(steps)]
    return completed("\n".join([*lines, "  over: {end: done}"]) + "\n")


@pytest.mark.parametrize(
    "text",
    [flat(499), flat(1990), nested(1900, 29)],
    ids=["five hundred steps", "as many as there may be", "as deep as may be"],
)
def test_large_definitions_are_linted_to_the_end(text: str) -> None:
    """Up to the limits of the language."""
    linted = lint(text, "x.yaml", catalog(), TODAY)
    assert linted.plan is not None
