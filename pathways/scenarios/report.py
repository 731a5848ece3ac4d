"""How a scenario's result reads: passed, or the authored line, what happened, and the timeline up to there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pathways.scenarios import timeline as telling
from pathways.scenarios.model import ScenarioFile
from pathways.scenarios.run import Failure, Result

Json = Any

FIRST_LINES, LAST_LINES = 60, 140
"""How much of a timeline is shown as text, of its beginning and its end; JSON has all of it."""


def lines(file: ScenarioFile, result: Result) -> Iterator[str]:
    """The result as text, a line at a time."""
    name = result.scenario.name
    if result.passed:
        yield f"passed  {name}"
        return
    yield f"FAILED  {name}"
    for failure in result.failures:
        yield f"  {file.file}:{failure.mark.line}:{failure.mark.column}: {file.line(failure.mark)}"
        yield f"    {failure.message}" + (f" ({failure.hint})" if failure.hint else "")
    yield "  What happened:"
    yield from (f"    {line}" for line in _shortened(list(timeline(result)) or ["nothing"]))


def _shortened(told: list[str]) -> list[str]:
    """A timeline without its middle, where it is so long that what went wrong would be lost in it."""
    left_out = len(told) - FIRST_LINES - LAST_LINES
    if left_out <= 1:
        return told
    return [*told[:FIRST_LINES], f"… {left_out} lines more (--format json has them all) …", *told[-LAST_LINES:]]


def to_json(file: ScenarioFile, result: Result) -> Json:
    """The result as JSON."""
    return {
        "file": file.file,
        "scenario": result.scenario.name,
        "line": result.scenario.mark.line,
        "passed": result.passed,
        "failures": [_failure_json(file, one) for one in result.failures],
        "timeline": [] if result.passed else list(timeline(result)),
    }


def _failure_json(file: ScenarioFile, failure: Failure) -> Json:
    return {
        "line": failure.mark.line,
        "column": failure.mark.column,
        "authored": file.line(failure.mark),
        "message": failure.message,
        "hint": failure.hint,
    }


def timeline(result: Result) -> Iterator[str]:
    """Everything that happened, a line each, in the instance's local time."""
    return telling.timeline(result.moments, result.zone)
