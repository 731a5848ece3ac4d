"""Checking this implementation against cases in the form of the DMN Technology Compatibility Kit.

A case is one JSON object a line: `case`, `expression`, `expect` (a typed value: `type` with `value`, `items` or
`entries`), optionally `error: true` (the kit expects a failure, which in FEEL is null) and `result_type` (the type
that the result is declared, and so converted, to).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from pathways.feel import iso, values
from pathways.feel.environment import Environment, Run
from pathways.feel.errors import FeelSyntaxError
from pathways.feel.expression import parse_expression
from pathways.feel.functions.signature import coerce
from pathways.feel.numbers import number_of
from pathways.feel.operators import equal
from pathways.feel.rendering import text_of
from pathways.feel.types import SIMPLE
from pathways.feel.values import Value, kind, read

_TOLERANCE: Final = Decimal("0.00000001")
"""How far a number may be from the expected one: the kit writes roots and logarithms with eight decimals."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not give what it should."""

    case: str
    expression: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a run over cases gave."""

    passed: int
    total: int
    failures: tuple[Failure, ...]

    @property
    def share(self) -> float:
        """The share of cases that passed, 0 to 1."""
        return self.passed / self.total if self.total else 0.0


def check(lines: Iterable[str]) -> Report:
    """Evaluate every case and compare; raises ValueError for a line that is no case."""
    environment = Environment(datetime(2026, 3, 2, 9, tzinfo=UTC), ZoneInfo("UTC"))
    total, failures = 0, list[Failure]()
    for line in lines:
        if not line.strip():
            continue
        total += 1
        failure = _check(json.loads(line), environment)
        if failure is not None:
            failures.append(failure)
    return Report(total - len(failures), total, tuple(failures))


def _check(case: Mapping[str, Any], environment: Environment) -> Failure | None:
    name, text, expected = str(case["case"]), str(case["expression"]), case["expect"]
    run = Run({}, environment)
    try:
        found = parse_expression(text).evaluate({}, environment)
    except FeelSyntaxError as error:
        if case.get("error") and expected["type"] == "null":
            return None
        return Failure(name, text, json.dumps(expected, ensure_ascii=False), f"FeelSyntaxError: {error}")
    if "result_type" in case:
        found = _declared(found, str(case["result_type"]))
    if _fits(found, expected, run):
        return None
    written = f"{kind(found)} {text_of(found, run)}"
    return Failure(name, text, json.dumps(expected, ensure_ascii=False), written)


def _declared(value: Value, name: str) -> Value:
    """Convert a result to its declared type; what does not fit is null."""
    fits, converted = coerce(value, SIMPLE[name])
    return converted if fits else None


def _fits(value: Value, expected: Mapping[str, Any], run: Run) -> bool:
    """Say whether a value is what is expected."""
    match expected["type"]:
        case "null":
            return value is None
        case "list":
            items = expected.get("items", [])
            return (
                kind(value) == values.LIST
                and len(value) == len(items)
                and all(_fits(each, wanted, run) for each, wanted in zip(value, items, strict=True))
            )
        case "context":
            entries = expected.get("entries", {})
            return (
                kind(value) == values.CONTEXT
                and set(value) == set(entries)
                and all(_fits(value[key], wanted, run) for key, wanted in entries.items())
            )
        case "decimal":
            return kind(value) == values.NUMBER and _near(value, str(expected["value"]))
        case "boolean":
            return value is (expected["value"] == "true")
        case "string":
            return isinstance(value, str) and value == expected["value"]
        case name:
            return _is_moment(value, name, str(expected["value"]), run)


def _near(value: Value, wanted: str) -> bool:
    number = number_of(value)
    try:
        return number is not None and abs(Decimal(number) - Decimal(wanted)) <= _TOLERANCE
    except InvalidOperation:
        return False


def _is_moment(value: Value, name: str, wanted: str, run: Run) -> bool:
    """Compare dates, times and durations, zones included."""
    readers = {
        "date": iso.parse_date,
        "time": iso.parse_time,
        "dateTime": iso.parse_date_time,
        "duration": iso.parse_duration,
    }
    parsed: Value = readers[name](wanted) if name in readers else None
    if parsed is None or kind(parsed) != kind(value):
        return False
    return equal(read(value), parsed, run) is True and text_of(value, run) == text_of(parsed, run)
