"""The command `carelane`: mounts the sub-commands of `commands/`, and says what goes wrong in plain words."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import typer
from typer.core import TyperGroup

from pathways.errors import CarelaneError

FAILED = 1
INTERRUPTED = 130


class Commands(TyperGroup):
    """Sub-commands that are imported only when they are used.

    A module's `app` either is the sub-command (a group of its own), or holds it among others.
    """

    modules: ClassVar[dict[str, str]] = {
        "pathway": "commands.pathway",
        "feel": "commands.feel",
        "calendar": "commands.calendar",
        "demo": "commands.demo",
        "dev": "commands.machine",
        "worker": "commands.processes",
        "relay": "commands.processes",
        "api": "commands.processes",
        "core": "commands.processes",
        "migrate-database": "commands.processes",
        "contract": "commands.contract",
        "settings": "commands.machine",
        "fetch-programs": "commands.machine",
        "forget-state": "commands.machine",
    }

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the framework's signature
        """Every sub-command, in the order of the help page."""
        return list(self.modules)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the framework's signature
        """Import a sub-command; None when there is none of this name."""
        if cmd_name not in self.modules:
            return None
        holder = typer.Typer(add_completion=False, rich_markup_mode=None)
        holder.add_typer(importlib.import_module(self.modules[cmd_name]).app, name=cmd_name)
        mounted = typer.main.get_group(holder).commands[cmd_name]
        if isinstance(mounted, TyperGroup):
            return mounted.commands.get(cmd_name, mounted)
        return mounted


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None, name="carelane")


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
