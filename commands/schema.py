"""`carelane pathway schema`: the JSON Schema of the language, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from commands import files
from pathways.editor_schema import language_schema

app = typer.Typer()


@app.command("schema")
def write_schema(
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """Write the JSON Schema of definitions, for editors.

    By it they complete, explain and check as you type.
    """
    text = json.dumps(language_schema(), indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        files.write(out, text)
        typer.echo(f"Wrote {out}.")
