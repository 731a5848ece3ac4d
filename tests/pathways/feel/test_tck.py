"""The DMN Technology Compatibility Kit's cases, and the checker that runs them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from pathways.feel.tck import check

EXCEPTIONS = Path(__file__).with_name("tck_exceptions.yaml")


def line(expression: str, expect: dict[str, object], **more: object) -> str:
    """One case as the kit's file has it."""
    return json.dumps({"case": expression, "expression": expression, "expect": expect, **more})


def test_at_least_98_percent_of_the_kit_passes_and_each_exception_has_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The share passed is at least 98 %, and what fails is exactly what the list of exceptions explains."""
    folder = os.environ.get("CARELANE_REFERENCE_DATA")
    if not folder:
        pytest.skip("CARELANE_REFERENCE_DATA names no folder of reference data")
    text = (Path(folder) / "dmn-tck" / "feel.jsonl").read_text(encoding="utf-8")
    report = check(text.splitlines())
    with capsys.disabled():
        print(f"\nDMN TCK: {report.passed} of {report.total} cases pass ({report.share:.2%})")
    known = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    assert all(known.values())
    assert {failure.case: failure for failure in report.failures}.keys() == known.keys()
    assert report.share >= 0.98


@pytest.mark.parametrize(
    ("expression", "expect"),
    [
        ("1 + 1", {"type": "decimal", "value": "2"}),
        ("1 / 3", {"type": "decimal", "value": "0.33333333"}),
        ('"a" + "b"', {"type": "string", "value": "ab"}),
        ("1 > 2", {"type": "boolean", "value": "false"}),
        ("null", {"type": "null"}),
        ("[1, null]", {"type": "list", "items": [{"type": "decimal", "value": "1"}, {"type": "null"}]}),
        ("{a: 1}", {"type": "context", "entries": {"a": {"type": "decimal", "value": "1"}}}),
        ('date("2026-03-02")', {"type": "date", "value": "2026-03-02"}),
        ('@"10:00:00+01:00"', {"type": "time", "value": "10:00:00+01:00"}),
        ('@"2026-03-02T10:00:00Z"', {"type": "dateTime", "value": "2026-03-02T10:00:00Z"}),
        ('@"PT36H"', {"type": "duration", "value": "P1DT12H"}),
    ],
)
def test_a_case_passes_when_the_value_is_the_expected_one(expression: str, expect: dict[str, object]) -> None:
    """Every type of expected value is understood."""
    report = check([line(expression, expect), ""])
    assert (report.passed, report.total, report.failures) == (1, 1, ())


@pytest.mark.parametrize(
    ("expression", "expect"),
    [
        ("1 + 1", {"type": "decimal", "value": "3"}),
        ("1", {"type": "string", "value": "1"}),
        ("1", {"type": "decimal", "value": "no number"}),
        ("[1]", {"type": "list", "items": []}),
        ("{a: 1}", {"type": "context", "entries": {}}),
        ('@"10:00:00Z"', {"type": "time", "value": "11:00:00+01:00"}),
        ('@"P1D"', {"type": "duration", "value": "P1M"}),
        ("1", {"type": "unheard of", "value": "1"}),
        ("1 +", {"type": "decimal", "value": "1"}),
    ],
)
def test_a_case_fails_when_the_value_is_another(expression: str, expect: dict[str, object]) -> None:
    """A failure names the case, what was expected and what was found."""
    report = check([line(expression, expect)])
    (failure,) = report.failures
    assert report.passed == 0
    assert failure.case == expression
    assert failure.found
    assert json.loads(failure.expected) == expect


def test_text_that_is_no_expression_passes_only_where_the_kit_expects_an_error() -> None:
    """A syntax error counts as null for a case marked as an error."""
    assert check([line("@", {"type": "null"}, error=True)]).passed == 1
    assert check([line("@", {"type": "null"})]).passed == 0


def test_a_result_is_converted_to_its_declared_type() -> None:
    """A list of one item is its item where a single value is declared; what does not fit is null."""
    assert check([line("[7]", {"type": "decimal", "value": "7"}, result_type="number")]).passed == 1
    assert check([line('"7"', {"type": "null"}, result_type="number")]).passed == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"case": "a", "expression": "null"}',
        '{"expression": "null", "expect": {"type": "null"}, "result_type": "tUnheardOf"}',
        '{"expression": "[1]", "expect": {"type": "list", "items": [{"type": "number", "value": 1}]}, "more": {}}',
        '{"expression": "1", "expect": {"type": "decimal", "value": 1}, "result_type": "list<"}',
        '{"case": "a", "expression": "true", "expect": {"type": "boolean", "value": true}}',
        '{"case": "a", "expression": "1 / 0", "expect": {"type": "decimal", "value": null}}',
    ],
)
def test_odd_fields_are_understood_as_far_as_they_can_be(text: str) -> None:
    """What is left out, or stands in another of JSON's forms, makes no case fail."""
    assert check([text]).failures == ()


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"case": "a"}',
        '{"case": "a", "expression": 5, "expect": {"type": "null"}}',
        '{"case": "a", "expression": "1", "expect": 1}',
        '{"case": "a", "expression": "[1]", "expect": {"type": "list", "items": [null]}}',
        '{"case": "a", "expression": "[1]", "expect": {"type": "list", "items": {}}}',
        '{"case": "a", "expression": "{a: 1}", "expect": {"type": "context", "entries": [1]}}',
        '{"case": "a", "expression": "for i in 1..1000000 return i", "expect": {"type": "string", "value": "a"}}',
    ],
)
def test_whatever_a_line_holds_it_fails_and_nothing_is_raised(text: str) -> None:
    """A faulty line is a failed case."""
    assert len(check([text]).failures) == 1


def test_no_cases_are_no_share() -> None:
    """An empty file passes nothing."""
    assert check([]).share == 0.0
