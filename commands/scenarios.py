"""`carelane pathway test`: run the scenarios beside definitions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from commands import files
from commands.beside import Beside
from commands.pathway import As, CatalogFile, Format, Target, counted, finding_json, known_catalog
from pathways import coverage as measuring
from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.diagnostics import Diagnostic, nearest
from pathways.parse import parse
from pathways.plan import Plan
from pathways.publishing.readiness import shortfalls
from pathways.scenarios import Known, Result, ScenarioFile, parse_scenarios, report, run_scenario
from pathways.scenarios.junit import to_junit

app = typer.Typer()

Json = Any


@app.command("test")
def run_scenarios(
    target: Target,
    catalog: CatalogFile = None,
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Say what no scenario went through."),
    ] = False,
    enough: Annotated[
        bool,
        typer.Option("--enough", help="Fail where scenarios go through less than publishing asks (`coverage:`)."),
    ] = False,
    only: Annotated[
        str | None, typer.Option("--only", metavar="NAME", help="Run only the scenarios whose name has this in it.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML as well.")
    ] = None,
    output: As = Format.TEXT,
) -> None:
    """Run the scenarios beside definitions, in virtual time."""
    known = known_catalog(catalog)
    outcome = Outcome(only or "", coverage or enough, enough)
    for group in files.groups(target):
        _run_group(group, known, outcome)
    if junit is not None:
        files.write(junit, to_junit(outcome.ran, outcome.findings))
    if output is Format.JSON:
        typer.echo(json.dumps(outcome.json(), indent=2, ensure_ascii=False))
    else:
        for line in outcome.lines():
            typer.echo(line)
    if not outcome.good:
        raise typer.Exit(1)


@dataclass
class Outcome:
    """What running scenarios has shown so far.

    `measured`: what they go through is said as well; `enough`: too little of it fails.
    """

    only: str = ""
    measured: bool = False
    enough: bool = False
    findings: list[Diagnostic] = field(default_factory=list)
    ran: list[tuple[ScenarioFile, Result]] = field(default_factory=list)
    covered: dict[str, tuple[Plan, measuring.Coverage]] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """How many scenarios failed."""
        return sum(not result.passed for _, result in self.ran)

    @property
    def short(self) -> list[str]:
        """Of what scenarios go through less than they must, where that was asked."""
        if not self.measured or self.only:
            return []
        return [
            f"{name}: {one}"
            for name, (plan, covered) in self.covered.items()
            for one in shortfalls(covered, plan.thresholds)
        ]

    @property
    def good(self) -> bool:
        """Whether there were scenarios, and all passed."""
        severe = any(one.severity == "error" for one in self.findings)
        return bool(self.ran) and not self.failed and not severe and not (self.enough and self.short)

    def lines(self) -> Iterable[str]:
        """All of it as text."""
        yield from map(str, self.findings)
        for file, result in self.ran:
            yield from report.lines(file, result)
        if self.measured:
            for name, (_, one) in self.covered.items():
                yield f"{name}:"
                yield from (f"  {line}" for line in measuring.lines(one))
            yield from self.short
        if not self.ran:
            nothing = "There are no scenarios: they lie in scenarios/ beside a definition."
            yield "No scenario ran." if self.findings or self.only else nothing
        else:
            yield f"{len(self.ran) - self.failed} of {counted(len(self.ran), 'scenario')} passed"

    def json(self) -> Json:
        """All of it as JSON."""
        document: dict[str, Json] = {
            "passed": len(self.ran) - self.failed,
            "failed": self.failed,
            "findings": [finding_json(one) for one in self.findings],
            "scenarios": [report.to_json(file, result) for file, result in self.ran],
        }
        if self.measured:
            document["coverage"] = {name: measuring.to_json(one) for name, (_, one) in self.covered.items()}
            document["short"] = self.short
        return document


def _run_group(group: files.Group, catalog: Catalog, outcome: Outcome) -> None:
    known = Known.of(catalog)
    plans = {one.path: _plan(one, catalog, outcome) for one in group.definitions}
    results: dict[Path, list[Result]] = {path: [] for path in plans}
    fitting = [one for one in group.scenarios if files.definition_of(one, group) is not None]
    for source in group.scenarios:
        definition = files.definition_of(source, group)
        if definition is None:
            if not group.chosen or not fitting:
                outcome.findings.append(_orphan(source, group))
            continue
        read = parse_scenarios(source.text, str(source.path))
        outcome.findings += read.diagnostics
        plan = plans[definition.path]
        if plan is None or read.file is None or not read.sound:
            continue
        library = Beside(definition.path.parent, catalog)
        for scenario in read.file.scenarios:
            if outcome.only in scenario.name:
                result = run_scenario(plan, scenario, library, known)
                results[definition.path].append(result)
                outcome.ran.append((read.file, result))
    for path, plan in plans.items():
        if plan is not None:
            outcome.covered[str(path)] = plan, measuring.measure(plan, results[path])


def _plan(one: files.Source, known: Catalog, outcome: Outcome) -> Plan | None:
    """The definition's plan; what keeps it from being one is noted."""
    parsed = parse(one.text, str(one.path))
    errors = [finding for finding in parsed.diagnostics if finding.severity == "error"]
    plan = None
    if not errors and parsed.definition is not None:
        compiled = compile_definition(parsed.definition, known)
        errors += [finding for finding in compiled.diagnostics if finding.severity == "error"]
        plan = compiled.plan
    outcome.findings += errors
    return plan


def _orphan(source: files.Source, group: files.Group) -> Diagnostic:
    there = [one for one in group.definitions if one.pathway]
    names = {one.pathway for one in there if one.pathway}
    wanted = f"{source.pathway} {source.version or ''}".strip()
    versions = ", ".join(f"{one.pathway} {one.version or ''}".strip() for one in there) or "none that can be read"
    hint = nearest(source.pathway or "", names) if source.pathway not in names else ""
    message = f"These scenarios are for {wanted}, which does not lie beside them (there: {versions})."
    if group.chosen:
        message = f"These scenarios are for {wanted}, and not for {versions}."
    return Diagnostic("unknown-pathway", "error", message, str(source.path), hint=hint)
