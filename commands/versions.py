"""`carelane pathway list`, `show`, `withdraw`, `deprecate`, `retire`, `pause`, `unpause`: the registry of versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

import typer

import settings
from commands import known_names
from commands.api_client import acting_as
from commands.printing import As, Format, as_json, examination_lines, moment, state_of, table
from commands.publishing import AUTHOR, By, Name, VersionOf
from pathways.errors import CarelaneError

app = typer.Typer(no_args_is_help=True)

Json = Any

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")]


class UnknownPathwayError(CarelaneError):
    """There is no pathway of that name."""

    code: ClassVar[str] = "unknown-pathway"


@app.command("list")
def list_versions(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Only this pathway.", autocompletion=known_names.complete_name),
    ] = None,
    by: By = None,
    output: As = Format.TEXT,
) -> None:
    """List every version with its state.

    It asks the registry of a running Carelane (`carelane dev`).
    """
    configured = settings.load()
    with acting_as(configured, by, AUTHOR) as client:
        found = client.get("/pathways")
    known_names.remember(configured, found["items"], whole=True)
    items = [one for one in found["items"] if name in (None, one["name"])]
    if not items and name is not None:
        raise UnknownPathwayError(f"There is no pathway {name}.", hint="`carelane pathway list` shows all.")
    if output is Format.JSON:
        as_json({**found, "items": items})
        return
    if not items:
        typer.echo("Nothing is published yet.")
        return
    rows = [(one["name"], one["version"], state_of(one), one["title"], _when(one, found["people"])) for one in items]
    for line in table(("pathway", "version", "state", "title", "published"), rows):
        typer.echo(line)


@app.command()
def show(
    target: Annotated[
        str,
        typer.Argument(
            metavar="NAME[@VERSION]",
            help="A pathway, and a version or range of it; the highest where left out.",
            autocompletion=known_names.complete_name,
        ),
    ],
    source: Annotated[bool, typer.Option("--source", help="Write the definition itself, as it was published.")] = False,
    by: By = None,
    output: As = Format.TEXT,
) -> None:
    """Show a version: its state, digest and history.

    The history is who did what and when. As JSON, its plan and source come with it.

    From the registry of a running Carelane (`carelane dev`).
    """
    name, _, version = target.partition("@")
    configured = settings.load()
    with acting_as(configured, by, AUTHOR) as client:
        found = client.get(_path(name, version or "*"))
    known_names.remember(configured, [found])
    if source:
        typer.echo(found["source"], nl=False)
    elif output is Format.JSON:
        as_json(found)
    else:
        for line in _lines(found):
            typer.echo(line)


@app.command()
def withdraw(name: Name, version: VersionOf, reason: Reason = "", by: By = None, output: As = Format.TEXT) -> None:
    """Put a draft away that is not to be published.

    What was published stays. It asks the API of a running Carelane.
    """
    with acting_as(settings.load(), by, AUTHOR) as client:
        done = client.post(f"{_path(name, version)}/withdraw", {"reason": reason})
    if output is Format.JSON:
        as_json(done)
    else:
        typer.echo(f"{name} {version}: withdrawn")


@app.command()
def deprecate(name: Name, version: VersionOf, reason: Reason = "", by: By = None, output: As = Format.TEXT) -> None:
    """Let nothing new start of a version by default.

    Its instances go on. It asks the API of a running Carelane.
    """
    _change(name, version, "deprecate", {"reason": reason}, by, output)


@app.command()
def retire(name: Name, version: VersionOf, reason: Reason = "", by: By = None, output: As = Format.TEXT) -> None:
    """Put a version away for good.

    Refused while any of its instances runs. It asks the API of a running Carelane.
    """
    _change(name, version, "retire", {"reason": reason}, by, output)


@app.command()
def pause(
    name: Name,
    version: VersionOf,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record; needed.")],
    hold: Annotated[
        list[str] | None, typer.Option("--hold", metavar="STEP", help="Instances hold at this step; may be repeated.")
    ] = None,
    by: By = None,
    output: As = Format.TEXT,
) -> None:
    """Let nothing start of a version until `unpause`.

    Its instances hold at the steps that are named.

    By the API of a running Carelane.
    """
    _change(name, version, "pause", {"reason": reason, "held_steps": hold or []}, by, output)


@app.command()
def unpause(name: Name, version: VersionOf, reason: Reason = "", by: By = None, output: As = Format.TEXT) -> None:
    """Let a paused version go on. By the API of a running Carelane."""
    _change(name, version, "unpause", {"reason": reason}, by, output)


def _change(name: str, version: str, verb: str, body: Json, by: str | None, output: Format) -> None:
    with acting_as(settings.load(), by, AUTHOR) as client:
        done = client.post(f"{_path(name, version)}/{verb}", body)
    if output is Format.JSON:
        as_json(done)
        return
    held = f"; instances hold at {', '.join(done['held_steps'])}" if done["held_steps"] else ""
    typer.echo(f"{name} {version}: {state_of(done)}{held}")


def _held(found: Json) -> Iterator[str]:
    holding = found["holding"]
    told = f"{holding['know']} of {holding['running']} running instances know"
    steps = (f"{one} ({holding['standing'].get(one, 0)} wait there)" for one in found["held_steps"])
    yield f"  held: {', '.join(steps)}; {told}"


def _path(name: str, version: str) -> str:
    return f"/pathways/{quote(name, safe='')}/{quote(version, safe='')}"


def _when(one: Json, people: Json) -> str:
    at, who = one["published_at"] or one["drafted_at"], one["published_by"] or one["drafted_by"]
    return f"{moment(at)} by {people.get(who, who)}"


def _lines(found: Json) -> Iterator[str]:
    people = found["people"]
    yield f"{found['name']} {found['version']}: {found['title']}"
    yield f"  state: {state_of(found)}"
    if found["holding"]:
        yield from _held(found)
    if found["effective_from"]:
        yield f"  in effect from: {moment(found['effective_from'])}"
    yield f"  digest: {found['digest']}"
    yield f"  instances under way: {found['in_flight']}"
    yield "  history:"
    for one in found["history"]:
        reason = f": {one['detail']['reason']}" if one["detail"].get("reason") else ""
        yield f"    {moment(one['at'])}  {one['action']} by {people.get(one['by'], one['by'])}{reason}"
    if found["examination"]:
        yield "  it waits for approval:"
        yield from (f"    {line}" for line in examination_lines(found["examination"]))
