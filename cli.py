"""The command `carelane`: mounts the sub-commands of `commands/`, and says what goes wrong in plain words."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, ClassVar

import typer

from commands.lazy import LazyCommands
from pathways.errors import CarelaneError

FAILED = 1
INTERRUPTED = 130


class Commands(LazyCommands):
    """The sub-commands, each with the module that has it."""

    modules: ClassVar[dict[str, str]] = {
        "pathway": "commands.pathway_group",
        "feel": "commands.feel",
        "calendar": "commands.calendar",
        "demo": "commands.demo",
        "dev": "commands.machine",
        "worker": "commands.processes",
        "relay": "commands.processes",
        "api": "commands.processes",
        "core": "commands.processes",
        "rebuild": "commands.rebuild",
        "drain": "commands.drain",
        "verify-audit": "commands.auditing",
        "migrate-database": "commands.processes",
        "contract": "commands.contract",
        "settings": "commands.machine",
        "fetch-programs": "commands.machine",
        "forget-state": "commands.machine",
    }
    within: ClassVar[tuple[str, ...]] = ("pathway",)


app = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None, name="carelane")


@app.callback()
def carelane(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the code an error arose.")] = False,
) -> None:
    """Specialty care pathways beside an EHR core."""
    context.obj = debug


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit status: 0, 1 failed, 2 refused, 130 interrupted."""
    debug = "--debug" in arguments[:1]
    try:
        typer.main.get_command(app).main(args=list(arguments), prog_name="carelane")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except CarelaneError as error:
        if debug:
            raise
        _say(f"error: {error.message}", error.hint)
        return error.exit_status
    except Exception as error:
        if debug:
            raise
        _say(
            f"error: Something unexpected went wrong: {type(error).__name__}: {error}",
            "`carelane --debug …` shows where.",
        )
        return FAILED
    return 0


def main() -> None:
    """Run the command line and leave with its status."""
    status = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    if "temporalio" in sys.modules:
        os._exit(status)  # a process that used the Temporal SDK may crash in the interpreter's end
    raise SystemExit(status)


def _say(message: str, hint: str) -> None:
    typer.echo(message, err=True)
    if hint:
        typer.echo(hint, err=True)


if __name__ == "__main__":
    main()
