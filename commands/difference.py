"""`carelane pathway diff`: what changed between two versions, in words, and what that asks of instances."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from commands.plans import CatalogFile, find_written
from pathways.diff import Diff, diff
from pathways.publishing.review import Review, review

app = typer.Typer()

Json = Any

_CLASSES = {
    "text only": "Only text changed: instances in flight notice nothing.",
    "compatible": "Compatible: instances in flight can go on by the new version as they stand.",
    "needs a mapping": "Needs a mapping: instances may stand at what is gone, or works otherwise.",
}


class Format(StrEnum):
    """How a difference is written."""

    TEXT = "text"
    JSON = "json"


_SIDE = "FILE|FOLDER|NAME@VERSION"
Old = Annotated[str, typer.Argument(metavar=_SIDE, help="The version that there was.")]
New = Annotated[str, typer.Argument(metavar=_SIDE, help="The one that is to take its place.")]


@app.command("diff")
def difference(
    old: Old,
    new: New,
    output: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 1 where anything changed.")] = False,
    catalog: CatalogFile = None,
) -> None:
    """Say in words what changed between two versions.

    It also says what that asks of instances in flight.
    """
    before, after = find_written(old, catalog), find_written(new, catalog)
    found = diff(before.plan, after.plan, (before.text, after.text))
    asked = review(before.plan.document, after.plan.document)
    if output is Format.JSON:
        typer.echo(json.dumps({**found.to_json(), "approval": _approval(asked)}, indent=2, ensure_ascii=False))
    else:
        for line in _lines(found, asked):
            typer.echo(line)
    if exit_code and found.changes:
        raise typer.Exit(1)


def _map(found: Diff) -> Iterator[str]:
    """What a map for a migration would have to say, as its file has it."""
    steps = [f"{path}: {to}    # suggested" for path, to in found.mapping.items()]
    steps += [f"{path}:    # where to?" for path in found.unmapped]
    for part, lines in (
        ("steps", steps),
        ("branches", [f"{path}:    # start, or done?" for path in found.branches]),
        ("clocks", [f"{name}:    # drop, or the name of another?" for name in found.clocks]),
        ("values", [f"{name}:    # what is it for those in flight?" for name in found.values]),
    ):
        if lines:
            yield f"{part}:"
            yield from (f"  {line}" for line in lines)


def _approval(asked: Review) -> Json:
    return {
        "needed": asked.needs_approval,
        "parts": [str(one) for one in asked.parts],
        "reads": list(asked.reads),
        "writes": list(asked.writes),
        "alerts": list(asked.alerts),
    }


def _lines(found: Diff, asked: Review) -> Iterator[str]:
    if found.kind is None:
        yield "Nothing changed."
        return
    yield from map(str, found.changes)
    yield ""
    yield _CLASSES[found.kind]
    yield from _map(found)
    if asked.needs_approval:
        yield f"A second person must approve: {'; '.join(map(str, asked.parts))}."
    for alert in asked.alerts:
        yield f"New alert: {alert}."
