"""Values as JSON: what goes out is what came in, digit for digit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pathways.feel import DaysTime, Environment, Range, Time, YearsMonths, to_json
from pathways.feel.environment import Run
from pathways.feel.moments import WideDate
from pathways.feel.rendering import quoted, text_of

Evaluate = Callable[..., Any]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (Decimal("7.00"), 7),
        (Decimal("1E+3"), 1000),
        (Decimal("0.1"), 0.1),
        (Decimal("2.50"), 2.5),
        (Decimal("0.1234567890123456789012345678901234"), "0.1234567890123456789012345678901234"),
        (Decimal("12345678901234567.89"), "12345678901234567.89"),
        (0.1, 0.1),
        (float("nan"), None),
        ("text", "text"),
        (date(2026, 3, 2), "2026-03-02"),
        (WideDate(-44, 3, 15), "-0044-03-15"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00Z"),
        (datetime(2026, 7, 2, 9, tzinfo=ZoneInfo("America/New_York")), "2026-07-02T09:00:00-04:00"),
        (datetime(2026, 3, 2, 9, 0, 0, 500), "2026-03-02T09:00:00.0005"),  # noqa: DTZ001 - it is local
        (Time(0, ZoneInfo("Europe/Paris")), "00:00:00@Europe/Paris"),
        (DaysTime(10**9), "PT1S"),
        (timedelta(days=2), "P2D"),
        (YearsMonths(15), "P1Y3M"),
        ((1, [Decimal("2.0")]), [1, [2]]),
        ({"a": {"b": date(2026, 3, 2)}}, {"a": {"b": "2026-03-02"}}),
        (Range(1, None, True, False, ">="), "(>= 1)"),
        (Range("a", "b"), '["a".."b"]'),
        (object(), None),
    ],
)
def test_values_become_json(value: Any, expected: Any) -> None:
    """Every value has a JSON form; numbers lose no digit."""
    found = to_json(value)
    assert found == expected
    assert type(found) is type(expected)
    json.dumps(found)


def test_text_quotes_strings_inside_of_others(environment: Environment) -> None:
    """A string alone is bare; inside a list or context it is written so that it can be read again."""
    run = Run({}, environment)
    assert text_of('say "hi"', run) == 'say "hi"'
    assert text_of(['say "hi"\n'], run) == '["say \\"hi\\"\\n"]'
    assert quoted("tab\t\\") == '"tab\\t\\\\"'
    assert text_of([object(), float("nan")], run) == "[null, null]"


def test_text_of_a_literal_reads_back(evaluate: Evaluate) -> None:
    """What `string()` writes of plain values is FEEL again."""
    written = evaluate('string([1.50, "a\\"b", true, null, {k: [2]}])')
    assert evaluate(written) == [Decimal("1.5"), 'a"b', True, None, {"k": [2]}]
