"""`carelane pathway lint` and `rules`: what is wrong or unwise in definitions, for authors and for their CI."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from catalog import load
from commands import files
from pathways.catalog import Catalog
from pathways.diagnostics import Diagnostic
from pathways.lint import RULES, lint

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
    known = known_catalog(catalog)
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
    where = counted(checked, "definition")
    return f"{counted(errors, 'error')}, {counted(warnings, 'warning')} in {where}"


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


def _lint_json(findings: list[Diagnostic], checked: int) -> Json:
    errors = sum(one.severity == "error" for one in findings)
    return {
        "definitions": checked,
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [finding_json(one) for one in findings],
    }
