"""Findings as they are written: lines, JSON, and SARIF for code hosts and editors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from pathways.diagnostics import Diagnostic
from pathways.lint import RULES, Rule

Json = Any

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_PAGE: Final = "docs/lint-rules.md"


def finding_json(one: Diagnostic) -> Json:
    """A finding as JSON."""
    return {
        "rule": one.rule,
        "severity": one.severity,
        "message": one.message,
        "hint": one.hint,
        "file": one.file,
        "line": one.line,
        "column": one.column,
    }


def sarif(findings: Sequence[Diagnostic], version: str) -> Json:
    """A run as SARIF 2.1.0 (OASIS): every rule of the table, and the findings with the rule's place in it."""
    places = {rule: place for place, rule in enumerate(RULES)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "carelane",
                        "version": version,
                        "rules": [_rule(rule) for rule in RULES.values()],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, places) for one in findings],
            }
        ],
    }


def _rule(rule: Rule) -> Json:
    said = {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"page": f"{_PAGE}#{rule.id}"},
    }
    return said | ({"help": {"text": rule.hint}} if rule.hint else {})


def _result(one: Diagnostic, places: dict[str, int]) -> Json:
    return {
        "ruleId": one.rule,
        **({"ruleIndex": places[one.rule]} if one.rule in places else {}),
        "level": one.severity,
        "message": {"text": f"{one.message} {one.hint}".rstrip()},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(PurePath(one.file).as_posix())},
                    "region": {"startLine": max(one.line, 1), "startColumn": max(one.column, 1)},
                }
            }
        ],
    }
