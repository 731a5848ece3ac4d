"""Published definitions: every version for good, by name and by digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.errors import VersionTakenError
from store.rows import read, read_one, select_rows
from store.tables import definition

Json = Any
DefinitionState = Literal["published", "deprecated", "retired"]


@dataclass(frozen=True, slots=True)
class DefinitionSummary:
    """A published version without its content."""

    name: str
    version: str
    digest: str
    title: str
    state: DefinitionState
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class Definition(DefinitionSummary):
    """A published version: `plan` is what instances run, `source` what was written."""

    plan: Json
    source: str


class Definitions:
    """The definitions of one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def publish(self, new: Definition) -> bool:
        """Keep a version for good; False where the very same was there already.

        Raises `VersionTakenError` where that version has another content.
        """
        values = {
            "name": new.name,
            "version": new.version,
            "digest": new.digest,
            "title": new.title,
            "plan": new.plan,
            "source": new.source,
            "state": new.state,
            "published_at": new.published_at,
            "published_by": new.published_by,
        }
        added = await self._connection.execute(
            insert(definition).values(values).on_conflict_do_nothing().returning(definition.c.digest)
        )
        if added.first() is not None:
            return True
        there = await self.get(new.name, new.version)
        if there is None or there.digest != new.digest:
            raise VersionTakenError(
                f"{new.name} {new.version} is published with another content.",
                hint="Give the definition a new version.",
            )
        return False

    async def get(self, name: str, version: str) -> Definition | None:
        """A version by its name and number."""
        query = select_rows(Definition, definition).where(definition.c.name == name, definition.c.version == version)
        return read_one(Definition, (await self._connection.execute(query)).first())

    async def by_digest(self, digest: str) -> Definition | None:
        """A version by the digest of its plan."""
        query = select_rows(Definition, definition).where(definition.c.digest == digest).limit(1)
        return read_one(Definition, (await self._connection.execute(query)).first())

    async def newest(self, name: str) -> Definition | None:
        """The highest published version, by the numbers in it."""
        versions = [one for one in await self.versions(name) if one.state == "published"]
        if not versions:
            return None
        return await self.get(name, versions[0].version)

    async def versions(self, name: str | None = None) -> tuple[DefinitionSummary, ...]:
        """Every version of one pathway or of all: by name, the highest version first."""
        query = select_rows(DefinitionSummary, definition).order_by(definition.c.name)
        if name is not None:
            query = query.where(definition.c.name == name)
        found = read(DefinitionSummary, await self._connection.execute(query))
        newest_first = sorted(found, key=lambda one: version_order(one.version), reverse=True)
        return tuple(sorted(newest_first, key=lambda one: one.name))

    async def digests(self) -> tuple[str, ...]:
        """The digest of every version: what a worker may be asked to run."""
        return tuple(one.digest for one in await self.versions())

    async def set_state(self, name: str, version: str, state: DefinitionState) -> bool:
        """Change how a version may be used; False where there is no such version."""
        changed = await self._connection.execute(
            update(definition).where(definition.c.name == name, definition.c.version == version).values(state=state)
        )
        return changed.rowcount > 0


def version_order(version: str) -> tuple[tuple[int, ...], bool, str]:
    """How versions compare: by their numbers; one with a suffix (`-beta`) is before the one without."""
    numbers, _, suffix = version.partition("-")
    parts = tuple(int(part) if part.isdigit() else 0 for part in numbers.split("."))
    return parts, not suffix, suffix
