"""Findings as SARIF 2.1.0, for code hosts and editors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cli
from commands.findings import sarif
from pathways.diagnostics import Diagnostic
from pathways.lint import RULES

FOUND = Diagnostic("unknown-step", "error", "There is no step.", "a b/1.0.0.yaml", 12, 7, "Did you mean x?")


def test_a_run_names_its_tool_with_every_rule() -> None:
    """Each rule once, with its id, words and level (SARIF 2.1.0, 3.19.23 and 3.49)."""
    document = sarif([FOUND], "1.2.3")
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert (document["version"], driver["name"], driver["version"]) == ("2.1.0", "carelane", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")


def test_a_result_points_at_its_rule_and_place() -> None:
    """By index as well as by id; lines and columns count from 1 (3.27 and 3.30)."""
    (run,) = sarif([FOUND], "1")["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "unknown-step"
    assert result["level"] == "error"
    assert result["message"] == {"text": "There is no step. Did you mean x?"}
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/1.0.0.yaml"
    assert location["physicalLocation"]["region"] == {"startLine": 12, "startColumn": 7}


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--format sarif`, with the exit status of errors."""
    file = tmp_path / "1.0.0.yaml"
    file.write_text("language: 1\npathway: example\n", encoding="utf-8")
    status = cli.run(["pathway", "lint", str(file), "--format", "sarif"])
    document = json.loads(capsys.readouterr().out)
    assert status == 1
    assert {one["ruleId"] for one in document["runs"][0]["results"]} == {"missing-key"}
