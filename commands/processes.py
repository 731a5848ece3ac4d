"""The processes that Carelane is made of: `worker`, `relay`, `api`, `core`, and `migrate-database`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

import settings
from commands.health import ready_signal
from commands.logs import configure_logging
from settings import Settings

app = typer.Typer(no_args_is_help=True, help="Processes of Carelane.")


@app.command()
def worker() -> None:
    """Run the Temporal worker: pathways and their activities."""
    import worker as process

    configured = _configured()
    _run_until_stopped(process.run(configured, ready=ready_signal(configured)))


@app.command()
def relay() -> None:
    """Deliver events to pathways, and repair lists.

    Lists are repaired where they differ from what the pathways say.
    """
    import relay as process

    configured = _configured()
    _run_until_stopped(process.run(configured, ready=ready_signal(configured)))


@app.command()
def api() -> None:
    """Serve the pages and the JSON API."""
    import uvicorn

    from api.app import create_app

    configured = _configured()
    uvicorn.run(
        create_app(configured),
        host=configured.web_host,
        port=configured.web_port,
        log_config=None,  # ours is set up already
        access_log=False,  # a path may hold what a log must not
        server_header=False,
        timeout_graceful_shutdown=10,
    )


@app.command()
def core(
    database: Annotated[Path, typer.Option(help="The SQLite file that holds the core's resources.")],
    client: Annotated[
        Path | None,
        typer.Option(help="JSON file of the client that may sign in: client_id and jwks. Unset: no sign-in."),
    ] = None,
) -> None:
    """Serve the development core.

    It is a small FHIR R4 server on a SQLite file. Never for real patients.
    """
    import uvicorn

    from devcore.app import Client, create_core

    configured = _configured()
    clients = {}
    if client is not None:
        registered = json.loads(client.read_text(encoding="utf-8"))
        clients[registered["client_id"]] = Client(registered["client_id"], registered["jwks"])
    uvicorn.run(
        create_core(database, clients=clients, auth="smart" if clients else "none"),
        host=configured.core_host,
        port=configured.core_port,
        log_config=None,
        access_log=False,
    )


@app.command("migrate-database")
def migrate_database() -> None:
    """Bring the database's tables up to date."""
    from store.migrate import migrate_database as migrate

    migrate(_configured().require_database_url())


def _configured() -> Settings:
    """The settings, with logging set up as they say."""
    configured = settings.load()
    configure_logging(configured)
    return configured


def _run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run a process's coroutine until it ends, or Ctrl-C or SIGTERM cancel it."""

    async def run() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())
