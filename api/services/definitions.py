"""The registry of definitions: what there is, in which state, and changing that. Publishing is next door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.services.actor import Actor
from api.services.base import Base, names_of, new_id
from api.services.errors import DefinitionStateError, InvalidRequestError
from api.services.publishing import entry, found, subject_of
from api.services.records import Definition, DefinitionSummary
from pathways.diagnostics import nearest
from pathways.versions import VersionError, highest
from store.database import Unit
from store.definitions import Pause
from store.holds import Holding

Json = Any

_MOST_HISTORY = 200
_PERSON = "person:"


@dataclass(frozen=True, slots=True)
class DefinitionList:
    """Every version, with how many instances of its pathway are open and ended, and the names of people by id.

    `in_flight` counts what has not ended, by pathway and version.
    """

    versions: tuple[DefinitionSummary, ...]
    open: Mapping[str, int]
    ended: Mapping[str, int]
    names: Mapping[str, str]
    in_flight: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a version: who did what and when. `detail` is what the audit says of it, without the content."""

    at: datetime
    action: str
    by: str
    detail: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class DefinitionDetail:
    """A version with its content, how many of its instances are in flight, its history, and the names of people.

    `holding` says how far the pause has come of a version that holds steps.
    """

    definition: Definition
    in_flight: int
    history: tuple[Change, ...]
    names: Mapping[str, str]
    holding: Holding | None = None


