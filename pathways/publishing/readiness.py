"""Whether a plan is ready to be published: its scenarios pass, and they go through enough of it.

What is enough is the pathway's own to say (`coverage:`); unless it does, every step and every transition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pathways import coverage as measuring
from pathways.coverage import Coverage, Item
from pathways.diagnostics import Diagnostic
from pathways.plan import Plan, Thresholds
from pathways.publishing.workbench import SourceText
from pathways.scenarios import Known, Result, ScenarioFile, parse_scenarios, run_scenario
from pathways.scenarios.library import Library

_PLURAL = {"catch": "catches"}


@dataclass(frozen=True)
class Shortfall:
    """A kind of thing of which scenarios go through less than they must: `needed` is a share from 0 to 1."""

    kind: str
    covered: int
    total: int
    needed: float
    missing: tuple[Item, ...]

    def __str__(self) -> str:
        share = "" if self.needed == 1 else f", of which {self.needed:.0%} are needed"
        first = ", ".join(str(one) for one in self.missing[:3])
        more = f" and {len(self.missing) - 3} more" if len(self.missing) > 3 else ""
        return f"Scenarios go through {self.covered} of {self.total} {plural(self.kind)}{share}; not {first}{more}."


@dataclass(frozen=True)
class Readiness:
    """What trying a plan's scenarios has shown."""

    findings: tuple[Diagnostic, ...]
    ran: tuple[tuple[ScenarioFile, Result], ...]
    coverage: Coverage
    shortfalls: tuple[Shortfall, ...]

    @property
    def failed(self) -> tuple[tuple[ScenarioFile, Result], ...]:
        """The scenarios that failed."""
        return tuple((file, result) for file, result in self.ran if not result.passed)

    @property
    def ready(self) -> bool:
        """Whether nothing speaks against publishing."""
        return not (self.failed or self.shortfalls or any(one.severity == "error" for one in self.findings))


def plural(kind: str) -> str:
    """A kind of thing that scenarios go through, in the plural; it is the name of its threshold too."""
    return _PLURAL.get(kind, f"{kind}s")


def try_scenarios(
    plan: Plan, scenarios: Sequence[SourceText], library: Library | None = None, known: Known | None = None
) -> Readiness:
    """Run the scenarios of a plan and measure what they go through. Never raises for what an author wrote.

    `library` has real children and the versions to migrate to; `known` is what a catalog has besides the plan.
    """
    findings: list[Diagnostic] = []
    ran: list[tuple[ScenarioFile, Result]] = []
    for source in scenarios:
        read = parse_scenarios(source.text, source.file)
        findings += read.diagnostics
        if read.file is None or not read.sound:
            continue
        if stranger := _stranger(plan, read.file):
            findings.append(stranger)
            continue
        ran += [(read.file, run_scenario(plan, one, library, known)) for one in read.file.scenarios]
    covered = measuring.measure(plan, [result for _, result in ran])
    return Readiness(tuple(findings), tuple(ran), covered, tuple(shortfalls(covered, plan.thresholds)))


def _stranger(plan: Plan, file: ScenarioFile) -> Diagnostic | None:
    """What is the matter with scenarios that are for another pathway, or another version."""
    if file.pathway not in (None, plan.pathway) or file.version not in (None, plan.version):
        wanted = f"{file.pathway or plan.pathway} {file.version or ''}".strip()
        message = f"These scenarios are for {wanted}, not for {plan.pathway} {plan.version}."
        return Diagnostic("unknown-pathway", "error", message, file.file)
    return None


def shortfalls(coverage: Coverage, thresholds: Thresholds) -> Iterable[Shortfall]:
    """Each kind of thing of which scenarios go through less than the thresholds ask."""
    missing = coverage.missing
    for kind, (covered, total) in coverage.counts().items():
        needed = float(getattr(thresholds, plural(kind), 0.0))
        if total and covered < needed * total:
            yield Shortfall(kind, covered, total, needed, tuple(one for one in missing if one.kind == kind))
