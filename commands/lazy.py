"""Sub-commands that are imported only when they are used, so that each command starts as fast as it can."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, ClassVar

import typer
from typer.core import CompletionItem, TyperGroup  # type: ignore[attr-defined]  # its own public methods return it


class LazyCommands(TyperGroup):
    """A group that knows the modules of its sub-commands by name, beside those that it has at hand.

    A module's `app` either is the sub-command (a group of its own), or holds it among others. In the groups named in
    `within` a sub-command is looked for that is not here.
    """

    modules: ClassVar[dict[str, str]] = {}
    within: ClassVar[tuple[str, ...]] = ()

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

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The sub-command that is meant; of one that there is not, those nearest to it are said."""
        if args and not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            near = list(self._near(ctx, args[0]))
            if near:
                ctx.fail(f"No such command '{args[0]}'. Did you mean {' or '.join(near)}?")
        return super().resolve_command(ctx, args)

    def _near(self, ctx: Any, typed: str) -> Iterator[str]:
        """The nearest here, and that in each of the groups `within`: as they would have to be typed."""
        for name in get_close_matches(typed, self.list_commands(ctx), n=1):
            yield f"'{ctx.command_path} {name}'"
        for group in self.within:
            inner = self.get_command(ctx, group)
            for name in get_close_matches(typed, inner.list_commands(ctx), n=1):
                yield f"'{ctx.command_path} {group} {name}'"
