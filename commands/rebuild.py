"""`carelane rebuild`: lists made anew from the running pathways, after the database was restored or lost."""

from __future__ import annotations

import asyncio

import typer

import settings
from commands.logs import configure_logging
from pathways.errors import CarelaneError
from settings import Settings

app = typer.Typer(no_args_is_help=True, help="Lists made anew.")


class IncompleteError(CarelaneError):
    """Not every instance answered."""

    code = "rebuild-incomplete"


@app.command("rebuild")
def rebuild() -> None:
    """Make the lists say where every pathway stands.

    Each that runs is asked.
    """
    configured = settings.load()
    configure_logging(configured)
    asked, silent = asyncio.run(_rebuild(configured))
    if silent:
        raise IncompleteError(
            f"{asked - silent} of {asked} running pathways were recorded anew; {silent} did not answer.",
            hint="Run this again once a worker runs: what was recorded already stays as it is.",
        )
    typer.echo(f"{asked} running pathways were recorded anew.")


async def _rebuild(configured: Settings) -> tuple[int, int]:
    from temporalio.client import Client

    from relaying import reconciling
    from relaying.temporal import TemporalPathways
    from store.database import Database
    from workflows.converter import data_converter

    database = Database(configured.require_database_url())
    try:
        await database.check()
        client = await Client.connect(
            configured.temporal_target,
            namespace=configured.temporal_namespace,
            data_converter=data_converter,
            lazy=True,
        )
        pathways = TemporalPathways(client, task_queue=configured.temporal_task_queue)
        return await reconciling.rebuild(database, pathways)
    finally:
        await database.close()
