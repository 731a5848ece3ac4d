"""`carelane pathway export`: a version in another format, and what that format could not say."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands import files
from commands.plans import CatalogFile, Target, find_plan
from pathways.plan_definition import BASE, Exported, Status, export

app = typer.Typer()


class To(StrEnum):
    """What to export to."""

    PLAN_DEFINITION = "plandefinition"


class State(StrEnum):
    """FHIR's status of a publication."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


@app.command("export")
def export_command(
    target: Target,
    to: Annotated[To, typer.Option("--to", help="A FHIR R4 PlanDefinition.")] = To.PLAN_DEFINITION,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file, not to the output.")
    ] = None,
    base: Annotated[str, typer.Option("--base", metavar="URL", help="The canonical base of its address.")] = BASE,
    status: Annotated[State, typer.Option("--status", help="The status that it states.")] = State.DRAFT,
    catalog: CatalogFile = None,
) -> None:
    """Write a version as a FHIR R4 PlanDefinition.

    What FHIR could not say goes to the error output.
    """
    del to  # there is one format yet; naming it keeps the command as it is when there are more
    exported = export(find_plan(target, catalog), base=base, status=_status(status))
    text = json.dumps(exported.resource, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        files.write(output, text)
        typer.echo(f"Wrote {output}.", err=True)
    _tell(exported)


def _status(status: State) -> Status:
    match status:
        case State.DRAFT:
            return "draft"
        case State.ACTIVE:
            return "active"
        case State.RETIRED:
            return "retired"


def _tell(exported: Exported) -> None:
    if exported.unsaid:
        typer.echo("FHIR R4 has no element for", err=True)
    for one in exported.unsaid:
        typer.echo(f"- {one}", err=True)
