"""`carelane pathway migrate`: what is in flight goes on with another version, first as a dry run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

import settings
from commands.api_client import ApiClient, acting_as
from commands.files import read
from commands.printing import As, Format, as_json, numbered
from commands.publishing import AUTHOR, By, Name

app = typer.Typer(no_args_is_help=True)

Json = Any

_AT_ONCE = 20
"""Instances of one step: often enough to see it go on."""


@app.command()
def migrate(
    name: Name,
    leave: Annotated[str | None, typer.Option("--from", metavar="VERSION", help="The version that is left.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="VERSION", help="The version to go on with.")] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="Where renamed and removed steps lead (YAML).")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it. Without this nothing is changed.")] = False,
    children: Annotated[
        bool, typer.Option("--children", help="Move children on to what their pathways would start now.")
    ] = False,
    take_back: Annotated[
        str | None, typer.Option("--take-back", metavar="RUN", help="Take a run back, where nothing has moved since.")
    ] = None,
    go_on: Annotated[
        str | None, typer.Option("--go-on", metavar="RUN", help="Go on with a run that was stopped.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")] = "",
    by: By = None,
    output: As = Format.TEXT,
) -> None:
    """Show what migrating open instances would do, or do it.

    They are those of one version, by where they stand; with --apply they migrate.

    Tasks keep their person, what was typed and their due time; clocks and timers keep what remains. By the API of a
    running Carelane (`carelane dev`). Exits 1 where an instance can't be migrated.
    """
    with acting_as(settings.load(), by, AUTHOR) as client:
        if take_back is not None:
            _finish(_steps(client, take_back, "take-back", output), output)
            return
        if go_on is not None:
            _finish(_steps(client, go_on, "steps", output), output)
            return
        if leave is None or to is None:
            raise typer.BadParameter("Say --from and --to, or a run by --go-on or --take-back.")
        wish = {"pathway": name, "from_version": leave, "to_version": to, "with_children": children}
        wish |= {} if map_file is None else {"map": read(map_file)}
        if not apply:
            _preview(client.post("/migrations/preview", wish), output)
            return
        if not reason:
            raise typer.BadParameter("Say by --reason why they are migrated.")
        begun = client.post("/migrations", {**wish, "reason": reason})
        _finish(_steps(client, begun["run"]["id"], "steps", output), output)


def _preview(found: Json, output: Format) -> None:
    if output is Format.JSON:
        as_json(found)
    else:
        for line in _preview_lines(found):
            typer.echo(line)
    if found["blocked"] or found["silent"]:
        raise typer.Exit(1)


def _preview_lines(found: Json) -> Iterator[str]:
    for group in found["groups"]:
        word = "blocked" if group["blocked"] else "moves"
        yield f"{numbered(group['instances'], 'instance')}, {word}: {', '.join(group['examples'])}"
        for one in group["moves"]:
            arrow = one["step"] if one["step"] == one["to"] else f"{one['step']} → {one['to']}"
            yield f"    {arrow}: {one['what']}"
        for why in group["blocked"]:
            yield f"    ! {why}"
    if found["silent"]:
        yield f"{numbered(found['silent'], 'instance')} did not answer."
    yield f"{numbered(found['instances'], 'instance')}, {found['blocked']} blocked. Nothing was changed."


def _steps(client: ApiClient, run: str, path: str, output: Format) -> Json:
    """Ask for step after step until nothing is left to do, and show how far it is."""
    progress = client.get(f"/migrations/{run}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    quiet = output is Format.JSON
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as shown:
        bar = shown.add_task(f"run {run}", total=sum(progress["counts"].values()) or 1)
        while True:
            before = progress["counts"]
            progress = client.post(f"/migrations/{run}/{path}?limit={_AT_ONCE}", {})
            shown.update(bar, completed=_done(progress["counts"], path))
            if progress["counts"] == before:
                return progress


def _done(counts: Json, path: str) -> int:
    if path == "take-back":
        return int(counts.get("taken-back", 0))
    return sum(number for verdict, number in counts.items() if verdict != "waiting")


def _finish(progress: Json, output: Format) -> None:
    counts = progress["counts"]
    if output is Format.JSON:
        as_json(progress)
    else:
        shown = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items())) or "nothing to move"
        typer.echo(f"run {progress['run']['id']}: {shown}")
        if counts.get("moved"):
            typer.echo(f"Take it back by --take-back {progress['run']['id']}, as far as nothing has moved since.")
    if counts.get("refused") or counts.get("failed"):
        raise typer.Exit(1)
