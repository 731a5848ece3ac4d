"""Publishing definitions: lint, scenarios, and the second person.

What could harm is approved by somebody else, in a clinical role, who sees what is new in it. Until then it is a
draft, of which nothing starts. Whoever runs an installation alone may do without, where the installation is set up
so, each time by their own word; the audit says it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from api.services.actor import Actor
from api.services.base import Base
from api.services.errors import (
    ChangedError,
    DefinitionInvalidError,
    DefinitionNotReadyError,
    DefinitionStateError,
    FormInvalidError,
    NotFoundError,
)
from api.services.records import Definition, DefinitionSummary
from pathways.catalog import Catalog
from pathways.diagnostics import Diagnostic
from pathways.diff import Diff, diff
from pathways.lint import Linted, lint
from pathways.plan import Plan, plan_from_json
from pathways.publishing.readiness import Readiness, try_scenarios
from pathways.publishing.review import Review, review
from pathways.publishing.workbench import SourceText, Workbench, children_of
from pathways.scenarios import Known
from pathways.time.zones import instant_of, zone
from pathways.versions import Version
from store.audit import NewAuditEntry, person
from store.database import Unit

Json = Any


@dataclass(frozen=True, slots=True)
class PublishWish:
    """A definition that somebody wants published, with its scenarios.

    `beside` are definitions that its scenarios need and that may not be published yet: children, later versions.
    `alone` does without the second person, where the installation allows it. `effective_from` is an ISO date or
    instant, in place of the definition's own.
    """

    source: str
    scenarios: tuple[SourceText, ...] = ()
    beside: tuple[SourceText, ...] = ()
    file: str = "definition.yaml"
    alone: bool = False
    effective_from: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """What an approval is about, and how many instances of the pathway are in flight, by version.

    `diff` says all that changed since the version before, where there is one. `titles` are those of both versions'
    steps by id, and of their clocks by `clock` and id.
    """

    review: Review
    diff: Diff | None
    in_flight: Mapping[str, int]
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """A version that is published, or a draft that waits for approval; `new` where it was not so before."""

    definition: DefinitionSummary
    new: bool
    warnings: tuple[Diagnostic, ...]
    examination: Examination | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What publishing would find. Without `readiness` there are errors, and nothing was tried."""

    findings: tuple[Diagnostic, ...]
    readiness: Readiness | None = None
    examination: Examination | None = None


