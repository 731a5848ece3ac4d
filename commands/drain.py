"""`carelane drain`: running pathways leave their histories behind, before a release that could not replay them."""

from __future__ import annotations

import asyncio

import typer

import settings
from commands.logs import configure_logging
from pathways.errors import CarelaneError
from settings import Settings

app = typer.Typer(no_args_is_help=True, help="Histories left behind.")


class IncompleteError(CarelaneError):
    """Not every instance could be told."""

    code = "drain-incomplete"


@app.command("drain")
def drain() -> None:
    """Have every pathway go on with an empty history.

    It does so as soon as nothing of it is in flight.

    They go on as they stand. A worker has to run for it; those that wait for an action follow when it has ended.
    """
    configured = settings.load()
    configure_logging(configured)
    told, silent = asyncio.run(_drain(configured))
    if silent:
        raise IncompleteError(
            f"{told} running pathways were told to leave their histories behind; {silent} could not be told.",
            hint="Run this again once Temporal answers: it does no harm to those that were told before.",
        )
    typer.echo(f"{told} running pathways leave their histories behind.")


async def _drain(configured: Settings) -> tuple[int, int]:
    from temporalio.client import Client

    from relaying.port import GoneError, NoAnswerError
    from relaying.temporal import TemporalPathways
    from workflows.converter import data_converter

    client = await Client.connect(
        configured.temporal_target, namespace=configured.temporal_namespace, data_converter=data_converter, lazy=True
    )
    pathways = TemporalPathways(client, task_queue=configured.temporal_task_queue)
    told = silent = 0
    async for instance in pathways.running():
        try:
            await pathways.drain(instance)
        except GoneError:
            continue  # it has ended meanwhile
        except NoAnswerError:
            silent += 1
        else:
            told += 1
    return told, silent
