"""A measure of success is one that results can be compared with."""

from __future__ import annotations

import pytest

from pathways.parse import parse

HEAD = (
    "language: 1\npathway: example\nversion: 1.0.0\ntitle: Example\nsteps: {a: {end: done}}\noutcomes: {done: Done}\n"
)


@pytest.mark.parametrize(
    "written",
    [
        "{measure: asked_in_time, target: 1 business day, at: p90}",
        "{measure: asked_in_time, target: P14D, at: median, note: Of those that end well}",
        "{measure: doses_in_window, target: 95%, at: mean}",
        "{measure: calls, target: 2.5}",
        "{measure: calls}",
    ],
)
def test_what_can_be_compared_is_taken_as_it_is_written(written: str) -> None:
    """A duration, a share or a number; at a percentile, the mean or the median."""
    parsed = parse(f"{HEAD}success: {written}\n", "x.yaml")
    assert parsed.diagnostics == ()
    assert parsed.definition is not None
    assert parsed.definition.success is not None
    assert parsed.definition.success.source["measure"] in written


@pytest.mark.parametrize(
    ("written", "rule", "at"),
    [
        ("fast", "bad-success", "fast"),
        ("[p90]", "bad-success", "[p90]"),
        ("{measure: m, targt: 1 day, target: 1 day}", "unknown-key", "targt"),
        ("{target: 1 day}", "missing-key", "{target"),
        ("{measure: '', target: 1 day}", "bad-success", "''"),
        ("{measure: [m], target: 1 day}", "shape", "[m]"),
        ("{measure: m, target: soon}", "bad-success", "soon"),
        ("{measure: m, target: 0 days}", "bad-success", "0 days"),
        ("{measure: m, target: -3 days}", "bad-success", "-3 days"),
        ("{measure: m, target: 1 day, at: p0}", "bad-success", "p0"),
        ("{measure: m, target: 1 day, at: p100}", "bad-success", "p100"),
        ("{measure: m, target: 1 day, at: 90}", "bad-success", "90"),
        ("{measure: m, target: 1 day, at: often}", "bad-success", "often"),
    ],
)
def test_what_says_nothing_is_noted_where_it_stands(written: str, rule: str, at: str) -> None:
    """The place is that of the thing itself, and nothing else is found."""
    text = f"{HEAD}success: {written}\n"
    (finding,) = parse(text, "x.yaml").diagnostics
    assert finding.rule == rule
    assert finding.severity == ("warning" if rule == "bad-success" else "error")
    assert text.splitlines()[finding.line - 1][finding.column - 1 :].startswith(at)
