"""Reporting again: a child tells its parent that it runs and how it ended; a word that was lost the relay repeats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from pathways.events import ChildEnded, ChildFailed, ChildStarted
from pathways.messages import ChildReport
from relaying.port import GoneError, NoAnswerError, Pathways, TerminatedError
from store.children import Child, Unreported
from store.database import Database
from store.instances import Instance

PATIENCE = timedelta(seconds=30)
"""How long after a child's end its parent may still be about to record it."""

LOST = "The child pathway was ended from outside."

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


async def ask_after(database: Database, pathways: Pathways, *, patience: timedelta = PATIENCE) -> int:
    """Look for children that open parents asked for, and of which they heard nothing since; how many were found out.

    One that runs may have said so in vain; one that was ended from outside before it began can't say anything, and
    has no row by which it would be missed.
    """
    async with database.transaction() as unit:
        unheard = await unit.children.unheard(patience=patience, limit=_AT_ONCE)
    found = [await _ask_after(database, pathways, one) for one in unheard]
    return sum(found)


async def _ask_after(database: Database, pathways: Pathways, child: Child) -> bool:
    try:
        await pathways.describe(child.instance)
        stored = await _stored(database, child.instance)
    except TerminatedError:
        await report_lost(database, pathways, child)
        return True
    except (GoneError, NoAnswerError):
        stored = None  # it may yet begin
    if stored is None:
        async with database.transaction() as unit:
            await unit.children.told([child.instance])
        return False
    event = ChildStarted(child.address, child.run, stored.version, stored.digest)
    await _tell(database, pathways, child.parent, child.instance, ChildReport(event, child.ordered_at))
    return True


async def _stored(database: Database, ident: str) -> Instance | None:
    async with database.transaction() as unit:
        return await unit.instances.get(ident)


async def report_lost(database: Database, pathways: Pathways, child: Child) -> None:
    """Tell a parent that its child was ended from outside: its workflow is not there any more."""
    event = ChildFailed(child.address, child.instance, LOST)
    # Of the parent's demonstration time only a past moment is known here: the report does not move it.
    await _tell(database, pathways, child.parent, child.instance, ChildReport(event, child.ordered_at))


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
    event: ChildEnded | ChildFailed = ChildEnded(one.address, one.instance, one.outcome or "", one.give)
    if one.gone is not None:
        event = ChildFailed(one.address, one.instance, LOST)
    return ChildReport(event, one.ended_at or datetime.now(UTC))
