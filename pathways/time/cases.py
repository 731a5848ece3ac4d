"""Checking the time arithmetic against a file of cases computed by someone else.

The file is JSON Lines. The first line holds `calendars` by name; each further one a case: `calendar` (or
null), `zone`, `from` (an instant or a date), `add` (an authored duration) and `expect`. An organisation keeps
such a file for its own calendars, and has it checked before it trusts a deadline.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pathways.errors import CarelaneError
from pathways.time.arithmetic import add
from pathways.time.calendars import Calendar
from pathways.time.durations import parse_duration
from pathways.time.zones import zone


@dataclass(frozen=True)
class Failure:
    """A case that did not come out as expected, or could not be read; `line` counts from 1."""

    line: int
    case: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.case}: expected {self.expected}, got {self.actual}"


@dataclass(frozen=True)
class Report:
    """How many of the cases came out as expected, and those that did not."""

    passed: int
    total: int
    failures: tuple[Failure, ...]


def check_cases(lines: Iterable[str]) -> Report:
    """Compute every case of a file in the form above; blank lines are passed over.

    Nothing is raised for a faulty line: it counts as a case, and fails like any other. Instants
    are compared as instants, whatever their offset, and dates as dates.
    """
    calendars: dict[str, Calendar] = {}
    passed = 0
    failures: list[Failure] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
            if "calendars" in content:
                calendars |= {name: Calendar.parse(name, given) for name, given in content["calendars"].items()}
                continue
            failure = _check(number, content, calendars)
        except CarelaneError as error:
            failure = Failure(number, line.strip(), "a case that can be computed", str(error))
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            failure = Failure(number, line.strip(), "a line in the form of a case", f"{error}")
        except KeyError as error:
            failure = Failure(number, line.strip(), f"a case with a known {error}", "none")
        if failure is None:
            passed += 1
        else:
            failures.append(failure)
    return Report(passed, passed + len(failures), tuple(failures))


def _check(number: int, case: dict[str, Any], calendars: dict[str, Calendar]) -> Failure | None:
    name = case.get("calendar")
    calendar = None if name is None else calendars[name]
    tz = zone(case["zone"])
    expected = _moment(case["expect"])
    actual = add(_moment(case["from"]), parse_duration(case["add"]), tz, calendar)
    if isinstance(actual, datetime) == isinstance(expected, datetime) and actual == expected:
        return None
    shown = actual.astimezone(tz) if isinstance(actual, datetime) else actual
    words = f"{case['from']} plus {case['add']} ({name or 'no calendar'}, {case['zone']})"
    return Failure(number, words, case["expect"], shown.isoformat())


def _moment(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