@dataclass(frozen=True)
class PublishingService(Base):
    """Publishing and approving. `one_person`: an installation that may do without the second person."""

    catalog: Catalog = field(default_factory=Catalog)
    site_zone: str = "UTC"
    one_person: bool = False

    async def publish(self, actor: Actor, wish: PublishWish) -> Published:
        """Publish a definition, or keep it as a draft where it needs approval. The very same again changes nothing.

        Raises `DefinitionInvalidError` with every finding, `DefinitionNotReadyError` with failed scenarios and what
        none went through, `VersionTakenError` where the version was published with another content, and
        `DefinitionStateError` where `alone` is not allowed here.
        """
        actor.require("publish")
        if wish.alone and not self.one_person:
            raise DefinitionStateError(
                "second-person-needed",
                "This installation does not publish without a second person.",
                hint="Leave it out, and have a medical director approve; or set CARELANE_ONE_PERSON_PUBLISHING.",
            )
        linted = await asyncio.to_thread(lint, wish.source, wish.file, self.catalog, self.now().date())
        plan = linted.plan
        if plan is None or any(one.severity == "error" for one in linted.diagnostics):
            raise DefinitionInvalidError(linted.diagnostics)
        new = self._definition(actor, plan, wish)
        known = await self._known(new)
        if known is None:
            readiness = await self._tried(plan, wish)
            if not readiness.ready:
                raise DefinitionNotReadyError(readiness)
            return await self._keep(actor, new, wish, linted, readiness)
        if known.state == "draft" and wish.alone:
            return await self._keep(actor, new, wish, linted, None)
        async with self.database.transaction() as unit:
            examination = await self._examined(unit, known) if known.state == "draft" else None
        return Published(known, False, _warnings(linted), examination)

    async def check(self, actor: Actor, wish: PublishWish) -> Checked:
        """What publishing would find: lint, scenarios, coverage, and what is new. Changes nothing."""
        actor.require("publish")
        linted = await asyncio.to_thread(lint, wish.source, wish.file, self.catalog, self.now().date())
        if linted.plan is None or any(one.severity == "error" for one in linted.diagnostics):
            return Checked(linted.diagnostics)
        readiness = await self._tried(linted.plan, wish)
        async with self.database.transaction() as unit:
            examination = await self._examined(unit, self._definition(actor, linted.plan, wish))
        return Checked(linted.diagnostics, readiness, examination)

    async def examine(self, name: str, version: str) -> Examination:
        """What approving a version is about. Raises `NotFoundError`."""
        async with self.database.transaction() as unit:
            return await self._examined(unit, await found(unit, name, version))

    async def compare(self, name: str, version: str, against: str) -> Diff | None:
        """What a version changes against another; None where one is of a time that can't be read any more.

        Raises `NotFoundError`.
        """
        async with self.database.reading() as unit:
            return _diff(await found(unit, name, against), await found(unit, name, version))

    async def approve(self, actor: Actor, name: str, version: str, *, digest: str | None = None) -> Published:
        """Publish a draft as the second person; `digest` is the one that the person has seen.

        Raises `NotFoundError`, `ChangedError` where the draft is another by now, `DefinitionStateError` where it is
        no draft, or the person's own.
        """
        actor.require("approve")
        now = self.now()
        async with self.database.transaction() as unit:
            await unit.definitions.change(name)
            draft = await found(unit, name, version)
            if digest is not None and draft.digest != digest:
                raise ChangedError("The draft is another by now.", hint="Look at it again before you approve it.")
            if draft.state == "published":
                return Published(draft, False, ())
            if draft.state != "draft":
                raise DefinitionStateError("not-a-draft", f"{name} {version} is {draft.state}, not a draft.")
            if draft.drafted_by == actor.id:
                raise DefinitionStateError(
                    "own-draft",
                    "Whoever wrote a version does not approve it.",
                    hint="Ask somebody else in a clinical role.",
                )
            examination = await self._examined(unit, draft)
            await unit.definitions.approve(name, version, by=actor.id, at=now)
            approved = await found(unit, name, version)
            detail = {"digest": draft.digest, "drafted_by": draft.drafted_by, **_seen(examination)}
            await unit.audit.append(entry(now, actor, "approve", name, version, detail))
        return Published(approved, True, (), examination)

    def _definition(self, actor: Actor, plan: Plan, wish: PublishWish) -> Definition:
        now = self.now()
        return Definition(
            name=plan.pathway,
            version=plan.version,
            digest=plan.digest,
            title=plan.title,
            state="draft",
            published_at=None,
            published_by=None,
            drafted_at=now,
            drafted_by=actor.id,
            effective_from=self._effective(plan.effective_from if wish.effective_from is None else wish.effective_from),
            plan=plan.document,
            source=wish.source,
        )

    def _effective(self, text: str | None) -> datetime | None:
        """The instant that a date, at its start where this site is, or an instant names."""
        if text is None:
            return None
        try:
            return _instant(text, zone(self.site_zone))
        except (ValueError, OverflowError):
            wrong = f'"{text}" is no date.'
            raise FormInvalidError(wrong, hint="Such as 2027-01-01.", fields={"effective_from": wrong}) from None

    async def _tried(self, plan: Plan, wish: PublishWish) -> Readiness:
        """The scenarios run, with the plans that they may need beside this one."""
        published = await self._related(plan)
        known = Known.of(self.catalog)

        def run() -> Readiness:
            return try_scenarios(plan, wish.scenarios, Workbench(published, wish.beside, self.catalog), known)

        return await asyncio.to_thread(run)

    async def _related(self, plan: Plan) -> list[Plan]:
        """The other versions of a plan's pathway, and those of its children, and of theirs."""
        found: dict[str, Plan] = {}
        wanted, seen = {plan.pathway, *children_of(plan)}, set[str]()
        async with self.database.transaction() as unit:
            while name := min(wanted - seen, default=None):
                seen.add(name)
                for one in await unit.definitions.versions(name):
                    other = await self._readable(unit, one.digest)
                    if other is not None and one.state != "retired" and other.digest != plan.digest:
                        found[one.digest] = other
                        wanted |= children_of(other)
        return list(found.values())

    async def _readable(self, unit: Unit, digest: str) -> Plan | None:
        """The plan of that digest; None where it is of a time that this Carelane does not read any more."""
        try:
            return await self.plans.by_digest(unit, digest)
        except ValidationError:
            return None

    async def _known(self, new: Definition) -> DefinitionSummary | None:
        """The very same version, where it is there. Raises `VersionTakenError` where another was published."""
        async with self.database.transaction() as unit:
            there = await unit.definitions.get(new.name, new.version)
            if there is None or (there.state == "draft" and there.digest != new.digest):
                return None
            await unit.definitions.save_draft(new)  # refuses another content
            return there

    async def _keep(
        self, actor: Actor, new: Definition, wish: PublishWish, linted: Linted, readiness: Readiness | None
    ) -> Published:
        now = self.now()
        async with self.database.transaction() as unit:
            await unit.definitions.change(new.name)
            examination = await self._examined(unit, new)
            waits = examination.review.needs_approval and not wish.alone
            if waits:
                fresh = await unit.definitions.save_draft(new)
            else:
                fresh = await unit.definitions.publish(_as_published(new, actor, now))
            kept = await found(unit, new.name, new.version)
            if fresh:
                detail = {
                    "digest": new.digest,
                    "source": new.source,
                    "plan": new.plan,
                    "effective_from": None if new.effective_from is None else new.effective_from.isoformat(),
                    **_approval(examination, alone=wish.alone),
                    **_seen(examination),
                }
                if readiness is not None:
                    detail["scenarios"] = len(readiness.ran)
                action = "draft" if waits else "publish"
                await unit.audit.append(entry(now, actor, action, new.name, new.version, detail))
        return Published(kept, fresh, _warnings(linted), examination)

    async def _examined(self, unit: Unit, new: Definition | DefinitionSummary) -> Examination:
        """The review of a version against the highest one below it that was published."""
        base = None
        for one in await unit.definitions.versions(new.name):
            if one.state != "draft" and Version.parse(one.version) < Version.parse(new.version):
                base = await unit.definitions.get(one.name, one.version)
                break
        whole = new if isinstance(new, Definition) else await found(unit, new.name, new.version)
        in_flight = await unit.definitions.in_flight(new.name)
        return Examination(
            review(None if base is None else base.plan, whole.plan),
            None if base is None else _diff(base, whole),
            in_flight,
            {**_titles(None if base is None else base.plan), **_titles(whole.plan)},
        )