@dataclass(frozen=True)
class DefinitionService(Base):
    """The use cases around versions that are there."""

    async def list(self) -> DefinitionList:
        """Every version of every pathway, drafts included."""
        async with self.database.transaction() as unit:
            versions = await unit.definitions.versions()
            counts = await unit.instances.counts()
            in_flight = await unit.definitions.all_in_flight()
            names = await names_of(unit, (who for one in versions for who in (one.published_by, one.drafted_by)))
        open_, ended = dict[str, int](), dict[str, int]()
        for (pathway, status), count in counts.items():
            into = ended if status == "ended" else open_
            into[pathway] = into.get(pathway, 0) + count
        return DefinitionList(versions, open_, ended, names, in_flight)

    async def standing(self, name: str, version: str) -> Mapping[str, int]:
        """How many positions of a version's instances stand at each step."""
        async with self.database.transaction() as unit:
            return {step: one.standing for step, one in (await unit.statistics.steps(name, version)).items()}

    async def get(self, name: str, version: str) -> Definition:
        """A version with its source. Raises `NotFoundError`."""
        async with self.database.transaction() as unit:
            return await found(unit, name, version)

    async def detail(self, name: str, version: str) -> DefinitionDetail:
        """A version, or the highest that a range means whatever its state, with all that was done to it.

        Raises `NotFoundError`.
        """
        async with self.database.transaction() as unit:
            definition = await found(unit, name, await _meant(unit, name, version))
            in_flight = (await unit.definitions.in_flight(name)).get(definition.version, 0)
            page = await unit.audit.page(subject=subject_of(name, definition.version), limit=_MOST_HISTORY)
            history = tuple(
                Change(
                    one.at, one.action.removeprefix("definition."), one.actor.removeprefix(_PERSON), _brief(one.detail)
                )
                for one in reversed(page.items)
            )
            people = {definition.published_by, definition.drafted_by, *(one.by for one in history)}
            names = await names_of(unit, people)
            holds = definition.hold is not None
            holding = await unit.holds.of_version(name, definition.version) if holds else None
        return DefinitionDetail(definition, in_flight, history, names, holding)

    async def deprecate(self, actor: Actor, name: str, version: str, *, reason: str = "") -> DefinitionSummary:
        """Let nothing new start of a published version, unless by its number and on purpose; its instances go on.

        Raises `NotFoundError`, `DefinitionStateError`.
        """
        actor.require("change-versions")
        async with self.database.transaction() as unit:
            definition = await self._alone(unit, name, version)
            if definition.state == "deprecated":
                return definition
            if definition.state != "published":
                raise _does_not_fit(definition, "Only what is published is deprecated.")
            await unit.definitions.set_state(name, version, "deprecated")
            return await self._noted(unit, actor, "deprecate", definition, {"reason": reason})

    async def retire(self, actor: Actor, name: str, version: str, *, reason: str = "") -> DefinitionSummary:
        """Put a version away for good, of which nothing is in flight.

        Raises `NotFoundError`, `DefinitionStateError`.
        """
        actor.require("change-versions")
        async with self.database.transaction() as unit:
            definition = await self._alone(unit, name, version)
            if definition.state == "retired":
                return definition
            if definition.state == "draft":
                raise _does_not_fit(definition, "A draft is withdrawn.")
            in_flight = (await unit.definitions.in_flight(name)).get(version, 0)
            if in_flight:
                instances = "1 instance of it runs" if in_flight == 1 else f"{in_flight} instances of it run"
                raise DefinitionStateError(
                    "in-flight",
                    f"{name} {version} cannot be retired while {instances}.",
                    hint="Deprecate it, and retire it when they have ended or were migrated.",
                )
            await unit.definitions.set_state(name, version, "retired")
            return await self._noted(unit, actor, "retire", definition, {"reason": reason})

    async def withdraw(self, actor: Actor, name: str, version: str, *, reason: str = "") -> None:
        """Put a draft away that is not to be published; who and when stays in the audit, and so does the draft.

        Raises `NotFoundError`, `DefinitionStateError` for what was published.
        """
        actor.require("publish")
        async with self.database.transaction() as unit:
            draft = await self._alone(unit, name, version)
            if draft.state != "draft":
                raise _does_not_fit(draft, "What was published stays for good: deprecate it, or retire it.")
            await unit.definitions.withdraw(name, version)
            told = {"digest": draft.digest, "drafted_by": draft.drafted_by, "reason": reason.strip()}
            told = {key: value for key, value in told.items() if value}
            await unit.audit.append(entry(self.now(), actor, "withdraw", name, version, told))

    async def pause(
        self, actor: Actor, name: str, version: str, *, reason: str, held_steps: Sequence[str] = ()
    ) -> DefinitionSummary:
        """Let nothing start of a version, and its instances hold at steps, until it goes on.

        Relays tell the running instances, each of which then says so itself. Pausing again replaces the steps. Raises
        `NotFoundError`, `DefinitionStateError`, and `InvalidRequestError` without a reason or for steps that it does
        not have.
        """
        actor.require("change-versions")
        if not reason.strip():
            raise InvalidRequestError("Say why it is paused.", fields={"reason": "is required"})
        async with self.database.transaction() as unit:
            definition = await self._alone(unit, name, version)
            if definition.state not in ("published", "deprecated"):
                raise _does_not_fit(definition, "Only what instances may run is paused.")
            _check_steps(definition, held_steps)
            pause = Pause(new_id(), actor.id, reason.strip(), self.now())
            await unit.definitions.set_pause(name, version, pause, paused=True, held_steps=held_steps)
            detail = {"reason": reason.strip(), "held_steps": sorted(set(held_steps))}
            return await self._noted(unit, actor, "pause", definition, detail)

    async def unpause(self, actor: Actor, name: str, version: str, *, reason: str = "") -> DefinitionSummary:
        """Let a paused version go on. Raises `NotFoundError`."""
        actor.require("change-versions")
        async with self.database.transaction() as unit:
            definition = await self._alone(unit, name, version)
            if not definition.paused:
                return definition
            await unit.definitions.set_pause(
                name, version, Pause(new_id(), actor.id, reason.strip(), self.now()), paused=False
            )
            return await self._noted(unit, actor, "unpause", definition, {"reason": reason})

    async def _alone(self, unit: Unit, name: str, version: str) -> Definition:
        """The version, while nobody else starts or changes one of its pathway."""
        await unit.definitions.change(name)
        return await found(unit, name, version)

    async def _noted(
        self, unit: Unit, actor: Actor, action: str, before: Definition, detail: Mapping[str, Json]
    ) -> DefinitionSummary:
        """Put the change on record; the version as it is now."""
        name, version = before.name, before.version
        after = await found(unit, name, version)
        told = {key: value for key, value in detail.items() if value not in ("", [])}
        told |= {"digest": before.digest, "from": before.state, "to": after.state}
        await unit.audit.append(entry(self.now(), actor, action, name, version, told))
        return after


async def _meant(unit: Unit, name: str, version: str) -> str:
    """The version itself, or the highest of those that a range means."""
    versions = [one.version for one in await unit.definitions.versions(name)]
    try:
        return version if version in versions else highest(versions, version) or version
    except VersionError:
        return version


def _does_not_fit(definition: DefinitionSummary, hint: str) -> DefinitionStateError:
    state = "a draft" if definition.state == "draft" else definition.state
    return DefinitionStateError(definition.state, f"{definition.name} {definition.version} is {state}.", hint=hint)


def _check_steps(definition: Definition, steps: Sequence[str]) -> None:
    known = {str(one["id"]) for one in definition.plan.get("steps", ())}
    unknown = sorted(set(steps) - known)
    if unknown:
        wrong = f"{definition.name} {definition.version} has no step {', '.join(unknown)}."
        hint = nearest(unknown[0], known) or "Steps inside others are named with what is around them: series/give-dose."
        raise InvalidRequestError(wrong, hint=hint, fields={"held_steps": wrong})


def _brief(detail: Mapping[str, Json]) -> Mapping[str, Json]:
    """What the audit says, without the definition's whole text and plan, which the version itself has."""
    return {key: value for key, value in detail.items() if key not in ("source", "plan")}
