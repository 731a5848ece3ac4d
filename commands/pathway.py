"""`carelane pathway`: check definitions and run their scenarios, for authors and for their CI."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from catalog import load
from commands import files
from pathways import coverage as measuring
from pathways.catalog import Catalog
from pathways.compile import compile_definition
from pathways.diagnostics import Diagnostic, nearest
from pathways.lint import RULES, lint
from pathways.parse import parse
from pathways.plan import Plan
from pathways.scenarios import Result, ScenarioFile, parse_scenarios, report, run_scenario

app = typer.Typer(no_args_is_help=True, help="Check pathways and run their scenarios.")

Json = Any


class Format(StrEnum):
    """How findings and results are written."""

    TEXT = "text"
    JSON = "json"


Target = Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="A definition, or a folder of them.")]
CatalogFile = Annotated[
    Path | None, typer.Option("--catalog", metavar="FILE", help="Use this catalog instead of the installed one.")
]
As = Annotated[Format, typer.Option("--format", help="How to write it.")]


@app.callback()
def pathway() -> None:
    """Check pathways and run their scenarios."""


@app.command("lint")
def lint_command(
    target: Target,
    catalog: CatalogFile = None,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that review dates are held against.")
    ] = None,
    output: As = Format.TEXT,
) -> None:
    """Say what is wrong or unwise in definitions. Warnings alone do not fail."""
    known = _catalog(catalog)
    day = today.date() if today else _today()
    found = files.definitions(target)
    findings = [one for source in found for one in lint(source.text, str(source.path), known, day).diagnostics]
    if output is Format.JSON:
        typer.echo(json.dumps(_lint_json(findings, len(found)), indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(str(finding))
        typer.echo(_summary(findings, len(found)))
    if any(one.severity == "error" for one in findings):
        raise typer.Exit(1)


@app.command("test")
def run_scenarios(
    target: Target,
    catalog: CatalogFile = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Say what no scenario went through.")] = False,
    output: As = Format.TEXT,
) -> None:
    """Run the scenarios beside definitions, in virtual time."""
    known = _catalog(catalog)
    outcome = _Outcome()
    for group in files.groups(target):
        _run_group(group, known, outcome)
    if output is Format.JSON:
        typer.echo(json.dumps(outcome.json(coverage), indent=2, ensure_ascii=False))
    else:
        for line in outcome.lines(coverage):
            typer.echo(line)
    if not outcome.good:
        raise typer.Exit(1)


@app.command()
def rules() -> None:
    """Write the page of lint's rules, docs/lint-rules.md."""
    typer.echo(rules_page(), nl=False)


def rules_page() -> str:
    """The reference of lint's rules, made from their table."""
    rows = [
        f"| `{rule.id}` | {rule.severity} | {rule.title} | {rule.why} {rule.hint}".rstrip() + " |"
        for rule in RULES.values()
    ]
    head = [
        "# What lint finds",
        "",
        "Made by `carelane pathway rules` from the table in `pathways/lint/rules.py`. An error cannot run or may harm,",
        "and fails `carelane pathway lint`; a warning is unwise.",
        "",
        "| rule | severity | finds | why, and what to do |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _catalog(file: Path | None) -> Catalog:
    if file is not None:
        return load.from_file(file)
    from activities import registry

    return load.installed(registry.catalog().actions)


def _today() -> date:
    return datetime.now(UTC).date()


def _severe(findings: Iterable[Diagnostic]) -> bool:
    return any(one.severity == "error" for one in findings)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _summary(findings: list[Diagnostic], checked: int) -> str:
    errors = sum(one.severity == "error" for one in findings)
    warnings = len(findings) - errors
    where = _counted(checked, "definition")
    return f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')} in {where}"


def _finding_json(one: Diagnostic) -> Json:
    return {
        "rule": one.rule,
        "severity": one.severity,
        "message": one.message,
        "hint": one.hint,
        "file": one.file,
        "line": one.line,
        "column": one.column,
    }


def _lint_json(findings: list[Diagnostic], checked: int) -> Json:
    errors = sum(one.severity == "error" for one in findings)
    return {
        "definitions": checked,
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [_finding_json(one) for one in findings],
    }


@dataclass
class _Outcome:
    """What running scenarios has shown so far."""

    findings: list[Diagnostic] = field(default_factory=list)
    ran: list[tuple[ScenarioFile, Result]] = field(default_factory=list)
    covered: dict[str, measuring.Coverage] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """How many scenarios failed."""
        return sum(not result.passed for _, result in self.ran)

    @property
    def good(self) -> bool:
        """Whether there were scenarios, and all passed."""
        return bool(self.ran) and not self.failed and not _severe(self.findings)

    def lines(self, coverage: bool) -> Iterable[str]:
        """All of it as text."""
        yield from map(str, self.findings)
        for file, result in self.ran:
            yield from report.lines(file, result)
        if coverage:
            for name, one in self.covered.items():
                yield f"{name}:"
                yield from (f"  {line}" for line in measuring.lines(one))
        if not self.ran:
            nothing = "There are no scenarios: they lie in scenarios/ beside a definition."
            yield "No scenario ran." if self.findings else nothing
        else:
            yield f"{len(self.ran) - self.failed} of {_counted(len(self.ran), 'scenario')} passed"

    def json(self, coverage: bool) -> Json:
        """All of it as JSON."""
        document: dict[str, Json] = {
            "passed": len(self.ran) - self.failed,
            "failed": self.failed,
            "findings": [_finding_json(one) for one in self.findings],
            "scenarios": [report.to_json(file, result) for file, result in self.ran],
        }
        if coverage:
            document["coverage"] = {name: measuring.to_json(one) for name, one in self.covered.items()}
        return document


def _run_group(group: files.Group, known: Catalog, outcome: _Outcome) -> None:
    plans: dict[Path, Plan | None] = {}
    for one in group.definitions:
        plans[one.path] = _plan(one, known, outcome)
    results: dict[Path, list[Result]] = {path: [] for path in plans}
    for source in group.scenarios:
        definition = files.definition_of(source, group)
        if definition is None:
            if not group.chosen:
                outcome.findings.append(_orphan(source, group))
            continue
        read = parse_scenarios(source.text, str(source.path))
        outcome.findings += read.diagnostics
        plan = plans[definition.path]
        if plan is None or read.file is None or not read.sound:
            continue
        for scenario in read.file.scenarios:
            result = run_scenario(plan, scenario)
            results[definition.path].append(result)
            outcome.ran.append((read.file, result))
    for path, plan in plans.items():
        if plan is not None:
            outcome.covered[str(path)] = measuring.measure(plan, results[path])


def _plan(one: files.Source, known: Catalog, outcome: _Outcome) -> Plan | None:
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
    return Diagnostic("unknown-pathway", "error", message, str(source.path), hint=hint)