async def found(unit: Unit, name: str, version: str) -> Definition:
    """A version. Raises `NotFoundError`, saying which there are."""
    definition = await unit.definitions.get(name, version)
    if definition is not None:
        return definition
    versions = await unit.definitions.versions(name)
    if versions:
        there = ", ".join(one.version for one in versions)
        raise NotFoundError(f"There is no version {version} of {name}.", hint=f"There are {there}.")
    known = sorted({one.name for one in await unit.definitions.versions()})
    hint = f"There are {', '.join(known)}." if known else "Publish it first."
    raise NotFoundError(f"There is no pathway {name}.", hint=hint)


def entry(
    at: datetime, actor: Actor, action: str, name: str, version: str, detail: Mapping[str, Json]
) -> NewAuditEntry:
    """An entry of the audit about a version."""
    return NewAuditEntry(at, person(actor.id), f"definition.{action}", subject_of(name, version), None, detail)


def subject_of(name: str, version: str) -> str:
    """What the audit calls a version."""
    return f"definition/{name}@{version}"


def _instant(text: str, tz: ZoneInfo) -> datetime:
    """A date's start in the zone, or an instant. Raises `ValueError`, `OverflowError`."""
    try:
        return instant_of(datetime.combine(date.fromisoformat(text), time()), tz)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return instant_of(moment, tz) if moment.tzinfo is None else moment.astimezone(UTC)


def _as_published(new: Definition, actor: Actor, now: datetime) -> Definition:
    return replace(new, state="published", published_by=actor.id, published_at=now)


def _diff(old: Definition, new: Definition) -> Diff | None:
    """What changed, in words; None where a plan is of a time that this Carelane does not read any more."""
    try:
        return diff(plan_from_json(old.plan), plan_from_json(new.plan), (old.source, new.source))
    except ValidationError:
        return None


def _approval(examination: Examination, *, alone: bool) -> dict[str, Json]:
    if not examination.review.needs_approval:
        return {"approval": "not needed"}
    return {"approval": "done without: a one-person installation" if alone else "awaited"}


def _titles(plan: Json) -> dict[str, str]:
    """The titles in a plan's document: those of steps by id, those of clocks by `clock` and id."""
    told: Json = plan or {}
    clocks = {f"clock {one['id']}": one.get("title") for one in told.get("clocks", ())}
    steps = {one["id"]: one.get("title") for one in told.get("steps", ())}
    return {str(ident): str(title) for ident, title in (clocks | steps).items() if title}


def _seen(examination: Examination) -> dict[str, Json]:
    """What a person who publishes or approves has been shown."""
    about = examination.review
    return {
        "base": about.base,
        "changed": [str(one) for one in about.parts],
        "reads": list(about.reads),
        "writes": list(about.writes),
        "alerts": list(about.alerts),
        "less_tried": list(about.less_tried),
        "diff": [str(one) for one in examination.diff.changes] if examination.diff else [],
        "in_flight": dict(examination.in_flight),
    }


def _warnings(linted: Linted) -> tuple[Diagnostic, ...]:
    return tuple(one for one in linted.diagnostics if one.severity == "warning")
