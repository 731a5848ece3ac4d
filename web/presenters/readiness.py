"""What trying a definition has shown: findings, how its scenarios went, what they go through, what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.services.publishing import Checked
from pathways.diagnostics import Diagnostic
from pathways.publishing.readiness import Readiness, plural
from pathways.scenarios import report
from web.presenters.novelties import Novelty, novelties

_MOST_TIMELINE = 40
_MOST_MISSING = 20


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """How a scenario went; `failures` with the authored line, and the `timeline` up to there."""

    name: str
    file: str
    passed: bool
    failures: tuple[str, ...]
    timeline: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverView:
    """How much of one kind of thing scenarios go through, and some of what none does. `short`: less than is needed."""

    kind: str
    covered: int
    total: int
    short: bool
    missing: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ResultView:
    """What trying has shown. `tried`: there were no errors, so scenarios ran; `approval` is what is new."""

    findings: tuple[Diagnostic, ...]
    tried: bool
    ready: bool
    scenarios: tuple[ScenarioView, ...]
    coverage: tuple[CoverView, ...]
    approval: tuple[Novelty, ...]
    needs_approval: bool


def result_view(checked: Checked) -> ResultView:
    """What trying has shown, for a page."""
    readiness = checked.readiness
    errors = any(one.severity == "error" for one in checked.findings)
    examination = checked.examination
    return ResultView(
        findings=(*checked.findings, *(readiness.findings if readiness else ())),
        tried=readiness is not None,
        ready=readiness is not None and readiness.ready and not errors,
        scenarios=tuple(_scenarios(readiness)) if readiness else (),
        coverage=tuple(_coverage(readiness)) if readiness else (),
        approval=novelties(examination) if examination else (),
        needs_approval=examination is not None and examination.review.needs_approval,
    )


def _scenarios(readiness: Readiness) -> Iterator[ScenarioView]:
    for file, result in readiness.ran:
        failures = tuple(
            f"{one.mark.line}:{one.mark.column} {one.message}" + (f" ({one.hint})" if one.hint else "")
            for one in result.failures
        )
        told = () if result.passed else tuple(report.timeline(result))[-_MOST_TIMELINE:]
        yield ScenarioView(result.scenario.name, file.file, result.passed, failures, told)


def _coverage(readiness: Readiness) -> Iterator[CoverView]:
    short = {one.kind for one in readiness.shortfalls}
    for kind, (covered, total) in readiness.coverage.counts().items():
        if total:
            missing = tuple(str(one) for one in readiness.coverage.missing if one.kind == kind)
            first, more = missing[:_MOST_MISSING], len(missing[_MOST_MISSING:])
            yield CoverView(plural(kind), covered, total, kind in short, first, more)
