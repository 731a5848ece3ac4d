"""Results of scenarios as JUnit XML, which continuous integration reads: a suite per file, a case per scenario."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from pathways.diagnostics import Diagnostic
from pathways.scenarios import report
from pathways.scenarios.model import ScenarioFile
from pathways.scenarios.run import Result

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold (section 2.2)."""


def to_junit(ran: Iterable[tuple[ScenarioFile, Result]], findings: Sequence[Diagnostic] = ()) -> str:
    """The results as JUnit XML; findings that kept files from running are a suite of their own, as errors."""
    suites: dict[str, list[tuple[ScenarioFile, Result]]] = {}
    for file, result in ran:
        suites.setdefault(file.file, []).append((file, result))
    errors = [one for one in findings if one.severity == "error"]
    results = [result for ones in suites.values() for _, result in ones]
    root = ET.Element("testsuites", _counts(len(results), sum(not one.passed for one in results), len(errors)))
    for name, ones in suites.items():
        failed = sum(not result.passed for _, result in ones)
        suite = ET.SubElement(root, "testsuite", {"name": _clean(name), **_counts(len(ones), failed, 0)})
        for file, result in ones:
            _case(suite, file, result)
    if errors:
        suite = ET.SubElement(root, "testsuite", {"name": "findings", **_counts(len(errors), 0, len(errors))})
        for one in errors:
            place = f"{one.file}:{one.line}:{one.column}"
            case = ET.SubElement(suite, "testcase", {"classname": _clean(one.file), "name": _clean(place)})
            error = ET.SubElement(case, "error", {"type": one.rule, "message": _clean(one.message)})
            error.text = _clean(str(one))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, file: ScenarioFile, result: Result) -> None:
    scenario = result.scenario
    where = {"file": _clean(file.file), "line": str(scenario.mark.line)}
    name = {"classname": _clean(file.pathway or file.file), "name": _clean(scenario.name), "time": "0"}
    case = ET.SubElement(suite, "testcase", name | where)
    if not result.passed:
        message = "; ".join(one.message for one in result.failures)
        failure = ET.SubElement(case, "failure", {"type": "scenario", "message": _clean(message)})
        failure.text = _clean("\n".join(report.lines(file, result)))


def _counts(tests: int, failures: int, errors: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": str(errors)}


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
