"""Carelane on this machine: run everything, try the demonstration, fetch programs, show the settings."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

import settings
from commands.printing import table
from commands.settings_page import settings_page
from local.progress import to_stderr
from settings import Settings

app = typer.Typer(no_args_is_help=True, help="Carelane on this machine.")


@app.command()
def dev(
    ui: Annotated[bool, typer.Option("--temporal-ui", help="Serve Temporal's own pages too.")] = False,
) -> None:
    """Run everything on this machine until Ctrl-C.

    Starting again continues where it was.
    """
    import devserver
    from local.supervisor import interruptible

    with interruptible(), devserver.running(settings.load(), to_stderr, ui=ui) as platform:
        welcome(platform.settings)
        with suppress(KeyboardInterrupt):
            platform.supervisor.watch_until(lambda: False)


def welcome(configured: Settings) -> None:
    """Say where the pages are, and who may sign in there."""
    from api.security.accounts import development_accounts

    to_stderr(f"\nCarelane is at {configured.public_url} (Ctrl-C stops it). Sign in as one of:")
    rows = [(one.login, one.password, one.name) for one in development_accounts(configured.state_dir)]
    for line in list(table(("", "", ""), rows))[1:]:
        to_stderr(f"  {line}")


@app.command("forget-state")
def forget_state() -> None:
    """Remove what `carelane dev` and `carelane demo` kept.

    That is databases, logs and passwords.
    """
    import devserver

    devserver.forget_state(settings.load().state_dir)


@app.command("fetch-programs")
def fetch_programs(
    temporal: Annotated[bool, typer.Option("--temporal", help="The Temporal server.")] = False,
    chromium: Annotated[bool, typer.Option("--chromium", help="Chromium, for the browser tests.")] = False,
) -> None:
    """Get the programs that tests and `carelane dev` need.

    Those that this machine has are left as they are.
    """
    from local.chromium import obtain_chromium
    from local.temporal_program import TemporalProgram

    configured = settings.load()
    environment = settings.environment_of(configured)
    if temporal and configured.temporal_address is None:
        TemporalProgram(configured.cache_dir, environment=environment).obtain()
    if chromium:
        obtain_chromium(configured.chromium, environment=environment)


@app.command("settings")
def show_settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="Write the page docs/settings.md.")] = False,
) -> None:
    """List every setting with its value.

    Secrets are not shown.
    """
    if markdown:
        typer.echo(settings_page(), nl=False)
        return
    configured = settings.load()
    for name, field in settings.variables().items():
        typer.echo(f"{name}={getattr(configured, field)}")
