"""`carelane pathway lint` and `rules`: what is wrong or unwise in definitions, for authors and for their CI."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from catalog import checking, load
from commands import files
from commands.beside import Beside
from commands.findings import finding_json as finding_json
from commands.findings import sarif
from commands.rules_page import rules_page
from pathways.catalog import Catalog
from pathways.diagnostics import Diagnostic
from pathways.lint import lint
from pathways.scenarios import ScenarioFile, parse_scenarios

app = typer.Typer(no_args_is_help=True, help="Check pathways and run their scenarios.")

Json = Any

MOST_BESIDE = 200
"""How many files may lie around a single definition for its children to be looked for among them."""


class Format(StrEnum):
    """How findings and results are written."""

    TEXT = "text"
    JSON = "json"


class LintFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


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
    output: Annotated[LintFormat, typer.Option("--format", help="How to write it.")] = LintFormat.TEXT,
) -> None:
    """Say what is wrong or unwise in definitions.

    So too in the scenarios beside them, and in the catalog that is named.

    Also of a catalog alone: its file, or a folder laid out as the installed one. Warnings alone do not fail.
    """
    findings, checked = _all_findings(target, catalog, today.date() if today else _today())
    if output is LintFormat.SARIF:
        typer.echo(json.dumps(sarif(findings, version("carelane")), indent=2, ensure_ascii=False))
    elif output is LintFormat.JSON:
        typer.echo(json.dumps(_lint_json(findings, checked), indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(str(finding))
        typer.echo(_summary(findings, checked))
    if any(one.severity == "error" for one in findings):
        raise typer.Exit(1)


@app.command()
def rules() -> None:
    """Write the page of lint's rules, docs/lint-rules.md."""
    typer.echo(rules_page(), nl=False)


def _all_findings(target: Path, catalog: Path | None, day: date) -> tuple[list[Diagnostic], int]:
    """What is found in a catalog that is the target, or that is named; then in definitions, where that can be read."""
    if target.is_dir() and checking.is_catalog_folder(target):
        return list(checking.check_folder(target)), 0
    if target.is_file() and files.source(target, chosen=True).kind == "catalog":
        return list(checking.check_file(target)), 0
    in_catalog = [] if catalog is None else _of_catalog(catalog)
    if any(one.severity == "error" for one in in_catalog):
        return in_catalog, 0
    findings, checked = _findings(target, known_catalog(catalog), day)
    return [*in_catalog, *findings], checked


def _of_catalog(file: Path) -> list[Diagnostic]:
    """The findings of a catalog; none of one that can't be read, for its reader says so."""
    try:
        return list(checking.check_file(file))
    except (OSError, UnicodeDecodeError):
        return []


def _findings(target: Path, known: Catalog, day: date) -> tuple[list[Diagnostic], int]:
    """What is found, and in how many definitions; in a folder the scenarios are looked at too."""
    found = files.definitions(target)
    findings: list[Diagnostic] = []
    if not target.is_dir():
        for source in found:
            near = Beside(source.path.parent, known, MOST_BESIDE) if target.is_file() else None
            findings += lint(source.text, str(source.path), known, day, library=near).diagnostics
        return findings, len(found)
    for group in files.groups(target):
        tried: dict[Path, list[ScenarioFile]] = {}
        for scenarios in group.scenarios:
            read = parse_scenarios(scenarios.text, str(scenarios.path))
            findings += read.diagnostics
            definition = files.definition_of(scenarios, group)
            if definition is not None and read.file is not None:
                tried.setdefault(definition.path, []).append(read.file)
        for source in group.definitions:
            given = tried.get(source.path)
            library = Beside(source.path.parent, known)
            findings += lint(source.text, str(source.path), known, day, given, library).diagnostics
    return findings, len(found)


def known_catalog(file: Path | None) -> Catalog:
    """The catalog of a file, else the installed one."""
    if file is not None:
        return load.from_file(file)
    from activities import registry

    return load.installed(registry.catalog().actions)


def _today() -> date:
    return datetime.now(UTC).date()


def counted(number: int, word: str) -> str:
    """A number of things, in words."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _summary(findings: list[Diagnostic], checked: int) -> str:
    errors = sum(one.severity == "error" for one in findings)
    warnings = len(findings) - errors
    where = counted(checked, "definition") if checked else "the catalog"
    return f"{counted(errors, 'error')}, {counted(warnings, 'warning')} in {where}"


def _lint_json(findings: list[Diagnostic], checked: int) -> Json:
    errors = sum(one.severity == "error" for one in findings)
    return {
        "definitions": checked,
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [finding_json(one) for one in findings],
    }
