"""Checking a file of time cases: what passes, what fails, and what cannot be read."""

from __future__ import annotations

import json

from pathways.time.cases import Report, check_cases

CALENDARS = json.dumps(
    {"calendars": {"office": {"zone": "America/New_York", "hours": {"mon": ["08:00-17:00"], "tue": ["08:00-17:00"]}}}}
)


def case(**changes: object) -> str:
    """Return the line of a case that passes, with some entries changed."""
    entries: dict[str, object] = {
        "calendar": "office",
        "zone": "America/New_York",
        "from": "2026-07-06T16:00:00-04:00",
        "add": "1 business day",
        "expect": "2026-07-07T16:00:00-04:00",
    }
    return json.dumps(entries | changes)


def check_one(line: str) -> Report:
    """Check one case after the line of calendars."""
    return check_cases([CALENDARS, line])


def test_counts_what_passes() -> None:
    """Cases that come out are counted; blank lines and the line of calendars are no cases."""
    dates = case(**{"from": "2026-07-07", "expect": "2026-07-13"})
    none = case(calendar=None, add="1 day", expect="2026-07-07T20:00:00Z")
    assert check_cases([CALENDARS, "", case(), dates, none]) == Report(3, 3, ())


def test_tells_what_came_out_instead() -> None:
    """A case that comes out otherwise says where it stands, and both results in its zone."""
    report = check_one(case(expect="2026-07-07T17:00:00-04:00"))
    assert (report.passed, report.total) == (0, 1)
    assert str(report.failures[0]) == (
        "line 2: 2026-07-06T16:00:00-04:00 plus 1 business day (office, America/New_York): "
        "expected 2026-07-07T17:00:00-04:00, got 2026-07-07T16:00:00-04:00"
    )


def test_a_date_is_not_its_midnight() -> None:
    """A case that expects a date where an instant comes out fails."""
    assert check_one(case(expect="2026-07-07")).passed == 0


def test_faulty_lines_are_failures() -> None:
    """What cannot be read or computed fails in words, and the other cases are still checked."""
    faulty = {
        "{": "line in the form of a case",
        "[1]": "line in the form of a case",
        "7": "line in the form of a case",
        "[" * 100_000: "line in the form of a case",
        case(**{"from": "yesterday"}): "line in the form of a case",
        case(calendar="other"): "known 'other'",
        '{"zone": "UTC"}': "known 'expect'",
        case(zone="Mars/Olympus"): "no time zone",
        case(add="soon"): "not a duration",
        case(calendar=None): "no calendar says when",
        case(**{"from": "2026-07-06T16:00:00"}): "no offset",
        '{"calendars": {"x": {}}}': "has no zone",
        '{"calendars": [1]}': "line in the form of a case",
    }
    report = check_cases([CALENDARS, *faulty, case()])
    assert report.passed == 1
    assert len(report.failures) == len(faulty)
    for failure, words in zip(report.failures, faulty.values(), strict=True):
        assert words in str(failure)
    assert [failure.line for failure in report.failures] == list(range(2, 2 + len(faulty)))
