"""`carelane pathway`: everything that is done with pathways, each command in the module that has it."""

from __future__ import annotations

from typing import ClassVar

import typer

from commands.lazy import LazyCommands


class PathwayCommands(LazyCommands):
    """The commands in the order of a version's life."""

    modules: ClassVar[dict[str, str]] = {
        "new": "commands.scaffold",
        "lint": "commands.pathway",
        "test": "commands.scenarios",
        "simulate": "commands.simulation",
        "vocabulary": "commands.vocabulary",
        "rules": "commands.pathway",
        "schema": "commands.schema",
        "diagram": "commands.diagram",
        "export": "commands.export",
        "diff": "commands.difference",
        "publish": "commands.publishing",
        "approve": "commands.publishing",
        "start": "commands.starting",
        "migrate": "commands.migration",
        "list": "commands.versions",
        "show": "commands.versions",
        "withdraw": "commands.versions",
        "deprecate": "commands.versions",
        "retire": "commands.versions",
        "pause": "commands.versions",
        "unpause": "commands.versions",
    }


app = typer.Typer(cls=PathwayCommands, no_args_is_help=True, help="Write, check, try, publish and show pathways.")


@app.callback()
def pathway() -> None:
    """Write, check, try, publish and show pathways."""
