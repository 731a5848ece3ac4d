"""`carelane feel` and `carelane calendar`, as authors use them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import cli
from commands import files


def carelane(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, output and error output of a command line."""
    status = cli.run([str(one) for one in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_an_expression_gives_its_value_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names come from a JSON object."""
    data = tmp_path / "data.json"
    data.write_text('{"order": {"display": "MRI"}, "n": 2, "long": 0.1234567890123456789}', encoding="utf-8")
    assert carelane("feel", "eval", "n + 1", "--data", data, capsys=capsys) == (0, "3\n", "")
    long = carelane("feel", "eval", "long * 10", "--data", data, capsys=capsys)
    assert long == (0, '"1.234567890123456789"\n', "")
    assert carelane("feel", "eval", "order.display", "--data", data, capsys=capsys) == (0, '"MRI"\n', "")


def test_why_a_value_is_null_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A value that is null by mistake looks like one that is meant."""
    status, out, err = carelane("feel", "eval", "1 + missing", capsys=capsys)
    assert (status, out) == (0, "null\n")
    assert "missing" in err


def test_what_takes_too_long_is_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """A limit is an error and no null, as it is in a pathway."""
    status, out, err = carelane("feel", "eval", "count(for i in 1..1000000000 return i)", capsys=capsys)
    assert (status, out) == (1, "")
    assert "It can't be worked out: it takes more than 100000 steps" in err


def test_what_is_no_expression_is_shown_where(capsys: pytest.CaptureFixture[str]) -> None:
    """With a caret below the place."""
    status, out, err = carelane("feel", "eval", "1 + )", capsys=capsys)
    assert (status, out) == (1, "")
    assert err.splitlines()[0] == "1 + )"
    assert err.splitlines()[1].startswith("    ^ ")
    assert carelane("feel", "eval", "", capsys=capsys)[0] == 1


@pytest.mark.parametrize("text", ["[1]", "{", ""])
def test_data_that_is_no_object_is_a_wrong_question(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The names in scope are the keys of an object."""
    data = tmp_path / "data.json"
    data.write_text(text, encoding="utf-8")
    status, _, err = carelane("feel", "eval", "1", "--data", data, capsys=capsys)
    assert status == 2
    assert "data.json" in err


def cases(path: Path, *expected: str) -> Path:
    """A file of cases, all of the expression 1 + 1."""
    lines = [
        {"case": f"sum/{number}", "expression": "1 + 1", "expect": {"type": "decimal", "value": value}}
        for number, value in enumerate(expected)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_cases_are_counted_and_a_share_may_be_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The last line counts; every one must pass unless a smaller share is enough."""
    file = cases(tmp_path / "cases.jsonl", "2", "2", "3", "2")
    status, out, _ = carelane("feel", "check", file, capsys=capsys)
    assert status == 1
    assert out.splitlines()[-1] == "passed 3 of 4"
    assert "sum/2: 1 + 1" in out
    assert carelane("feel", "check", file, "--at-least", "0.75", capsys=capsys)[0] == 0
    assert carelane("feel", "check", file, "--at-least", "0.8", capsys=capsys)[0] == 1


def test_what_is_no_file_of_cases_is_a_wrong_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a traceback nor a pass."""
    assert carelane("feel", "check", tmp_path, capsys=capsys)[0] == 2
    file = tmp_path / "cases.jsonl"
    file.write_text("\n", encoding="utf-8")
    assert carelane("feel", "check", file, capsys=capsys)[0] == 1
    assert carelane("feel", "check", tmp_path / "nowhere", capsys=capsys)[0] == 2
    assert carelane("calendar", "check", tmp_path / "nowhere", capsys=capsys)[0] == 2


@pytest.mark.parametrize("line", ["{}", "[1]", "no json", '{"case": 5, "expression": null}', "[" * 100_000])
def test_a_line_that_is_no_case_fails_by_its_number(
    tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other cases of the file count all the same."""
    file = cases(tmp_path / "cases.jsonl", "2", "2")
    file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    status, out, _ = carelane("feel", "check", file, "--at-least", "0.6", capsys=capsys)
    assert status == 0
    assert out.startswith("line 3: ")
    assert out.splitlines()[-1] == "passed 2 of 3"


def test_what_has_no_end_is_not_read_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a device without end nor a pipe that nobody writes to holds a command up."""
    monkeypatch.setattr(files, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(files, "PATIENCE_SECONDS", 0.01)
    assert carelane("feel", "check", "/dev/zero", capsys=capsys)[0] == 2
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert carelane("feel", "check", pipe, capsys=capsys)[0] == 2


def test_calendars_and_value_sets_are_those_of_a_catalog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a pathway could compute can be tried."""
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(
        "value_sets: {icd: [C50.911]}\n"
        'calendars: {weekend: {zone: UTC, hours: {sat: ["09:00-12:00"], sun: ["09:00-12:00"]}}}\n',
        encoding="utf-8",
    )
    add = 'business_add(date("2026-07-10"), "1 business day")'
    assert carelane("feel", "eval", add, "--calendar", "us-business", capsys=capsys)[:2] == (0, '"2026-07-13"\n')
    assert carelane("feel", "eval", add, capsys=capsys)[:2] == (0, "null\n")
    options = ("--catalog", catalog, "--calendar", "weekend")
    assert carelane("feel", "eval", add, *options, capsys=capsys)[:2] == (0, '"2026-07-11"\n')
    coded = 'in_value_set("C50.911", "icd")'
    assert carelane("feel", "eval", coded, *options, capsys=capsys)[:2] == (0, "true\n")
    assert carelane("feel", "eval", coded, "--calendar", "nowhere", capsys=capsys)[0] == 2


def test_functions_are_listed_and_the_page_of_them_is_true(capsys: pytest.CaptureFixture[str]) -> None:
    """The reference is written from the declarations, and committed as it is."""
    status, out, _ = carelane("feel", "functions", "string join", capsys=capsys)
    assert status == 0
    assert out.splitlines()[0] == "string join(list: list<string>, delimiter?: string): string"
    assert carelane("feel", "functions", "no such function", capsys=capsys)[0] == 2
    page = Path(__file__).parents[2] / "docs" / "functions.md"
    assert carelane("feel", "functions", "--markdown", capsys=capsys)[1] == page.read_text(encoding="utf-8")


def test_time_cases_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An organization checks its calendar against its own cases; one that does not come out fails."""
    file = tmp_path / "time.jsonl"
    right = {"calendar": None, "zone": "UTC", "from": "2026-03-02", "add": "3 days", "expect": "2026-03-05"}
    file.write_text(json.dumps(right) + "\n", encoding="utf-8")
    assert carelane("calendar", "check", file, capsys=capsys) == (0, "passed 1 of 1\n", "")
    file.write_text(json.dumps(right) + "\n" + json.dumps(right | {"expect": "2026-03-06"}) + "\n", encoding="utf-8")
    status, out, _ = carelane("calendar", "check", file, capsys=capsys)
    assert status == 1
    assert out.splitlines()[-1] == "passed 1 of 2"
