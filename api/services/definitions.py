"""Definitions: publishing them, and what is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.services.actor import Actor
from api.services.base import Base, names_of
from api.services.errors import DefinitionInvalidError, NotFoundError
from api.services.records import Definition, DefinitionSummary
from pathways.catalog import Catalog
from pathways.diagnostics import Diagnostic
from pathways.lint import lint
from store.audit import NewAuditEntry, person


@dataclass(frozen=True, slots=True)
class Published:
    """A version that is published; `new` where it was not before. `warnings` are no obstacle."""

    definition: DefinitionSummary
    new: bool
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class DefinitionList:
    """Every version, with how many instances of its pathway are open and ended, and who published it."""

    versions: tuple[DefinitionSummary, ...]
    open: Mapping[str, int]
    ended: Mapping[str, int]
    names: Mapping[str, str]


@dataclass(frozen=True)
class DefinitionService(Base):
    """The use cases around definitions."""

    catalog: Catalog = field(default_factory=Catalog)

    async def list(self) -> DefinitionList:
        """What is published."""
        async with self.database.transaction() as unit:
            versions = await unit.definitions.versions()
            counts = await unit.instances.counts()
            names = await names_of(unit, (one.published_by for one in versions))
        open_, ended = dict[str, int](), dict[str, int]()
        for (pathway, status), count in counts.items():
            into = ended if status == "ended" else open_
            into[pathway] = into.get(pathway, 0) + count
        return DefinitionList(versions, open_, ended, names)

    async def get(self, name: str, version: str) -> Definition:
        """A version with its source. Raises `NotFoundError`."""
        async with self.database.transaction() as unit:
            definition = await unit.definitions.get(name, version)
        if definition is None:
            raise NotFoundError(f"There is no published pathway {name} {version}.")
        return definition

    async def publish(self, actor: Actor, source: str, *, file: str = "definition.yaml") -> Published:
        """Publish a definition. The very same again changes nothing.

        Raises `DefinitionInvalidError` with every finding, and `VersionTakenError` where the version has other content.
        """
        actor.require("publish")
        return await self.install(source, by=actor.id, file=file)

    async def install(self, source: str, *, by: str, file: str = "definition.yaml") -> Published:
        """Publish in the name of `by`, without asking for roles: for what comes with Carelane itself."""
        linted = lint(source, file, self.catalog, self.now().date())
        found, plan = linted.diagnostics, linted.plan
        if plan is None or any(one.severity == "error" for one in found):
            raise DefinitionInvalidError(found)
        definition = Definition(
            name=plan.pathway,
            version=plan.version,
            digest=plan.digest,
            title=plan.title,
            state="published",
            published_at=self.now(),
            published_by=by,
            plan=plan.document,
            source=source,
        )
        async with self.database.transaction() as unit:
            new = await unit.definitions.publish(definition)
            kept = await unit.definitions.get(plan.pathway, plan.version) or definition
            if new:
                subject = f"definition/{plan.pathway}@{plan.version}"
                entry = NewAuditEntry(
                    self.now(), person(by), "definition.publish", subject, None, {"digest": plan.digest}
                )
                await unit.audit.append(entry)
        return Published(kept, new, tuple(one for one in found if one.severity == "warning"))
