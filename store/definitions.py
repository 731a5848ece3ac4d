"""The registry of definitions: every version of every pathway, what it may be used for, and which one a range means.

A version is a draft until somebody else has approved it where that is needed, then published for good, later
deprecated (no new starts by default) and retired (none in flight). What is published never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pathways.state import Hold
from pathways.versions import Range, Version, parse_range
from store.errors import VersionTakenError
from store.notify import PLANS, announce
from store.rows import read, read_one, select_rows
from store.tables import definition, instance

Json = Any
DefinitionState = Literal["draft", "published", "deprecated", "retired"]


@dataclass(frozen=True, slots=True)
class DefinitionSummary:
    """A version without its content.

    `drafted_by` wrote it, `published_by` made it usable. Nothing starts before `effective_from`, nor while it is
    `paused`; its instances then hold at `held_steps`. `pausing` is who paused it or let it go on last (`by`), the
    `reason`, when (`at`), and an `id` of that.
    """

    name: str
    version: str
    digest: str
    title: str
    state: DefinitionState
    published_at: datetime | None
    published_by: str | None
    drafted_at: datetime | None = None
    drafted_by: str | None = None
    effective_from: datetime | None = None
    paused: bool = False
    held_steps: Sequence[str] = field(default_factory=list)
    pausing: Json = None

    @property
    def hold(self) -> Hold | None:
        """What its instances hold now."""
        if not self.paused or not self.held_steps or self.pausing is None:
            return None
        told = self.pausing
        at = datetime.fromisoformat(told["at"])
        return Hold(tuple(self.held_steps), told["by"], told["reason"], at, told["id"])

    def why_not_started(self, at: datetime, *, deprecated: bool = False) -> str | None:
        """Why nothing can be started of it at that time; None where it can. `deprecated`: even of one that is so."""
        match self.state:
            case "draft":
                return "waits for its approval"
            case "retired":
                return "is retired"
            case "deprecated" if not deprecated:
                return "is deprecated"
            case _ if self.paused:
                return "is paused"
            case _ if self.effective_from is not None and self.effective_from > at:
                return f"is in effect only from {self.effective_from.isoformat(timespec='minutes')}"
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Pause:
    """Who paused a version or let it go on, why and when. `id` is that of this act alone."""

    id: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Definition(DefinitionSummary):
    """A version with its content: `plan` is what instances run, `source` what was written."""

    plan: Json = None
    source: str = ""


class Definitions:
    """The definitions of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def publish(self, new: Definition) -> bool:
        """Keep a version for good, in place of its draft where there is one; False where the very same was published.

        Raises `VersionTakenError` where that version was published with another content.
        """
        return await self._keep(new, definition.c.state == "draft")

    async def save_draft(self, new: Definition) -> bool:
        """Keep a draft, in place of one with another content; False where the very same was drafted or published.

        Raises `VersionTakenError` where that version was published with another content.
        """
        replaced = and_(definition.c.state == "draft", definition.c.digest != new.digest)
        return await self._keep(new, replaced)

    async def get(self, name: str, version: str) -> Definition | None:
        """A version by its name and number, in whatever state."""
        query = select_rows(Definition, definition).where(definition.c.name == name, definition.c.version == version)
        return read_one(Definition, (await self._connection.execute(query)).first())

    async def by_digest(self, digest: str) -> Definition | None:
        """A version by the digest of its plan."""
        query = select_rows(Definition, definition).where(definition.c.digest == digest).limit(1)
        return read_one(Definition, (await self._connection.execute(query)).first())

    async def newest(self, name: str) -> Definition | None:
        """The highest published version, by the numbers in it: what a new version is compared with."""
        for one in await self.versions(name):
            if one.state == "published":
                return await self.get(name, one.version)
        return None

    async def versions(self, name: str | None = None) -> tuple[DefinitionSummary, ...]:
        """Every version of one pathway or of all, drafts included: by name, the highest version first."""
        query = select_rows(DefinitionSummary, definition).order_by(definition.c.name)
        if name is not None:
            query = query.where(definition.c.name == name)
        found = read(DefinitionSummary, await self._connection.execute(query))
        newest_first = sorted(found, key=lambda one: Version.parse(one.version), reverse=True)
        return tuple(sorted(newest_first, key=lambda one: one.name))

    async def digests(self) -> tuple[str, ...]:
        """The digest of every version that instances may run: what a worker may be asked for."""
        query = select(definition.c.digest).where(definition.c.state != "draft").order_by(definition.c.digest)
        return tuple((await self._connection.execute(query)).scalars())

    async def resolve(
        self, name: str, wanted: Range | str | None, at: datetime, *, deprecated: bool = False
    ) -> DefinitionSummary | None:
        """The highest version of a range that can be started at a time; of any version where no range is given.

        That is one which is published, not deprecated (unless so asked), in effect and not paused. It stays so until
        the transaction ends: whoever deprecates, pauses or retires a version of the pathway waits, so the instance
        is to be inserted in the same transaction. Raises `pathways.versions.VersionError` for what is no range.
        """
        await self.hold(name)
        for one in await self.matching(name, wanted):
            if one.why_not_started(at, deprecated=deprecated) is None:
                return one
        return None

    async def matching(self, name: str, wanted: Range | str | None) -> tuple[DefinitionSummary, ...]:
        """The versions that a range means, in whatever state, the highest first; without a range all but trials.

        Raises `pathways.versions.VersionError` for what is no range.
        """
        asked = parse_range(wanted) if isinstance(wanted, str) else wanted
        found = await self.versions(name)
        return tuple(one for one in found if (asked.matches(one.version) if asked else "-" not in one.version))

    async def why_none(self, name: str, wanted: Range | str | None, at: datetime) -> str:
        """Why `resolve` found none, in a sentence for people."""
        meant = [one for one in await self.matching(name, wanted) if one.why_not_started(at)]
        if meant:
            why = "; ".join(f"{one.version} {one.why_not_started(at)}" for one in meant)
            return f"No version of {name} can be started now: {why}."
        there = ", ".join(one.version for one in await self.versions(name))
        asked = "" if wanted is None else f" {wanted}"
        return f"There is no published pathway {name}{asked}{f'; there are {there}' if there else ''}."

    async def hold(self, name: str) -> None:
        """Keep the versions of a pathway as they are until the transaction ends."""
        await self._lock(name, func.pg_advisory_xact_lock_shared)

    async def change(self, name: str) -> None:
        """Be the only one who changes or starts a pathway's versions, until the transaction ends."""
        await self._lock(name, func.pg_advisory_xact_lock)

    async def set_state(self, name: str, version: str, state: DefinitionState) -> bool:
        """Change how a version may be used; False where there is no such version. See `change`."""
        return await self._update(name, version, {"state": state})

    async def set_pause(
        self, name: str, version: str, pause: Pause, *, paused: bool, held_steps: Iterable[str] = ()
    ) -> bool:
        """Pause a version or let it go on; False where there is no such version. See `change`.

        Relays are told, for running instances are to hold at those steps, or to go on.
        """
        values = {"paused": paused, "held_steps": sorted(set(held_steps)), "pausing": asdict(pause)}
        done = await self._update(name, version, values)
        await announce(self._connection)
        return done

    async def withdraw(self, name: str, version: str) -> bool:
        """Put a draft away; False where there is no draft of that version. See `change`."""
        mine = and_(definition.c.name == name, definition.c.version == version, definition.c.state == "draft")
        return (await self._connection.execute(delete(definition).where(mine))).rowcount > 0

    async def approve(self, name: str, version: str, *, by: str, at: datetime) -> bool:
        """Publish a draft; False where there is no draft of that version. See `change`."""
        values = {"state": "published", "published_by": by, "published_at": at}
        done = await self._update(name, version, values, definition.c.state == "draft")
        if done:
            await self._tell("published")
        return done

    async def in_flight(self, name: str) -> dict[str, int]:
        """How many instances of a pathway have not ended, by version."""
        query = (
            select(instance.c.version, func.count())
            .where(instance.c.pathway == name, instance.c.status != "ended")
            .group_by(instance.c.version)
        )
        return {row[0]: row[1] for row in await self._connection.execute(query)}

    async def all_in_flight(self) -> dict[tuple[str, str], int]:
        """How many instances have not ended, by pathway and version."""
        query = select(instance.c.pathway, instance.c.version, func.count()).where(instance.c.status != "ended")
        rows = await self._connection.execute(query.group_by(instance.c.pathway, instance.c.version))
        return {(row[0], row[1]): row[2] for row in rows}

    async def _keep(self, new: Definition, replaces: Any) -> bool:
        values = {
            "name": new.name,
            "version": str(Version.parse(new.version)),
            "digest": new.digest,
            "title": new.title,
            "plan": new.plan,
            "source": new.source,
            "state": new.state,
            "published_at": new.published_at,
            "published_by": new.published_by,
            "drafted_at": new.drafted_at or new.published_at,
            "drafted_by": new.drafted_by or new.published_by,
            "effective_from": new.effective_from,
            "paused": new.paused,
            "held_steps": list(new.held_steps),
        }
        key = [definition.c.name, definition.c.version]
        kept = insert(definition).values(values).on_conflict_do_update(index_elements=key, set_=values, where=replaces)
        if (await self._connection.execute(kept.returning(definition.c.digest))).first() is not None:
            await self._tell(new.state)
            return True
        there = await self.get(new.name, new.version)
        if there is not None and there.digest == new.digest:
            return False
        same_text = there is not None and there.source == new.source
        raise VersionTakenError(
            f"{new.name} {new.version} is published with another content.",
            hint="Its text is the same; what it is compiled with (actions, events, calendars) has changed since. "
            "Published versions keep what they were published with: give this one a new version."
            if same_text
            else "Give the definition a new version.",
        )

    async def _update(self, name: str, version: str, values: dict[str, Json], *where: Any) -> bool:
        query = update(definition).where(definition.c.name == name, definition.c.version == version, *where)
        return (await self._connection.execute(query.values(values))).rowcount > 0

    async def _tell(self, state: DefinitionState) -> None:
        """Let workers fetch a plan before an instance asks for it."""
        if state != "draft":
            await announce(self._connection, PLANS)

    async def _lock(self, name: str, lock: Any) -> None:
        await self._connection.execute(select(lock(func.hashtextextended(f"definition/{name}", 0))))
