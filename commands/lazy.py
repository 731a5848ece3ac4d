"""Sub-commands that are imported only when they are used, so that each command starts as fast as it can."""

from __future__ import annotations

import importlib
from typing import Any, ClassVar

import typer
from typer.core import CompletionItem, TyperGroup  # type: ignore[attr-defined]  # its own public methods return it


class LazyCommands(TyperGroup):
    """A group that knows the modules of its sub-commands by name, beside those that it has at hand.

    A module's `app` either is the sub-command (a group of its own), or holds it among others.
    """

    modules: ClassVar[dict[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Every sub-command, in the order of the help page: those of `modules` in theirs, after those at hand."""
        return [*(name for name in super().list_commands(ctx) if name not in self.modules), *self.modules]

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """What the shell may put in place: names alone, for to say what each does would be to import them all."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name) for name in self.list_commands(ctx) if name.startswith(incomplete)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a sub-command; None when there is none of this name."""
        if cmd_name not in self.modules:
            return super().get_command(ctx, cmd_name)
        holder = typer.Typer(add_completion=False, rich_markup_mode=None)
        holder.add_typer(importlib.import_module(self.modules[cmd_name]).app, name=cmd_name)
        mounted = typer.main.get_group(holder).commands[cmd_name]
        if isinstance(mounted, TyperGroup):
            return mounted.commands.get(cmd_name, mounted)
        return mounted
