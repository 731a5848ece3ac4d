"""`carelane pathway diagram`: the picture of a version, its graph, or the same in words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

import settings
from commands import files
from commands.plans import CatalogFile, find_plan
from pathways import diagram as pictures
from pathways.diagram import Drawing, Layout, Overlay
from pathways.errors import CarelaneError
from pathways.plan import Plan, plan_from_json

if TYPE_CHECKING:
    from store.database import Database, Unit

app = typer.Typer()


class Format(StrEnum):
    """How a diagram is written."""

    SVG = "svg"
    DOT = "dot"
    TEXT = "text"
    CSS = "css"


class NothingToDrawError(CarelaneError):
    """The command names nothing that could be drawn, or an instance that is not there."""

    code: ClassVar[str] = "nothing-to-draw"
    exit_status: ClassVar[int] = 2


@dataclass(frozen=True)
class _Picture:
    drawing: Drawing
    overlay: Overlay | None = None


@app.command()
def diagram(
    target: Annotated[
        str | None,
        typer.Argument(metavar="FILE|FOLDER|NAME@VERSION", help="What to draw; with --instance, the version it runs."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file, not to the output.")
    ] = None,
    kind: Annotated[
        Format | None, typer.Option("--format", help="What to write; by FILE's name, else svg. css: the pages' style.")
    ] = None,
    instance: Annotated[
        str | None, typer.Option("--instance", metavar="ID", help="Show the way that this instance took.")
    ] = None,
    numbers: Annotated[
        bool, typer.Option("--counts", help="Show how many instances stand where, and the median time there.")
    ] = False,
    catalog: CatalogFile = None,
) -> None:
    """Draw a pathway.

    With --instance or --counts it reads the store (DATABASE_URL).
    """
    if instance is not None and numbers:
        raise NothingToDrawError("Either one instance is shown or how many stand where.", hint="Leave one of them out.")
    chosen = kind or _by_name(output)
    if chosen is Format.CSS:
        text = pictures.page_stylesheet()
    else:
        text = _written(_picture(target, instance, numbers, catalog), chosen)
    if output is None:
        typer.echo(text, nl=False)
        return
    files.write(output, text)
    typer.echo(f"Wrote {output}.", err=True)


_BY_NAME = {
    "": Format.SVG,
    ".svg": Format.SVG,
    ".dot": Format.DOT,
    ".gv": Format.DOT,
    ".txt": Format.TEXT,
    ".css": Format.CSS,
}


def _by_name(output: Path | None) -> Format:
    suffix = output.suffix.lower() if output is not None else ""
    if suffix not in _BY_NAME:
        known = ", ".join(one for one in _BY_NAME if one)
        raise NothingToDrawError(f"No diagram is written as {suffix}.", hint=f"Name a {known} file, or say --format.")
    return _BY_NAME[suffix]


def _picture(target: str | None, instance: str | None, numbers: bool, catalog: Path | None) -> _Picture:
    if instance is not None:
        return asyncio.run(_of_instance(instance))
    if target is None:
        raise NothingToDrawError("Nothing is named to draw.", hint="Give a file, NAME@VERSION, or --instance ID.")
    plan = find_plan(target, catalog, unsound=True)
    drawing = pictures.draw(plan)
    return _Picture(drawing, asyncio.run(_numbers(plan)) if numbers else None)


def _written(picture: _Picture, kind: Format) -> str:
    match kind:
        case Format.DOT:
            return pictures.to_dot(picture.drawing)
        case Format.TEXT:
            return pictures.to_text(picture.drawing, picture.overlay)
        case _:
            return pictures.to_svg(picture.drawing, _laid_out(picture.drawing), picture.overlay)


def _laid_out(drawing: Drawing) -> Layout:
    from api.dot import layout_of

    layout = asyncio.run(layout_of(drawing))
    if not layout.drawn:
        typer.echo("dot could not lay it out, so it is drawn as a list.", err=True)
    return layout


def _database() -> Database:
    from store.database import Database

    return Database(settings.load().require_database_url(), connections=1)


async def _numbers(plan: Plan) -> Overlay:
    database = _database()
    try:
        async with database.transaction() as unit:
            found = await unit.statistics.steps(plan.pathway, plan.version)
    finally:
        await database.close()
    return pictures.counts({step: pictures.Number(one.standing, one.passed, one.median) for step, one in found.items()})


async def _of_instance(ident: str) -> _Picture:
    database = _database()
    try:
        async with database.transaction() as unit:
            return await _walked(unit, ident)
    finally:
        await database.close()


async def _walked(unit: Unit, ident: str) -> _Picture:
    instance = await unit.instances.get(ident)
    if instance is None:
        raise NothingToDrawError(f"There is no instance {ident}.")
    definition = await unit.definitions.by_digest(instance.digest)
    if definition is None:
        raise NothingToDrawError(f"The version that instance {ident} runs is not in the store.")
    drawing = pictures.draw(plan_from_json(definition.plan))
    facts = [{"fact": one.kind, "address": one.address, **one.detail} for one in await unit.timeline.all(ident)]
    positions = [(one.step, one.waits) for one in await unit.instances.positions(ident)]
    return _Picture(drawing, pictures.way(drawing, facts, positions))
