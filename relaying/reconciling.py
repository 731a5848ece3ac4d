"""Reconciling: each open instance is asked where it stands, and what the lists say differently is recorded anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from pathways.engine.snapshot import snapshot_digest
from pathways.messages import Description, RecordRequest
from relaying.children import report_lost
from relaying.port import GoneError, NoAnswerError, Pathways, TerminatedError
from store.database import Database
from store.errors import StoreUnavailableError
from store.gone import How, mark, unmark
from store.instances import Instance
from store.recording import record_in
from store.snapshots import read_snapshot, stored_digest

Json = Any

AT_ONCE = 10
"""Instances that are asked at the same time."""

BATCH = 100

_log = structlog.get_logger("carelane.relay")

Finding = Literal["same", "behind", "different", "lost", "ahead", "gone", "silent"]
"""How the lists compare with an instance.

`behind`: something is not recorded yet, which is usual for a moment. `different`: the same revision, and not the same
content. `lost`: the instance was told that more is recorded than is. `ahead`: the lists have what the instance has
not. `gone`: the lists have an open instance, and there is no workflow. `silent`: it did not answer.
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the lists have of an instance. `is_gone`: its workflow was not there when it was looked at before."""

    rev: int
    digest: str
    status: str
    is_gone: bool = False


class Reconciler:
    """Goes through the open instances, a batch at a time, round and round."""

    def __init__(
        self,
        database: Database,
        pathways: Pathways,
        *,
        repaired: Callable[[Finding], None] = lambda _: None,
        gone: Callable[[How], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._pathways = pathways
        self._repaired = repaired
        self._gone = gone
        self._place = ""
        self._behind: dict[str, int] = {}

    async def step(self) -> bool:
        """Look at the next batch; False at the end of a round, after which the next begins."""
        async with self._database.transaction() as unit:
            batch = await unit.instances.open_after(self._place, limit=BATCH)
        room = asyncio.Semaphore(AT_ONCE)

        async def look(ident: str) -> None:
            async with room:
                await self.look(ident)

        await asyncio.gather(*(look(one.id) for one in batch))
        if len(batch) < BATCH:
            self._place = ""
            return False
        self._place = batch[-1].id
        return True

    async def look(self, ident: str) -> Finding:
        """Compare one instance with its lists, and have it record anew what differs."""
        try:
            finding, stored, described = await self._compare(ident)
            if stored.is_gone:
                await self._is_back(ident)
            await self._act(ident, finding, stored, described)
        except NoAnswerError:
            return "silent"
        except GoneError as error:
            await self._is_gone(ident, error)
            return "gone"
        return finding

    async def _is_gone(self, ident: str, error: GoneError) -> None:
        """Have people see it, once; and the parent hear of it, until it has."""
        async with self._database.transaction() as unit:
            stored = await unit.instances.get(ident)
        if stored is None or stored.status == "ended":
            return
        if stored.gone is None:
            if isinstance(error, TerminatedError):
                await self._record_the_last(stored)
            async with self._database.transaction() as unit:
                news = await mark(unit, ident, error.how)
            if news:
                _log.error("The workflow of an open instance is gone", instance=ident, how=error.how)
                self._gone(error.how)
        await self._tell_parent(ident)

    async def _record_the_last(self, stored: Instance) -> None:
        """What it had not recorded when it was ended, its history still tells."""
        try:
            document = await self._pathways.snapshot(stored.id)
        except (NoAnswerError, GoneError):
            return
        if document["rev"] > stored.rev:
            await rebuild_one(self._database, document)

    async def _is_back(self, ident: str) -> None:
        """A workflow that was gone is there again: reset, say, or Temporal was restored once more."""
        async with self._database.transaction() as unit:
            news = await unmark(unit, ident)
        if news:
            _log.warning("The workflow of an instance is there again", instance=ident)

    async def _tell_parent(self, ident: str) -> None:
        """Nobody else will: what stood there can't report any more."""
        async with self._database.transaction() as unit:
            child = await unit.children.get(ident)
        if child is not None and child.awaited:
            await report_lost(self._database, self._pathways, child)

    async def _compare(self, ident: str) -> tuple[Finding, Stored, Description]:
        described = await self._pathways.describe(ident)
        stored = await self._stored(ident)
        if stored.rev > described.rev:  # it may have gone on meanwhile
            described = await self._pathways.describe(ident)
            stored = await self._stored(ident)
        if stored.rev > described.rev:
            return "ahead", stored, described
        if stored.rev == described.rev:
            return ("same" if stored.digest == described.digest else "different"), stored, described
        if stored.rev < described.recorded_rev:
            # What it was told is stored is not: unless it was told so just now, the database was restored.
            again = await self._stored(ident)
            return ("lost" if again.rev < described.recorded_rev else "behind"), again, described
        return "behind", stored, described

    async def _act(self, ident: str, finding: Finding, stored: Stored, described: Description) -> None:
        seen_before = self._behind.pop(ident, None)
        if finding == "behind" and described.at_rest:
            if seen_before == stored.rev:
                await self._repair(ident, finding, stored, stored.rev + 1)
            else:
                self._behind[ident] = stored.rev
        elif finding in ("different", "ahead", "lost"):
            await self._repair(ident, finding, stored, None)

    async def _repair(self, ident: str, finding: Finding, stored: Stored, from_rev: int | None) -> None:
        _log.warning("The lists differ from an instance", instance=ident, how=finding, rev=stored.rev)
        try:
            await self._pathways.resend(ident, from_rev)
        except GoneError:  # it ended: it takes no signal, and still answers questions
            await rebuild_one(self._database, await self._pathways.snapshot(ident))
        self._repaired(finding)

    async def _stored(self, ident: str) -> Stored:
        async with self._database.transaction() as unit:
            stored = await unit.instances.get(ident)
            if stored is None:
                return Stored(0, "", "unknown")
            digest = await stored_digest(unit, stored)
            return Stored(stored.rev, digest, stored.status, is_gone=stored.gone is not None)


async def rebuild(database: Database, pathways: Pathways) -> tuple[int, int]:
    """Make the lists say of every running instance what it says itself; how many were asked, how many were silent.

    For a database that was restored or lost: rows of instances of which it never heard are made.
    """
    asked = silent = 0
    async for ident in pathways.running():
        asked += 1
        try:
            await rebuild_one(database, await pathways.snapshot(ident))
        except (NoAnswerError, GoneError, StoreUnavailableError) as error:
            silent += 1
            _log.warning("An instance could not be rebuilt", instance=ident, problem=error.message)
    return asked, silent


async def rebuild_one(database: Database, document: Json) -> None:
    """Make the lists say what a snapshot says."""
    snapshot = read_snapshot(document)
    request = RecordRequest(snapshot.instance, (), snapshot_digest(snapshot), document)
    await record_in(database, request)
