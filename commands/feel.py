"""`carelane feel`: try an expression, list the functions, or check cases of expressions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from catalog import load
from commands import files
from pathways import feel as language
from pathways.errors import CarelaneError
from pathways.feel import limits, reference, tck
from pathways.functions import functions
from pathways.time.zones import zone

app = typer.Typer(no_args_is_help=True, help="Try expressions.")

SHOWN = 20
"""How many failing cases are written out."""

SHOWN_CHARACTERS = 500
"""How much of each part of a failing case is written out."""


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
    catalog: Annotated[
        Path | None,
        typer.Option("--catalog", metavar="FILE", help="Calendars and value sets, besides the built-in ones."),
    ] = None,
    calendar: Annotated[
        str | None, typer.Option("--calendar", help="The calendar of business_add where it names none.")
    ] = None,
) -> None:
    """Evaluate an expression and write its value as JSON.

    Where that is null, say why.
    """
    scope, environment = _scope(data), _environment(zone_name, catalog, calendar)
    try:
        parsed = language.parse_expression(expression)
    except language.FeelSyntaxError as error:
        lines = expression[: limits.EXPRESSION_CHARACTERS].splitlines()
        typer.echo(lines[error.line - 1] if error.line <= len(lines) else "", err=True)
        typer.echo(f"{' ' * (error.column - 1)}^ {error.message} {error.hint}".rstrip(), err=True)
        raise typer.Exit(1) from None
    try:
        value = parsed.work_out(scope, environment)
    except language.FeelLimitError as error:
        typer.echo(f"It can't be worked out: {error}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(_written(value))
    if value is None:
        for reason in parsed.explain(scope, environment):
            typer.echo(reason, err=True)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Cases, one JSON object a line.")],
    at_least: Annotated[float, typer.Option(min=0, max=1, help="The share of cases that must pass.")] = 1.0,
) -> None:
    """Evaluate cases in the form of the DMN TCK.

    Each is compared with what it expects.
    """
    report = tck.check(files.read(file).split("\n"))
    for failure in report.failures[:SHOWN]:
        expression, expected, found = (
            part[:SHOWN_CHARACTERS] for part in (failure.expression, failure.expected, failure.found)
        )
        typer.echo(_printable(f"{failure.case}: {expression}: expected {expected}, got {found}"))
    if len(report.failures) > SHOWN:
        typer.echo(f"… and {len(report.failures) - SHOWN} more")
    typer.echo(f"passed {report.passed} of {report.total}")
    if report.share < at_least or not report.total:
        raise typer.Exit(1)


@app.command("functions")
def functions_command(
    name: Annotated[str, typer.Argument(help="A part of a function's name; all functions without it.")] = "",
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Write the page of the reference.")] = False,
) -> None:
    """List the functions of expressions.

    It says how each is called, and what it does.
    """
    if as_markdown:
        typer.echo(reference.markdown(), nl=False)
        return
    found = [entry for entry in reference.entries() if name.lower() in entry.name]
    for entry in found:
        typer.echo(f"{entry.call}\n    {entry.text}")
    if not found:
        raise CasesError(f"There is no function {name}.", hint="carelane feel functions lists them all.")


class CasesError(CarelaneError):
    """A file of data is not in its form, or a calendar is not known."""

    code = "bad-cases"
    exit_status = 2


def _environment(zone_name: str, catalog: Path | None, calendar: str | None) -> language.Environment:
    """The time that it is, and the functions that a pathway would have with this catalog."""
    known = load.installed() if catalog is None else load.from_file(catalog)
    calendars = known.calendars
    if calendar is not None and calendar not in calendars:
        raise CasesError(f"There is no calendar {calendar}.", hint=f"There are {', '.join(sorted(calendars))}.")
    tz = zone(zone_name)
    default = None if calendar is None else calendars[calendar]
    return language.Environment(datetime.now(UTC), tz, functions(tz, calendars, default, known.value_sets))


def _written(value: language.Value) -> str:
    try:
        return json.dumps(language.to_json(value), ensure_ascii=False)
    except language.FeelLimitError as error:
        raise CasesError(f"The value cannot be written: {error}.") from None


def _printable(text: str) -> str:
    """A text on one line, that any terminal takes."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _scope(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        document = json.loads(files.read(path), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise CasesError(f"{path} is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise CasesError(f"{path} must hold a JSON object, whose keys are the names in scope.")
    return document
