"""`carelane pathway start`: an instance of a published version, to see it go its way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

import settings
from commands import known_names
from commands.api_client import acting_as
from commands.files import read
from commands.printing import As, Format, as_json
from commands.publishing import By
from pathways.errors import CarelaneError
from pathways.source import SourceError, read_source

app = typer.Typer(no_args_is_help=True)

Json = Any

STARTER = "coordinator"

_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")


class InputError(CarelaneError):
    """An input that cannot be read."""

    code: ClassVar[str] = "bad-input"
    exit_status: ClassVar[int] = 2


@app.command()
def start(
    target: Annotated[
        str,
        typer.Argument(
            metavar="NAME[@VERSION]",
            help="A pathway, and a version or range of it; the highest that can be started where left out.",
            autocompletion=known_names.complete_name,
        ),
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="NAME=VALUE", help="An input: YAML, or a reference such as Patient/1."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--inputs", metavar="FILE", help="Inputs by name, as YAML or JSON.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", metavar="ZONE", help="The IANA time zone it lives in; else the site's.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="ID", help="The site that it is for; else the server's.")
    ] = None,
    deprecated: Annotated[bool, typer.Option("--deprecated", help="Even of a version that is deprecated.")] = False,
    by: By = None,
    output: As = Format.TEXT,
) -> None:
    """Start an instance of a published version.

    It asks the API of a running Carelane (`carelane dev`).

    carelane pathway start referral --input patient=Patient/1 --input order=ServiceRequest/1
    """
    name, _, version = target.partition("@")
    wish = {"pathway": name, "version": version or None, "zone": zone, "site": site, "deprecated": deprecated}
    given = {**({} if file is None else _document(read(file), str(file))), **dict(map(_pair, inputs or ()))}
    configured = settings.load()
    with acting_as(configured, by, STARTER) as client:
        started = client.post("/instances", {**wish, "inputs": given})
    if output is Format.JSON:
        as_json(started)
    else:
        where = f"{configured.public_url}/instances/{started['id']}"
        typer.echo(f"{started['pathway']} {started['version']}: started as {started['id']}")
        typer.echo(f"See it at {where}")


def _pair(text: str) -> tuple[str, Json]:
    """A name and what is given for it. Raises `InputError`."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f'"{text}" is no input.', hint="Say --input NAME=VALUE, such as --input patient=Patient/1.")
    if _REFERENCE.fullmatch(value):
        return name, {"reference": value}
    return name, _document(f"value: {value}", f"--input {name}")["value"]


def _document(text: str, where: str) -> dict[str, Json]:
    """A mapping in YAML. Raises `InputError`."""
    try:
        return dict(read_source(text).plain)
    except SourceError as error:
        raise InputError(f"{where} cannot be read: {error.message}", hint=error.hint) from None
    except (TypeError, ValueError):
        raise InputError(f"{where} must hold a map of inputs by name.") from None
