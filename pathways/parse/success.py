"""Reading `success`: what is measured, what it should come to, and at which percentile of the cases."""

from __future__ import annotations

import re
from typing import Final

from pathways.diagnostics import Mark
from pathways.model import Authored, Text
from pathways.reader import Reader
from pathways.source import Node
from pathways.time.durations import DurationError, parse_duration

AVERAGES: Final = ("mean", "median")
"""What `at` may be besides a percentile."""

PERCENTILE: Final = re.compile(r"p([1-9]\d?)\Z", re.ASCII)
"""A percentile, `p1` to `p99`."""

_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,12})? ?%?\Z", re.ASCII)


def _note(reader: Reader, mark: Mark, message: str, hint: str = "") -> None:
    """Say that nothing can be compared with it, which keeps no pathway from running."""
    reader.note("bad-success", mark, message, hint, "warning")


def parse_success(reader: Reader, node: Node | None) -> Authored | None:
    """`success: {measure, target, at}`."""
    if node is None:
        return None
    if not node.is_map:
        hint = "Such as {measure: asked_in_time, target: 1 business day, at: p90}."
        _note(reader, node.mark, "success says what is measured.", hint)
        return reader.authored(node)
    reader.keys(node, "success", ("measure", "target", "at", "note"))
    measure = reader.text(reader.required(node, "measure", "success"), "measure of success")
    target = reader.text(node.get("target"), "target of success")
    if measure is not None and not measure.value.strip():
        _note(reader, measure.mark, "measure of success names what is measured.")
    if target is not None:
        _target(reader, target)
    at = reader.text(node.get("at"), "at of success")
    if at is not None and at.value not in AVERAGES and not PERCENTILE.match(at.value):
        hint = f"Such as p90; or {' or '.join(AVERAGES)}."
        _note(reader, at.mark, f'"{at}" is no percentile.', hint)
    return reader.authored(node)


def _target(reader: Reader, target: Text) -> None:
    """A number, a share, or a duration that takes some time."""
    if _AMOUNT.match(target.value):
        return
    try:
        duration = parse_duration(target.value)
    except DurationError:
        hint = "Such as 5 business days, 95% or 3."
        _note(reader, target.mark, f'"{target}" is no duration, no share and no number.', hint)
        return
    if duration.is_zero or duration.is_negative:
        _note(reader, target.mark, f'No case ends within "{target}".', "Such as 5 business days.")
