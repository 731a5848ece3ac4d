"""Results of scenarios as JUnit XML, which continuous integration reads: a suite per file, a case per scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pathways.diagnostics import Diagnostic
from pathways.diagram.markup import element, escaped
from pathways.scenarios import report
from pathways.scenarios.model import ScenarioFile
from pathways.scenarios.run import Result

Ran = tuple[ScenarioFile, Result]


def to_junit(ran: Iterable[Ran], findings: Sequence[Diagnostic] = ()) -> str:
    """The results as JUnit XML; findings that kept files from running are a suite of their own, as errors."""
    files: dict[str, list[Ran]] = {}
    for file, result in ran:
        files.setdefault(file.file, []).append((file, result))
    errors = [one for one in findings if one.severity == "error"]
    suites = [_suite(name, ones) for name, ones in files.items()]
    if errors:
        cases = [_error(one) for one in errors]
        suites.append(_element("testsuite", {"name": "findings", **_counts(len(errors), 0, len(errors))}, cases))
    results = [result for ones in files.values() for _, result in ones]
    counts = _counts(len(results) + len(errors), sum(not one.passed for one in results), len(errors))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_element("testsuites", counts, suites)}\n'


def _suite(name: str, ran: list[Ran]) -> str:
    failed = sum(not result.passed for _, result in ran)
    cases = [_case(file, result) for file, result in ran]
    return _element("testsuite", {"name": name, **_counts(len(ran), failed, 0)}, cases)


def _case(file: ScenarioFile, result: Result) -> str:
    scenario = result.scenario
    # Versions have scenarios of the same names, and a CI's page keeps one result for each class and name.
    tried = f"{file.pathway or file.file} {file.version or ''}".strip()
    named = {"classname": tried, "name": scenario.name, "time": "0"}
    placed = {**named, "file": file.file, "line": str(scenario.mark.line)}
    if result.passed:
        return element("testcase", placed)
    message = "; ".join(one.message for one in result.failures)
    text = escaped("\n".join(report.lines(file, result)))
    return element("testcase", placed, element("failure", {"type": "scenario", "message": message}, text))


def _error(one: Diagnostic) -> str:
    named = {"classname": one.file or "-", "name": f"{one.file}:{one.line}:{one.column}"}
    return element("testcase", named, element("error", {"type": one.rule, "message": one.message}, escaped(str(one))))


def _element(name: str, attributes: dict[str, str], inside: list[str]) -> str:
    return element(name, dict(attributes), *(f"\n{one}" for one in inside), "\n" if inside else "")


def _counts(tests: int, failures: int, errors: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": str(errors)}
