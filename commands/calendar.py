"""`carelane calendar`: check time arithmetic against an organization's own cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands import files
from pathways.time_check import check_cases

app = typer.Typer(no_args_is_help=True, help="Check calendars.")

SHOWN = 20
"""How many failing cases are written out."""


@app.callback()
def calendar() -> None:
    """Check calendars."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Cases, one JSON object a line.")],
) -> None:
    """Compute every case of a file and compare with what it expects."""
    report = check_cases(files.read(file).splitlines())
    for failure in report.failures[:SHOWN]:
        typer.echo(str(failure))
    if len(report.failures) > SHOWN:
        typer.echo(f"… and {len(report.failures) - SHOWN} more")
    typer.echo(f"passed {report.passed} of {report.total}")
    if report.failures or not report.total:
        raise typer.Exit(1)
