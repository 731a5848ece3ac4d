"""Reporting again: a child that has ended tells its parent, and where that word was lost the relay repeats it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from pathways.events import ChildEnded, ChildFailed
from pathways.messages import ChildReport
from relaying.port import GoneError, Pathways
from store.children import Child, Unreported
from store.database import Database

PATIENCE = timedelta(seconds=30)
"""How long after a child's end its parent may still be about to record it."""

_AT_ONCE = 50

_log = structlog.get_logger("carelane.relay")


async def report_again(database: Database, pathways: Pathways, *, patience: timedelta = PATIENCE) -> int:
    """Tell open parents of children that ended and of whose end they did not hear; how many.

    The engine notes a report once. A parent that is gone counts as told. Raises `NoAnswerError` where Temporal is
    away.
    """
    async with database.transaction() as unit:
        lost = await unit.children.unreported(patience=patience, limit=_AT_ONCE)
    for one in lost:
        await _tell(database, pathways, one.parent, one.instance, _ended(one))
    return len(lost)


async def report_lost(database: Database, pathways: Pathways, child: Child) -> None:
    """Tell a parent that its child was ended from outside: its workflow is not there any more."""
    event = ChildFailed(child.address, child.instance, "The child pathway was ended from outside.")
    await _tell(database, pathways, child.parent, child.instance, ChildReport(event, datetime.now(UTC)))


async def _tell(database: Database, pathways: Pathways, parent: str, child: str, report: ChildReport) -> None:
    try:
        await pathways.report(parent, report)
    except GoneError:
        _log.info("A child's parent is gone", instance=parent, child=child)
    else:
        _log.info("A parent was told again of its child", instance=parent, child=child)
    async with database.transaction() as unit:
        await unit.children.told([child])


def _ended(one: Unreported) -> ChildReport:
    event = ChildEnded(one.address, one.instance, one.outcome or "", one.give)
    return ChildReport(event, one.ended_at or datetime.now(UTC))
