"""Checking this implementation against cases in the form of the DMN Technology Compatibility Kit.

A case is one JSON object a line: `case`, `expression`, `expect` (a typed value: `type` with `value`, `items` or
`entries`), optionally `error: true` (the kit expects a failure, which in FEEL is null) and `result_type` (the type
that the result is declared, and so converted, to). A case without `expect` expects null.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from pathways.feel import iso, nodes, values
from pathways.feel.environment import Environment, Run
from pathways.feel.errors import FeelLimitError, FeelSyntaxError
from pathways.feel.expression import parse_expression
from pathways.feel.functions.signature import coerce
from pathways.feel.numbers import number_of
from pathways.feel.operators import equal
from pathways.feel.parser import parse
from pathways.feel.rendering import text_of
from pathways.feel.types import SIMPLE, Simple, Type
from pathways.feel.values import Value, kind, read

_PARTS: Final = ("list", "context")
_SHOWN: Final = 200
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
    """Evaluate every case and compare; a line that is no case fails like any other, named by its number."""
    environment = Environment(datetime(2026, 3, 2, 9, tzinfo=UTC), ZoneInfo("UTC"))
    total, failures = 0, list[Failure]()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        total += 1
        failure = _check_line(f"line {number}", line, environment)
        if failure is not None:
            failures.append(failure)
    return Report(total - len(failures), total, tuple(failures))


def _check_line(place: str, line: str, environment: Environment) -> Failure | None:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Failure(place, line.strip()[:_SHOWN], "a case", f"no JSON: {error}")
    if not isinstance(case, dict):
        return Failure(place, line.strip()[:_SHOWN], "a case", "no JSON object")
    name = case["case"] if isinstance(case.get("case"), str) else place
    text, expected = case.get("expression"), case.get("expect")
    if not isinstance(text, str):
        return Failure(name, line.strip()[:_SHOWN], "a case with an expression", "none")
    if expected is None:
        expected = {"type": "null"}
    if not isinstance(expected, dict) or not isinstance(expected.get("type"), str):
        return Failure(name, text, "a case whose expect has a type", json.dumps(expected)[:_SHOWN])
    return _check(name, text, expected, case, environment)


def _check(
    name: str, text: str, expected: Mapping[str, Any], case: Mapping[str, Any], environment: Environment
) -> Failure | None:
    run = Run({}, environment)
    wanted = json.dumps(expected, ensure_ascii=False)
    try:
        found = parse_expression(text).evaluate({}, environment)
    except FeelSyntaxError as error:
        if case.get("error") is True and expected["type"] == "null":
            return None
        return Failure(name, text, wanted, f"FeelSyntaxError: {error}")
    found = _declared(found, case.get("result_type"))
    try:
        if _fits(found, expected, run):
            return None
        return Failure(name, text, wanted, f"{kind(found)} {text_of(found, run)}")
    except FeelLimitError as error:
        return Failure(name, text, wanted, f"{kind(found)}, and {error}")


def _declared(value: Value, declared: Any) -> Value:
    """Convert a result to its declared type; what does not fit is null, what is no known type says nothing."""
    type_ = _type_named(declared) if isinstance(declared, str) else None
    if type_ is None:
        return value
    fits, converted = coerce(value, type_)
    return converted if fits else None


def _type_named(name: str) -> Type | None:
    """Give a type of FEEL by its name; None for one that only a model defines."""
    if name in SIMPLE:
        return SIMPLE[name]
    try:
        tree = parse(f"null instance of {name}")
    except FeelSyntaxError:
        return None
    found = tree.type if isinstance(tree, nodes.InstanceOf) else None
    return None if isinstance(found, Simple) else found


def _fits(value: Value, expected: Any, run: Run) -> bool:
    """Say whether a value is what is expected."""
    if not isinstance(expected, Mapping) or not isinstance(expected.get("type"), str):
        return False
    name, wanted = expected["type"], expected.get("value")
    if name in _PARTS:
        return _parts_fit(value, expected, run)
    if name == "null" or wanted is None:
        return value is None
    match name:
        case "decimal" | "number" | "double" | "float" | "integer" | "int" | "long":
            return kind(value) == values.NUMBER and _near(value, str(wanted))
        case "boolean":
            return isinstance(value, bool) and value is (str(wanted).lower() in ("true", "1"))
        case "string":
            return isinstance(value, str) and value == wanted
        case _:
            return _is_moment(value, name, str(wanted), run)


def _parts_fit(value: Value, expected: Mapping[str, Any], run: Run) -> bool:
    """Say whether a list or context has the expected parts and no others."""
    if expected["type"] == "list":
        items = expected.get("items") or []
        return (
            isinstance(items, list)
            and kind(value) == values.LIST
            and len(value) == len(items)
            and all(_fits(each, wanted, run) for each, wanted in zip(value, items, strict=True))
        )
    entries = expected.get("entries") or {}
    return (
        isinstance(entries, Mapping)
        and kind(value) == values.CONTEXT
        and set(value) == set(entries)
        and all(_fits(value[key], wanted, run) for key, wanted in entries.items())
    )


def _near(value: Value, wanted: str) -> bool:
    number = number_of(value)
    try:
        return number is not None and abs(Decimal(number) - Decimal(wanted)) <= _TOLERANCE
    except InvalidOperation:
        return False


_MOMENTS: Final[Mapping[str, Callable[[str], Value]]] = {
    "date": iso.parse_date,
    "time": iso.parse_time,
    "dateTime": iso.parse_date_time,
    "date and time": iso.parse_date_time,
    "duration": iso.parse_duration,
    "dayTimeDuration": iso.parse_duration,
    "days and time duration": iso.parse_duration,
    "yearMonthDuration": iso.parse_duration,
    "years and months duration": iso.parse_duration,
}


def _is_moment(value: Value, name: str, wanted: str, run: Run) -> bool:
    """Compare dates, times and durations, zones included."""
    parsed: Value = _MOMENTS[name](wanted) if name in _MOMENTS else None
    if parsed is None or kind(parsed) != kind(value):
        return False
    return equal(read(value), parsed, run) is True and text_of(value, run) == text_of(parsed, run)
