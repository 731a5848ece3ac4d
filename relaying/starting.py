"""Finishing starts: an instance whose row was written is started, even if who wrote it died before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from pathways.messages import StartInstance
from pathways.pace import pace_from_json
from pathways.state import Parent
from relaying.port import Pathways
from store.database import Database
from store.instances import Instance

PATIENCE = timedelta(seconds=5)
"""How long a row may be `starting` before the relay starts it: who wrote it does so by itself at once."""

_AT_ONCE = 50

_log = structlog.get_logger("carelane.relay")


async def _look_at_nothing(_: str) -> None:
    """Nobody looks."""


async def finish_starts(
    database: Database,
    pathways: Pathways,
    *,
    patience: timedelta = PATIENCE,
    look: Callable[[str], Awaitable[object]] = _look_at_nothing,
    known: set[str] | None = None,
) -> int:
    """Start what has been `starting` for too long; how many. Raises `NoAnswerError` where Temporal is away.

    A workflow that runs already and is not recorded yet is left as it is, so doing this again does no harm: `known`
    are those of which was said before that they were started, and is kept up to date. `look` is asked what became of
    one whose workflow is over, and whose row says `starting` all the same.
    """
    said = set() if known is None else known
    async with database.transaction() as unit:
        waiting = await unit.instances.starting(since_before=datetime.now(UTC) - patience, limit=_AT_ONCE)
    said &= {one.id for one in waiting}
    for instance in waiting:
        if not await pathways.start(start_of(instance)):
            await look(instance.id)
        elif instance.id not in said:
            said.add(instance.id)
            _log.info("An instance was started late", instance=instance.id, pathway=instance.pathway)
    return len(waiting)


def start_of(instance: Instance) -> StartInstance:
    """The start of the workflow that a row asks for."""
    parent = None
    if instance.parent_instance is not None and instance.parent_address is not None:
        parent = Parent(instance.parent_instance, instance.parent_address)
    return StartInstance(
        instance=instance.id,
        digest=instance.digest,
        zone=instance.zone,
        inputs=instance.inputs,
        by=instance.started_by,
        pace=pace_from_json(instance.pace),
        parent=parent,
        pathway=instance.pathway,
        version=instance.version,
        site=instance.site,
    )
