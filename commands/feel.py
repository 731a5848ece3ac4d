"""`carelane feel`: try an expression, or check cases of expressions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from commands import files
from pathways import feel as language
from pathways.errors import CarelaneError
from pathways.feel import tck
from pathways.zones import zone

app = typer.Typer(no_args_is_help=True, help="Try expressions.")

SHOWN = 20
"""How many failing cases are written out."""


@app.callback()
def feel() -> None:
    """Try expressions."""


@app.command("eval")
def evaluate(
    expression: Annotated[str, typer.Argument(help="A FEEL expression, without =.")],
    data: Annotated[
        Path | None, typer.Option("--data", metavar="FILE", help="A JSON object: the names in scope.")
    ] = None,
    zone_name: Annotated[str, typer.Option("--zone", help="The zone of today() and of local times.")] = "UTC",
) -> None:
    """Evaluate an expression and write its value as JSON; says why where that is null."""
    scope = _scope(data)
    environment = language.Environment(datetime.now(UTC), zone(zone_name))
    try:
        parsed = language.parse_expression(expression)
    except language.FeelSyntaxError as error:
        typer.echo(expression.splitlines()[error.line - 1] if expression.strip() else "", err=True)
        typer.echo(f"{' ' * (error.column - 1)}^ {error.message} {error.hint}".rstrip(), err=True)
        raise typer.Exit(1) from None
    value = parsed.evaluate(scope, environment)
    typer.echo(json.dumps(language.to_json(value), ensure_ascii=False))
    if value is None:
        for reason in parsed.explain(scope, environment):
            typer.echo(reason, err=True)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Cases, one JSON object a line.")],
    at_least: Annotated[float, typer.Option(min=0, max=1, help="The share of cases that must pass.")] = 1.0,
) -> None:
    """Evaluate cases in the form of the DMN TCK and compare with what each expects."""
    try:
        report = tck.check(files.read(file).splitlines())
    except (ValueError, KeyError, TypeError) as error:
        raise CasesError(f"{file} is no file of cases: {error}") from None
    for failure in report.failures[:SHOWN]:
        typer.echo(f"{failure.case}: {failure.expression}: expected {failure.expected}, got {failure.found}")
    if len(report.failures) > SHOWN:
        typer.echo(f"… and {len(report.failures) - SHOWN} more")
    typer.echo(f"passed {report.passed} of {report.total}")
    if report.share < at_least:
        raise typer.Exit(1)


class CasesError(CarelaneError):
    """A file of cases, or of data, is not in its form."""

    code = "bad-cases"
    exit_status = 2


def _scope(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        document = json.loads(files.read(path))
    except json.JSONDecodeError as error:
        raise CasesError(f"{path} is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise CasesError(f"{path} must hold a JSON object, whose keys are the names in scope.")
    return document
